"""Reminders by direct message: before a membership ends, when its grace begins, when it is over. Only to who asked.

The outbox sends each once, or records why not.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.clock import Clock
from bot.db import Database
from bot.i18n import Texts
from bot.memberships import reminder_cards
from bot.memberships.model import Entitlement, Order, Standing
from bot.memberships.reminder_cards import Why
from bot.memberships.store import entitlements, notices, orders
from bot.outbox import Outbox, OutboxKey, OutboxState
from bot.payments.port import Phase
from bot.work import Job
from bot.work.worker import Later

NOTICE = "notice"
"""The kind of these messages in the outbox."""
LOOK = timedelta(days=1)
LAST = timedelta(days=1)
"""So long before the end of a grace there is one more word."""
LATE_RENEWAL = timedelta(days=7)
"""A renewal may be taken, or fail, later than its day: a subscription that should have gone on is looked at so long."""


@dataclass(frozen=True)
class Moment:
    """A reminder and its time. `what` names it for ever: the same right may end at another time after a renewal."""

    at: datetime
    why: Why
    what: str


class Reminders:
    """Handler of entitlement.remind, and the members' choice."""

    def __init__(self, db: Database, clock: Clock, outbox: Outbox, texts: Texts, days: Sequence[int]) -> None:
        self._db = db
        self._clock = clock
        self._outbox = outbox
        self._texts = texts
        self._days = tuple(days)

    async def remind(self, job: Job) -> None:
        """Work `entitlement.remind`: send what is due about this right, then wait for the next."""
        async with self._db.read() as db:
            right = await entitlements.find(db, job.guild_id, id_=int(job.key))
            if right is None:
                return
            order = await orders.find(db, right.guild_id, right.order_id) if right.order_id else None
            mine = await entitlements.of_member(db, right.guild_id, right.user_id)
        told = await self._outbox.entries(right.guild_id, NOTICE, f"{right.id}:")
        now = self._clock.now()
        phase = order.phase if order else None
        planned = moments(right, phase, self._days)
        due = [
            one
            for one in planned
            if one.at <= now and (one.what not in told or told[one.what].state is OutboxState.SENDING)
        ]
        # Who ended by their time while Lyceum was away had reminders due before: they are on record too.
        was = replace(right, standing=Standing.LIVE) if right.standing is Standing.ENDED else right
        meant = [one for one in due if is_meant(one, was, phase, mine)]
        wanted = [one for one in meant if is_meant(one, right, phase, mine)]
        for what, word in told.items():  # it may have come, but it is not the word to repeat now
            if word.state is OutboxState.SENDING and (not wanted or what != wanted[-1].what):
                await self._drop(right, what, "late")
        for missed in meant:  # Lyceum was away: only the latest is still true
            if missed not in wanted[-1:] and missed.what not in told:
                await self._drop(right, missed.what, "late")
        if wanted:
            await self._tell(right, order, wanted[-1])
        ahead = [one.at for one in planned if one.at > now]
        if phase is not None and right.ends_at <= now < right.held_until + LATE_RENEWAL:
            ahead.append(now + LOOK)
        if ahead:
            raise Later(min(ahead))

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

    async def _tell(self, right: Entitlement, order: Order | None, moment: Moment) -> None:
        if await self.allowed(right.guild_id, right.user_id):
            card = reminder_cards.reminder(self._texts.community, right, order, moment.why)
            await self._outbox.direct(_key(right, moment.what), right.user_id, card)
        else:
            await self._drop(right, moment.what, "not_allowed")

    async def _drop(self, right: Entitlement, what: str, reason: str) -> None:
        await self._outbox.drop(_key(right, what), reason, user_id=right.user_id)


def _key(right: Entitlement, what: str) -> OutboxKey:
    return OutboxKey(right.guild_id, NOTICE, f"{right.id}:{what}")


def moments(right: Entitlement, phase: Phase | None, days: Sequence[int]) -> list[Moment]:
    """Every reminder that this right may have, in time. What renews by itself has none before its end. Pure."""
    if right.forever:
        return []
    end = int(right.ends_at.timestamp())
    found = [
        Moment(right.ends_at - timedelta(days=day), Why.BEFORE, f"before:{day}:{end}")
        for day in sorted(set(days), reverse=True)
        if phase is None and right.ends_at - timedelta(days=day) > right.starts_at
    ]
    if right.held_until > right.ends_at:
        found.append(Moment(right.ends_at, Why.GRACE, f"grace:{end}"))
    if right.held_until - LAST > right.ends_at:
        found.append(Moment(right.held_until - LAST, Why.LAST, f"last:{end}"))
    return [*found, Moment(right.held_until, Why.OVER, f"over:{end}")]


def is_meant(moment: Moment, right: Entitlement, phase: Phase | None, mine: Sequence[Entitlement]) -> bool:
    """Is this reminder true: it ends, by its time, and the member has not bought more of it. Pure."""
    if any(
        other.id != right.id
        and other.tier.id == right.tier.id
        and other.standing is Standing.LIVE
        and other.held_until > right.held_until
        for other in mine
    ):
        return False
    if moment.why is Why.OVER:
        return right.standing in (Standing.LIVE, Standing.ENDED) and phase is not Phase.ACTIVE
    if moment.why in (Why.GRACE, Why.LAST) and phase is not None:
        return right.standing is Standing.LIVE and phase is Phase.PAST_DUE
    return right.standing is Standing.LIVE
