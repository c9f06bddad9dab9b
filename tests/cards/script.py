"""Who does what to see every card that Lyceum sends, in the order in which one community comes to see them."""

from __future__ import annotations

from tests.cards.studio import Shot

HELP = (Shot("", "ann", "/help"),)

COURSES = (
    Shot("courses.cards.browse", "ann", "/course browse", channel="courses"),
    Shot("", "bob", "/course open course:Asyncio in practice", channel="courses"),
    Shot("courses.cards.outline", "bob", last=True),
    Shot("courses.cards.module", "bob", press="pick.module"),
    Shot("courses.cards.lesson", "bob", press="pick.lesson"),
    Shot(
        "courses.cards.rated",
        "bob",
        "/course rate lesson:What the event loop does stars:5",
        channel="courses",
    ),
    Shot("courses.staff_cards.taught", "olivia", "/teach courses", channel="staff"),
    Shot(
        "courses.staff_cards.locked",
        "olivia",
        "/teach lock course:Asyncio in practice tier:Studio",
        channel="staff",
    ),
    Shot("", "olivia", "/teach lock course:Asyncio in practice tier:Pro", channel="staff"),
)

EVENTS = (
    Shot(
        "events.cards.planned",
        "max",
        "/host create kind:Talk title:Ask me anything when:in 70 minutes length:60 channel:Classroom",
        channel="staff",
    ),
    Shot("events.cards.public", "ann", channel="events"),
    Shot("events.cards.going", "ann", press="event.going"),
    Shot("", "ann", channel="events"),
    Shot("events.cards.not_going", "ann", press="event.cant"),
    Shot("events.cards.listed", "ann", "/event list", channel="events"),
    Shot("events.cards.reminder", "ann", channel="events", hours=1),
    Shot(
        "", "max", "/host create kind:Workshop title:Your first pull request when:in 3 days", channel="staff"
    ),
    Shot("events.cards.cancelled", "max", "/host cancel event:Your first", channel="staff"),
    Shot("events.cards.roll", "max", "/host attendees event:Ask me anything", channel="staff", hours=2),
)

INSIGHT = (
    Shot("insight.cards.weekly", "olivia", "/stats week week:…", channel="staff"),
    Shot("insight.explain.explained", "olivia", "/stats explain metric:Engagement", channel="staff"),
)

BUYING = (
    Shot("memberships.cards.plans", "ann", "/membership plans"),
    Shot("memberships.cards.pay", "ann", press="membership.buy"),
)

SCRIPT = (*COURSES, *EVENTS, *INSIGHT, *BUYING)
