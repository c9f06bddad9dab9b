"""Changing: credit for unused days, shown before anything is paid; downwards only when what one has ends."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import RetryLater, UserError
from bot.i18n import Texts
from bot.memberships import cards, change_cards
from bot.memberships.buying import Bill
from bot.memberships.counter import Choice, Given
from bot.memberships.holdings import Planned
from bot.memberships.model import FOREVER, Order, Price, Way
from bot.memberships.quotes import Quote, read_draft
from bot.memberships.state import State
from bot.memberships.worth import exchange, unused
from bot.money import Money
from bot.payments.port import Phase
from tests.memberships.shop import (
    ANN,
    BOB,
    DAY,
    GOLD,
    GUILD,
    MONDAY,
    OLIVIA,
    SILVER,
    Killed,
    Shop,
    actions,
    killed_at,
    shown,
)

EN = Texts("en", ZoneInfo("UTC")).of("en-US")


async def shelf(shop: Shop) -> None:
    """Silver is 30 days for 9.00, Gold 30 days for 19.00."""
    await shop.tier("Silver", SILVER, price="9.00", days=30)
    await shop.tier("Gold", GOLD, price="19.00", days=30)


async def monthly(shop: Shop) -> tuple[Price, Price]:
    """Silver and Gold by the month."""
    await shelf(shop)
    silver = await shop.price("Silver", "8", months=1, way=Way.RECURRING)
    gold = await shop.price("Gold", "18", months=1, way=Way.RECURRING)
    return silver, gold


async def quote(shop: Shop, plan: str = "Gold", price: Price | None = None, user: int = ANN) -> Quote:
    told = await shop.service.quoting.propose(GUILD, user, plan, None if price is None else str(price.id))
    assert isinstance(told, Quote), told
    return told


async def confirm(shop: Shop, told: Quote, user: int = ANN) -> object:
    """Press the button of the preview, as it stands on the card."""
    [action] = [one for one in actions(change_cards.quote(EN, told)) if "confirm" in one]
    assert len(action) <= 100
    return await shop.service.changing.confirm(GUILD, user, action.partition(":")[2])


async def upgraded(shop: Shop, id_: str = "pay_up") -> Order:
    """Preview, confirm, pay."""
    bill = await confirm(shop, await quote(shop))
    assert isinstance(bill, Bill)
    await shop.settle(shop.paid(bill.order, id_))
    await shop.worker.run_due()
    return await shop.look(bill.order)


async def test_an_upgrade_credits_the_days_that_are_left(shop: Shop) -> None:
    await shelf(shop)
    await shop.buy(ANN, "Silver", "pay_silver")
    await shop.turn(10 * DAY)

    told = await quote(shop)

    assert (told.now, told.credit, told.due) == (True, 600, Money(1300, "USD"))  # 20 of 30 days of 9.00
    said = shown(change_cards.quote(EN, told))
    assert "Silver → Gold" in said
    assert "worth $6.00" in said and "Due now: $13.00" in said
    order = await upgraded(shop)
    assert (order.price, order.credit) == (Money(1300, "USD"), Money(600, "USD"))
    assert shop.hall.held[ANN] == {GOLD}
    assert [(state, ends) for state, _, ends in await shop.rights()] == [
        ("replaced", MONDAY + 30 * DAY),
        ("live", MONDAY + 40 * DAY),
    ]


async def test_the_credit_is_cut_down_to_whole_cents(shop: Shop) -> None:
    await shelf(shop)
    await shop.buy(ANN, "Silver", "pay_silver")
    await shop.turn(timedelta(seconds=1))

    assert (await quote(shop)).credit == 899


@given(
    paid=st.integers(0, 10**9),
    period=st.integers(1, 10**8),
    left=st.integers(-(10**8), 2 * 10**8),
    price=st.integers(1, 10**9),
)
def test_credit_is_never_more_than_was_paid_and_never_vanishes(
    paid: int, period: int, left: int, price: int
) -> None:
    ends = MONDAY + timedelta(seconds=period)
    credit = unused(paid, MONDAY, ends, ends - timedelta(seconds=left))

    assert 0 <= credit <= paid
    made = exchange(Money(price, "USD"), credit, timedelta(seconds=period))
    assert made.due == max(0, price - credit)
    assert made.used + made.lost == credit
    # What is above the price is time at that price, to the second.
    assert 0 <= max(0, credit - price) * period - made.extra * price < price or made.extra == 0
    forever = exchange(Money(price, "USD"), credit, None)
    assert forever.lost == max(0, credit - price) and forever.extra == 0


async def test_credit_above_the_price_makes_the_new_one_longer(shop: Shop) -> None:
    await shelf(shop)
    year = await shop.price("Silver", "90", months=12)
    await shop.settle(shop.paid((await shop.bill(ANN, "Silver", year)).order, "pay_year"))
    await shop.worker.run_due()

    told = await quote(shop)
    assert told.due == Money(0, "USD")
    assert told.credit == 9000 and told.lost == 0
    assert "longer: it runs until" in shown(change_cards.quote(EN, told))

    made = await confirm(shop, told)
    await shop.worker.run_due()

    assert isinstance(made, Given) and made.order is not None
    assert made.order.state is State.PAID
    assert made.right.ends_at == told.ends_at == MONDAY + 30 * DAY + timedelta(seconds=71 * 30 * 86400 // 19)
    assert shop.hall.held[ANN] == {GOLD}
    assert "nothing to pay" in shown(change_cards.quote(EN, told))
    assert sum(len(facts) for facts in shop.bank.known.values()) == 1  # nothing was charged but the year


async def test_what_is_for_ever_cannot_be_made_longer_and_the_card_says_so(shop: Shop) -> None:
    await shelf(shop)
    year = await shop.price("Silver", "90", months=12)
    lifetime = await shop.price("Gold", "50", way=Way.LIFETIME)
    await shop.settle(shop.paid((await shop.bill(ANN, "Silver", year)).order, "pay_year"))

    told = await quote(shop, "Gold", lifetime)

    assert (told.due.amount, told.credit, told.lost, told.ends_at) == (0, 5000, 4000, FOREVER)
    assert "$40.00 of what your days are worth is more than the price" in shown(change_cards.quote(EN, told))


async def test_credit_is_never_more_than_was_really_paid(shop: Shop) -> None:
    """A refund of a part counts, and so does a credit whose money went back."""
    await shelf(shop)
    order = await shop.buy(ANN, "Silver", "pay_silver")
    await shop.service.refunds.ask(GUILD, str(order.id), OLIVIA, "a part", "4.00")
    await shop.worker.run_due()

    assert (await quote(shop)).credit == 500


async def test_credit_on_credit_is_worth_what_stands_behind_it(shop: Shop) -> None:
    await shelf(shop)
    await shop.tier("Platinum", 52, price="40.00", days=30)
    silver = await shop.buy(ANN, "Silver", "pay_silver")
    await upgraded(shop)
    assert (await quote(shop, "Platinum")).credit == 1900  # 10.00 paid now, 9.00 before

    await shop.settle(shop.refunded(next(iter(shop.bank.known[silver.ref or ""])), "re_silver"))
    await shop.worker.run_due()

    assert (await quote(shop, "Platinum")).credit == 1000


async def test_what_was_bought_ahead_is_credited_with_it(shop: Shop) -> None:
    await shelf(shop)
    await shop.buy(ANN, "Silver", "pay_1")
    await shop.buy(ANN, "Silver", "pay_2")
    await shop.turn(15 * DAY)

    assert (await quote(shop)).credit == 450 + 900
    await upgraded(shop)

    assert sorted(state for state, _, _ in await shop.rights()) == ["live", "replaced", "replaced"]
    await shop.turn(60 * DAY)
    assert shop.hall.held[ANN] == set()


async def test_days_that_are_bought_while_the_upgrade_is_open_are_not_swallowed(shop: Shop) -> None:
    await shelf(shop)
    await shop.buy(ANN, "Silver", "pay_1")
    bill = await confirm(shop, await quote(shop))
    assert isinstance(bill, Bill)
    await shop.buy(ANN, "Silver", "pay_2")

    await shop.settle(shop.paid(bill.order, "pay_up"))
    await shop.worker.run_due()

    assert [state for state, _, _ in await shop.rights()] == ["replaced", "live", "live"]


async def test_one_membership_is_exchanged_once(shop: Shop) -> None:
    """Two links for two upgrades of the same days: the second payment goes back."""
    await shelf(shop)
    await shop.tier("Platinum", 52, price="40.00", days=30)
    await shop.buy(ANN, "Silver", "pay_silver")
    bills = [await confirm(shop, await quote(shop, plan)) for plan in ("Gold", "Platinum")]
    first, second = [bill for bill in bills if isinstance(bill, Bill)]

    await shop.settle(shop.paid(first.order, "pay_1"))
    await shop.settle(shop.paid(second.order, "pay_2"))
    await shop.worker.run_due()

    assert shop.hall.held[ANN] == {GOLD}
    assert (await shop.look(second.order)).state is State.REFUNDED
    assert len(shop.bank.refunds) == 1


async def test_a_refunded_upgrade_gives_the_old_membership_back(shop: Shop) -> None:
    await shelf(shop)
    await shop.buy(ANN, "Silver", "pay_silver")
    order = await upgraded(shop)
    assert shop.hall.held[ANN] == {GOLD}

    await shop.service.refunds.ask(GUILD, str(order.id), OLIVIA, "regretted")
    await shop.worker.run_due()

    assert shop.hall.held[ANN] == {SILVER}
    assert [state for state, _, _ in await shop.rights()] == ["live", "revoked"]


async def test_money_for_an_upgrade_of_what_is_over_goes_back(shop: Shop) -> None:
    await shelf(shop)
    old = await shop.buy(ANN, "Silver", "pay_silver")
    bill = await confirm(shop, await quote(shop))
    assert isinstance(bill, Bill)
    await shop.service.refunds.ask(GUILD, str(old.id), OLIVIA, "regretted")
    await shop.worker.run_due()

    await shop.settle(shop.paid(bill.order, "pay_up"))
    await shop.worker.run_due()

    assert shop.hall.held[ANN] == set()
    assert (await shop.look(bill.order)).state is State.REFUNDED
    assert (await shop.balances())["clearing:bank"] == [Money(0, "USD")]


# The preview and its button.


async def test_a_preview_is_good_for_a_quarter_of_an_hour(shop: Shop) -> None:
    await shelf(shop)
    await shop.buy(ANN, "Silver", "pay_silver")
    told = await quote(shop)

    await shop.turn(timedelta(minutes=14))
    bill = await confirm(shop, told)
    assert isinstance(bill, Bill) and bill.order.price == told.due

    await shop.turn(timedelta(minutes=2))
    again = await confirm(shop, told)
    assert isinstance(again, Quote) and again.worse
    assert "too old, or something has changed" in shown(change_cards.quote(EN, again))


async def test_what_became_worse_is_shown_again_and_nothing_is_charged(shop: Shop) -> None:
    await shelf(shop)
    old = await shop.buy(ANN, "Silver", "pay_silver")
    told = await quote(shop)
    await shop.service.refunds.ask(GUILD, str(old.id), OLIVIA, "a part", "4.00")
    await shop.worker.run_due()

    again = await confirm(shop, told)

    assert isinstance(again, Quote)
    assert again.worse and again.due.amount > told.due.amount
    assert len((await shop.service.status(GUILD, ANN)).orders) == 1


async def test_nobody_confirms_for_another(shop: Shop) -> None:
    await shelf(shop)
    await shop.buy(ANN, "Silver", "pay_silver")
    told = await quote(shop)

    with pytest.raises(UserError, match="over or was changed"):
        await confirm(shop, told, BOB)
    for draft in (
        "",
        "n.1",
        "x.1.1.1.1.1",
        "n.g.1.1.1.1",
        f"{told.draft}.1",
        "n." + ".".join(["f" * 17] * 5),
    ):
        with pytest.raises(UserError, match="too old"):
            read_draft(draft)


async def test_several_prices_are_offered_first(shop: Shop) -> None:
    _, gold = await monthly(shop)
    once = next(p for p in (await shop.service.tiers.products(GUILD))[0].prices if p.span.days)
    await shop.settle(shop.paid((await shop.bill(ANN, "Silver", once)).order, "pay_silver"))

    told = await shop.service.quoting.propose(GUILD, ANN, "Gold")

    assert isinstance(told, Choice)
    action = next(one for one in actions(change_cards.choice(EN, told)) if one.endswith(str(gold.id)))
    right_id, price_id = map(int, action.partition(":")[2].split("."))
    assert isinstance(await shop.service.quoting.press(GUILD, ANN, right_id, price_id), Quote)


# Downwards.


async def test_a_cheaper_one_begins_when_the_dearer_ends(shop: Shop) -> None:
    await shelf(shop)
    await shop.buy(ANN, "Gold", "pay_gold")
    await shop.turn(10 * DAY)

    told = await quote(shop, "Silver")
    assert (told.now, told.due, told.starts_at) == (False, Money(900, "USD"), MONDAY + 30 * DAY)
    assert "you can take it back" in shown(change_cards.quote(EN, told))
    bill = await confirm(shop, told)
    assert isinstance(bill, Bill) and bill.begins == MONDAY + 30 * DAY
    await shop.settle(shop.paid(bill.order, "pay_silver"))
    await shop.worker.run_due()
    assert shop.hall.held[ANN] == {GOLD}

    await shop.turn(20 * DAY)
    assert shop.hall.held[ANN] == {SILVER}
    await shop.turn(30 * DAY)
    assert shop.hall.held[ANN] == set()


async def test_a_planned_change_can_be_taken_back_with_its_money(shop: Shop) -> None:
    await shelf(shop)
    await shop.buy(ANN, "Gold", "pay_gold")
    bill = await confirm(shop, await quote(shop, "Silver"))
    assert isinstance(bill, Bill)
    await shop.settle(shop.paid(bill.order, "pay_silver"))
    [planned] = (await shop.service.renewals.endings(GUILD, ANN)).planned

    with pytest.raises(UserError, match="Take it back first"):
        await quote(shop, "Silver")
    with pytest.raises(UserError, match="Take it back first"):
        await shop.bill(ANN, "Gold")
    with pytest.raises(UserError, match="no such change"):
        await shop.service.changing.undo(GUILD, BOB, planned.order.id)
    undone = await shop.service.changing.undo(GUILD, ANN, planned.order.id)
    await shop.worker.run_due()

    assert undone.paid
    assert (await shop.look(bill.order)).state is State.REFUNDED
    await shop.turn(31 * DAY)
    assert shop.hall.held[ANN] == set()


async def test_what_has_begun_cannot_be_taken_back(shop: Shop) -> None:
    await shelf(shop)
    await shop.buy(ANN, "Gold", "pay_gold")
    bill = await confirm(shop, await quote(shop, "Silver"))
    assert isinstance(bill, Bill)
    await shop.settle(shop.paid(bill.order, "pay_silver"))
    await shop.turn(31 * DAY)

    with pytest.raises(UserError, match="it has begun"):
        await shop.service.changing.undo(GUILD, ANN, bill.order.id)


# Subscriptions.


async def test_a_dearer_subscription_is_charged_at_once_by_its_provider(shop: Shop) -> None:
    silver, gold = await monthly(shop)
    old = await shop.subscribe(ANN, "Silver", silver)

    told = await quote(shop, "Gold", gold)
    assert (told.by_provider, told.now, told.due) == (True, True, Money(1000, "USD"))
    assert "charged to the card that it knows" in shown(change_cards.quote(EN, told))
    made = await confirm(shop, told)
    await shop.worker.run_due()

    assert isinstance(made, Given)
    assert [(ref, at_once) for ref, _, at_once in shop.bank.changes] == [(old.ref, True)]
    assert shop.hall.held[ANN] == {GOLD}
    assert (await shop.look(old)).phase is Phase.ENDED
    assert [state for state, _, _ in await shop.rights()] == ["replaced", "live"]
    assert made.order is not None
    await shop.turn(25 * DAY)
    await shop.renew(made.order)
    await shop.turn(20 * DAY)
    assert shop.hall.held[ANN] == {GOLD}


async def test_a_card_that_fails_changes_nothing(shop: Shop) -> None:
    silver, gold = await monthly(shop)
    await shop.subscribe(ANN, "Silver", silver)
    told = await quote(shop, "Gold", gold)
    shop.bank.broken_card = True

    with pytest.raises(UserError, match="did not pay"):
        await confirm(shop, told)
    await shop.turn(timedelta(hours=1))

    assert shop.hall.held[ANN] == {SILVER}
    latest = (await shop.service.status(GUILD, ANN)).orders[0]
    assert latest.state is State.CANCELLED
    assert shop.bank.changes == []


async def test_a_change_whose_answer_got_lost_is_asked_for_again_and_made_once(shop: Shop) -> None:
    silver, gold = await monthly(shop)
    await shop.subscribe(ANN, "Silver", silver)
    told = await quote(shop, "Gold", gold)
    shop.bank.lost_answers = 1
    with pytest.raises(RetryLater):
        await confirm(shop, told)

    await shop.turn(timedelta(minutes=2))
    await shop.patience()

    assert len(shop.bank.changes) == 1
    assert shop.hall.held[ANN] == {GOLD}


@pytest.mark.parametrize("name", ["order.created", "change.before_call", "change.after_call"])
@pytest.mark.parametrize("at_once", [True, False])
async def test_killed_while_a_subscription_changes_it_changes_once(
    shop: Shop, name: str, at_once: bool
) -> None:
    silver, gold = await monthly(shop)
    prices = (silver, gold) if at_once else (gold, silver)
    await shop.subscribe(ANN, "Silver" if at_once else "Gold", prices[0])
    told = await quote(shop, "Gold" if at_once else "Silver", prices[1])

    with killed_at(name), pytest.raises(Killed):
        await confirm(shop, told)
    await shop.worker.recover()
    await shop.turn(timedelta(minutes=2))

    assert [one for _, _, one in shop.bank.changes] == [at_once]
    assert shop.hall.held[ANN] == {GOLD}
    assert len((await shop.service.status(GUILD, ANN)).planned) == (0 if at_once else 1)
    assert await shop.stuck() == []


async def test_a_cheaper_subscription_waits_for_the_period_and_can_be_taken_back(shop: Shop) -> None:
    silver, gold = await monthly(shop)
    old = await shop.subscribe(ANN, "Gold", gold)

    told = await quote(shop, "Silver", silver)
    made = await confirm(shop, told)
    assert isinstance(made, Planned)
    assert [at_once for _, _, at_once in shop.bank.changes] == [False]
    assert "charged then" in shown(change_cards.planned(EN, made))
    [planned] = (await shop.service.status(GUILD, ANN)).planned
    assert planned.starts_at == told.starts_at

    undone = await shop.service.changing.undo(GUILD, ANN, planned.order.id)
    assert not undone.paid
    assert (await shop.service.status(GUILD, ANN)).planned == ()
    await shop.turn(25 * DAY)
    await shop.renew(old)
    assert shop.hall.held[ANN] == {GOLD}


async def test_a_cheaper_subscription_takes_over_when_its_time_comes(shop: Shop) -> None:
    silver, gold = await monthly(shop)
    old = await shop.subscribe(ANN, "Gold", gold)
    made = await confirm(shop, await quote(shop, "Silver", silver))
    assert isinstance(made, Planned)

    await shop.turn(30 * DAY)
    first = await shop.phase(old, Phase.ENDED)
    new = await shop.look(made.order)
    shop.bank.take(new, new.ref or "", new.price, made.starts_at)
    await shop.news(new)

    assert first.phase is Phase.ENDED
    assert shop.hall.held[ANN] == {SILVER}
    assert (await shop.look(made.order)).state is State.PAID


async def test_a_subscription_that_is_exchanged_for_days_renews_no_more(shop: Shop) -> None:
    """Else she would pay for both."""
    silver, _ = await monthly(shop)
    old = await shop.subscribe(ANN, "Silver", silver)
    lifetime = await shop.price("Gold", "100", way=Way.LIFETIME)

    told = await quote(shop, "Gold", lifetime)
    assert (told.by_provider, told.credit, told.due) == (False, 800, Money(9200, "USD"))
    bill = await confirm(shop, told)
    assert isinstance(bill, Bill)
    assert "Your unused days took $8.00 off" in shown(cards.pay(EN, bill))
    await shop.settle(shop.paid(bill.order, "pay_up"))
    await shop.worker.run_due()

    assert shop.bank.subscriptions[old.ref or ""].phase is Phase.ENDING
    assert shop.hall.held[ANN] == {GOLD}


async def test_paid_days_become_a_subscription_with_a_smaller_first_payment(shop: Shop) -> None:
    _, gold = await monthly(shop)
    once = next(p for p in (await shop.service.tiers.products(GUILD))[1].prices if p.span.days)
    await shop.settle(shop.paid((await shop.bill(ANN, "Gold", once)).order, "pay_gold"))
    with pytest.raises(UserError, match="worth more than the first payment"):
        await quote(shop, "Gold", gold)
    await shop.turn(15 * DAY)

    told = await quote(shop, "Gold", gold)
    assert (told.credit, told.due) == (950, Money(850, "USD"))
    bill = await confirm(shop, told)
    assert isinstance(bill, Bill)
    ref = bill.order.ref or ""
    await shop.bank.set_ending(ref, False)
    shop.bank.take(bill.order, ref, told.due, shop.moment)
    await shop.news(bill.order)

    assert [state for state, _, _ in await shop.rights()] == ["replaced", "live"]
    assert (await shop.renew(bill.order)).state is State.PAID


# What cannot be changed gets a sentence.


async def test_there_must_be_something_to_change_and_to_change_to(shop: Shop) -> None:
    await shelf(shop)
    trial = await shop.price("Gold", "0", days=7, way=Way.TRIAL)
    with pytest.raises(UserError, match="no membership that could be changed"):
        await quote(shop, "Silver")
    await shop.service.buy(GUILD, ANN, "Gold", str(trial.id))
    with pytest.raises(UserError, match="without having paid"):
        await quote(shop, "Silver")
    await shop.buy(BOB, "Silver", "pay_silver")
    with pytest.raises(UserError, match="A trial is for those"):
        await quote(shop, "Gold", trial, BOB)
    with pytest.raises(UserError, match="adds the days"):
        await quote(shop, "Silver", None, BOB)
    with pytest.raises(UserError, match="no plan called"):
        await quote(shop, "Golf", None, BOB)


async def test_of_several_memberships_one_must_be_named(shop: Shop) -> None:
    await shelf(shop)
    await shop.tier("Platinum", 52, price="40.00", days=30)
    for plan in ("Silver", "Gold"):
        await shop.buy(ANN, plan, f"pay_{plan}")

    with pytest.raises(UserError, match="several memberships"):
        await quote(shop, "Platinum")
    chosen = (await shop.service.quoting.choices(GUILD, ANN))[0].right
    told = await shop.service.quoting.propose(GUILD, ANN, "Platinum", None, str(chosen.id))
    assert isinstance(told, Quote) and told.held.right.id == chosen.id
    with pytest.raises(UserError, match="no such membership"):
        await shop.service.quoting.propose(GUILD, ANN, "Platinum", None, "404")


async def test_an_unpaid_renewal_is_paid_first(shop: Shop) -> None:
    silver, gold = await monthly(shop)
    order = await shop.subscribe(ANN, "Silver", silver)
    await shop.phase(order, Phase.PAST_DUE)

    with pytest.raises(UserError, match="Pay it first"):
        await quote(shop, "Gold", gold)


async def test_another_currency_is_for_later(shop: Shop) -> None:
    await shelf(shop)
    euros = await shop.price("Gold", "25", days=30, currency="EUR")
    once = (await shop.service.tiers.products(GUILD))[0].prices[0]
    await shop.settle(shop.paid((await shop.bill(ANN, "Silver", once)).order, "pay_silver"))

    told = await quote(shop, "Gold", euros)

    assert (told.now, told.credit, told.due) == (False, 0, Money(2500, "EUR"))
