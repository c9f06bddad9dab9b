"""Cards of events."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from babel import Locale, dates

from bot.cards import Accent, Block, Button, Card, Line, Row, card, plain
from bot.events.actions import CANNOT, GOING, TURN_EVENTS
from bot.events.event import Event, EventKind, EventState, ListedEvent, Roster
from bot.events.times import ParsedTime
from bot.i18n import Language, stamp
from bot.paging import turning

SHOWN = 40
"""How many names a list of attendees shows; the rest is a number."""

LISTED = 60
"""How many events a list holds, on as many pages as it takes."""

_ICONS = {
    EventKind.TALK: "🎙️",
    EventKind.CONTEST: "🏁",
    EventKind.INTERVIEW: "🤝",
    EventKind.LECTURE: "🎓",
    EventKind.MEETUP: "☕",
    EventKind.WORKSHOP: "🛠️",
}
_ACCENTS = {
    EventState.SCHEDULED: Accent.PLAIN,
    EventState.LIVE: Accent.GOOD,
    EventState.OVER: Accent.QUIET,
    EventState.CANCELLED: Accent.BAD,
}


def kind_name(t: Language, kind: EventKind) -> str:
    """The name of a kind of event."""
    names = {
        EventKind.TALK: t("Talk"),
        EventKind.CONTEST: t("Contest"),
        EventKind.INTERVIEW: t("Interview"),
        EventKind.LECTURE: t("Lecture"),
        EventKind.MEETUP: t("Meetup"),
        EventKind.WORKSHOP: t("Workshop"),
    }
    return names[kind]


def going_action(event: Event) -> str:
    """The action of *Going* on the card. It identifies the card among our messages."""
    return GOING.encode(event.id, None)


def reminder_action(event: Event, minutes: int) -> str:
    """The action of *Going* on a reminder. It identifies the reminder among our messages."""
    return GOING.encode(event.id, minutes)


def public(t: Language, event: Event, going: int, came: int) -> Card:
    """The public card of an event in its current state."""
    blocks: list[Block | str | None] = [f"### {_ICONS[event.kind]} {plain(event.title)}", _facts(t, event)]
    if event.state == EventState.CANCELLED:
        blocks.append(t("**Cancelled.**"))
    elif event.state == EventState.OVER:
        attended = t.n("**Over.** {n} person came.", "**Over.** {n} people came.", came)
        blocks.append(
            attended if event.voice_channel_id is not None else t("**Over.** Thanks to everybody who came.")
        )
    else:
        blocks.append(t("**Live now.**") if event.state == EventState.LIVE else None)
        blocks += [
            _count(t, going),
            Row(
                (
                    Button(t("Going"), going_action(event), style="success"),
                    Button(t("Can't"), CANNOT.encode(event.id)),
                )
            ),
        ]
    return card(*blocks, accent=_ACCENTS[event.state])


def reminder(t: Language, event: Event, minutes: int, *, begun: bool) -> Card:
    """The message that is posted shortly before an event begins, or as it begins."""
    title, when = plain(event.title), stamp(event.starts_at, "R")
    headline = (
        t("**{title}** has begun.", title=title)
        if begun
        else t("**{title}** begins {when}.", title=title, when=when)
    )
    facts = f"🗓️ {stamp(event.starts_at, 'F')}\n📍 {_place(event)}"
    return card(
        f"### 🔔 {headline}",
        facts,
        Row((Button(t("Going"), reminder_action(event, minutes), style="success"),)),
    )


def description(t: Language, event: Event) -> str:
    """The text of Discord's own scheduled event."""
    return t("{kind}. Sign up on the card in the events channel.", kind=kind_name(t, event.kind))


def planned(t: Language, event: Event, channel: str) -> Card:
    """The answer to a host who planned an event."""
    return card(
        f"### {_ICONS[event.kind]} {plain(event.title)}",
        _facts(t, event),
        t(
            "Planned. It is announced in #{channel} and under Discord's events in a moment. "
            "`/host cancel` calls it off.",
            channel=plain(channel),
        ),
        t("The reminder follows 15 minutes before it begins.")
        if event.reminder_minutes
        else t("It is called out once more when it begins."),
        accent=Accent.GOOD,
    )


def cancelled(t: Language, event: Event) -> Card:
    """The answer to the person who cancelled an event."""
    text = t("**{title}** is cancelled. Its card says so in a moment.", title=plain(event.title))
    return card(text, accent=Accent.WARN)


def going(t: Language, event: Event, fresh: bool) -> Card:
    """The answer to *Going*."""
    values = {"title": plain(event.title), "when": stamp(event.starts_at, "F")}
    if fresh:
        return card(t("You are going to **{title}**, {when}.", **values), accent=Accent.GOOD)
    return card(t("You are on the list of **{title}** already, {when}.", **values), accent=Accent.GOOD)


def not_going(t: Language, event: Event, was: bool) -> Card:
    """The answer to *Can't*."""
    title = plain(event.title)
    if was:
        return card(t("You are off the list of **{title}**.", title=title))
    return card(t("You are not on the list of **{title}**.", title=title))


def listed(t: Language, events: list[ListedEvent], page: int = 0) -> Card:
    """The coming events, with a button for each."""
    if not events:
        return card(t("Nothing is planned right now."), accent=Accent.QUIET)
    more = t("More follow later; these are the next ones.") if len(events) > LISTED else None
    return card(
        "### " + t("What comes"),
        *(_line(t, event) for event in events[:LISTED]),
        more,
        turn=turning(t, page, TURN_EVENTS.encode),
    )


def roll(t: Language, roster: Roster) -> Card:
    """The members who signed up for an event, and those who came."""
    blocks: list[str] = [
        f"### {_ICONS[roster.event.kind]} {plain(roster.event.title)}",
        _facts(t, roster.event),
    ]
    blocks.append(_count(t, len(roster.going)) + _names([f"<@{user}>" for user in roster.going]))
    if roster.event.state == EventState.OVER:
        came = [f"<@{attendee.user_id}> ({t.number(attendee.seconds // 60)})" for attendee in roster.came]
        line = (
            t("**Nobody came.**")
            if not came
            else t.n(
                "**{n} person came** (minutes in brackets)",
                "**{n} people came** (minutes in brackets)",
                len(came),
            )
        )
        blocks.append(line + _names(came))
    return card(*blocks)


def meaning(t: Language, moment: ParsedTime) -> str:
    """A parsed time as an autocomplete choice: "Fri 27 Nov 2026, 20:00 (Europe/Berlin)"."""
    return t(
        "{moment} ({zone})",
        moment=local_time_text(t, moment.at, ZoneInfo(moment.zone)),
        zone=moment.zone,
    )


def local_time_text(t: Language, at: datetime, zone: ZoneInfo) -> str:
    """Weekday, date and time of day in `zone`."""
    pattern = t("EEE d MMM y, HH:mm")
    return dates.format_datetime(at, pattern, tzinfo=zone, locale=Locale.parse(t.code, sep="-"))


def _line(t: Language, listed: ListedEvent) -> Line:
    event = listed.event
    if listed.is_going:
        button = Button(t("Can't"), CANNOT.encode(event.id))
    else:
        button = Button(t("Going"), going_action(event), style="success")
    head = f"{_ICONS[event.kind]} **{plain(event.title, 80)}** · {kind_name(t, event.kind)}"
    when = f"{stamp(event.starts_at, 'F')} ({stamp(event.starts_at, 'R')}) · {_place(event, 60)}"
    return Line("\n".join((head, when, _count(t, listed.going))), button)


def _facts(t: Language, event: Event) -> str:
    kind = kind_name(t, event.kind)
    lines = (
        t("{kind} · 🔒 for members", kind=kind) if event.members_only else kind,
        f"🗓️ {stamp(event.starts_at, 'F')} – {stamp(event.ends_at, 't')} ({stamp(event.starts_at, 'R')})",
        t("📍 {place} · Host: {host}", place=_place(event), host=f"<@{event.host_id}>"),
    )
    return "\n".join(lines)


def _place(event: Event, limit: int = 100) -> str:
    if event.voice_channel_id is not None:
        return f"<#{event.voice_channel_id}>"
    return plain(event.address or "", limit)


def _count(t: Language, going: int) -> str:
    return t.n("**{n} going**", "**{n} going**", going)


def _names(names: list[str]) -> str:
    if not names:
        return ""
    more = f" … +{len(names) - SHOWN}" if len(names) > SHOWN else ""
    return "\n" + ", ".join(names[:SHOWN]) + more
