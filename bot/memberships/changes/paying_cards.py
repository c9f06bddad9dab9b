"""What a member sees of the subscriptions that they pay for and that serve somebody else, or nobody any more."""

from __future__ import annotations

from collections.abc import Sequence

from bot.cards import Accent, Block, Button, Card, Row, card, plain
from bot.i18n import Language, stamp
from bot.memberships.membership_actions import KEEP_RENEWAL, OPEN_PORTAL, STOP_RENEWAL
from bot.memberships.model import Entitlement, Order
from bot.memberships.orders.paying import PaidSubscription
from bot.payments.port import Phase

SHOWN = 5
"""Subscriptions in one message."""


def paying_blocks(t: Language, paid: PaidSubscription) -> list[Block | str]:
    """One subscription on the status card: whom it serves, what it will charge, and buttons to end it."""
    buttons: list[Button] = []
    if paid.renews:
        buttons.append(Button(t("Cancel"), STOP_RENEWAL.encode(paid.order.id)))
    elif _can_be_kept(paid):
        buttons.append(keep_button(t, paid.order))
    buttons.append(Button(t("Card and invoices"), OPEN_PORTAL.encode(paid.order.id)))
    return ["\n".join([_serving_line(t, paid), charge_line(t, paid)]), Row(tuple(buttons))]


def ending_blocks(t: Language, paid: PaidSubscription) -> list[Block | str]:
    """One subscription on the card of /membership cancel."""
    blocks: list[Block | str] = ["\n".join([_serving_line(t, paid), ending_line(t, paid)])]
    if paid.renews:
        end = Button(t("End the renewal"), STOP_RENEWAL.encode(paid.order.id), style="danger")
        blocks.append(Row((end,)))
    elif _can_be_kept(paid):
        blocks.append(Row((keep_button(t, paid.order),)))
    return blocks


def moved(t: Language, subscriptions: Sequence[tuple[PaidSubscription, str | None]]) -> Card:
    """The direct message to who pays for what staff moved to another account; with links to the receipts' pages."""
    buttons = [
        Button(t("Receipt and cancellation: {plan}", plan=paid.order.tier.name[:40]), url=link)
        for paid, link in subscriptions[:SHOWN]
        if link is not None
    ]
    return card(
        t("### You pay for a membership of another account"),
        *(
            "\n".join(
                [
                    t(
                        "The staff moved **{plan}** to {member}. Your card was not moved: you go on paying, and only you can change that.",
                        plan=plain(paid.order.tier.name),
                        member=f"<@{paid.serves}>",
                    ),
                    charge_line(t, paid),
                ]
            )
            for paid, _ in subscriptions[:SHOWN]
        ),
        t(
            "To stop paying, type /membership cancel in the server, or press the button: that page works even when you are not in the server."
        )
        if buttons
        else t("To stop paying, type /membership cancel in the server."),
        Row(tuple(buttons)) if buttons else None,
        accent=Accent.WARN,
    )


def spared(t: Language, paid: PaidSubscription, lasting: Entitlement) -> Card:
    """The direct message to who pays for what the holder has without that, for ever or for longer: `lasting`."""
    values = {"plan": plain(paid.order.tier.name), "when": stamp(lasting.ends_at, "D")}
    if paid.serves is None:
        why = (
            t(
                "You have **{plan}** for ever now, so the subscription would have charged you for nothing.",
                **values,
            )
            if lasting.forever
            else t(
                "You have also paid for **{plan}** until {when}, so the subscription would have charged you for nothing.",
                **values,
            )
        )
    else:
        values["member"] = f"<@{paid.serves}>"
        why = (
            t(
                "{member}, for whom you pay, has **{plan}** for ever now, so the subscription would have charged you for nothing.",
                **values,
            )
            if lasting.forever
            else t(
                "{member}, for whom you pay, also has **{plan}** until {when}, so the subscription would have charged you for nothing.",
                **values,
            )
        )
    return card(
        t("### Your subscription has been stopped"), why, t("Nothing more is charged."), accent=Accent.GOOD
    )


def charge_line(t: Language, paid: PaidSubscription) -> str:
    """What it will charge, and when."""
    order = paid.order
    price = t.money(order.renewal if order.renewal is not None else order.price)
    if paid.phase is Phase.ACTIVE:
        if paid.entitlement is None:
            return t("It renews by itself for {price}.", price=price)
        return t("Renews on {when} for {price}.", when=stamp(paid.entitlement.ends_at, "D"), price=price)
    if paid.phase is Phase.PAST_DUE:
        return t("⚠ {price} could not be charged. Look at your card with *Card and invoices*.", price=price)
    if paid.phase is Phase.PAUSED:
        return t("It is paused at the provider.")
    return t("Nothing more is charged.")


def ending_line(t: Language, paid: PaidSubscription) -> str:
    """Until when it still serves, and whether it charges again."""
    if paid.entitlement is None or paid.serves is None:
        return charge_line(t, paid)
    values = {"member": f"<@{paid.serves}>", "when": stamp(paid.entitlement.ends_at)}
    if paid.renews:
        return t(
            "It renews by itself. If you end it, {member} keeps everything until {when}, and nothing more is charged.",
            **values,
        )
    return t("{member} keeps everything until {when}; nothing more is charged.", **values)


def keep_button(t: Language, order: Order) -> Button:
    """Lets a stopped renewal go on."""
    return Button(t("Keep it"), KEEP_RENEWAL.encode(order.id), style="success")


def _serving_line(t: Language, paid: PaidSubscription) -> str:
    plan = plain(paid.order.tier.name)
    if paid.serves is None:
        return t("**{plan}** — you pay for it, but it gives you nothing now.", plan=plan)
    return t("**{plan}** — you pay for it, and {member} has it.", plan=plan, member=f"<@{paid.serves}>")


def _can_be_kept(paid: PaidSubscription) -> bool:
    return paid.phase is Phase.ENDING and paid.serves is not None
