"""Reminders by direct message: before a membership ends, when its grace begins, when it is over.

Only members who asked for them get any. The outbox sends each reminder once, or records why not.
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
from bot.memberships.reminders.cards import ReminderKind
from bot.outbox import Outbox, OutboxKey, OutboxState
from bot.payments.port import Phase
from bot.work import Job
from bot.work.worker import Reschedule

NOTICE = "notice"
"""The kind of these messages in the outbox."""
PAYER_NOTICE = "notice.payer"
"""The kind of those to who pays for a membership that another account has."""
CHECK_EVERY = timedelta(days=1)
LAST_REMINDER = timedelta(days=1)
"""How long before the end of the grace the last reminder is due."""
LATE_RENEWAL = timedelta(days=7)
"""A renewal may be charged, or fail, days late: until then a subscription past its end is checked daily."""


@dataclass(frozen=True)
class ReminderMoment:
    """A reminder and its time. `key` contains the end: after a renewal, the same entitlement is reminded of its new end."""

    at: datetime
    kind: ReminderKind
    key: str


class Reminders:
    """Handles the work `entitlement.remind`, and keeps which members want reminders."""

    def __init__(
        self, db: Database, clock: Clock, outbox: Outbox, texts: Catalog, days: Sequence[int]
    ) -> None:
        self._db = db
        self._clock = clock
        self._outbox = outbox
        self._texts = texts
        self._days = tuple(days)

    async def remind(self, job: Job) -> None:
        """Work `entitlement.remind`: send the reminder of this entitlement that is due, then wait for the next."""
        async with self._db.read() as db:
            entitlement = await entitlements.find(db, job.guild_id, id_=int(job.key))
            if entitlement is None:
                return
            order = (
                await orders.find(db, entitlement.guild_id, entitlement.order_id)
                if entitlement.order_id
                else None
            )
            of_member = await entitlements.of_member(db, entitlement.guild_id, entitlement.user_id)
        recorded = await self._outbox.entries(entitlement.guild_id, NOTICE, f"{entitlement.id}:")
        now = self._clock.now()
        phase = order.phase if order else None
        planned = moments(entitlement, phase, self._days)
        due = [
            moment
            for moment in planned
            if moment.at <= now
            and (moment.key not in recorded or recorded[moment.key].state is OutboxState.SENDING)
        ]
        # The entitlement may have ended while Lyceum was away: the reminders that were due before are recorded as late.
        before_end = (
            replace(entitlement, status=EntitlementStatus.LIVE)
            if entitlement.status is EntitlementStatus.ENDED
            else entitlement
        )
        applied = [moment for moment in due if still_applies(moment, before_end, phase, of_member)]
        current = [moment for moment in applied if still_applies(moment, entitlement, phase, of_member)]
        for key, entry in recorded.items():  # this attempt may have arrived, but is not the one to repeat now
            if entry.state is OutboxState.SENDING and (not current or key != current[-1].key):
                await self._drop(entitlement, key, "late")
        for missed in applied:  # Lyceum was away: only the latest reminder is still true
            if missed not in current[-1:] and missed.key not in recorded:
                await self._drop(entitlement, missed.key, "late")
        if current:
            await self._send(entitlement, order, current[-1])
        ahead = [moment.at for moment in planned if moment.at > now]
        if phase is not None and entitlement.ends_at <= now < entitlement.held_until + LATE_RENEWAL:
            ahead.append(now + CHECK_EVERY)
        if ahead:
            raise Reschedule(min(ahead))

    @property
    def lead_time(self) -> timedelta:
        """How long before an end the first reminder is due."""
        return timedelta(days=max(self._days, default=0))

    async def allowed(self, guild_id: int, user_id: int) -> bool:
        """Did this member ask for reminders?"""
        async with self._db.read() as db:
            return await notices.allowed(db, guild_id, user_id)

    async def choose(self, guild_id: int, user_id: int, wanted: bool) -> None:
        """Turn the member's reminders on or off."""
        async with self._db.write() as tx:
            if wanted:
                await notices.allow(tx, guild_id, user_id, self._clock.now())
            else:
                await notices.forbid(tx, guild_id, user_id)

    async def toggle(self, guild_id: int, user_id: int) -> bool:
        """The button *Remind me*: switch the member's reminders. Returns whether they are on now."""
        async with self._db.write() as tx:
            if await notices.forbid(tx, guild_id, user_id):
                return False
            await notices.allow(tx, guild_id, user_id, self._clock.now())
            return True

    async def _send(self, entitlement: Entitlement, order: Order | None, moment: ReminderMoment) -> None:
        if (
            order is not None
            and moment.kind in (ReminderKind.GRACE, ReminderKind.LAST)
            and reminder_cards.pays_for_another(entitlement, order)
        ):  # first, because the holder's message is the record that this moment was seen to
            await self._tell_payer(entitlement, order, moment)
        if await self.allowed(entitlement.guild_id, entitlement.user_id):
            card = reminder_cards.reminder(self._texts.community, entitlement, order, moment.kind)
            await self._outbox.direct(_outbox_key(entitlement, moment.key), entitlement.user_id, card)
        else:
            await self._drop(entitlement, moment.key, "not_allowed")

    async def _tell_payer(self, entitlement: Entitlement, order: Order, moment: ReminderMoment) -> None:
        """What is to be paid concerns who pays: the holder hears of the roles only."""
        key = OutboxKey(entitlement.guild_id, PAYER_NOTICE, f"{entitlement.id}:{moment.key}")
        if await self.allowed(entitlement.guild_id, order.user_id):
            card = reminder_cards.unpaid(self._texts.community, entitlement)
            await self._outbox.direct(key, order.user_id, card)
        else:
            await self._outbox.drop(key, "not_allowed", user_id=order.user_id)

    async def _drop(self, entitlement: Entitlement, key: str, reason: str) -> None:
        await self._outbox.drop(_outbox_key(entitlement, key), reason, user_id=entitlement.user_id)


def _outbox_key(entitlement: Entitlement, key: str) -> OutboxKey:
    return OutboxKey(entitlement.guild_id, NOTICE, f"{entitlement.id}:{key}")


def moments(entitlement: Entitlement, phase: Phase | None, days: Sequence[int]) -> list[ReminderMoment]:
    """Every reminder that this entitlement may have, earliest first. A subscription has none before its end. Pure."""
    if entitlement.forever:
        return []
    end = int(entitlement.ends_at.timestamp())
    reminders = [
        ReminderMoment(entitlement.ends_at - timedelta(days=day), ReminderKind.BEFORE, f"before:{day}:{end}")
        for day in sorted(set(days), reverse=True)
        if phase is None and entitlement.ends_at - timedelta(days=day) > entitlement.starts_at
    ]
    if entitlement.held_until > entitlement.ends_at:
        reminders.append(ReminderMoment(entitlement.ends_at, ReminderKind.GRACE, f"grace:{end}"))
    if entitlement.held_until - LAST_REMINDER > entitlement.ends_at:
        reminders.append(
            ReminderMoment(entitlement.held_until - LAST_REMINDER, ReminderKind.LAST, f"last:{end}")
        )
    return [*reminders, ReminderMoment(entitlement.held_until, ReminderKind.OVER, f"over:{end}")]


def still_applies(
    moment: ReminderMoment, entitlement: Entitlement, phase: Phase | None, of_member: Sequence[Entitlement]
) -> bool:
    """Is this reminder still true: the entitlement ends by its time, and no other of the tier goes on longer. Pure."""
    if any(
        other.id != entitlement.id
        and other.tier.id == entitlement.tier.id
        and other.status is EntitlementStatus.LIVE
        and other.held_until > entitlement.held_until
        for other in of_member
    ):
        return False
    if moment.kind is ReminderKind.OVER:
        return (
            entitlement.status in (EntitlementStatus.LIVE, EntitlementStatus.ENDED)
            and phase is not Phase.ACTIVE
        )
    if moment.kind in (ReminderKind.GRACE, ReminderKind.LAST) and phase is not None:
        return entitlement.status is EntitlementStatus.LIVE and phase is Phase.PAST_DUE
    return entitlement.status is EntitlementStatus.LIVE
