"""What a person can meet is described in docs/, and what docs/ describes is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot.bootstrap.environment import ROOT
from tests.hygiene.named import all_commands, all_findings, all_kinds_of_work, all_settings
from tests.payments.test_crashes import points


@pytest.fixture(scope="module")
def docs() -> str:
    """All pages of docs/, one after the other."""
    return "\n".join(path.read_text("utf-8") for path in sorted((ROOT / "docs").glob("**/*.md")))


def undescribed(names: list[str], docs: str, before: str = "") -> list[str]:
    """Those that no page names in full."""
    return [name for name in names if not re.search(rf"(?<![\w.-]){re.escape(before + name)}(?![\w-])", docs)]


def test_every_command_is_described(docs: str) -> None:
    assert len(all_commands()) > 5
    assert undescribed(all_commands(), docs, before="/") == []


def test_no_page_tells_of_a_command_that_is_not_there(docs: str) -> None:
    groups = {name.partition(" ")[0] for name in all_commands()}
    told = re.findall(r"`/([a-z]+(?: [a-z-]+)?)", docs)
    known = {*all_commands(), *groups, *(name.rpartition(" ")[0] for name in all_commands())}

    assert sorted({name for name in told if name not in known}) == []


def test_every_setting_is_described(docs: str) -> None:
    assert len(all_settings()) > 10
    assert undescribed(all_settings(), docs) == []


async def test_every_kind_of_work_is_described(docs: str, tmp_path: Path) -> None:
    kinds = await all_kinds_of_work(tmp_path)

    assert len(kinds) > 5
    assert undescribed(kinds, docs) == []


def test_every_finding_of_the_doctor_is_described(docs: str) -> None:
    assert len(all_findings()) > 5
    assert undescribed(all_findings(), docs) == []


def test_every_link_between_pages_leads_somewhere() -> None:
    pages = [*(ROOT / "docs").glob("**/*.md"), *ROOT.glob("*.md")]

    broken = [
        f"{page.relative_to(ROOT)}: {target}"
        for page in pages
        for target in re.findall(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)", page.read_text("utf-8"))
        if not (page.parent / target).exists()
    ]

    assert broken == []


def test_every_threat_is_tried_by_tests_that_exist() -> None:
    page = (ROOT / "docs/threats.md").read_text("utf-8")
    named = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", page)

    gone = [
        f"{path}::{test}"
        for path, test in named
        if not (ROOT / path).is_file() or f"def {test}(" not in (ROOT / path).read_text("utf-8")
    ]

    assert len(named) > 20
    assert gone == []


def test_every_point_where_a_death_would_hurt_is_on_the_page_of_threats() -> None:
    page = (ROOT / "docs/threats.md").read_text("utf-8")

    assert sorted(set(re.findall(r"`([a-z]+\.[a-z_]+)`", page)) - {"crashpoints.point"}) == points()
