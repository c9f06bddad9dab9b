"""The buttons of the cards about orders."""

from __future__ import annotations

from bot.actions import NUMBER, WORD, ButtonAction, SelectAction, arguments, blank_as, one_of
from bot.memberships.model import OrderStatus

TURN_ORDERS = ButtonAction(
    "order.page",
    arguments(NUMBER, blank_as("0", NUMBER), blank_as("-", one_of(OrderStatus)), blank_as("0", NUMBER)),
)
"""The page number and the search: a member, a state, a tier."""
CLOSE_UNMATCHED = ButtonAction("order.done", arguments(WORD))
"""The `unmatched_id` of a payment that belongs to no order."""
TURN_ORDER = ButtonAction("order.turn", arguments(NUMBER, NUMBER))
"""An order, and another page of it."""
TURN_WAITING = ButtonAction("order.waiting", arguments(NUMBER))
"""A page of everything that needs the owner."""
PICK_ORDER = SelectAction("pick.order", arguments(NUMBER))
SHOW_ORDER = ButtonAction("order.show", arguments(NUMBER))
REFRESH_ORDER = ButtonAction("order.look", arguments(NUMBER))
REFUND_ORDER = ButtonAction("order.refund", arguments(NUMBER))
GIVE_BACK = ButtonAction("order.give_back", arguments(NUMBER))
"""The id of a refund's draft."""
MARK_PAID = ButtonAction("order.paid", arguments(NUMBER))
CORRECT_NOTE = ButtonAction("order.correct", arguments(NUMBER))
EXTEND_ORDER = ButtonAction("order.extend", arguments(NUMBER))
RESEND_ORDER = ButtonAction("order.resend", arguments(NUMBER))
COMPARE_BOOKS = ButtonAction("order.books", arguments(NUMBER))
"""An id that only this card has, or 0."""
TURN_DIFFERENCES = ButtonAction("order.differ", arguments(NUMBER))
"""The page number."""
