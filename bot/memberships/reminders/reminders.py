"""Reminders by direct message: before a membership ends, when its grace begins, when it is over. Only to who asked.

The outbox sends each once, or records why not.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.clock import Clock
from bot.db import Database
from bot.i18n import Catalog
from bot.memberships.access.store import entitlements
from bot.memberships.model import Entitlement, EntitlementStatus, Order
from bot.memberships.orders.store import orders
from bot.memberships.reminders import cards as reminder_cards
from bot.memberships.reminders import store as notices
from bot.memberships.reminders.cards import Why
from bot.outbox import Outbox, OutboxKey, OutboxState
from bot.payments.port import Phase
from bot.work import Job
from bot.work.worker import Reschedule

NOTICE = "notice"
"""The kind of these messages in the outbox."""
LOOK = timedelta(days=1)
LAST = timedelta(days=1)
"""So long before the end of a grace there is one more word."""
LATE_RENEWAL = timedelta(days=7)
"""A renewal may be taken, or fail, later than its day: a subscription that should have gone on is looked at so long."""


@dataclass(frozen=True)
class ReminderMoment:
    """A reminder and its time. `what` names it for ever: the same right may end at another time after a renewal."""

    at: datetime
    why: Why
    what: str


class Reminders:
    """Handler of entitlement.remind, and the members' choice."""

    def __init__(
        self, db: Database, clock: Clock, outbox: Outbox, texts: Catalog, days: Sequence[int]
    ) -> None:
        self._db = db
        self._clock = clock
        self._outbox = outbox
        self._texts = texts
        self._days = tuple(days)

    async def remind(self, job: Job) -> None:
        """Work `entitlement.remind`: send what is due about this right, then wait for the next."""
        async with self._db.read() as db:
            entitlement = await entitlements.find(db, job.guild_id, id_=int(job.key))
            if entitlement is None:
                return
            order = (
                await orders.find(db, entitlement.guild_id, entitlement.order_id)
                if entitlement.order_id
                else None
            )
            mine = await entitlements.of_member(db, entitlement.guild_id, entitlement.user_id)
        told = await self._outbox.entries(entitlement.guild_id, NOTICE, f"{entitlement.id}:")
        now = self._clock.now()
        phase = order.phase if order else None
        planned = moments(entitlement, phase, self._days)
        due = [
            one
            for one in planned
            if one.at <= now and (one.what not in told or told[one.what].state is OutboxState.SENDING)
        ]
        # Who ended by their time while Lyceum was away had reminders due before: they are on record too.
        was = (
            replace(entitlement, status=EntitlementStatus.LIVE)
            if entitlement.status is EntitlementStatus.ENDED
            else entitlement
        )
        meant = [one for one in due if is_meant(one, was, phase, mine)]
        wanted = [one for one in meant if is_meant(one, entitlement, phase, mine)]
        for what, word in told.items():  # it may have come, but it is not the word to repeat now
            if word.state is OutboxState.SENDING and (not wanted or what != wanted[-1].what):
                await self._drop(entitlement, what, "late")
        for missed in meant:  # Lyceum was away: only the latest is still true
            if missed not in wanted[-1:] and missed.what not in told:
                await self._drop(entitlement, missed.what, "late")
        if wanted:
            await self._tell(entitlement, order, wanted[-1])
        ahead = [one.at for one in planned if one.at > now]
        if phase is not None and entitlement.ends_at <= now < entitlement.held_until + LATE_RENEWAL:
            ahead.append(now + LOOK)
        if ahead:
            raise Reschedule(min(ahead))

    @property
    def first(self) -> timedelta:
        """How long before an end the first reminder comes."""
        return timedelta(days=max(self._days, default=0))

    async def allowed(self, guild_id: int, user_id: int) -> bool:
        """Did this member ask for reminders?"""
        async with self._db.read() as db:
            return await notices.allowed(db, guild_id, user_id)

    async def choose(self, guild_id: int, user_id: int, wanted: bool) -> None:
        """The member wants reminders, or no more of them."""
        async with self._db.write() as tx:
            if wanted:
                await notices.allow(tx, guild_id, user_id, self._clock.now())
            else:
                await notices.forbid(tx, guild_id, user_id)

    async def toggle(self, guild_id: int, user_id: int) -> bool:
        """*Remind me*: on if it was off, and the other way round. Tells how it is now."""
        async with self._db.write() as tx:
            if await notices.forbid(tx, guild_id, user_id):
                return False
            await notices.allow(tx, guild_id, user_id, self._clock.now())
            return True

    async def _tell(self, entitlement: Entitlement, order: Order | None, moment: ReminderMoment) -> None:
        if await self.allowed(entitlement.guild_id, entitlement.user_id):
            card = reminder_cards.reminder(self._texts.community, entitlement, order, moment.why)
            await self._outbox.direct(_key(entitlement, moment.what), entitlement.user_id, card)
        else:
            await self._drop(entitlement, moment.what, "not_allowed")

    async def _drop(self, entitlement: Entitlement, what: str, reason: str) -> None:
        await self._outbox.drop(_key(entitlement, what), reason, user_id=entitlement.user_id)


def _key(entitlement: Entitlement, what: str) -> OutboxKey:
    return OutboxKey(entitlement.guild_id, NOTICE, f"{entitlement.id}:{what}")


def moments(entitlement: Entitlement, phase: Phase | None, days: Sequence[int]) -> list[ReminderMoment]:
    """Every reminder that this right may have, in time. What renews by itself has none before its end. Pure."""
    if entitlement.forever:
        return []
    end = int(entitlement.ends_at.timestamp())
    found = [
        ReminderMoment(entitlement.ends_at - timedelta(days=day), Why.BEFORE, f"before:{day}:{end}")
        for day in sorted(set(days), reverse=True)
        if phase is None and entitlement.ends_at - timedelta(days=day) > entitlement.starts_at
    ]
    if entitlement.held_until > entitlement.ends_at:
        found.append(ReminderMoment(entitlement.ends_at, Why.GRACE, f"grace:{end}"))
    if entitlement.held_until - LAST > entitlement.ends_at:
        found.append(ReminderMoment(entitlement.held_until - LAST, Why.LAST, f"last:{end}"))
    return [*found, ReminderMoment(entitlement.held_until, Why.OVER, f"over:{end}")]


def is_meant(
    moment: ReminderMoment, entitlement: Entitlement, phase: Phase | None, mine: Sequence[Entitlement]
) -> bool:
    """Is this reminder true: it ends, by its time, and the member has not bought more of it. Pure."""
    if any(
        other.id != entitlement.id
        and other.tier.id == entitlement.tier.id
        and other.status is EntitlementStatus.LIVE
        and other.held_until > entitlement.held_until
        for other in mine
    ):
        return False
    if moment.why is Why.OVER:
        return (
            entitlement.status in (EntitlementStatus.LIVE, EntitlementStatus.ENDED)
            and phase is not Phase.ACTIVE
        )
    if moment.why in (Why.GRACE, Why.LAST) and phase is not None:
        return entitlement.status is EntitlementStatus.LIVE and phase is Phase.PAST_DUE
    return entitlement.status is EntitlementStatus.LIVE
