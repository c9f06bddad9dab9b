"""Members and accounts stay on disk; a table of them behaves as a dict does."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from sandbox.world.names import Names
from sandbox.world.rows import Rows
from sandbox.world.store import Store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store(tmp_path / "world.db")
    yield store
    store.close()


def test_more_than_is_remembered_is_still_there(store: Store) -> None:
    table = Rows(store, "user", remembered=10, page=7)
    for n in range(50):
        table[f"{n:02}"] = {"n": n}
    table["03"] = {"n": 33}
    del table["04"]

    assert len(table) == len(Rows(store, "user")) == 49
    assert [body["n"] for body in table.values()] == [0, 1, 2, 33, *range(5, 50)]
    assert dict(table.items()) == {key: table[key] for key in table}
    assert table.some(["07", "04", "99", "03"]) == {"07": {"n": 7}, "03": {"n": 33}}
    assert "04" not in table
    assert table.get("04") is None
    with pytest.raises(KeyError):
        del table["04"]


def test_servers_and_kinds_are_kept_apart(store: Store) -> None:
    here, there = Rows(store, "member", "1"), Rows(store, "member", "2")
    here["7"] = {"roles": ["55"]}
    there["8"] = {"roles": ["66"]}
    assert (list(here), list(there)) == (["7"], ["8"])
    assert here.naming("55") == ["7"]
    assert here.naming("66") == []


def test_names_follow_their_people(store: Store) -> None:
    names = Names(store)
    ann = {"id": "7", "username": "ann", "global_name": "Ann Taylor"}
    names.note_user(None, ann)
    names.note_member("1", "7", None, {"nick": "Änne"})
    assert names.username("ANN") == "7"
    assert names.shown_as("ann taylor", "1") == names.shown_as("ÄNNE", "1") == ["7"]
    assert names.shown_as("änne", "2") == []
    assert names.beginning("an", "1") == ["7"]

    names.note_user(ann, {**ann, "username": "anna", "global_name": None})
    names.note_member("1", "7", {"nick": "Änne"}, None)

    assert names.username("ann") is None
    assert names.shown_as("ann taylor", "1") == names.shown_as("änne", "1") == []
    assert names.beginning("ann", "1") == ["7"]
