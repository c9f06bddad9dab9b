"""A change of plan: at once with Stripe's proration, or at the period's end."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.clock import real_now
from bot.errors import NeedsAction, UserError
from bot.money import Money
from bot.payments.port import FactKind, Phase, Purchase
from bot.payments.stripe.provider import StripeProvider
from tests.payments.stripe.counter import bought, kinds, monthly, of, once, phase_of, subscription_of
from tests.payments.stripe.server import FakeStripe


def platinum(amount: int = 2900, months: int = 1) -> Purchase:
    """What Ann may change to; what is due now is not known yet."""
    return replace(monthly(amount, months=months), money=Money(0, "USD"), title="Platinum")


async def quoted(stripe: StripeProvider, ref: str, to: Purchase) -> Purchase:
    """The same with what is due now."""
    return replace(to, money=await stripe.quote_change(ref, to))


async def test_an_upgrade_takes_the_difference_that_was_shown(
    fake: FakeStripe, stripe: StripeProvider, gold: str
) -> None:
    to = await quoted(stripe, gold, platinum())
    assert to.money == Money(2000, "USD")  # all of the month is left

    new = (await stripe.change(gold, to, at_once=True)).ref

    told, old = await stripe.fetch(new), await stripe.fetch(gold)
    paid = of(told, FactKind.PAID)
    assert (paid.order_id, paid.money, paid.ref, paid.renewal) == (to.order_id, to.money, new, False)
    assert told.subscription and told.subscription.phase is Phase.ACTIVE
    assert old.subscription and old.subscription.phase is Phase.ENDED
    assert kinds(old) == [FactKind.PAID]


async def test_after_an_upgrade_renewals_are_the_new_order_s(
    fake: FakeStripe, stripe: StripeProvider, gold: str
) -> None:
    to = await quoted(stripe, gold, platinum())
    new = (await stripe.change(gold, to, at_once=True)).ref

    fake.billing.renew(subscription_of(fake, gold))

    assert [(fact.money.amount, fact.renewal) for fact in (await stripe.fetch(new)).facts] == [
        (2000, False),
        (2900, True),
    ]
    assert len((await stripe.fetch(gold)).facts) == 1


async def test_to_another_rhythm_a_new_period_begins(
    fake: FakeStripe, stripe: StripeProvider, gold: str
) -> None:
    to = await quoted(stripe, gold, platinum(9900, months=12))
    assert to.money == Money(9000, "USD")

    new = (await stripe.change(gold, to, at_once=True)).ref

    paid = of(await stripe.fetch(new), FactKind.PAID)
    assert paid.period and (paid.period.ends_at - paid.period.starts_at).days in (365, 366)


@pytest.mark.parametrize("at_once", [True, False])
async def test_who_changes_goes_on(
    fake: FakeStripe, stripe: StripeProvider, gold: str, at_once: bool
) -> None:
    subscription = fake.books.get(subscription_of(fake, gold), "subscription")
    subscription["cancel_at"] = subscription["items"]["data"][0]["current_period_end"]

    new = (await stripe.change(gold, await quoted(stripe, gold, platinum()), at_once=at_once)).ref

    assert await phase_of(stripe, new) is Phase.ACTIVE


async def test_an_upgrade_is_made_once(fake: FakeStripe, stripe: StripeProvider, gold: str) -> None:
    to = await quoted(stripe, gold, platinum())

    first = await stripe.change(gold, to, at_once=True)
    fake.forget_keys()
    second = await stripe.change(gold, to, at_once=True)

    assert first == second
    assert len(fake.books.all("invoice")) == 2


async def test_a_price_that_was_shown_before_the_hour_struck_is_taken(
    fake: FakeStripe, stripe: StripeProvider, gold: str
) -> None:
    item = fake.books.get(subscription_of(fake, gold), "subscription")["items"]["data"][0]
    item["current_period_start"] -= 10 * 86400
    to = platinum()
    hour_before = int(real_now().replace(minute=0, second=0, microsecond=0).timestamp()) - 3600
    shown = fake.billing.preview(
        {
            "subscription": subscription_of(fake, gold),
            "subscription_details": {
                "items": [
                    {
                        "id": item["id"],
                        "price_data": {
                            "currency": "usd",
                            "product": item["price"]["product"],
                            "unit_amount": "2900",
                            "recurring": {"interval": "month"},
                        },
                    }
                ],
                "proration_behavior": "always_invoice",
                "proration_date": str(hour_before),
            },
        }
    )
    to = replace(to, money=Money(shown["amount_due"], "USD"))

    new = (await stripe.change(gold, to, at_once=True)).ref

    assert to.money != await stripe.quote_change(gold, platinum())
    assert of(await stripe.fetch(new), FactKind.PAID).money == to.money


async def test_a_price_that_was_shown_too_long_ago_is_not_taken(
    fake: FakeStripe, stripe: StripeProvider, gold: str
) -> None:
    to = replace(platinum(), money=Money(1999, "USD"))

    with pytest.raises(UserError, match="different now"):
        await stripe.change(gold, to, at_once=True)
    assert len(fake.books.all("invoice")) == 1
    assert await phase_of(stripe, gold) is Phase.ACTIVE


async def test_a_card_that_fails_changes_nothing(fake: FakeStripe, stripe: StripeProvider, gold: str) -> None:
    to = await quoted(stripe, gold, platinum())
    fake.billing.broken_cards.add(fake.books.all("customer")[0]["id"])

    with pytest.raises(UserError, match="nothing has changed"):
        await stripe.change(gold, to, at_once=True)

    assert await phase_of(stripe, gold) is Phase.ACTIVE
    assert kinds(await stripe.fetch(gold)) == [FactKind.PAID]


async def test_what_would_leave_a_credit_is_for_the_period_s_end(stripe: StripeProvider, gold: str) -> None:
    with pytest.raises(UserError, match="worth more"):
        await stripe.quote_change(gold, platinum(500))


async def test_the_currency_stays(stripe: StripeProvider, gold: str) -> None:
    to = replace(platinum(), renewal=Money(2900, "EUR"))

    with pytest.raises(UserError, match="is in USD"):
        await stripe.quote_change(gold, to)


async def test_a_downgrade_waits_for_the_period_s_end(
    fake: FakeStripe, stripe: StripeProvider, gold: str
) -> None:
    to = replace(platinum(500), money=Money(500, "USD"), title="Silver")

    new = (await stripe.change(gold, to, at_once=False)).ref
    before = await stripe.fetch(new)
    assert (before.facts, before.subscription and before.subscription.phase) == ((), Phase.ACTIVE)
    assert await phase_of(stripe, gold) is Phase.ACTIVE
    for _ in range(3):
        fake.billing.renew(subscription_of(fake, gold))

    told = await stripe.fetch(new)
    assert [(fact.money.amount, fact.renewal, fact.order_id) for fact in told.facts] == [
        (500, False, to.order_id),
        (500, True, to.order_id),
        (500, True, to.order_id),
    ]
    assert await phase_of(stripe, gold) is Phase.ENDED
    assert kinds(await stripe.fetch(gold)) == [FactKind.PAID]


async def test_a_downgrade_is_planned_once(fake: FakeStripe, stripe: StripeProvider, gold: str) -> None:
    to = platinum(500)

    refs = [(await stripe.change(gold, to, at_once=False)).ref for _ in range(2)]

    assert refs[0] == refs[1]
    assert len(fake.books.all("subscription_schedule")) == 1


async def test_a_plan_half_made_when_we_died_is_made_anew(
    fake: FakeStripe, stripe: StripeProvider, gold: str
) -> None:
    fake.billing.create_schedule({"from_subscription": subscription_of(fake, gold)})
    to = platinum(500)

    await stripe.change(gold, to, at_once=False)

    active = fake.books.all("subscription_schedule", status="active")
    assert len(active) == 1 and len(active[0]["phases"]) == 2


async def test_a_second_downgrade_takes_the_place_of_the_first(
    fake: FakeStripe, stripe: StripeProvider, gold: str
) -> None:
    first, second = platinum(500), platinum(400)
    dropped = (await stripe.change(gold, first, at_once=False)).ref

    kept = (await stripe.change(gold, second, at_once=False)).ref
    fake.billing.renew(subscription_of(fake, gold))

    assert await phase_of(stripe, dropped) is Phase.ENDED
    assert of(await stripe.fetch(kept), FactKind.PAID).money == Money(400, "USD")


async def test_a_planned_change_can_be_dropped(fake: FakeStripe, stripe: StripeProvider, gold: str) -> None:
    planned = (await stripe.change(gold, platinum(500), at_once=False)).ref

    await stripe.close_checkout(planned)
    await stripe.close_checkout(planned)
    fake.billing.renew(subscription_of(fake, gold))

    assert await phase_of(stripe, planned) is Phase.ENDED
    assert [fact.money.amount for fact in (await stripe.fetch(gold)).facts] == [900, 900]


async def test_cancelling_drops_a_planned_change(fake: FakeStripe, stripe: StripeProvider, gold: str) -> None:
    planned = (await stripe.change(gold, platinum(500), at_once=False)).ref

    await stripe.set_ending(gold, True)

    assert await phase_of(stripe, gold) is Phase.ENDING
    assert await phase_of(stripe, planned) is Phase.ENDED


async def test_an_upgrade_at_once_drops_a_planned_change(
    fake: FakeStripe, stripe: StripeProvider, gold: str
) -> None:
    planned = (await stripe.change(gold, platinum(500), at_once=False)).ref

    new = (await stripe.change(gold, await quoted(stripe, gold, platinum()), at_once=True)).ref

    assert await phase_of(stripe, new) is Phase.ACTIVE
    assert await phase_of(stripe, planned) is Phase.ENDED


async def test_a_change_takes_a_cancellation_back(stripe: StripeProvider, gold: str) -> None:
    await stripe.set_ending(gold, True)
    planned = (await stripe.change(gold, platinum(500), at_once=False)).ref
    assert await phase_of(stripe, planned) is Phase.ACTIVE

    await stripe.set_ending(gold, True)
    new = (await stripe.change(gold, await quoted(stripe, gold, platinum()), at_once=True)).ref

    assert await phase_of(stripe, new) is Phase.ACTIVE


async def test_the_order_before_cannot_end_what_is_another_s_now(
    fake: FakeStripe, stripe: StripeProvider, gold: str
) -> None:
    new = (await stripe.change(gold, await quoted(stripe, gold, platinum()), at_once=True)).ref

    await stripe.set_ending(gold, True)
    await stripe.close_checkout(gold)

    assert await phase_of(stripe, new) is Phase.ACTIVE


async def test_a_purchase_once_has_nothing_to_change(fake: FakeStripe, stripe: StripeProvider) -> None:
    ref = await bought(fake, stripe, once())

    with pytest.raises(NeedsAction, match="has no subscription"):
        await stripe.change(ref, platinum(), at_once=True)


async def test_a_phase_that_is_over_holds_nothing(
    fake: FakeStripe, stripe: StripeProvider, gold: str
) -> None:
    """Stripe keeps past phases, with the metadata that they had."""
    new = (await stripe.change(gold, platinum(500), at_once=False)).ref
    subscription = fake.books.get(subscription_of(fake, gold), "subscription")
    before = dict(subscription["metadata"])
    fake.billing.renew(subscription["id"])
    schedule = fake.books.get(subscription["schedule"], "subscription_schedule")

    schedule["phases"][0] |= {"metadata": before, "end_date": int(real_now().timestamp()) - 60}

    assert await phase_of(stripe, gold) is Phase.ENDED
    assert await phase_of(stripe, new) is Phase.ACTIVE
