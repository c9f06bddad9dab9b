"""The contracts in pyproject.toml are kept, and those that are ours can be broken."""

from __future__ import annotations

import tomllib

import grimp
import pytest
from importlinter import cli

from bot.bootstrap.environment import ROOT
from tests.hygiene.own_tables import OwnTables
from tests.hygiene.submodules import OnlyThese


def test_every_border_is_kept(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(ROOT)

    code = cli.lint_imports(config_filename=str(ROOT / "pyproject.toml"), no_cache=True)

    assert code == 0, capsys.readouterr().out


def test_no_room_is_left_out_of_the_contract_about_who_builds_it() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    [contract] = [
        one
        for one in project["tool"]["importlinter"]["contracts"]
        if one["name"] == "No domain knows who builds it, nor the demo"
    ]

    rooms = {f"bot.{folder.parent.name}" for folder in (ROOT / "bot").glob("*/__init__.py")}

    assert rooms - set(contract["forbidden_modules"]) <= set(contract["source_modules"])


@pytest.mark.parametrize(
    "importer, imported, kept",
    [
        ("shop.events.service", "shop.events.store", True),
        ("shop.events.service", "shop.orders.service", True),
        ("shop.events.service", "shop.orders.store", False),
        ("shop.events.store", "shop.orders.tables", False),
        ("shop.events.store", "shop.orders.store.books", False),
        ("shop.orders.service", "shop.orders.store.books", True),
        ("shop.orders.service", "shop.orders.refund_store", True),
        ("shop.events.service", "shop.orders.refund_store", False),
        ("shop.all", "shop.orders.tables", True),
        ("shop.all", "shop.orders.store", False),
        ("shop.orders_archive", "shop.orders.store", False),
    ],
)
def test_a_domain_s_tables_and_queries_are_its_own(importer: str, imported: str, kept: bool) -> None:
    graph = grimp.ImportGraph()
    graph.add_import(importer=importer, imported=imported)
    contract = OwnTables("tables", {}, {"root": "shop", "exceptions": ["shop.all -> *.tables"]})

    assert contract.check(graph, verbose=False).kept is kept


@pytest.mark.parametrize(
    "importer, line, kept",
    [
        ("shop.sql", "from sqlalchemy.dialects.sqlite import insert", True),
        ("shop.orders", "from sqlalchemy import insert, select", True),
        ("shop.orders", "from sqlalchemy.ext.compiler import compiles", True),
        ("shop.orders", "from sqlalchemy.dialects.sqlite import insert", False),
        ("shop.orders", "    from sqlalchemy.dialects import postgresql", False),
        ("shop.orders", "import sqlalchemy.dialects.sqlite as sqlite", False),
        ("shop.orders", "from sqlalchemy import dialects", False),
    ],
)
def test_a_part_of_a_package_is_known_in_one_place(importer: str, line: str, kept: bool) -> None:
    graph = grimp.ImportGraph()
    for number, contents in enumerate(["from sqlalchemy import Table", line]):
        graph.add_import(
            importer=importer, imported="sqlalchemy", line_number=number + 1, line_contents=contents
        )
    contract = OnlyThese("dialects", {}, {"package": "sqlalchemy.dialects", "importers": ["shop.sql"]})

    assert contract.check(graph, verbose=False).kept is kept
