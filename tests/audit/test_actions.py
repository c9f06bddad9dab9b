"""Every action has its words, every entry is written with an action, and old words never break a page."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from bot.audit import Area, AuditAction, Entry
from bot.audit.labels import action_label, details
from bot.i18n import Catalog
from bot.memberships import audit_actions
from bot.memberships.access import cards as access_cards
from bot.memberships.changes import cards as change_cards
from bot.memberships.changes.renewals import Reason
from bot.memberships.model import EntitlementStatus, OrderStatus
from bot.payments.port import FactKind, Phase
from tests.audit.source import files, is_typed, makes_actions, members, records
from tests.memberships.orders import read

TEXTS = Catalog("en", ZoneInfo("UTC"))
NOW = datetime(2026, 11, 2, 8, tzinfo=UTC)


@pytest.mark.parametrize("locale", ["en-US", "zh-CN"])
@pytest.mark.parametrize("action", AuditAction)
def test_every_action_has_words_in_both_languages(action: AuditAction, locale: str) -> None:
    words = action_label(TEXTS.of(locale), action.value)

    assert action.value not in words
    assert words.isascii() is (locale == "en-US"), words


@pytest.mark.parametrize("locale", ["en-US", "zh-CN"])
def test_no_two_actions_have_the_same_words(locale: str) -> None:
    words = [action_label(TEXTS.of(locale), action.value) for action in AuditAction]

    assert sorted(words) == sorted(set(words))


def test_every_action_belongs_to_an_area() -> None:
    assert {action.partition(".")[0] for action in AuditAction} == set(Area)


def test_every_entry_is_written_with_an_action() -> None:
    calls = [call for place, source in files() for call in records(source, place)]

    assert len(calls) > 40
    assert [call.place for call in calls if not is_typed(call.action)] == []
    assert [place for place, source in files() if makes_actions(source)] == []


@pytest.mark.parametrize(
    "given, typed",
    [
        ("AuditAction.TIER_EDITED", True),
        ("AuditAction.A if yes else AuditAction.B", True),
        ("ORDER_IS[outcome.state]", True),
        ("'tier.edited'", False),
        ("f'order.{state}'", False),
        ("AuditAction.A if yes else 'b'", False),
        ("AuditAction(word)", False),
    ],
)
def test_control_a_free_string_is_found(given: str, typed: bool) -> None:
    [call] = records(f"record(tx, guild_id=1, action={given}, subject=2)", "x")

    assert is_typed(call.action) is typed


def test_every_action_is_written_somewhere() -> None:
    used = {name for _, source in files() for name in members(source)}

    assert {action.name for action in AuditAction} - used == set()


def test_every_state_of_ours_has_its_action() -> None:
    assert set(audit_actions.ENTITLEMENT_IS) == set(EntitlementStatus)
    assert set(audit_actions.ORDER_IS) == set(OrderStatus)
    assert set(audit_actions.FACT_SAYS) == set(FactKind)
    assert set(audit_actions.SUBSCRIPTION_IS) == set(Phase)
    assert set(audit_actions.ENTITLEMENT_FROM) == {"trial", "grant", "import"}
    for prefix, table in (
        ("entitlement", audit_actions.ENTITLEMENT_IS),
        ("order", audit_actions.ORDER_IS),
        ("fact", audit_actions.FACT_SAYS),
        ("subscription", audit_actions.SUBSCRIPTION_IS),
        ("entitlement", audit_actions.ENTITLEMENT_FROM),
    ):
        assert [action for state, action in table.items() if action != f"{prefix}.{state}"] == []


@pytest.mark.parametrize("locale", ["en-US", "zh-CN"])
@pytest.mark.parametrize("what", ["tier.sold_out", "nonsense", "", "`x`", "entitlement.", "\n# big"])
def test_a_word_of_another_version_is_shown_and_breaks_nothing(what: str, locale: str) -> None:
    entry = Entry(NOW, 9, what, 5, {"what": {"deep": [1]}, "until": "some day", "n": 3, "member": None})

    shown = read(access_cards.history(TEXTS.of(locale), [entry]))

    assert "<@9>" in shown
    assert "n: 3" in shown
    assert "\n# big" not in shown
    assert (what.strip("`\n# ") or "–") in shown


def test_details_are_shown_as_discord_shows_people_and_roles() -> None:
    entry = Entry(
        NOW,
        0,
        AuditAction.ROLE_WITHHELD,
        5,
        {"role": "50", "to": "7", "until": NOW.isoformat(), "reason": "*loud*", "order": "12", "empty": ""},
    )

    assert details(entry) == ["\\*loud\\*", "<@&50>", "<@7>", "→ <t:1793606400:f>"]


def test_why_a_subscription_was_stopped_is_said_in_words() -> None:
    assert set(change_cards.stop_reasons(TEXTS.of("en-US"))) == set(Reason)
