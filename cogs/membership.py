"""/membership: plans on sale; buying, changing and ending a membership; what the member has."""

from __future__ import annotations

from typing import Any

import discord
from discord import app_commands, ui
from discord.app_commands import Choice, locale_str
from discord.ext import commands

from bot.cards import Card
from bot.discord.client import Client
from bot.discord.components import Interaction, answer, replace, turn
from bot.discord.forms import Dialog
from bot.discord.page import Page, asker_of, choices, guild_of, on_press, words_of
from bot.i18n import Language
from bot.memberships.changes import cards as change_cards
from bot.memberships.changes import status_cards
from bot.memberships.changes.quote import Quote
from bot.memberships.changes.renewals import Reason
from bot.memberships.membership_actions import (
    BUY,
    CHANGE,
    CHECK_ORDER,
    CONFIRM_CHANGE,
    KEEP_RENEWAL,
    OPEN_PORTAL,
    PICK_CHANGE,
    SHOW_OPTIONS,
    STOP_RENEWAL,
    TOGGLE_REMINDERS,
    TURN_ENDINGS,
    TURN_PLANS,
    TURN_SHOP,
    TURN_STATUS,
    UNDO_CHANGE,
    AtPrice,
    ChangeDraft,
    OfTier,
)
from bot.memberships.model import BillingKind, Product
from bot.memberships.orders import cards as order_cards
from bot.memberships.orders.checkouts import PendingOrder
from bot.memberships.orders.holdings import PlannedChange
from bot.memberships.orders.purchasing import Activated, PurchaseChoice
from bot.memberships.reminders import cards as reminder_cards
from bot.memberships.service import Memberships
from bot.memberships.wording import price_words
from bot.names import means
from bot.services import Services

PurchaseResult = PendingOrder | PurchaseChoice | Activated | PlannedChange | Quote


class Membership(
    Page,
    commands.GroupCog,
    group_name=locale_str("membership"),
    group_description=locale_str("Membership: what there is, buying it, what you have"),
):
    """For everybody. Every answer is private."""

    def __init__(self, bot: Client, app: Services) -> None:
        super().__init__(bot, app)
        self._memberships = app.memberships

    @app_commands.command(
        name=locale_str("plans"), description=locale_str("What you can buy, and what you have of it")
    )
    async def plans(self, interaction: Interaction) -> None:
        await answer(interaction, await self._plans(interaction))

    @app_commands.command(name=locale_str("buy"), description=locale_str("Buy a membership"))
    @app_commands.describe(plan=locale_str("Which plan"), price=locale_str("At which price"))
    async def buy(self, interaction: Interaction, plan: str, price: str | None = None) -> None:
        await interaction.response.defer(ephemeral=True)
        result = await self._memberships.buy(*asker_of(interaction), plan, price)
        await show_purchase(interaction, self._memberships, result)

    @app_commands.command(
        name=locale_str("change"), description=locale_str("Change to another membership or price")
    )
    @app_commands.describe(
        plan=locale_str("Which plan"),
        price=locale_str("At which price"),
        instead=locale_str("Which of yours it takes the place of, if you have several"),
    )
    async def change(
        self, interaction: Interaction, plan: str, price: str | None = None, instead: str | None = None
    ) -> None:
        await interaction.response.defer(ephemeral=True)
        result = await self._memberships.change_pricing.propose(*asker_of(interaction), plan, price, instead)
        await show_purchase(interaction, self._memberships, result)

    @app_commands.command(
        name=locale_str("cancel"), description=locale_str("End a subscription, or take a planned change back")
    )
    async def cancel(self, interaction: Interaction) -> None:
        await answer(interaction, await self._endings(interaction))

    @app_commands.command(
        name=locale_str("status"), description=locale_str("What you have, until when, and your orders")
    )
    async def status(self, interaction: Interaction) -> None:
        await interaction.response.defer(ephemeral=True)
        await answer(interaction, await self._status(interaction))

    @app_commands.command(
        name=locale_str("reminders"),
        description=locale_str("Whether I may remind you by direct message before a membership ends"),
    )
    @app_commands.describe(allowed=locale_str("On or off"))
    @app_commands.choices(
        allowed=[Choice(name=locale_str("on"), value=1), Choice(name=locale_str("off"), value=0)]
    )
    async def reminders(self, interaction: Interaction, allowed: int) -> None:
        await self._memberships.reminders.choose(*asker_of(interaction), bool(allowed))
        await answer(interaction, reminder_cards.choice(words_of(interaction), bool(allowed)))

    @buy.autocomplete("plan")
    @change.autocomplete("plan")
    async def choose(self, interaction: Interaction, typed: str) -> list[Choice[str]]:
        t = words_of(interaction)
        return choices(
            (
                (
                    f"{product.tier.name} · {' · '.join(price_words(t, price) for price in product.prices)}",
                    product.tier.id,
                )
                for product in await self._memberships.purchasing.products(guild_of(interaction))
            ),
            typed,
        )

    @buy.autocomplete("price")
    @change.autocomplete("price")
    async def choose_price(self, interaction: Interaction, typed: str) -> list[Choice[str]]:
        t = words_of(interaction)
        plan = getattr(interaction.namespace, "plan", None) or ""
        buying = interaction.command is not None and interaction.command.name == "buy"
        products = await self._memberships.purchasing.products(guild_of(interaction))
        return choices(
            (
                (price_words(t, price), price.id)
                for product in _of_plan(products, plan)
                for price in product.prices
                if buying or price.duration.kind is not BillingKind.TRIAL
            ),
            typed,
        )

    @change.autocomplete("instead")
    async def choose_own(self, interaction: Interaction, typed: str) -> list[Choice[str]]:
        owned = await self._memberships.change_pricing.choices(*asker_of(interaction))
        return choices(((one.entitlement.tier.name, one.entitlement.id) for one in owned), typed)

    @on_press(BUY)
    async def press_buy(
        self, interaction: Interaction, target: OfTier | AtPrice, provider: str | None
    ) -> None:
        """*Buy*, on the plans and on every shop card."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        asker = asker_of(interaction)
        match target:
            case OfTier(tier_id):
                result = await self._memberships.buy(*asker, str(tier_id))
            case AtPrice(price_id):
                result = await self._memberships.purchasing.press(*asker, price_id, provider)
        await show_purchase(interaction, self._memberships, result)

    @on_press(CHECK_ORDER)
    async def press_check(self, interaction: Interaction, order_id: int) -> None:
        """*Check again* on the pay card."""
        await interaction.response.defer()
        order = await self._memberships.check(*asker_of(interaction), str(order_id))
        t = words_of(interaction)
        await answer(
            interaction,
            order_cards.pay(t, order, looked=True)
            if isinstance(order, PendingOrder)
            else order_cards.receipt(t, order),
        )

    @on_press(SHOW_OPTIONS)
    async def press_options(self, interaction: Interaction, entitlement_id: int) -> None:
        """*Change*: everything that a membership can be changed to."""
        guild_id = guild_of(interaction)
        chosen = await self._memberships.change_pricing.option(guild_id, interaction.user.id, entitlement_id)
        products = await self._memberships.purchasing.products(guild_id)
        await answer(interaction, change_cards.options(words_of(interaction), chosen, products))

    @on_press(CHANGE)
    @on_press(PICK_CHANGE)
    async def press_change(self, interaction: Interaction, entitlement_id: int, price_id: int) -> None:
        """A price was chosen: shows the preview in place of the choice."""
        await interaction.response.defer()
        result = await self._memberships.change_pricing.press(
            *asker_of(interaction), entitlement_id, price_id
        )
        await show_purchase(interaction, self._memberships, result)

    @on_press(CONFIRM_CHANGE)
    async def press_confirm(self, interaction: Interaction, draft: ChangeDraft, provider: str | None) -> None:
        """The button under the preview of a change."""
        await interaction.response.defer()
        result = await self._memberships.changes.confirm(*asker_of(interaction), draft, provider)
        await show_purchase(interaction, self._memberships, result)

    @on_press(UNDO_CHANGE)
    async def press_undo(self, interaction: Interaction, order_id: int) -> None:
        """*Take the change back*."""
        await interaction.response.defer()
        undone = await self._memberships.changes.undo(*asker_of(interaction), order_id)
        await answer(interaction, change_cards.undone(words_of(interaction), undone))

    @on_press(STOP_RENEWAL)
    async def press_stop(self, interaction: Interaction, order_id: int) -> None:
        """*End it then*: opens a form that asks for an optional reason."""
        form = EndingForm(words_of(interaction), self._memberships, order_id)
        await interaction.response.send_modal(form)

    @on_press(KEEP_RENEWAL)
    async def press_keep(self, interaction: Interaction, order_id: int) -> None:
        """*Keep it*."""
        await interaction.response.defer()
        held = await self._memberships.renewals.keep(*asker_of(interaction), order_id)
        await answer(interaction, status_cards.kept(words_of(interaction), held))

    @on_press(OPEN_PORTAL)
    async def press_portal(self, interaction: Interaction, order_id: int) -> None:
        """*Card and invoices*."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        guild_id = guild_of(interaction)
        url = await self._memberships.renewals.portal(guild_id, interaction.user.id, order_id)
        await answer(interaction, status_cards.portal(words_of(interaction), url))

    @on_press(TURN_PLANS)
    async def turn_plans(self, interaction: Interaction, page: int) -> None:
        """*Back* and *Next* under the plans."""
        await turn(interaction, await self._plans(interaction, page))

    @on_press(TURN_SHOP)
    async def turn_shop(self, interaction: Interaction, page: int) -> None:
        """*Back* and *Next* on a shop card: whoever presses sees the page, the posted card stays as it is."""
        shop = self._memberships.shop_cards
        await turn(interaction, await shop.card(guild_of(interaction), words_of(interaction), page))

    @on_press(TURN_STATUS)
    async def turn_status(self, interaction: Interaction, page: int) -> None:
        """*Back* and *Next* under what the member has."""
        await interaction.response.defer()
        await replace(interaction, await self._status(interaction, page))

    @on_press(TURN_ENDINGS)
    async def turn_endings(self, interaction: Interaction, page: int) -> None:
        """*Back* and *Next* under what can be ended."""
        await turn(interaction, await self._endings(interaction, page))

    @on_press(TOGGLE_REMINDERS)
    async def press_remind(self, interaction: Interaction) -> None:
        """*Remind me* and *No reminders* on the status card."""
        await interaction.response.defer()
        await self._memberships.reminders.toggle(*asker_of(interaction))
        await replace(interaction, await self._status(interaction))

    async def _plans(self, interaction: Interaction, page: int = 0) -> Card:
        offers = await self._memberships.offers(*asker_of(interaction))
        return order_cards.plans(words_of(interaction), offers, self._memberships.is_play_money, page)

    async def _status(self, interaction: Interaction, page: int = 0) -> Card:
        status = await self._memberships.status(*asker_of(interaction))
        return status_cards.status(words_of(interaction), status, page)

    async def _endings(self, interaction: Interaction, page: int = 0) -> Card:
        endings = await self._memberships.renewals.endings(*asker_of(interaction))
        return status_cards.endings(words_of(interaction), endings, page)


async def show_purchase(interaction: Interaction, memberships: Memberships, result: PurchaseResult) -> None:
    """Answer whoever buys or changes something: with where to pay, what is still to be chosen, or what they have now."""
    t = words_of(interaction)
    match result:
        case PendingOrder():
            await memberships.pay_cards.remember(result.order, interaction.token, str(interaction.locale))
            await answer(interaction, order_cards.pay(t, result))
        case PurchaseChoice():
            await answer(interaction, change_cards.choice(t, result))
        case Activated():
            await answer(interaction, change_cards.given(t, result))
        case PlannedChange():
            await answer(interaction, change_cards.planned(t, result))
        case Quote():
            await answer(interaction, change_cards.quote(t, result))


class EndingForm(Dialog):
    """Ends a subscription, with one of a few reasons or none."""

    def __init__(self, t: Language, memberships: Memberships, order_id: int) -> None:
        super().__init__(t("End the subscription"))
        self._memberships = memberships
        self._order_id = order_id
        self._reason: ui.RadioGroup[Any] = ui.RadioGroup(
            custom_id="reason",
            required=False,
            options=[
                discord.RadioGroupOption(label=words, value=reason)
                for reason, words in change_cards.stop_reasons(t).items()
            ],
        )
        label = ui.Label(
            text=t("Would you like to say why?"),
            description=t("You keep everything until the end of what you have paid for."),
            component=self._reason,
        )
        self.add_item(label)

    async def on_submit(self, interaction: Interaction, /) -> None:
        await interaction.response.defer(ephemeral=True, thinking=True)
        reason = Reason(self._reason.value) if self._reason.value else None
        held = await self._memberships.renewals.stop(*asker_of(interaction), self._order_id, reason)
        await answer(interaction, status_cards.stopped(words_of(interaction), held))


def _of_plan(products: list[Product], plan: str) -> list[Product]:
    """The product of the plan that is typed already, else all products."""
    return [one for one in products if means(plan, one.tier.id, one.tier.name)] or products


setup = Membership.setup
