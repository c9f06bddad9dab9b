"""Where a failure of the simulation is looked into, its seed tells all."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bot import ids
from tests.simulation import runner


@pytest.fixture(autouse=True)
def silence() -> Iterator[None]:
    """Thousands of faults are ordered here; their log lines would only hide what is not."""
    with runner.quiet():
        yield


@pytest.fixture(autouse=True)
def own_ids(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ids never go back: what virtual time makes of them must not reach the tests that follow in this process."""
    monkeypatch.setattr(ids, "_last", 0)
