"""Giving money back in two steps: first what it does, then the button."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise

import pytest

from bot.errors import NeedsAction, UserError
from bot.i18n import Catalog
from bot.memberships.backoffice import answers as backoffice_answers
from bot.memberships.backoffice.backoffice import came_back
from bot.memberships.model import Entitlement, EntitlementStatus, Order, OrderStatus, Search, Terms, Tier
from bot.memberships.orders.order_state import ExpectedPayment
from bot.memberships.orders.refund_preview import Consequence, Effect, consequence
from bot.memberships.orders.refunds import RefundProposal
from bot.memberships.orders.settlement import Policy
from bot.money import Money
from bot.payments.port import BillingPeriod, Fact, FactKind
from tests.memberships.orders import actions, read
from tests.memberships.shop import ANN, BOB, DAY, GOLD, GUILD, MONDAY, OLIVIA, OTHER, SILVER, Shop


async def draft(shop: Shop, order: Order, part: str | None = None) -> RefundProposal:
    return await shop.service.refunds.draft(GUILD, str(order.id), OLIVIA, "she asked", part)


async def confirm(shop: Shop, drafted: RefundProposal, actor: int = OLIVIA, guild: int = GUILD) -> None:
    await shop.service.refunds.confirm(guild, str(drafted.draft), actor)
    await shop.worker.run_due()


async def test_nothing_is_sent_before_the_button(shop: Shop, texts: Catalog) -> None:
    await shop.tier()
    order = await shop.buy(ANN)

    drafted = await draft(shop, order)
    await shop.worker.run_due()

    assert shop.provider.refunds == []
    card = backoffice_answers.refund_drafted(texts.of("en"), drafted)
    assert "Give $19.00 back?" in read(card)
    assert "The membership ends at once, and with it what it gave: <@&50>." in read(card)
    assert actions(card) == [f"order.give_back:{drafted.draft}"]

    await confirm(shop, drafted)
    assert len(shop.provider.refunds) == 1
    assert (await shop.look(order)).state is OrderStatus.REFUNDED
    assert shop.server.held[ANN] == set()


async def test_confirming_twice_gives_back_once(shop: Shop) -> None:
    await shop.tier()
    order = await shop.buy(ANN)
    drafted = await draft(shop, order, "5")
    await confirm(shop, drafted)

    with pytest.raises(UserError, match="not done twice"):
        await confirm(shop, drafted)

    assert len(shop.provider.refunds) == 1
    assert (await shop.balances())["clearing:bank"] == [Money(1400, "USD")]


async def test_a_part_leaves_the_membership_by_the_usual_policy(shop: Shop) -> None:
    await shop.tier()
    order = await shop.buy(ANN)

    drafted = await draft(shop, order, "5")
    assert (drafted.back, drafted.effect.effect) == ((Money(500, "USD"),), Effect.STAYS)
    await confirm(shop, drafted)

    assert shop.server.held[ANN] == {GOLD}
    assert (await shop.look(order)).state is OrderStatus.PAID


async def test_a_part_ends_it_where_the_owner_wants_that(shop: Shop) -> None:
    await shop.tier()
    order = await shop.buy(ANN)
    shop.service.settlement.policy = Policy(partial_refund="revoke")

    drafted = await draft(shop, order, "5")
    assert (drafted.effect.effect, drafted.going) == (Effect.ENDS, (GOLD,))
    await confirm(shop, drafted)

    assert shop.server.held[ANN] == set()


async def test_a_role_that_another_membership_gives_too_is_not_announced_as_lost(shop: Shop) -> None:
    await shop.tier("Gold", GOLD)
    await shop.tier("Better gold", GOLD)
    order = await shop.buy(ANN, "Gold", "pay_1")
    await shop.buy(ANN, "Better gold", "pay_2")

    drafted = await draft(shop, order)
    assert (drafted.effect.effect, drafted.going) == (Effect.ENDS, ())
    await confirm(shop, drafted)

    assert shop.server.held[ANN] == {GOLD}


async def test_what_changed_meanwhile_is_told_and_nothing_is_sent(shop: Shop) -> None:
    await shop.tier()
    order = await shop.buy(ANN)
    drafted = await draft(shop, order)
    [paid] = [fact for fact in shop.provider.known[order.ref or ""] if fact.kind is FactKind.PAID]
    await shop.settle(shop.refunded(paid, money=Money(400, "USD")))

    with pytest.raises(UserError, match="changed in the meantime"):
        await confirm(shop, drafted)

    assert shop.provider.refunds == []


async def test_a_draft_belongs_to_who_made_it_in_their_server(shop: Shop) -> None:
    await shop.tier()
    drafted = await draft(shop, await shop.buy(ANN))

    for actor, guild in ((BOB, GUILD), (OLIVIA, OTHER)):
        with pytest.raises(UserError):
            await confirm(shop, drafted, actor, guild)
    for forged in ("", "x", "0", "9" * 40, "-1", str(drafted.order.id)):
        with pytest.raises(UserError):
            await shop.service.refunds.confirm(GUILD, forged, OLIVIA)

    assert shop.provider.refunds == []


@pytest.mark.parametrize("part", ["20", "0", "-1", "1.999", "all", "１９", ""])
async def test_an_amount_that_cannot_be_is_refused_in_words(shop: Shop, part: str) -> None:
    await shop.tier()
    order = await shop.buy(ANN)

    with pytest.raises(UserError):
        await draft(shop, order, part)


async def test_nothing_paid_nothing_to_give_back(shop: Shop) -> None:
    await shop.tier()
    order = await shop.order()

    with pytest.raises(UserError, match="Nothing was paid"):
        await draft(shop, order)


async def test_a_refund_that_the_bank_refuses_waits_on_the_list_with_what_to_do(shop: Shop) -> None:
    await shop.tier()
    order = await shop.buy(ANN)
    give_back, shop.provider.refund = shop.provider.refund, refusing  # type: ignore[method-assign] # a bank that says no
    await confirm(shop, await draft(shop, order))

    [waiting] = (await shop.service.backoffice.listing(GUILD, Search())).waiting
    assert waiting.order is not None
    assert (waiting.finding, waiting.order.id) == ("payment-refused", order.id)
    assert "no balance" in waiting.detail

    shop.provider.refund = give_back  # type: ignore[method-assign] # and changes its mind
    await shop.patience()
    assert (await shop.service.backoffice.listing(GUILD, Search())).waiting == ()
    assert (await shop.look(order)).state is OrderStatus.REFUNDED


async def refusing(payment_id: str, money: Money, key: str) -> tuple[Fact, ...]:
    raise NeedsAction("payment-refused", "no balance")


async def test_a_refund_that_came_back_is_on_the_list_until_it_is_made_again(shop: Shop) -> None:
    await shop.tier()
    order = await shop.buy(ANN)
    [paid] = [fact for fact in shop.provider.known[order.ref or ""] if fact.kind is FactKind.PAID]
    refund = shop.refunded(paid, at=MONDAY + DAY)
    failed = replace(refund, kind=FactKind.REFUND_FAILED, at=MONDAY + 2 * DAY)
    await shop.settle(refund, failed)
    await shop.worker.run_due()

    [waiting] = (await shop.service.backoffice.listing(GUILD, Search())).waiting
    assert waiting.finding == "refund-came-back"

    await shop.settle(replace(refund, object_id="re_2", at=MONDAY + 3 * DAY))
    await shop.worker.run_due()
    assert (await shop.service.backoffice.listing(GUILD, Search())).waiting == ()
    assert not came_back([paid])


async def test_a_payment_for_a_second_period_makes_the_membership_shorter() -> None:
    months = [MONDAY + timedelta(days=30 * n) for n in range(3)]
    due = ExpectedPayment(Money(900, "USD"), Money(900, "USD"), "co_1")
    facts = [
        Fact(
            kind=FactKind.PAID,
            object_id=f"in_{n}",
            guild_id=GUILD,
            order_id=1,
            ref="co_1",
            money=Money(900, "USD"),
            at=start,
            payment_id=None,
            period=BillingPeriod(start, end),
            renewal=n > 0,
        )
        for n, (start, end) in enumerate(pairwise(months))
    ]
    told = consequence(due, facts, [(facts[1], Money(900, "USD"))], right_until(months[2]))

    assert told == Consequence(Effect.SHORTER, months[1])
    both = consequence(due, facts, [(fact, fact.money) for fact in facts], right_until(months[2]))
    assert both.effect is Effect.ENDS
    assert consequence(due, facts, [(facts[1], Money(900, "USD"))], None).effect is Effect.NONE


def right_until(end: datetime) -> Entitlement:
    """A right that runs, as far as the rule looks at it."""
    tier = Tier(
        id=1,
        guild_id=GUILD,
        name="Gold",
        description="",
        position=1,
        seats=None,
        suspended=None,
        archived=False,
        terms=Terms(version=1, roles=(SILVER,)),
    )
    return Entitlement(
        acquired_by=ANN,
        id=1,
        guild_id=GUILD,
        user_id=ANN,
        tier=tier,
        order_id=1,
        source="order",
        reason="",
        status=EntitlementStatus.LIVE,
        starts_at=MONDAY,
        ends_at=end,
        held_until=end,
    )


async def test_every_fate_is_told_in_both_languages(shop: Shop, texts: Catalog) -> None:
    await shop.tier()
    drafted = await draft(shop, await shop.buy(ANN))

    for effect in Effect:
        told = replace(drafted, effect=Consequence(effect, MONDAY))
        for language in ("en", "zh-CN"):
            assert read(backoffice_answers.refund_drafted(texts.of(language), told))
            assert read(backoffice_answers.refund_confirmed(texts.of(language), told))


@pytest.mark.parametrize("reason", ["", " \t", "so\N{RIGHT-TO-LEFT OVERRIDE}rry"])
async def test_money_goes_back_for_a_reason_that_can_be_read(shop: Shop, reason: str) -> None:
    await shop.tier()
    order = await shop.buy()

    with pytest.raises(UserError, match="Say why"):
        await shop.service.refunds.draft(GUILD, str(order.id), OLIVIA, reason)


async def confirm_only(shop: Shop, drafted: RefundProposal) -> None:
    """The button is pressed; the bank is not asked yet."""
    await shop.service.refunds.confirm(GUILD, str(drafted.draft), OLIVIA)


async def payment_of(shop: Shop, order: Order) -> Fact:
    [paid] = [fact for fact in shop.provider.known[order.ref or ""] if fact.kind is FactKind.PAID]
    return paid


async def listed(shop: Shop) -> list[str]:
    """What the owner's list says."""
    return [waiting.finding for waiting in (await shop.service.backoffice.listing(GUILD, Search())).waiting]


@pytest.mark.parametrize("parts", [("30", "30"), ("30", None), (None, "30"), (None, None)])
async def test_what_is_on_its_way_back_cannot_be_given_back_again(
    shop: Shop, parts: tuple[str | None, str | None]
) -> None:
    await shop.tier(price="49.00")
    order = await shop.buy(ANN)
    first, second = [await draft(shop, order, part) for part in parts]
    await confirm_only(shop, first)

    with pytest.raises(UserError):
        await confirm_only(shop, second)

    await shop.worker.run_due()
    assert len(shop.provider.refunds) == 1
    assert await shop.stuck() == []


async def test_two_parts_that_fit_both_go_back(shop: Shop) -> None:
    await shop.tier(price="49.00")
    order = await shop.buy(ANN)
    await confirm_only(shop, await draft(shop, order, "30"))
    rest = await draft(shop, order)
    assert rest.back == (Money(1900, "USD"),)
    assert rest.effect.effect is Effect.ENDS  # with what is on its way already
    await confirm_only(shop, rest)

    await shop.worker.run_due()

    assert len(shop.provider.refunds) == 2
    assert (await shop.look(order)).state is OrderStatus.REFUNDED
    assert (await shop.balances())["clearing:bank"] == [Money(0, "USD")]


async def test_a_confirmed_part_that_is_no_longer_left_is_told_to_the_owner(shop: Shop) -> None:
    """Somebody gave money back at the bank between the button and the work."""
    await shop.tier(price="49.00")
    order = await shop.buy(ANN)
    await confirm_only(shop, await draft(shop, order, "30"))
    at_the_bank = shop.refunded(await payment_of(shop, order), "re_bank", money=Money(3000, "USD"))
    shop.provider.known[order.ref or ""].append(at_the_bank)
    await shop.settle(at_the_bank)

    await shop.worker.run_due()
    assert await listed(shop) == ["payment-refused"]
    assert shop.provider.refunds == []

    await confirm(shop, await draft(shop, order, "19"))  # what is left can be given back; then nothing waits
    await shop.patience()
    assert await listed(shop) == []
    assert (await shop.look(order)).state is OrderStatus.REFUNDED


@pytest.mark.parametrize("won", [True, False])
async def test_a_confirmed_refund_waits_for_the_end_of_a_dispute(shop: Shop, won: bool) -> None:
    await shop.tier()
    order = await shop.buy(ANN)
    paid = await payment_of(shop, order)
    await confirm_only(shop, await draft(shop, order))
    disputed = shop.refunded(paid, "dp_1", kind=FactKind.DISPUTED)
    await shop.settle(disputed)
    await shop.worker.run_due()
    assert await listed(shop) == ["refund-disputed"]

    end = FactKind.DISPUTE_WON if won else FactKind.DISPUTE_LOST
    await shop.settle(replace(disputed, kind=end))
    await shop.patience()

    assert len(shop.provider.refunds) == int(won)
    assert await listed(shop) == []
