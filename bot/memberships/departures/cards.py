"""The cards about departures: for staff, for the payer, and for a member whom Lyceum removes at the end."""

from __future__ import annotations

from bot.cards import Accent, Block, Button, Card, Row, card, plain
from bot.i18n import Language, stamp
from bot.memberships.access.cards import retry_action
from bot.memberships.backoffice.actions import REFUND_ORDER
from bot.memberships.departures.actions import END_DEPARTED, KEEP_DEPARTED, LOOK_AGAIN
from bot.memberships.departures.departure import (
    Cause,
    Departure,
    DepartureAction,
    Notice,
    ToldSubscription,
)
from bot.memberships.model import RENEWING, Entitlement
from bot.money import Money

SHOWN = 5
"""Subscriptions on one card: as many as fit into one message with their buttons."""


def told(t: Language, notice: Notice) -> Card:
    """For the staff channel: who left, what they pay, what becomes of it, with buttons for what is still open."""
    departure = notice.departure
    blocks: list[Block | str | None] = [_title(t, departure.cause), _who(t, departure)]
    for one in notice.subscriptions[:SHOWN]:
        blocks.append("\n".join(_lines(t, one)))
        blocks.append(_buttons(t, notice, one))
    more = len(notice.subscriptions) - SHOWN
    blocks += [
        t.n("… and {n} more.", "… and {n} more.", more) if more > 0 else None,
        _afterwards(t, notice),
        Row((Button(t("Look again"), LOOK_AGAIN.encode(notice.id)),)),
    ]
    open_ = departure.returned_at is None and any(
        one.decided.action is DepartureAction.ASK for one in notice.subscriptions
    )
    return card(*blocks, accent=Accent.WARN if open_ else Accent.PLAIN)


def note(t: Language, one: ToldSubscription, receipt: str | None) -> Card:
    """For the payer who left: the renewal was turned off, and how to keep it."""
    plan = plain(one.order.tier.name)
    return card(
        t("### {plan} does not renew any more", plan=plan),
        t(
            "You are no longer in the server, so the renewal was turned off: nothing more is charged. What you paid for runs until {when}.",
            when=stamp(one.entitlement.ends_at),
        )
        if one.entitlement is not None
        else t("You are no longer in the server, so the renewal was turned off: nothing more is charged."),
        t("If you come back before then, /membership cancel has a button to keep it."),
        Row((Button(t("Receipt"), url=receipt),)) if receipt else None,
        accent=Accent.WARN,
    )


def leaving(t: Language, ended: Entitlement, server: str | None, receipt: str | None) -> Card:
    """For a member who is removed from the server now, because a membership is over."""
    return card(
        t("### {plan} is over", plan=plain(ended.tier.name)),
        t(
            "As its terms said, your time in **{server}** ends with it: you are being removed from the server now.",
            server=plain(server or "Discord"),
        ),
        t("You were not banned. With an invitation you can come back and buy it again."),
        Row((Button(t("Receipt"), url=receipt),)) if receipt else None,
        accent=Accent.QUIET,
    )


def may_not_remove(t: Language, user_id: int, plan: str, work: int) -> Card:
    """For the staff channel: a membership removes its members at the end, and Lyceum lacks the permission."""
    return card(
        t("## I may not remove members"),
        t(
            "The **{plan}** of {member} is over, and it removes members at the end. My role lacks **Kick Members**: Server Settings → Roles → my role → Permissions.",
            plan=plain(plan),
            member=f"<@{user_id}>",
        ),
        t("The roles of the membership are taken all the same. To stop removing members, use /tier edit."),
        Row((Button(t("Try again"), retry_action(work), style="primary"),)),
        accent=Accent.BAD,
    )


def _title(t: Language, cause: Cause) -> str:
    titles = {
        Cause.LEAVE: t("## A subscriber left the server"),
        Cause.KICK: t("## A subscriber was kicked"),
        Cause.BAN: t("## A subscriber was banned"),
    }
    return titles[cause]


def _who(t: Language, departure: Departure) -> str:
    member = f"<@{departure.user_id}>"
    if departure.returned_at is not None:
        return t("{member} is back in the server, so it is theirs to end or keep.", member=member)
    return t("{member} is not in the server any more.", member=member)


def _lines(t: Language, one: ToldSubscription) -> list[str]:
    order = one.order
    price = t.money(order.renewal or Money(0, order.price.currency))
    lines = [f"**{plain(order.tier.name, 60)}** · {price} · `{order.id}`"]
    holder = one.entitlement.user_id if one.entitlement else order.user_id
    if holder != order.user_id:
        lines.append(
            t("{payer} pays for it, and {holder} has it.", payer=f"<@{order.user_id}>", holder=f"<@{holder}>")
        )
    return [*lines, _state(t, one, price)]


def _state(t: Language, one: ToldSubscription, price: str) -> str:
    decided, when = one.decided, stamp(one.entitlement.ends_at, "D") if one.entitlement else "–"
    if one.order.phase not in RENEWING:
        return t("It does not renew any more: it ends on {when}, and nothing more is charged.", when=when)
    if decided.action is DepartureAction.END and decided.ended_at is None:
        return t("I am turning its renewal off. It then ends on {when}.", when=when)
    if decided.action is DepartureAction.END:
        return t("Its payer lets it go on: it renews on {when} for {price}.", when=when, price=price)
    if decided.action is DepartureAction.KEEP and decided.decided_by is not None:
        return t(
            "{staff} lets it go on: it renews on {when} for {price}.",
            staff=f"<@{decided.decided_by}>",
            when=when,
            price=price,
        )
    if decided.action is DepartureAction.KEEP:
        return t("It goes on, as the settings say: it renews on {when} for {price}.", when=when, price=price)
    return t("It renews on {when} for {price}. What should happen to it?", when=when, price=price)


def _buttons(t: Language, notice: Notice, one: ToldSubscription) -> Row:
    """What is still to be decided; giving money back is for administrators, and asks once more."""
    id_, buttons = one.order.id, list[Button]()
    if notice.departure.returned_at is None and one.order.phase in RENEWING:
        if one.decided.action is not DepartureAction.END:
            buttons.append(Button(t("End the renewal"), END_DEPARTED.encode(notice.id, id_), style="primary"))
        if one.decided.action is DepartureAction.ASK:
            buttons.append(Button(t("Let it go on"), KEEP_DEPARTED.encode(notice.id, id_)))
    buttons.append(Button(t("Refund…"), REFUND_ORDER.encode(id_), style="danger"))
    return Row(tuple(buttons))


def _afterwards(t: Language, notice: Notice) -> str | None:
    ending = any(one.order.phase not in RENEWING for one in notice.subscriptions)
    if notice.departure.returned_at is not None or not ending:
        return None
    return t(
        "-# If they come back before the end, they can keep it with /membership cancel. Nobody else can."
    )
