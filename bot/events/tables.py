"""Tables of events: the event, its sign-ups, its attendances, and presence in its voice channel."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKeyConstraint,
    Index,
    Integer,
    Named,
    String,
    Table,
    TypedColumns,
    false,
)

from bot.db.metadata import STRICT, metadata
from bot.db.sql import only_where
from bot.db.types import Utc


class EventColumns(TypedColumns):
    """`said_wall` and `said_zone` are the local time and zone that the host gave ("2026-11-27T20:00" in "Europe/Berlin"); `starts_at` is that instant.

    `members_only`: signing up needs a membership that opens events.
    """

    guild_id: Named[int] = Column(BigInteger, primary_key=True, autoincrement=False)
    id: Named[int] = Column(BigInteger, primary_key=True, autoincrement=False)
    kind: Named[str] = Column(String)
    title: Named[str] = Column(String)
    starts_at: Named[datetime] = Column(Utc())
    ends_at: Named[datetime] = Column(Utc())
    said_wall: Named[str] = Column(String)
    said_zone: Named[str] = Column(String)
    voice_channel_id: Named[int | None] = Column(BigInteger)
    address: Named[str | None] = Column(String)
    host_id: Named[int] = Column(BigInteger)
    state: Named[str] = Column(String)
    discord_event_id: Named[int | None] = Column(BigInteger)
    card_channel_id: Named[int | None] = Column(BigInteger)
    card_message_id: Named[int | None] = Column(BigInteger)
    created_at: Named[datetime] = Column(Utc())
    members_only: Named[bool] = Column(Boolean, server_default=false())


event = Table(
    "event",
    metadata,
    EventColumns,
    CheckConstraint("kind IN ('talk', 'contest', 'interview', 'lecture', 'meetup', 'workshop')", name="kind"),
    CheckConstraint("state IN ('scheduled', 'live', 'over', 'cancelled')", name="state"),
    CheckConstraint("starts_at < ends_at", name="order"),
    CheckConstraint("(voice_channel_id IS NULL) <> (address IS NULL)", name="one_place"),
    CheckConstraint("length(title) BETWEEN 1 AND 100 AND length(address) <= 100", name="lengths"),
    Index(None, "guild_id", "ends_at"),
    **STRICT,
)


def _of_event() -> ForeignKeyConstraint:
    return ForeignKeyConstraint(["guild_id", "event_id"], ["event.guild_id", "event.id"])


class GoingColumns(TypedColumns):
    """A sign-up. `wants_reminder`: the member asked for a direct message before the event."""

    guild_id: Named[int] = Column(BigInteger, primary_key=True, autoincrement=False)
    event_id: Named[int] = Column(BigInteger, primary_key=True, autoincrement=False)
    user_id: Named[int] = Column(BigInteger, primary_key=True, autoincrement=False)
    at: Named[datetime] = Column(Utc())
    wants_reminder: Named[bool] = Column(Boolean)


going = Table("going", metadata, GoingColumns, _of_event(), **STRICT)


class AttendanceColumns(TypedColumns):
    """A member came to an event."""

    guild_id: Named[int] = Column(BigInteger, primary_key=True, autoincrement=False)
    event_id: Named[int] = Column(BigInteger, primary_key=True, autoincrement=False)
    user_id: Named[int] = Column(BigInteger, primary_key=True, autoincrement=False)
    seconds: Named[int] = Column(Integer)
    how: Named[str] = Column(String)


attendance = Table(
    "attendance",
    metadata,
    AttendanceColumns,
    _of_event(),
    CheckConstraint("how IN ('measured', 'checked_in')", name="how"),
    CheckConstraint("seconds >= 0", name="seconds"),
    **STRICT,
)


class PresenceColumns(TypedColumns):
    """A member's presence in a voice channel while its doors are open. `until`: the last moment at which they were known to be there."""

    guild_id: Named[int] = Column(BigInteger, primary_key=True, autoincrement=False)
    channel_id: Named[int] = Column(BigInteger, primary_key=True, autoincrement=False)
    user_id: Named[int] = Column(BigInteger, primary_key=True, autoincrement=False)
    since: Named[datetime] = Column(Utc(), primary_key=True)
    until: Named[datetime] = Column(Utc())
    open: Named[bool] = Column(Boolean)


event_presence = Table(
    "event_presence",
    metadata,
    PresenceColumns,
    CheckConstraint("since <= until", name="order"),
    # A member is in one voice channel of a guild at a time, as in Discord.
    Index(
        "uq_event_presence_open",
        "guild_id",
        "user_id",
        unique=True,
        **only_where(Column("open", Boolean).is_(True)),
    ),
    **STRICT,
)
