"""Where a failure of the simulation is looked into, its seed tells all."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.simulation import runner


@pytest.fixture(autouse=True)
def silence() -> Iterator[None]:
    """Thousands of faults are ordered here; their log lines would only hide what is not."""
    with runner.quiet():
        yield
