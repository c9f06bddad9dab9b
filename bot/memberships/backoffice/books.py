"""The books: what came = for what was sold + given back + open, held against what each provider lists by itself.

Compared when an owner asks and every night. What a provider knows and Lyceum does not is settled at once by looking at
its order again; what still differs then is on the owner's list until it agrees.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from bot.clock import Clock, real_now
from bot.db import Database
from bot.errors import NeedsAction, RetryLater, UserError
from bot.i18n import Catalog
from bot.ids import new_id
from bot.memberships.backoffice import books_cards, books_store, sums
from bot.memberships.backoffice.books_report import BooksReport, Comparison, packed, unpacked
from bot.memberships.backoffice.comparison import (
    Difference,
    Mismatch,
    Records,
    differences,
)
from bot.memberships.backoffice.days import read_day
from bot.memberships.backoffice.gathering import Gathering, Listed
from bot.memberships.orders.checkouts import Checkouts
from bot.memberships.orders.settlement import Settlement
from bot.outbox import ChannelSetting, Outbox, OutboxKey
from bot.payments.port import FactKind, PaymentProvider
from bot.payments.statements import statements_of
from bot.work import Job, Queue
from bot.work.worker import Reschedule

USUAL = timedelta(days=35)
"""How far back the books are compared when nobody says otherwise."""
AT_NIGHT = time(3, 30)
AHEAD = timedelta(minutes=5)
"""How far the provider's clock may be ahead of ours."""
FRESH = timedelta(minutes=15)
"""A payment younger than this was not lost: its webhook may come any moment."""
A_WHILE = timedelta(seconds=15)
"""How long one piece of work begins new steps."""


Progress = Callable[[BooksReport], Awaitable[None]]
"""Is told how far a comparison is."""


@dataclass(frozen=True)
class Waits:
    """How long somebody waits for the books (Discord takes an answer for 15 minutes), and when they hear how far it is."""

    patience: timedelta = timedelta(minutes=12)
    news_after: timedelta = timedelta(seconds=30)


class Books:
    """Compares the books with the providers' lists, and remembers what differs."""

    def __init__(
        self,
        *,
        db: Database,
        clock: Clock,
        queue: Queue,
        providers: Mapping[str, PaymentProvider],
        settlement: Settlement,
        checkouts: Checkouts,
        outbox: Outbox,
        texts: Catalog,
        waits: Waits | None = None,
    ) -> None:
        self._db = db
        self._clock = clock
        self._queue = queue
        self._providers = providers
        self._gathering = Gathering(db, providers, settlement)
        self._checkouts = checkouts
        self._outbox = outbox
        self._texts = texts
        self._waits = waits or Waits()

    async def compare(
        self, guild_id: int, since: str | None = None, progress: Progress | None = None
    ) -> BooksReport:
        """The books since that day; every `news_after` somebody is told how far it is.

        What takes longer than `patience` goes on as work, and the staff channel hears how it ended.
        """
        comparison = self._begin(self._day(since) if since else None)
        begun, told = real_now(), real_now()
        while not comparison.finished:
            await self._advance(guild_id, comparison, waiting=True)
            if comparison.finished or real_now() - begun >= self._waits.patience:
                break
            if progress is not None and real_now() - told >= self._waits.news_after:
                told = real_now()
                await progress(await self._report(guild_id, comparison))
        if comparison.finished:
            return await self._report(guild_id, comparison)
        # What a provider did not tell would be missing in the sums: then all of it is compared anew.
        rest = self._begin(comparison.since) if comparison.silent else comparison
        async with self._db.write() as tx:
            key, content = f"asked:{new_id()}/0", packed(rest, asked=True)
            await self._queue.enqueue_once(tx, "books.compare", guild_id, key, **content)
        return await self._report(guild_id, comparison, handed_over=True)

    async def page(self, guild_id: int, number: int) -> books_cards.DifferencePage:
        """One page of what differed when the books were last compared."""
        async with self._db.read() as db:
            return books_cards.page_of(await books_store.differing(db, guild_id), number)

    async def schedule(self, guild_ids: Iterable[int]) -> None:
        """Compare the books of these guilds every night, from the next one on."""
        for guild_id in guild_ids:
            async with self._db.write() as tx:
                await self._queue.enqueue_once(tx, "books.compare", guild_id, "nightly", due=self._tonight())

    async def run(self, job: Job) -> None:
        """Work `books.compare`: some steps of a comparison; the row "nightly" begins one, and again the next night."""
        if job.key == "nightly":
            async with self._db.write() as tx:
                content = packed(self._begin(None), asked=False)
                await self._queue.enqueue(tx, "books.compare", job.guild_id, "night/0", **content)
            raise Reschedule(self._tonight())
        comparison, asked = unpacked(job.payload)
        give_up = real_now() + A_WHILE
        await self._advance(job.guild_id, comparison, waiting=False)
        while not comparison.finished and real_now() < give_up:
            await self._advance(job.guild_id, comparison, waiting=False)
        run, _, step = job.key.partition("/")
        async with self._db.write() as tx:
            content = packed(comparison, asked=asked)
            new = await books_store.untold(tx, job.guild_id)
            if not comparison.finished:
                key = f"{run}/{int(step) + 1}"
                await self._queue.enqueue(tx, "books.compare", job.guild_id, key, **content)
            elif asked or comparison.settled or new:
                await books_store.told(tx, job.guild_id, self._clock.now())
                keys = [[one.provider, one.object_id, one.mismatch.value] for one in new]
                await self._queue.enqueue_once(
                    tx, "books.tell", job.guild_id, str(new_id()), new=keys, **content
                )

    async def tell(self, job: Job) -> None:
        """Work `books.tell`: one card in the staff channel with what staff were not told before, or the asked-for books."""
        comparison, asked = unpacked(job.payload)
        report = await self._report(job.guild_id, comparison)
        keys = {tuple(key) for key in job.payload["new"]}
        new = [one for one in report.differing if (one.provider, one.object_id, one.mismatch.value) in keys]
        key = OutboxKey(job.guild_id, "books.tell", job.key)
        if not asked and not new and not comparison.settled:
            await self._outbox.drop(key, "mended")
            return
        marker = books_cards.look_action(job.id)
        t = self._texts.community
        card = books_cards.night(t, report, report.differing if asked else new, marker)
        await self._outbox.post(key, card, to=ChannelSetting.STAFF, marker=marker)

    def _begin(self, since: datetime | None) -> Comparison:
        until = self._clock.now() + AHEAD
        start = until - USUAL if since is None else since
        return Comparison(since=start, until=until, reached=start)

    def _tonight(self) -> datetime:
        zone, now = self._texts.community.zone, self._clock.now()
        night = datetime.combine(now.astimezone(zone).date(), AT_NIGHT, zone)
        return night if night > now else datetime.combine(night.date() + timedelta(days=1), AT_NIGHT, zone)

    def _day(self, text: str) -> datetime:
        day = datetime.combine(read_day(text), time.min, self._texts.community.zone)
        if day > self._clock.now():
            raise UserError("The books cannot begin on that day. Choose one between 2015 and today.")
        return day

    async def _report(
        self, guild_id: int, comparison: Comparison, *, handed_over: bool = False
    ) -> BooksReport:
        async with self._db.read() as db:
            differing = await books_store.differing(db, guild_id)
        lists = {name for name, provider in self._providers.items() if statements_of(provider)}
        return BooksReport(
            comparison=comparison,
            differing=tuple(differing),
            lists=frozenset(lists),
            installed=frozenset(self._providers),
            handed_over=handed_over,
        )

    async def _advance(self, guild_id: int, comparison: Comparison, *, waiting: bool) -> None:
        """Compare the next step of the span. Somebody who is `waiting` is told of providers that do not answer."""
        since, until = comparison.reached, min(comparison.reached + comparison.step, comparison.until)
        last = until >= comparison.until
        async with self._db.read() as db:
            differed = await books_store.differing(db, guild_id)
        listed = await self._lists(guild_id, comparison, since, until, waiting=waiting)
        try:
            known = await self._gathering.records(guild_id, since, until, listed, differed, last=last)
            if last:
                await self._gathering.strays(listed, differed, known)
        except (RetryLater, NeedsAction):
            if not waiting:
                raise
            comparison.silent |= listed.keys()
            listed.clear()
            known = await self._gathering.records(guild_id, since, until, listed, differed, last=last)
        for id_ in [id_ for id_, one in known.items() if one.order.provider in comparison.silent]:
            del known[id_]
        found = await self._settled(guild_id, comparison, known, waiting=waiting)
        strays = sums.strays(listed, known, comparison, since, until)
        compared = {*known, *(one.order_id for one in strays)}
        if last:
            compared |= {
                one.order_id
                for one in differed
                if one.mismatch is Mismatch.NO_ORDER and one.provider in listed
            }
        async with self._db.write() as tx:
            await books_store.replace(tx, guild_id, compared, [*found, *strays], self._clock.now())
        for records in known.values():
            sums.add_up(comparison, records, since, until)
        comparison.advance(len(known))

    def _on_its_way(self, records: Records, one: Difference) -> bool:
        """Is this a payment of just now, that was never booked? Its webhook may come any moment: nothing was lost."""
        listed = (records.listed or {}).get(one.object_id)
        if listed is None or listed.at <= self._clock.now() - FRESH:
            return False
        known = {booking.ref for booking in records.bookings}
        return f"{FactKind.PAID}:{one.object_id}" not in known

    async def _lists(
        self, guild_id: int, comparison: Comparison, since: datetime, until: datetime, *, waiting: bool
    ) -> Listed:
        listed: Listed = {}
        for name in sorted(self._providers.keys() - comparison.silent):
            try:
                answer = await self._gathering.listed(guild_id, name, since, until)
            except (RetryLater, NeedsAction):
                if not waiting:
                    raise
                comparison.silent.add(name)
            else:
                if answer is not None:
                    listed[name], foreign = answer
                    comparison.foreign += foreign
        return listed

    async def _settled(
        self, guild_id: int, comparison: Comparison, known: dict[int, Records], *, waiting: bool
    ) -> list[Difference]:
        """What differs; where a provider knows more than we do, what still differs after looking at the order again."""
        found = {id_: differences(records) for id_, records in known.items()}
        unheard = {id_: missing for id_, several in found.items() if (missing := _missing(several))}
        for id_ in unheard:
            try:
                await self._checkouts.refresh(known[id_].order)
            except (RetryLater, NeedsAction):
                if not waiting:
                    raise
        before = {id_: known[id_] for id_ in unheard}
        again = await self._gathering.again(guild_id, before)
        for id_, records in again.items():
            known[id_], found[id_] = records, differences(records)
            still = {one.object_id for one in found[id_]}
            comparison.settled += [
                one
                for one in unheard[id_]
                if one.object_id not in still and not self._on_its_way(before[id_], one)
            ]
        return [one for several in found.values() for one in several]


def _missing(found: Iterable[Difference]) -> list[Difference]:
    return [one for one in found if one.mismatch is Mismatch.MISSING]
