"""Who does what to see every card that Lyceum sends, in the order in which one community comes to see them."""

from __future__ import annotations

from tests.cards.studio import Shot

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
    Shot("events.cards.listed", "ann", "/event list", channel="events"),
    Shot("events.cards.not_going", "ann", press="event.cant"),
    Shot("events.cards.reminder", "ann", channel="events", hours=1),
    Shot(
        "",
        "max",
        "/host create kind:Workshop title:Your first pull request when:in 3 days length:90 place:The reading room",
        channel="staff",
    ),
    Shot("events.cards.cancelled", "max", "/host cancel event:Your first pull request", channel="staff"),
    Shot("events.cards.roll", "max", "/host attendees event:Ask me anything", channel="staff", hours=2),
)

INSIGHT = (
    Shot("insight.cards.weekly", "olivia", "/stats week week:…", channel="staff"),
    Shot("insight.explain.explained", "olivia", "/stats explain metric:Engagement", channel="staff"),
)

REASON = "We were glad to have you"

BUYING = (
    Shot("memberships.cards.plans", "ann", "/membership plans"),
    Shot("memberships.cards.pay", "ann", press="membership.buy"),
    Shot("memberships.cards.receipt", "ann", pay=True),
    Shot("memberships.status_cards.status", "ann", "/membership status"),
    Shot("memberships.status_cards.endings", "ann", "/membership cancel"),
    Shot("memberships.change_cards.quote", "ann", "/membership change plan:Studio"),
)

SHELF = (
    Shot("memberships.shelf_cards.listed", "olivia", "/tier list", channel="staff"),
    Shot(
        "memberships.shelf_cards.created",
        "olivia",
        "/tier create name:Starter price:5 currency:USD role:Starter days:30",
        channel="staff",
    ),
    Shot(
        "memberships.shelf_cards.priced",
        "olivia",
        "/tier price add tier:Starter price:50 currency:USD days:365",
        channel="staff",
    ),
    Shot(
        "memberships.shelf_cards.course_included",
        "olivia",
        "/tier course tier:Starter course:Asyncio in practice",
        channel="staff",
    ),
    Shot("memberships.shop_face.preview", "olivia", "/tier preview tier:Starter", channel="staff"),
    Shot("memberships.shop_face.shop_posted", "olivia", "/tier shop channel:general", channel="staff"),
    Shot("memberships.shop_face.shop", "bob", channel="general"),
    Shot("memberships.change_cards.choice", "bob", "/membership buy plan:Starter"),
    Shot(
        "memberships.shelf_cards.proposed",
        "olivia",
        "/tier edit tier:Pro grace_days:3 events:False",
        channel="staff",
    ),
    Shot("memberships.shelf_cards.cancelled", "olivia", press="tier.cancel"),
    Shot("", "olivia", "/tier edit tier:Pro add_role:Starter", channel="staff"),
    Shot("memberships.shelf_cards.applied", "olivia", press="tier.apply_all"),
    Shot("memberships.shelf_cards.archived", "olivia", "/tier archive tier:Starter", channel="staff"),
    Shot("memberships.shelf_cards.restored", "olivia", "/tier restore tier:Starter", channel="staff"),
)

ACCESS = (
    Shot("memberships.access_cards.explanation", "olivia", "/access explain member:ann", channel="staff"),
    Shot(
        "memberships.access_cards.granted",
        "olivia",
        "/access grant member:cid tier:Pro until:30 reason:Speaks at our evening",
        channel="staff",
    ),
    Shot(
        "memberships.access_cards.withheld",
        "olivia",
        "/access withhold member:cid role:Pro until:7 reason:Cools down",
        channel="staff",
    ),
    Shot("memberships.access_cards.audited", "olivia", "/access audit", channel="staff"),
    Shot(
        "memberships.access_cards.released", "olivia", "/access release member:cid role:Pro", channel="staff"
    ),
    Shot(
        "memberships.access_cards.transferred",
        "olivia",
        "/access transfer old:cid new:eve reason:A new account",
        channel="staff",
    ),
    Shot(
        "memberships.access_cards.revoked",
        "olivia",
        "/access revoke member:eve tier:Pro reason:The evening is over",
        channel="staff",
    ),
    Shot(
        "memberships.access_cards.importable",
        "olivia",
        "/access import tier:Studio until:30 source:the old bot",
        channel="staff",
    ),
    Shot(
        "memberships.access_cards.imported",
        "olivia",
        "/access import tier:Studio until:30 source:the old bot confirm:True",
        channel="staff",
    ),
    Shot("memberships.access_cards.history", "olivia", "/access log", channel="staff"),
)

DESK = (
    Shot("memberships.order_cards.order_list", "olivia", "/order list", channel="staff"),
    Shot("memberships.order_cards.order_sheet", "olivia", "/order show order:…", channel="staff"),
    Shot("memberships.order_answers.resent", "olivia", "/order resend order:…", channel="staff"),
    Shot("memberships.order_cards.books", "olivia", "/order books", channel="staff"),
    Shot("memberships.order_answers.exported", "olivia", "/order export", channel="staff"),
    Shot(
        "memberships.order_answers.refund_drafted",
        "olivia",
        f"/order refund order:… reason:{REASON}",
        channel="staff",
    ),
    Shot("memberships.order_answers.refund_confirmed", "olivia", press="order.give_back"),
)

REMINDING = (
    Shot("", "bob", "/membership reminders allowed:on"),
    Shot("memberships.reminder_cards.choice", "bob", last=True),
    Shot("memberships.reminder_cards.reminder", "bob", channel="@bot", hours=24 * 26),
    Shot("memberships.shelf_cards.suspended", "olivia", without_role="Starter", channel="staff"),
    Shot("memberships.shelf_cards.looked", "olivia", press="tier.recheck"),
)

TRANSFER = (
    Shot("", "olivia", "/tier price add tier:Pro price:20 currency:EUR days:30", channel="staff"),
    Shot("", "cid", "/membership buy plan:Pro price:€20"),
    Shot("memberships.cards.pay", "cid", press="membership.buy:*:manual", variant="transfer"),
)

HELP = (Shot("cogs.help.overview", "ann", "/help"),)

SCRIPT = (*HELP, *COURSES, *EVENTS, *INSIGHT, *BUYING, *SHELF, *ACCESS, *DESK, *REMINDING, *TRANSFER)
