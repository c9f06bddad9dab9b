"""Why a paid order was refused, for the member: on the receipt, and in a direct message."""

from __future__ import annotations

from bot.cards import Accent, Card, card, plain
from bot.i18n import Language
from bot.memberships.model import Order, Refusal


def why_refused(t: Language, order: Order) -> str:
    """One sentence: what stood against it when the money came."""
    plan = plain(order.tier.name)
    if order.refused is Refusal.SUBSCRIBED:
        return t("You already had a subscription to {plan} when this was paid.", plan=plan)
    if order.refused is Refusal.UNPAID:
        return t(
            "Your subscription to {plan} waited for a renewal when this was paid, so both would have charged you.",
            plan=plan,
        )
    if order.refused is Refusal.FOREVER:
        return t("You already had {plan} for ever when this was paid.", plan=plan)
    if order.refused is Refusal.PAID_AHEAD:
        return t(
            "You already had paid days of {plan} when this was paid, and they would have been lost.",
            plan=plan,
        )
    if order.refused is Refusal.PLANNED:
        return t("You had already planned another change when this was paid.")
    if order.refused is Refusal.CHANGED:
        return t("The membership that it was to replace was already over or had changed when this was paid.")
    if order.refused is Refusal.SOLD_OUT:
        return t("The last seat of {plan} was taken before this was paid.", plan=plan)
    if order.refused is Refusal.NOT_SOLD:
        return t(
            "{plan} was no longer sold like this when it was paid, after the link had expired.", plan=plan
        )
    if order.refused is Refusal.DISCOUNT_GONE:
        return t("The membership that gave you the discount was taken back before this was paid.")
    if order.refused is Refusal.FREE_TWICE:
        return t(
            "With your discount {plan} costs nothing, so you can have it only once at a time.", plan=plan
        )
    if order.refused is Refusal.BANNED:
        return t("You were banned from this server before this was paid.")
    return t("By the time this was paid, it could not be given any more.")


def refused(t: Language, order: Order) -> Card:
    """The direct message to the payer."""
    price = t.money(order.price)
    return card(
        t("### Your payment for {plan} goes back to you", plan=plain(order.tier.name)),
        why_refused(t, order),
        t("{price} is on its way back to where it came from. You have nothing to do.", price=price),
        t("-# Order {number} · {price}", number=order.id, price=price),
        accent=Accent.WARN,
    )
