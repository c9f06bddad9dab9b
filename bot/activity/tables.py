"""The counts, and up to which message each channel is counted.

The count tables are WITHOUT ROWID and name people and channels by small surrogate numbers, person.n and
channel.n (person_no and channel_no in the code): a row of `hourly_count` then takes about half the bytes.
Buckets are whole hours, days and weeks of the community's zone, stored as the moment at which they begin.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Dialect,
    ForeignKey,
    Integer,
    Named,
    PrimaryKeyConstraint,
    String,
    Table,
    TypedColumns,
    TypeDecorator,
    UniqueConstraint,
)

from bot.db.metadata import COUNT_TABLE, STRICT, metadata
from bot.db.types import Json, Utc


class Moment(TypeDecorator[datetime]):
    """An aware UTC moment as whole seconds since 1970: 4 bytes in a count table, where text takes 26."""

    impl = Integer
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        return None if value is None else int(value.timestamp())

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:
        return None if value is None else datetime.fromtimestamp(value, UTC)


class PersonColumns(TypedColumns):
    """Everybody that Lyceum knows in a guild; bots too, so that what they open or react to is not counted."""

    n: Named[int] = Column(Integer, primary_key=True)
    guild_id: Named[int] = Column(BigInteger)
    user_id: Named[int] = Column(BigInteger)
    bot: Named[bool] = Column(Boolean)
    opted_out: Named[bool] = Column(Boolean)


person = Table("person", metadata, PersonColumns, UniqueConstraint("guild_id", "user_id"), **STRICT)


class StayColumns(TypedColumns):
    """From when to when somebody was a member; somebody who comes back has another stay."""

    guild_id: Named[int] = Column(BigInteger)
    person: Named[int] = Column(Integer, ForeignKey("person.n"))
    joined_at: Named[datetime] = Column(Utc())
    left_at: Named[datetime | None] = Column(Utc())


stay = Table(
    "stay",
    metadata,
    StayColumns,
    PrimaryKeyConstraint("guild_id", "person", "joined_at"),
    CheckConstraint("left_at IS NULL OR left_at >= joined_at", name="order"),
    **COUNT_TABLE,
)


class ChannelColumns(TypedColumns):
    """All messages up to `mark` are counted, and of the later ones those whose ids are in `above` (ascending)."""

    n: Named[int] = Column(Integer, primary_key=True)
    guild_id: Named[int] = Column(BigInteger)
    channel_id: Named[int] = Column(BigInteger)
    mark: Named[int] = Column(BigInteger)
    above: Named[Any] = Column(Json(), nullable=False)
    last_message_id: Named[int | None] = Column(BigInteger)  # the highest id that was counted


channel = Table("channel", metadata, ChannelColumns, UniqueConstraint("guild_id", "channel_id"), **STRICT)


class HourlyCountColumns(TypedColumns):
    """How often a person did something in a channel in one hour. `kind` is a `rules.InteractionKind`."""

    guild_id: Named[int] = Column(BigInteger)
    hour: Named[datetime] = Column(Moment())
    person: Named[int] = Column(Integer, ForeignKey("person.n"))
    channel: Named[int] = Column(Integer, ForeignKey("channel.n"))
    kind: Named[int] = Column(Integer)
    n: Named[int] = Column(Integer)


hourly_count = Table(
    "hourly_count",
    metadata,
    HourlyCountColumns,
    PrimaryKeyConstraint("guild_id", "hour", "person", "channel", "kind"),
    CheckConstraint("kind BETWEEN 1 AND 4", name="kind"),
    CheckConstraint("n > 0", name="n"),
    **COUNT_TABLE,
)


class MemberWeekColumns(TypedColumns):
    """A person's week, kept up to date by the flush: the sum of the hours in it."""

    guild_id: Named[int] = Column(BigInteger)
    week: Named[datetime] = Column(Moment())
    person: Named[int] = Column(Integer, ForeignKey("person.n"))
    messages: Named[int] = Column(Integer)
    reactions: Named[int] = Column(Integer)
    threads: Named[int] = Column(Integer)
    voice: Named[int] = Column(Integer)


member_week = Table(
    "member_week",
    metadata,
    MemberWeekColumns,
    PrimaryKeyConstraint("guild_id", "week", "person"),
    **COUNT_TABLE,
)


class GuildDayColumns(TypedColumns):
    """A guild's day, kept up to date by the flush. People who opted out are not in it."""

    guild_id: Named[int] = Column(BigInteger)
    day: Named[datetime] = Column(Moment())
    messages: Named[int] = Column(Integer)
    reactions: Named[int] = Column(Integer)
    threads: Named[int] = Column(Integer)
    voice: Named[int] = Column(Integer)


guild_day = Table(
    "guild_day", metadata, GuildDayColumns, PrimaryKeyConstraint("guild_id", "day"), **COUNT_TABLE
)


class ReactionGivenColumns(TypedColumns):
    """A reaction that was counted; when it is removed and given again it is not counted twice."""

    guild_id: Named[int] = Column(BigInteger)
    message_id: Named[int] = Column(BigInteger)
    person: Named[int] = Column(Integer, ForeignKey("person.n"))
    emoji: Named[str] = Column(String)


reaction_given = Table(
    "reaction_given",
    metadata,
    ReactionGivenColumns,
    PrimaryKeyConstraint("guild_id", "message_id", "person", "emoji"),
    **COUNT_TABLE,
)


class ThreadOpenedColumns(TypedColumns):
    """A thread or forum post whose opening was seen."""

    guild_id: Named[int] = Column(BigInteger)
    thread_id: Named[int] = Column(BigInteger)
    person: Named[int] = Column(Integer, ForeignKey("person.n"))


thread_opened = Table(
    "thread_opened",
    metadata,
    ThreadOpenedColumns,
    PrimaryKeyConstraint("guild_id", "thread_id"),
    **COUNT_TABLE,
)


class VoiceSessionColumns(TypedColumns):
    """Somebody in a voice channel. `company_s` seconds were spent with others, and more since `company_since`, if set."""

    guild_id: Named[int] = Column(BigInteger)
    person: Named[int] = Column(Integer, ForeignKey("person.n"))
    since: Named[datetime] = Column(Utc())
    channel: Named[int] = Column(Integer, ForeignKey("channel.n"))
    company_s: Named[int] = Column(Integer)
    company_since: Named[datetime | None] = Column(Utc())
    ended_at: Named[datetime | None] = Column(Utc())


voice_session = Table(
    "voice_session",
    metadata,
    VoiceSessionColumns,
    PrimaryKeyConstraint("guild_id", "person", "since", "channel"),
    CheckConstraint("company_s >= 0", name="company_s"),
    **COUNT_TABLE,
)


class WatchColumns(TypedColumns):
    """Since when Lyceum counts a guild, and until when it certainly heard everything."""

    guild_id: Named[int] = Column(BigInteger, primary_key=True, autoincrement=False)
    since: Named[datetime] = Column(Utc())
    until: Named[datetime] = Column(Utc())


watch = Table("watch", metadata, WatchColumns, **STRICT)


class GapColumns(TypedColumns):
    """A span of time of which something is not counted and cannot be read back.

    "away": no gateway session, so reactions and voice are missing (channel 0: the whole guild).
    "forbidden": the channel's history may not be read, so its messages are missing.
    """

    guild_id: Named[int] = Column(BigInteger)
    channel_id: Named[int] = Column(BigInteger)
    since: Named[datetime] = Column(Utc())
    until: Named[datetime] = Column(Utc())
    reason: Named[str] = Column(String)


gap = Table(
    "gap",
    metadata,
    GapColumns,
    PrimaryKeyConstraint("guild_id", "channel_id", "since"),
    CheckConstraint("reason IN ('away', 'forbidden')", name="reason"),
    CheckConstraint("until >= since", name="order"),
    **COUNT_TABLE,
)
