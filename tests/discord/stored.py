"""One custom id of every shape that stood on cards in November 2026. They are out there: none may ever be taken away."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from bot.insight.weeks import Week
from bot.memberships.access.actions import Scope
from bot.memberships.membership_actions import AtPrice, ChangeDraft, OfTier
from bot.memberships.model import OrderStatus

ID, OTHER = 1302050201600, 1302050201601
W48 = Week(2026, 48)
PROMISED = ChangeDraft(ID, OTHER, True, datetime(2026, 11, 2, 8, tzinfo=UTC), 1900, 0)
LATER = ChangeDraft(ID, OTHER, False, datetime(2026, 11, 2, 8, tzinfo=UTC), 900, 86400)

BUTTONS: dict[str, tuple[Any, ...]] = {
    "access.log:1302050201600:1": (ID, 1),
    "access.log:all:-1": (None, -1),
    "access.page:1302050201600:1": (ID, 1),
    "access.repair:all": (Scope.ALL,),
    "access.retry:all": (None,),
    "course.browse:0": (0,),
    "course.browse:2": (2,),
    "course.browse:first": (-1,),
    "course.browse:last": (10**6,),
    "course.module:1302050201600.3.1": (ID, 3, 1),
    "course.module:1302050201600.3.first": (ID, 3, -1),
    "course.module:1302050201600.3.last": (ID, 3, 10**6),
    "course.open:1302050201600": (ID, None),
    "course.open:1302050201600.0": (ID, 0),
    "course.open:1302050201600.2": (ID, 2),
    "course.open:1302050201600.first": (ID, -1),
    "course.open:1302050201600.last": (ID, 10**6),
    "departure.stop:1302050201600:1302050201601": (ID, OTHER),
    "departure.keep:1302050201600:1302050201601": (ID, OTHER),
    "departure.look:1302050201600": (ID,),
    "event.cant:1302050201600": (ID,),
    "event.going:1302050201600": (ID, None),
    "event.going:1302050201600:0": (ID, 0),
    "event.going:1302050201600:15": (ID, 15),
    "event.page:1": (1,),
    "help.page:1": (1,),
    "lesson.done:1302050201600": (ID,),
    "lesson.open:1302050201600": (ID,),
    "lesson.page:1302050201600.1": (ID, 1),
    "lesson.page:1302050201600.first": (ID, -1),
    "lesson.page:1302050201600.last": (ID, 10**6),
    "lesson.rate:1302050201600": (ID,),
    "membership.buy:1302050201600": (OfTier(ID), None),
    "membership.buy:p1302050201600": (AtPrice(ID), None),
    "membership.buy:p1302050201600:stripe": (AtPrice(ID), "stripe"),
    "membership.change:1302050201600.1302050201601": (ID, OTHER),
    "membership.check:1302050201600": (ID,),
    "membership.confirm:l.12f283d6000.12f283d6001.6ae84300.384.15180": (LATER, None),
    "membership.confirm:n.12f283d6000.12f283d6001.6ae84300.76c.0": (PROMISED, None),
    "membership.confirm:n.12f283d6000.12f283d6001.6ae84300.76c.0:till": (PROMISED, "till"),
    "membership.endings:1": (1,),
    "membership.keep:1302050201600": (ID,),
    "membership.options:1302050201600": (ID,),
    "membership.plans:1": (1,),
    "membership.portal:1302050201600": (ID,),
    "membership.remind": (),
    "membership.shop:-1": (-1,),
    "membership.status:1": (1,),
    "membership.stop:1302050201600": (ID,),
    "membership.undo:1302050201600": (ID,),
    "order.correct:1302050201600": (ID,),
    "order.books:0": (0,),
    "order.books:1302050201600": (ID,),
    "order.differ:0": (0,),
    "order.done:0f3c5a7e9b1d2f4a6c8e": ("0f3c5a7e9b1d2f4a6c8e",),
    "order.extend:1302050201600": (ID,),
    "order.give_back:1302050201600": (ID,),
    "order.look:1302050201600": (ID,),
    "order.page:-1:0:-:0": (-1, None, None, None),
    "order.page:1:0:-:0": (1, None, None, None),
    "order.page:2:1302050201600:pending:1302050201601": (2, ID, OrderStatus.PENDING, OTHER),
    "order.paid:1302050201600": (ID,),
    "order.refund:1302050201600": (ID,),
    "order.resend:1302050201600": (ID,),
    "order.show:1302050201600": (ID,),
    "order.turn:1302050201600:1": (ID, 1),
    "order.waiting:0": (0,),
    "stats.explain:2026-W48": (W48,),
    "teach.courses:1": (1,),
    "teach.courses:first": (-1,),
    "teach.courses:last": (10**6,),
    "tier.apply_all:1302050201600:3:4": (ID, 3, 4),
    "tier.apply_new:1302050201600:3:4": (ID, 3, 4),
    "tier.cancel": (),
    "tier.page:1": (1,),
    "tier.recheck:1302050201600": ("1302050201600",),
}
"""Custom id → the arguments that it means."""

OPTIONS: dict[tuple[str, str], tuple[Any, ...]] = {
    ("pick.figure", "content_value:2026-W48"): ("content_value", W48),
    ("pick.lesson", "1302050201600"): (ID,),
    ("pick.membership_change", "1302050201600.1302050201601"): (ID, OTHER),
    ("pick.order", "1302050201600"): (ID,),
    ("pick.module", "1302050201600.3"): (ID, 3),
}
"""(Custom id of a select, value of an option) → the arguments."""
