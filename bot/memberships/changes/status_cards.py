"""What a member sees of their memberships: status, endings, reminders."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.cards import Accent, Block, Button, Card, Divider, Row, card, plain
from bot.i18n import Language, stamp
from bot.memberships.changes.paying_cards import (
    charge_line,
    ending_blocks,
    ending_line,
    keep_button,
    paying_blocks,
)
from bot.memberships.changes.renewals import Endings
from bot.memberships.membership_actions import (
    OPEN_PORTAL,
    SHOW_OPTIONS,
    STOP_RENEWAL,
    TOGGLE_REMINDERS,
    TURN_ENDINGS,
    TURN_STATUS,
    UNDO_CHANGE,
)
from bot.memberships.model import EntitlementStatus, Order, Parts
from bot.memberships.orders import item_words
from bot.memberships.orders.cards import arrived_words, order_line, play_money
from bot.memberships.orders.holdings import OwnedMembership, PlannedChange
from bot.memberships.orders.paying import PaidSubscription
from bot.memberships.wording import removal_line, roles_words
from bot.paging import turning
from bot.payments.port import Phase


@dataclass(frozen=True, kw_only=True)
class Status:
    """A member's memberships (held, bought ahead, planned) and orders. `roles`: their Discord roles now.

    `paying`: the other subscriptions that they pay for, which serve somebody else or nobody any more.
    `reminders`: do they allow direct messages? `soon`: how long before an end the first reminder comes.
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
    """The URLs of receipts, by order id."""
    departed: frozenset[int] = frozenset()
    """The orders whose renewal was turned off because the member had left the server."""
    parts: Mapping[int, Parts] = field(default_factory=dict[int, Parts])
    """What was noted of open orders that are paid by hand, by order id."""
    paying: tuple[PaidSubscription, ...] = ()


def status(t: Language, status: Status, page: int = 0) -> Card:
    """Every membership: until when, how it goes on, what is planned, with buttons for what the member can do."""
    memberships = [one for one in status.held if one.entitlement.tier.item is None]
    items = [one for one in status.held if one.entitlement.tier.item is not None]
    blocks: list[Block | str | None] = [
        t("## What you have") if items and not memberships else t("## Your membership")
    ]
    if not memberships and not items:
        blocks.append(t("You have no membership here. /membership plans shows what there is."))
    for membership in memberships:
        blocks.append("\n".join(_membership_lines(t, status, membership)))
        blocks.append(_button_row(t, membership))
    for paid in status.paying:
        blocks += paying_blocks(t, paid)
    if items:
        blocks.append(t("**Also yours**") if memberships else None)
        blocks += [f"{item_words.owned_line(t, one.entitlement)}\n-# {_source_line(t, one)}" for one in items]
    lines = [
        t(
            "**{plan}** was bought ahead: {starts} to {until}.",
            plan=plain(membership.entitlement.tier.name),
            starts=stamp(membership.entitlement.starts_at),
            until=stamp(membership.entitlement.ends_at),
        )
        for membership in status.ahead
    ]
    lines += [planned_line(t, change) for change in status.planned]
    blocks.append("\n".join(lines) or None)
    blocks += [*_reminder_blocks(t, status)]
    if status.orders:
        blocks += [Divider(), t("**Your latest orders**")]
        blocks.append("\n".join(_order_line(t, status, order) for order in status.orders))
    return card(
        *blocks,
        play_money(t, playing=status.playing),
        accent=_accent(status),
        turn=turning(t, page, TURN_STATUS.encode),
    )


def endings(t: Language, endings: Endings, page: int = 0) -> Card:
    """What the member can end, what ends by itself, and until when they keep it."""
    blocks: list[Block | str | None] = [t("## Ending a membership")]
    if not endings.held and not endings.planned and not endings.paying:
        return card(t("You have no membership here, so there is nothing to end."), accent=Accent.QUIET)
    for membership in endings.held:
        blocks.append(f"**{plain(membership.entitlement.tier.name)}**\n{_ending_line(t, membership)}")
        if not membership.paid_by_holder:
            continue
        if membership.renews and membership.order is not None:
            end = Button(t("End the renewal"), STOP_RENEWAL.encode(membership.order.id), style="danger")
            blocks.append(Row((end,)))
        elif membership.phase is Phase.ENDING and membership.order is not None:
            blocks.append(Row((keep_button(t, membership.order),)))
    for paid in endings.paying:
        blocks += ending_blocks(t, paid)
    for planned in endings.planned:
        blocks.append(planned_line(t, planned))
        undo = Button(t("Take the change back"), UNDO_CHANGE.encode(planned.order.id))
        blocks.append(Row((undo,)))
    return card(*blocks, turn=turning(t, page, TURN_ENDINGS.encode))


def stopped(t: Language, paid: PaidSubscription) -> Card:
    """A renewal was stopped."""
    line = _paid_ending_line(t, paid)
    if paid.phase is not Phase.ENDING:
        return card(line, accent=Accent.QUIET)
    return card(
        t("**{plan}** does not renew any more.", plan=plain(paid.order.tier.name)),
        line,
        Row((keep_button(t, paid.order),)),
        accent=Accent.GOOD,
    )


def kept(t: Language, paid: PaidSubscription) -> Card:
    """A stopped renewal was kept."""
    if paid.phase is not Phase.ACTIVE:
        return card(_paid_ending_line(t, paid), accent=Accent.QUIET)
    return card(
        t("**{plan}** goes on.", plan=plain(paid.order.tier.name)), charge_line(t, paid), accent=Accent.GOOD
    )


def portal(t: Language, url: str) -> Card:
    """The link to the provider's page for card and invoices."""
    return card(
        t("Your card and your invoices are on the provider's page. The link works for a few minutes only."),
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


def _order_line(t: Language, status: Status, order: Order) -> str:
    link, parts = status.receipts.get(order.id), status.parts.get(order.id)
    arrived = f" · {arrived_words(t, order, parts)}" if parts is not None and parts.incomplete else ""
    return order_line(t, order) + arrived + (f" · [{t('Receipt')}]({link})" if link else "")


def _membership_lines(t: Language, status: Status, held: OwnedMembership) -> list[str]:
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
    lines = [first, f"-# {_source_line(t, held)}"]
    if status.now >= entitlement.ends_at:
        lines.append(
            t("⚠ Its time is over. You keep your roles until {when}.", when=stamp(entitlement.held_until))
        )
    lines.append(_renewal_line(t, held))
    if held.phase is Phase.ENDING and entitlement.order_id in status.departed:
        lines.append(t("You had left the server, so its renewal was turned off. *Keep it* lets it go on."))
    lines += filter(None, [removal_line(t, entitlement, renews=held.renews)])
    if not status.roles.issuperset(entitlement.tier.terms.roles):
        lines.append(
            t("The role is missing at the moment. It comes by itself once the owner has set things right.")
        )
    return lines


def _source_line(t: Language, held: OwnedMembership) -> str:
    if not held.paid_by_holder:
        return t("Moved here from another account, which pays or paid for it")
    words = {"trial": t("A trial"), "grant": t("Given by staff"), "import": t("Taken over from before")}
    return words.get(held.entitlement.source) or t(
        "Bought · order {number}", number=held.entitlement.order_id
    )


def _renewal_line(t: Language, held: OwnedMembership) -> str:
    """What happens when the membership's period ends."""
    if held.phase is not None and not held.paid_by_holder:
        return _line_of_another(t, held)
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


def _ending_line(t: Language, held: OwnedMembership) -> str:
    """Until when the member keeps it, and whether it renews."""
    when = stamp(held.entitlement.ends_at)
    if held.entitlement.forever:
        return t("It never ends and nothing is charged, so there is nothing to cancel.")
    if held.phase is not None and not held.paid_by_holder:
        return _line_of_another(t, held)
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


def _paid_ending_line(t: Language, paid: PaidSubscription) -> str:
    own = paid.entitlement is not None and paid.entitlement.user_id == paid.order.user_id
    if paid.entitlement is None or not own or paid.entitlement.status is not EntitlementStatus.LIVE:
        return ending_line(t, paid)
    return _ending_line(t, OwnedMembership(paid.entitlement, paid.order))


def _line_of_another(t: Language, held: OwnedMembership) -> str:
    """How a subscription goes on that another account pays for: no price, no card, nothing to press."""
    when = stamp(held.entitlement.ends_at, "D")
    if held.phase is Phase.ACTIVE:
        return t(
            "Another account pays for it: it goes on after {when} as long as that account pays, and only that account can change or end it.",
            when=when,
        )
    if held.renews:
        return t("⚠ Another account pays for it, and its last payment did not arrive.")
    return t("Another account paid for it and has stopped: it ends on {when}.", when=when)


def _button_row(t: Language, held: OwnedMembership) -> Row | None:
    order = held.order
    if order is None or not held.paid_by_holder or held.entitlement.status is not EntitlementStatus.LIVE:
        return None
    buttons: list[Button] = []
    if not held.entitlement.forever:
        buttons.append(Button(t("Change"), SHOW_OPTIONS.encode(held.entitlement.id)))
    if held.renews:
        buttons.append(Button(t("Cancel"), STOP_RENEWAL.encode(order.id)))
    elif held.phase is Phase.ENDING:
        buttons.append(keep_button(t, order))
    if held.subscribed:
        buttons.append(Button(t("Card and invoices"), OPEN_PORTAL.encode(order.id)))
    return Row(tuple(buttons)) if buttons else None


def _reminder_blocks(t: Language, status: Status) -> list[Block | str]:
    if not status.held:
        return []
    if status.reminders:
        words = t("I remind you by direct message before a membership ends.")
    else:
        words = t("I send you no direct messages, so nothing reminds you before a membership ends.")
    button = Button(t("No reminders") if status.reminders else t("Remind me"), TOGGLE_REMINDERS.encode())
    return [words, Row((button,))]


def _accent(status: Status) -> Accent:
    """WARN when a membership ends soon or a renewal is unpaid; the words of the card say so too."""
    if any(paid.phase is Phase.PAST_DUE for paid in status.paying):
        return Accent.WARN
    for membership in status.held:
        ends_soon = (
            not membership.renews
            and not membership.entitlement.forever
            and membership.entitlement.ends_at - status.soon <= status.now
        )
        if ends_soon or membership.phase is Phase.PAST_DUE:
            return Accent.WARN
    return Accent.PLAIN
