"""The answers to what owners do with an order: refund it, mark it as paid, send it again, export all of them."""

from __future__ import annotations

from bot.cards import Accent, Attachment, Button, Card, Row, card, plain
from bot.i18n import Language, stamp
from bot.memberships.backoffice.actions import CORRECT_NOTE, GIVE_BACK, SHOW_ORDER
from bot.memberships.backoffice.detail_cards import parts_line
from bot.memberships.backoffice.export import Exported
from bot.memberships.backoffice.offline_payment import Corrected, Marked
from bot.memberships.backoffice.resending import ResendOutcome, Resent
from bot.memberships.model import OrderStatus
from bot.memberships.orders.cards import state_word
from bot.memberships.orders.refund_preview import Consequence, Effect
from bot.memberships.orders.refunds import RefundProposal
from bot.memberships.wording import roles_words
from bot.payments.port import Fact, FactKind, Phase


def refund_drafted(t: Language, proposal: RefundProposal) -> Card:
    """The amount and what refunding it does to the membership; nothing is sent before the button is pressed."""
    order, money = proposal.order, _money(t, proposal)
    label = t("I have sent {money}", money=money) if proposal.by_hand else t("Give {money} back", money=money)
    return card(
        t("## Give {money} back?", money=money),
        t(
            "To {member}, for **{plan}** (order {number}). Reason: {reason}",
            member=f"<@{order.user_id}>",
            plan=plain(order.tier.name),
            number=order.id,
            reason=plain(proposal.reason),
        ),
        _effect(t, proposal),
        t(
            "The subscription itself goes on and charges again. The member ends it with /membership cancel, or you at the provider."
        )
        if order.phase in (Phase.ACTIVE, Phase.PAST_DUE) and not proposal.stops_charging
        else None,
        t("Its subscription ends with it and charges nothing more.") if proposal.stops_charging else None,
        t(
            "Its discount goes with it: what was bought at that discount gets shorter or ends as well ({plans}).",
            plans=t.join([f"**{plain(tier.name)}**" for tier in proposal.discounted]),
        )
        if proposal.discounted
        else None,
        t(
            "Nobody but you can send this money. Send it back the way it came, and press the button when that is done."
        )
        if proposal.by_hand
        else t("Nothing has been sent yet."),
        Row((Button(label, action=GIVE_BACK.encode(proposal.draft), style="danger"),)),
        accent=Accent.WARN,
    )


def refund_confirmed(t: Language, proposal: RefundProposal) -> Card:
    """The refund was requested or, for a payment by hand, recorded."""
    values = {
        "money": _money(t, proposal),
        "member": f"<@{proposal.order.user_id}>",
        "plan": plain(proposal.order.tier.name),
    }
    sentence = (
        t("Noted: {money} went back to {member} for **{plan}**.", **values)
        if proposal.by_hand
        else t("{money} goes back to {member} for **{plan}**. /order show tells when it is done.", **values)
    )
    return card(sentence, _effect(t, proposal), accent=Accent.GOOD)


def marked(t: Language, payment: Marked) -> Card:
    """What noting the payment changed: a part of the price, all of it, or more than it."""
    order, money = payment.order, t.money(payment.money)
    values = {
        "number": order.id,
        "money": money,
        "member": f"<@{order.user_id}>",
        "plan": plain(order.tier.name),
    }
    show = Button(t("Show the order"), action=SHOW_ORDER.encode(order.id))
    correct = Button(t("Correct a note…"), action=CORRECT_NOTE.encode(order.id))
    if payment.before:
        return card(
            t("Order {number} was marked as paid before, with {money}. Nothing was changed.", **values),
            Row((show, correct)),
            accent=Accent.QUIET,
        )
    if order.state is OrderStatus.REVIEW:
        sentence = t(
            "{money} is noted for order {number}, but what was ordered cannot be given any more. Send the money back, then say so with /order refund.",
            **values,
        )
    elif payment.parts.over.amount:
        sentence = t(
            "{money} is noted for order {number}. {member} has **{plan}**, and the {over} above its price waits on your list: /order refund gives it back. If it was a typing slip, correct the note.",
            over=t.money(payment.parts.over),
            **values,
        )
    elif payment.entitlement:
        sentence = t("{money} is noted for order {number}. {member} gets **{plan}** now.", **values)
    else:
        sentence = t(
            "{money} is noted for order {number}. {missing} is still open; **{plan}** begins when that is noted too.",
            missing=t.money(payment.parts.missing),
            **values,
        )
    whole = payment.entitlement and not payment.parts.over.amount
    return card(
        sentence,
        None if whole else parts_line(t, order, payment.parts),
        Row((show, correct)),
        accent=Accent.GOOD if whole else Accent.WARN,
    )


def corrected(t: Language, correction: Corrected) -> Card:
    """What stands now in place of a wrong note, and what that did to the order."""
    order, was = correction.order, t.money(correction.was)
    now = t.money(correction.now) if correction.now else None
    values = {"number": order.id, "was": was, "now": now}
    if correction.kind is FactKind.PAID:
        sentence = (
            t("Corrected for order {number}: {now} came, not {was}.", **values)
            if now
            else t("Corrected for order {number}: {was} never came.", **values)
        )
    else:
        sentence = (
            t("Corrected for order {number}: {now} went back, not {was}.", **values)
            if now
            else t("Corrected for order {number}: {was} never went back.", **values)
        )
    return card(
        sentence,
        parts_line(t, order, correction.parts),
        t(
            "The order: {state}. The wrong note stays in its history, with its correction and your reason.",
            state=state_word(t, order.state),
        ),
        Row((Button(t("Show the order"), action=SHOW_ORDER.encode(order.id)),)),
        accent=Accent.GOOD,
    )


def note_label(t: Language, note: Fact) -> str:
    """One note in a list of choices, where Discord renders no Markdown."""
    what = t("paid") if note.kind is FactKind.PAID else t("refunded")
    return f"{what} · {t.money(note.money)} · {t.moment(note.at)}"


def resent(t: Language, result: Resent) -> Card:
    """Whether the direct message reached the member, and what to do if not."""
    member = f"<@{result.order.user_id}>"
    sentences = {
        ResendOutcome.SENT: t("It was sent to {member} as a direct message.", member=member),
        ResendOutcome.CLOSED: t(
            "Discord did not deliver it: {member} takes no direct messages from this server.", member=member
        ),
        ResendOutcome.GONE: t("{member} is not in this server any more, so nothing was sent.", member=member),
        ResendOutcome.NOT_ALLOWED: t(
            "{member} did not allow direct messages, so nothing was sent. /membership status shows it to them, and /membership reminders allows messages.",
            member=member,
        ),
    }
    reached = result.outcome is ResendOutcome.SENT
    return card(
        sentences[result.outcome],
        t("The order's role and card are checked again as well."),
        _about_link(t, result) if result.link and not reached else None,
        Row((Button(t("Receipt"), url=result.link),)) if result.link else None,
        accent=Accent.GOOD if reached else Accent.WARN,
    )


def _about_link(t: Language, result: Resent) -> str:
    if result.order.renewal is None:
        return t(
            "Anyone who has the link to the receipt can read it; you can send it to {member} yourself.",
            member=f"<@{result.order.user_id}>",
        )
    return t(
        "Anyone who has the link to the receipt can read it and end the subscription there: send it to nobody but the payer."
    )


def exported(t: Language, export: Exported) -> Card:
    """The two files to download, or that there is nothing to export."""
    if not export.orders and not export.bookings:
        return card(t("Nothing was ordered or booked in these days."), accent=Accent.QUIET)
    return card(
        t(
            "{orders} orders and {bookings} bookings until {when}.",
            orders=t.number(export.orders),
            bookings=t.number(export.bookings),
            when=stamp(export.until),
        ),
        *(Attachment(name, data) for name, data in export.files),
        t(
            "-# Numbers begin with # so that a spreadsheet does not round them. Each booking has two lines or more; its debit and credit are equal."
        ),
    )


def _effect(t: Language, proposal: RefundProposal) -> str:
    effect = proposal.effect
    if proposal.order.tier.item is not None:
        return _effect_on_item(t, effect)
    if effect.exchanged is not None and effect.effect is not Effect.NONE:
        return _effect_on_exchange(t, proposal, plain(effect.exchanged.name))
    if effect.effect is Effect.NONE and proposal.going:
        return t(
            "The membership is over already. The roles that it still gives are taken too: {roles}.",
            roles=roles_words(proposal.going),
        )
    if effect.effect is Effect.NONE:
        return t("No membership depends on this money, so nobody loses anything.")
    if effect.effect is Effect.STAYS:
        return t("The membership stays as it is.")
    if effect.effect is Effect.SHORTER:
        return (
            t("The membership stays, but only until {when}.", when=stamp(effect.until))
            if effect.until
            else ""
        )
    if proposal.going:
        return t(
            "The membership ends at once, and with it what it gave: {roles}.",
            roles=roles_words(proposal.going),
        )
    return t(
        "The membership ends at once. No role is taken: either something else gives the same roles, or none was given."
    )


def _effect_on_item(t: Language, effect: Consequence) -> str:
    """What happens to the single item that this money paid."""
    if effect.effect is Effect.NONE:
        return t("Nothing depends on this money, so nobody loses anything.")
    if effect.effect is Effect.STAYS:
        return t("They keep what they bought.")
    if effect.effect is Effect.SHORTER and effect.until is not None:
        return t("They keep what they bought, but only until {when}.", when=stamp(effect.until))
    return t("They lose what they bought with it.")


def _effect_on_exchange(t: Language, proposal: RefundProposal, plan: str) -> str:
    """What happens to the membership that this money was exchanged for."""
    effect = proposal.effect
    if effect.effect is Effect.STAYS:
        return t(
            "The unused days of this membership went towards **{plan}**. The money that is left still covers them, so nothing changes.",
            plan=plan,
        )
    if effect.effect is Effect.SHORTER and effect.until is not None:
        return t(
            "The unused days of this membership went towards **{plan}**, which gets shorter: it then ends {when}.",
            plan=plan,
            when=stamp(effect.until),
        )
    if effect.rests:
        return t(
            "The unused days of this membership went towards **{plan}**, which is then not paid in full any more. It is suspended until you decide what to do.",
            plan=plan,
        )
    if proposal.going:
        return t(
            "The unused days of this membership went towards **{plan}**, which ends at once, and with it what it gave: {roles}.",
            plan=plan,
            roles=roles_words(proposal.going),
        )
    return t(
        "The unused days of this membership went towards **{plan}**, which ends at once. No role is taken.",
        plan=plan,
    )


def _money(t: Language, proposal: RefundProposal) -> str:
    return t.join([t.money(money) for money in proposal.back])
