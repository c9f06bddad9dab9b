"""The second opinion on a schedule: what the bank lists, and what Lyceum says of the sums, handed to plain SQL."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

from bot.memberships.backoffice.comparison import Mismatch
from bot.memberships.backoffice.totals import Totals
from bot.payments.port import Fact, FactKind
from tests.second_opinion.opinion import Reported, Second, Told, agree
from tests.simulation.fake_server import GUILD
from tests.simulation.loop import START

if TYPE_CHECKING:
    from tests.simulation.schedule import Schedule

KINDS = {FactKind.PAID: "payment", FactKind.REFUNDED: "refund", FactKind.DISPUTED: "dispute"}


async def agrees(world: Schedule) -> None:
    """Each member's days, each order's state and each currency's books are what the second opinion makes of them."""
    policy = world.process.service.settlement.policy
    second = Second(
        now=world.now(),
        listing=["bank"],
        reported=listed(fact for till in world.provider.tills.values() for fact in till.facts),
        totals=told(await world.process.service.backoffice.totals(GUILD)),
        partial_revokes=policy.partial_refund == "revoke",
        dispute_suspends=policy.dispute == "suspend",
    )
    agree(world.disk.path, second)


async def books_agree(world: Schedule) -> None:
    """The owner's books agree with the bank's list, object by object; what went back twice is all that may differ."""
    since = (START - timedelta(days=1)).date().isoformat()
    report = await world.process.service.books.compare(GUILD, since)
    other = [one for one in report.differing if one.mismatch is not Mismatch.HELD]
    assert not other, f"the books differ: {other}"
    back_twice = {one.theirs.currency for one in report.differing if one.theirs}
    for (provider, currency), line in report.comparison.lines.items():
        assert line.closed or currency in back_twice, f"{provider} {currency}: {line}"
        assert report.agrees(provider, line) or report.differing, f"no tick: {line}"
    assert all(one.theirs and one.theirs.amount < 0 for one in report.differing), f"{report.differing}"


def listed(facts: Iterable[Fact], provider: str = "bank") -> list[Reported]:
    """What a provider that knows these facts would list: each object as it stands."""
    known = set(facts)
    kinds_of: dict[str, set[FactKind]] = {}
    for fact in known:
        kinds_of.setdefault(fact.object_id, set()).add(fact.kind)
    return [
        Reported(
            provider=provider,
            kind=KINDS[fact.kind],
            object_id=fact.object_id,
            payment_id=fact.payment_id,
            order_id=fact.order_id,
            amount=fact.money.amount,
            currency=fact.money.currency,
            state=_state(fact.kind, kinds_of[fact.object_id]),
        )
        for fact in known
        if fact.kind in KINDS
    ]


def told(totals: Sequence[Totals]) -> list[Told]:
    """The owner's sums."""
    return [
        Told(
            currency=line.currency,
            came=line.captured,
            allocated=line.allocated,
            back=line.given_back,
            open=line.open,
        )
        for line in totals
    ]


def _state(kind: FactKind, all_kinds: set[FactKind]) -> str:
    if kind is FactKind.REFUNDED:
        return "failed" if FactKind.REFUND_FAILED in all_kinds else ""
    if kind is FactKind.PAID:
        return ""
    if FactKind.DISPUTE_WON in all_kinds:
        return "won"
    return "lost" if FactKind.DISPUTE_LOST in all_kinds else "open"
