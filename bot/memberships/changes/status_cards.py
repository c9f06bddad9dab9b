"""What a member sees of what they have: status, endings, reminders."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.cards import Accent, Block, Button, Card, Divider, Row, card, plain
from bot.i18n import Language, stamp
from bot.memberships.changes.renewals import Endings
from bot.memberships.membership_actions import (
    KEEP_RENEWAL,
    OPEN_PORTAL,
    SHOW_OPTIONS,
    STOP_RENEWAL,
    TOGGLE_REMINDERS,
    UNDO_CHANGE,
)
from bot.memberships.model import EntitlementStatus, Order
from bot.memberships.orders.cards import order_line, play_money
from bot.memberships.orders.holdings import OwnedMembership, PlannedChange
from bot.memberships.wording import roles_words
from bot.payments.port import Phase

SHOWN = 5
"""Memberships on one card: with their buttons they fit into one message."""


@dataclass(frozen=True, kw_only=True)
class Status:
    """What a member has (`held`), has bought ahead, has planned, and ordered. `roles`: those they really have now.

    `reminders`: did they allow direct messages; `soon` is how long before an end the first one comes.
    """

    held: tuple[OwnedMembership, ...]
    ahead: tuple[OwnedMembership, ...]
    planned: tuple[PlannedChange, ...]
    orders: tuple[Order, ...]
    roles: frozenset[int]
    now: datetime
    playing: bool
    reminders: bool
    soon: timedelta
    receipts: Mapping[int, str] = field(default_factory=dict[int, str])
    """Where the receipts of orders can be read, by the order's id."""


def status(t: Language, told: Status) -> Card:
    """Everything that the member has: until when, how it goes on, what is planned; and what they can do about it."""
    blocks: list[Block | str | None] = [t("## Your membership")]
    if not told.held:
        blocks.append(t("You have no membership here. /membership plans shows what there is."))
    for one in told.held[:SHOWN]:
        blocks.append("\n".join(_lines(t, told, one)))
        blocks.append(_row(t, one))
    lines = [
        t(
            "**{plan}** was bought ahead: {starts} to {until}.",
            plan=plain(one.entitlement.tier.name),
            starts=stamp(one.entitlement.starts_at),
            until=stamp(one.entitlement.ends_at),
        )
        for one in told.ahead[:SHOWN]
    ]
    lines += [planned_line(t, one) for one in told.planned[:SHOWN]]
    blocks.append("\n".join(lines) or None)
    blocks += [*_reminders(t, told)]
    if told.orders:
        blocks += [Divider(), t("**Your latest orders**")]
        blocks.append("\n".join(_order(t, told, order) for order in told.orders))
    return card(*blocks, play_money(t, playing=told.playing), accent=_accent(told))


def endings(t: Language, told: Endings) -> Card:
    """What can be ended, and what ends by itself; what stays until when."""
    blocks: list[Block | str | None] = [t("## Ending a membership")]
    if not told.held and not told.planned:
        return card(t("You have no membership here, so there is nothing to end."), accent=Accent.QUIET)
    for one in told.held[:SHOWN]:
        blocks.append(f"**{plain(one.entitlement.tier.name)}**\n{_ending(t, one)}")
        if one.renews and one.order is not None:
            end = Button(t("End the renewal"), STOP_RENEWAL.encode(one.order.id), style="danger")
            blocks.append(Row((end,)))
        elif one.phase is Phase.ENDING and one.order is not None:
            blocks.append(Row((_keep(t, one.order),)))
    for planned in told.planned[:SHOWN]:
        blocks.append(planned_line(t, planned))
        undo = Button(t("Take the change back"), UNDO_CHANGE.encode(planned.order.id))
        blocks.append(Row((undo,)))
    return card(*blocks)


def stopped(t: Language, held: OwnedMembership) -> Card:
    """No more money is taken."""
    if held.phase is not Phase.ENDING or held.order is None:
        return card(_ending(t, held), accent=Accent.QUIET)
    return card(
        t("**{plan}** does not renew any more.", plan=plain(held.entitlement.tier.name)),
        _ending(t, held),
        Row((_keep(t, held.order),)),
        accent=Accent.GOOD,
    )


def kept(t: Language, held: OwnedMembership) -> Card:
    """It goes on after all."""
    if held.phase is not Phase.ACTIVE:
        return card(_ending(t, held), accent=Accent.QUIET)
    return card(
        t("**{plan}** goes on.", plan=plain(held.entitlement.tier.name)),
        _goes_on(t, held),
        accent=Accent.GOOD,
    )


def portal(t: Language, url: str) -> Card:
    """The door to the provider's own page."""
    return card(
        t("Your card and your invoices are on the provider's page. The door closes after a few minutes."),
        Row((Button(t("Open it"), url=url),)),
    )


def planned_line(t: Language, planned: PlannedChange) -> str:
    """A change that is still to come."""
    plan, when = plain(planned.order.tier.name), stamp(planned.starts_at)
    if planned.entitlement is None:
        return t(
            "Planned: **{plan}** from {when}, for {price}, which is charged then.",
            plan=plan,
            when=when,
            price=t.money(planned.order.price),
        )
    return t("Planned: **{plan}** from {when}; it is paid.", plan=plan, when=when)


def _order(t: Language, told: Status, order: Order) -> str:
    link = told.receipts.get(order.id)
    return order_line(t, order) + (f" · [{t('Receipt')}]({link})" if link else "")


def _lines(t: Language, told: Status, held: OwnedMembership) -> list[str]:
    entitlement = held.entitlement
    role = roles_words(entitlement.tier.terms.roles)
    if entitlement.forever:
        first = t("**{plan}** — yours for ever · {role}", plan=plain(entitlement.tier.name), role=role)
    else:
        first = t(
            "**{plan}** — active until {when} · {role}",
            plan=plain(entitlement.tier.name),
            when=stamp(entitlement.ends_at),
            role=role,
        )
    lines = [first, f"-# {_source(t, held)}"]
    if told.now >= entitlement.ends_at:
        lines.append(
            t("⚠ Its time is over. You keep your roles until {when}.", when=stamp(entitlement.held_until))
        )
    lines.append(_goes_on(t, held))
    if not told.roles.issuperset(entitlement.tier.terms.roles):
        lines.append(
            t("The role is missing at the moment. It comes by itself once the owner has set things right.")
        )
    return lines


def _source(t: Language, held: OwnedMembership) -> str:
    words = {"trial": t("A trial"), "grant": t("Given by staff"), "import": t("Taken over from before")}
    return words.get(held.entitlement.source) or t(
        "Bought · order {number}", number=held.entitlement.order_id
    )


def _goes_on(t: Language, held: OwnedMembership) -> str:
    """How it goes on when its time is over."""
    if held.order is not None and held.order.renewal is not None and held.phase is not None:
        price, when = t.money(held.order.renewal), stamp(held.entitlement.ends_at, "D")
        words = {
            Phase.ACTIVE: t("Renews on {when} for {price}.", when=when, price=price),
            Phase.ENDING: t("Ends then; nothing more is charged."),
            Phase.PAST_DUE: t(
                "⚠ {price} could not be charged. Look at your card with *Card and invoices*.", price=price
            ),
            Phase.PAUSED: t("It is paused at the provider."),
            Phase.ENDED: t("Ends then; nothing more is charged."),
        }
        return words[held.phase]
    if held.entitlement.forever:
        return t("It never ends.")
    return t("It ends then by itself; nothing renews.")


def _ending(t: Language, held: OwnedMembership) -> str:
    """What stays until when."""
    when = stamp(held.entitlement.ends_at)
    if held.entitlement.forever:
        return t("It never ends and nothing is charged, so there is nothing to cancel.")
    if held.renews:
        return t(
            "It renews by itself. If you end it, you keep everything until {when}, and nothing more is charged.",
            when=when,
        )
    if held.phase is Phase.ENDING:
        return t("You keep everything until {when}; nothing more is charged.", when=when)
    return t(
        "Nothing renews here: it ends by itself on {when}, and you need not do anything. What was paid can be given back by the owner only.",
        when=when,
    )


def _keep(t: Language, order: Order) -> Button:
    return Button(t("Keep it"), KEEP_RENEWAL.encode(order.id), style="success")


def _row(t: Language, held: OwnedMembership) -> Row | None:
    order = held.order
    if order is None or held.entitlement.status is not EntitlementStatus.LIVE:
        return None
    buttons: list[Button] = []
    if not held.entitlement.forever:
        buttons.append(Button(t("Change"), SHOW_OPTIONS.encode(held.entitlement.id)))
    if held.renews:
        buttons.append(Button(t("Cancel"), STOP_RENEWAL.encode(order.id)))
    elif held.phase is Phase.ENDING:
        buttons.append(_keep(t, order))
    if held.subscribed:
        buttons.append(Button(t("Card and invoices"), OPEN_PORTAL.encode(order.id)))
    return Row(tuple(buttons)) if buttons else None


def _reminders(t: Language, told: Status) -> list[Block | str]:
    if not told.held:
        return []
    if told.reminders:
        words = t("I remind you by direct message before a membership ends.")
    else:
        words = t("I write you no direct messages, so nothing reminds you before a membership ends.")
    button = Button(t("No reminders") if told.reminders else t("Remind me"), TOGGLE_REMINDERS.encode())
    return [words, Row((button,))]


def _accent(told: Status) -> Accent:
    """Something ends soon, or waits for money: the card says so in its words, and shows it at its edge."""
    for one in told.held:
        ends_soon = (
            not one.renews and not one.entitlement.forever and one.entitlement.ends_at - told.soon <= told.now
        )
        if ends_soon or one.phase is Phase.PAST_DUE:
            return Accent.WARN
    return Accent.PLAIN
