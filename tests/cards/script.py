"""Who does what to see every card that Lyceum sends, in the order in which one community comes to see them."""

from __future__ import annotations

from tests.cards.studio import Shot

COURSES = (
    Shot(card="courses.cards.browse", who="ann", line="/course browse", channel="courses"),
    Shot(card="", who="bob", line="/course open course:Asyncio in practice", channel="courses"),
    Shot(card="courses.cards.outline", who="bob", last=True),
    Shot(card="courses.cards.module", who="bob", press="pick.module"),
    Shot(card="courses.cards.lesson", who="bob", press="pick.lesson"),
    Shot(
        card="courses.cards.rated",
        who="bob",
        line="/course rate lesson:What the event loop does stars:5",
        channel="courses",
    ),
    Shot(card="courses.staff_cards.taught", who="olivia", line="/teach courses", channel="staff"),
    Shot(
        card="courses.staff_cards.locked",
        who="olivia",
        line="/teach lock course:Asyncio in practice tier:Studio",
        channel="staff",
    ),
    Shot(card="", who="olivia", line="/teach lock course:Asyncio in practice tier:Pro", channel="staff"),
)

EVENTS = (
    Shot(
        card="events.cards.planned",
        who="max",
        line="/host create kind:Talk title:Ask me anything when:in 70 minutes length:60 channel:Classroom",
        channel="staff",
    ),
    Shot(card="events.cards.public", who="ann", channel="events"),
    Shot(card="events.cards.going", who="ann", press="event.going"),
    Shot(card="events.cards.listed", who="ann", line="/event list", channel="events"),
    Shot(card="events.cards.not_going", who="ann", press="event.cant"),
    Shot(card="events.cards.reminder", who="ann", channel="events", hours=1),
    Shot(
        card="",
        who="max",
        line="/host create kind:Workshop title:Your first pull request when:in 3 days length:90 place:The reading room",
        channel="staff",
    ),
    Shot(
        card="events.cards.cancelled",
        who="max",
        line="/host cancel event:Your first pull request",
        channel="staff",
    ),
    Shot(
        card="events.cards.roll",
        who="max",
        line="/host attendees event:Ask me anything",
        channel="staff",
        hours=2,
    ),
)

INSIGHT = (
    Shot(card="insight.cards.weekly", who="olivia", line="/stats week week:…", channel="staff"),
    Shot(
        card="insight.explain.explained",
        who="olivia",
        line="/stats explain metric:Engagement",
        channel="staff",
    ),
)

REASON = "We were glad to have you"

BUYING = (
    Shot(card="orders.cards.plans", who="ann", line="/membership plans"),
    Shot(card="orders.cards.pay", who="ann", press="membership.buy"),
    Shot(card="orders.cards.receipt", who="ann", pay=True),
    Shot(card="changes.status_cards.status", who="ann", line="/membership status"),
    Shot(card="changes.status_cards.endings", who="ann", line="/membership cancel"),
    Shot(card="changes.cards.quote", who="ann", line="/membership change plan:Studio"),
)

SHELF = (
    Shot(card="catalog.cards.listed", who="olivia", line="/tier list", channel="staff"),
    Shot(
        card="catalog.cards.created",
        who="olivia",
        line="/tier create name:Starter price:5 currency:USD role:Starter days:30",
        channel="staff",
    ),
    Shot(
        card="catalog.cards.priced",
        who="olivia",
        line="/tier price add tier:Starter price:50 currency:USD days:365",
        channel="staff",
    ),
    Shot(
        card="catalog.cards.course_included",
        who="olivia",
        line="/tier course tier:Starter course:Asyncio in practice",
        channel="staff",
    ),
    Shot(card="catalog.shop_view.preview", who="olivia", line="/tier preview tier:Starter", channel="staff"),
    Shot(
        card="catalog.shop_view.shop_posted",
        who="olivia",
        line="/tier shop channel:general",
        channel="staff",
    ),
    Shot(card="catalog.shop_view.shop", who="bob", channel="general"),
    Shot(card="changes.cards.choice", who="bob", line="/membership buy plan:Starter"),
    Shot(
        card="catalog.cards.proposed",
        who="olivia",
        line="/tier edit tier:Pro grace_days:3 events:False",
        channel="staff",
    ),
    Shot(card="catalog.cards.cancelled", who="olivia", press="tier.cancel"),
    Shot(card="", who="olivia", line="/tier edit tier:Pro add_role:Starter", channel="staff"),
    Shot(card="catalog.cards.applied", who="olivia", press="tier.apply_all"),
    Shot(
        card="catalog.cards.archived",
        who="olivia",
        line="/tier archive tier:Starter",
        channel="staff",
    ),
    Shot(
        card="catalog.cards.restored",
        who="olivia",
        line="/tier restore tier:Starter",
        channel="staff",
    ),
)

ACCESS = (
    Shot(
        card="access.cards.explanation",
        who="olivia",
        line="/access explain member:ann",
        channel="staff",
    ),
    Shot(
        card="access.cards.granted",
        who="olivia",
        line="/access grant member:cid tier:Pro until:30 reason:Speaks at our evening",
        channel="staff",
    ),
    Shot(
        card="access.cards.withheld",
        who="olivia",
        line="/access withhold member:cid role:Pro until:7 reason:Cools down",
        channel="staff",
    ),
    Shot(card="access.cards.audited", who="olivia", line="/access audit", channel="staff"),
    Shot(
        card="access.cards.released",
        who="olivia",
        line="/access release member:cid role:Pro",
        channel="staff",
    ),
    Shot(
        card="access.cards.transferred",
        who="olivia",
        line="/access transfer old:cid new:eve reason:A new account",
        channel="staff",
    ),
    Shot(
        card="access.cards.revoked",
        who="olivia",
        line="/access revoke member:eve tier:Pro reason:The evening is over",
        channel="staff",
    ),
    Shot(
        card="access.cards.importable",
        who="olivia",
        line="/access import tier:Studio until:30 source:the old bot",
        channel="staff",
    ),
    Shot(
        card="access.cards.imported",
        who="olivia",
        line="/access import tier:Studio until:30 source:the old bot confirm:True",
        channel="staff",
    ),
    Shot(card="access.cards.history", who="olivia", line="/access log", channel="staff"),
)

DESK = (
    Shot(card="backoffice.cards.order_list", who="olivia", line="/order list", channel="staff"),
    Shot(
        card="backoffice.detail_cards.order_detail", who="olivia", line="/order show order:…", channel="staff"
    ),
    Shot(card="backoffice.answers.resent", who="olivia", line="/order resend order:…", channel="staff"),
    Shot(card="backoffice.books_cards.books", who="olivia", line="/order books", channel="staff"),
    Shot(card="backoffice.answers.exported", who="olivia", line="/order export", channel="staff"),
    Shot(
        card="backoffice.answers.refund_drafted",
        who="olivia",
        line=f"/order refund order:… reason:{REASON}",
        channel="staff",
    ),
    Shot(card="backoffice.answers.refund_confirmed", who="olivia", press="order.give_back"),
)

REMINDING = (
    Shot(card="", who="bob", line="/membership reminders allowed:on"),
    Shot(card="reminders.cards.choice", who="bob", last=True),
    Shot(card="reminders.cards.reminder", who="bob", channel="@bot", hours=24 * 26),
    Shot(card="catalog.cards.suspended", who="olivia", without_role="Starter", channel="staff"),
    Shot(card="catalog.cards.looked", who="olivia", press="tier.recheck"),
)

TRANSFER = (
    Shot(
        card="", who="olivia", line="/tier price add tier:Pro price:20 currency:EUR days:30", channel="staff"
    ),
    Shot(card="", who="cid", line="/membership buy plan:Pro price:€20"),
    Shot(card="orders.cards.pay", who="cid", press="membership.buy:*:manual", variant="transfer"),
)

HELP = (Shot(card="cogs.help.overview", who="ann", line="/help"),)

SCRIPT = (*HELP, *COURSES, *EVENTS, *INSIGHT, *BUYING, *SHELF, *ACCESS, *DESK, *TRANSFER, *REMINDING)
