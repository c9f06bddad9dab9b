"""/membership: what there is to buy, buying it, changing it, ending it, and what you have."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import discord
from discord import app_commands, ui
from discord.app_commands import Choice, locale_str
from discord.ext import commands

from bot.cards import Card
from bot.discord.client import Client
from bot.discord.errors import report
from bot.discord.kit import Interaction, answer, replace
from bot.i18n import Texts, Words
from bot.memberships import cards, change_cards, reminder_cards, status_cards
from bot.memberships.buying import Bill
from bot.memberships.counter import Choice as Choosing
from bot.memberships.counter import Given
from bot.memberships.holdings import Planned
from bot.memberships.model import Product, Way
from bot.memberships.quotes import Quote
from bot.memberships.renewals import Reason
from bot.memberships.service import Memberships
from bot.memberships.tiers import compared
from bot.memberships.wording import price_words

Answered = Bill | Choosing | Given | Planned | Quote


class Membership(
    commands.GroupCog,
    group_name=locale_str("membership"),
    group_description=locale_str("Membership: what there is, buying it, what you have"),
):
    """For everybody; about money, so every answer is seen by the asker alone."""

    def __init__(self, bot: Client, memberships: Memberships, texts: Texts) -> None:
        self._bot = bot
        self._memberships = memberships
        self._texts = texts

    async def cog_load(self) -> None:
        for name, action in (
            ("membership.buy", self.press_buy), ("membership.check", self.press_check),
            ("membership.options", self.press_options), ("membership.change", self.press_change),
            ("pick.membership_change", self.press_change), ("membership.confirm", self.press_confirm),
            ("membership.undo", self.press_undo), ("membership.stop", self.press_stop),
            ("membership.keep", self.press_keep), ("membership.portal", self.press_portal),
            ("membership.remind", self.press_remind),
        ):  # fmt: skip
            self._bot.on_action(name, action)

    @app_commands.command(
        name=locale_str("plans"), description=locale_str("What you can buy, and what you have of it")
    )
    async def plans(self, interaction: Interaction) -> None:
        offers = await self._memberships.offers(_guild(interaction), interaction.user.id)
        await answer(interaction, cards.plans(self._words(interaction), offers, self._memberships.playing))

    @app_commands.command(name=locale_str("buy"), description=locale_str("Buy a membership"))
    @app_commands.describe(plan=locale_str("Which plan"), price=locale_str("At which price"))
    async def buy(self, interaction: Interaction, plan: str, price: str | None = None) -> None:
        await interaction.response.defer(ephemeral=True)
        told = await self._memberships.buy(_guild(interaction), interaction.user.id, plan, price)
        await self._show(interaction, told)

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
        told = await self._memberships.quoting.propose(
            _guild(interaction), interaction.user.id, plan, price, instead
        )
        await self._show(interaction, told)

    @app_commands.command(
        name=locale_str("cancel"), description=locale_str("End a subscription, or take a planned change back")
    )
    async def cancel(self, interaction: Interaction) -> None:
        told = await self._memberships.renewals.endings(_guild(interaction), interaction.user.id)
        await answer(interaction, status_cards.endings(self._words(interaction), told))

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
        await self._memberships.reminders.choose(_guild(interaction), interaction.user.id, bool(allowed))
        await answer(interaction, reminder_cards.choice(self._words(interaction), bool(allowed)))

    @buy.autocomplete("plan")
    @change.autocomplete("plan")
    async def choose(self, interaction: Interaction, typed: str) -> list[Choice[str]]:
        t = self._words(interaction)
        return _choices(
            (
                (
                    f"{one.tier.name} · {' · '.join(price_words(t, price) for price in one.prices)}",
                    one.tier.id,
                )
                for one in await self._memberships.counter.shelf(_guild(interaction))
            ),
            typed,
        )

    @buy.autocomplete("price")
    @change.autocomplete("price")
    async def choose_price(self, interaction: Interaction, typed: str) -> list[Choice[str]]:
        t = self._words(interaction)
        plan = getattr(interaction.namespace, "plan", None) or ""
        buying = interaction.command is not None and interaction.command.name == "buy"
        shelf = await self._memberships.counter.shelf(_guild(interaction))
        return _choices(
            (
                (price_words(t, price), price.id)
                for one in _meant(shelf, plan)
                for price in one.prices
                if buying or price.span.way is not Way.TRIAL
            ),
            typed,
        )

    @change.autocomplete("instead")
    async def choose_own(self, interaction: Interaction, typed: str) -> list[Choice[str]]:
        held = await self._memberships.quoting.choices(_guild(interaction), interaction.user.id)
        return _choices(((one.right.tier.name, one.right.id) for one in held), typed)

    async def press_buy(self, interaction: Interaction, what: str) -> None:
        """*Buy*: a tier, or `p` and a price, perhaps with a provider; on the plans and on every shop card."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        who, (what, _, provider) = (_guild(interaction), interaction.user.id), what.partition(":")
        if what.startswith("p"):
            price = int(what[1:])
            await self._show(
                interaction, await self._memberships.counter.press(*who, price, provider or None)
            )
        else:
            await self._show(interaction, await self._memberships.buy(*who, what))

    async def press_check(self, interaction: Interaction, order_id: str) -> None:
        """*Check again* on the pay card, for those who do not want to wait."""
        await interaction.response.defer()
        told = await self._memberships.check(_guild(interaction), interaction.user.id, order_id)
        t = self._words(interaction)
        await answer(
            interaction, cards.pay(t, told, looked=True) if isinstance(told, Bill) else cards.receipt(t, told)
        )

    async def press_options(self, interaction: Interaction, right_id: str) -> None:
        """*Change*: everything that it can be changed to."""
        guild_id = _guild(interaction)
        mine = await self._memberships.quoting.choices(guild_id, interaction.user.id)
        shelf = await self._memberships.counter.shelf(guild_id)
        t = self._words(interaction)
        held = next((one for one in mine if str(one.right.id) == right_id), None)
        await answer(interaction, change_cards.options(t, held, shelf))

    async def press_change(self, interaction: Interaction, what: str) -> None:
        """A price was chosen: the preview takes the place of the choice."""
        await interaction.response.defer()
        right_id, _, price_id = what.partition(".")
        told = await self._memberships.quoting.press(
            _guild(interaction), interaction.user.id, int(right_id), int(price_id)
        )
        await self._show(interaction, told)

    async def press_confirm(self, interaction: Interaction, what: str) -> None:
        """The button under a preview."""
        await interaction.response.defer()
        draft, _, provider = what.partition(":")
        told = await self._memberships.changing.confirm(
            _guild(interaction), interaction.user.id, draft, provider or None
        )
        await self._show(interaction, told)

    async def press_undo(self, interaction: Interaction, order_id: str) -> None:
        """*Take the change back*."""
        await interaction.response.defer()
        told = await self._memberships.changing.undo(_guild(interaction), interaction.user.id, int(order_id))
        await answer(interaction, change_cards.undone(self._words(interaction), told))

    async def press_stop(self, interaction: Interaction, order_id: str) -> None:
        """*End it then*: asks why; who does not want to say it need not."""
        form = EndingForm(self._words(interaction), self._memberships, self._texts, int(order_id))
        await interaction.response.send_modal(form)

    async def press_keep(self, interaction: Interaction, order_id: str) -> None:
        """*Keep it*."""
        await interaction.response.defer()
        held = await self._memberships.renewals.keep(_guild(interaction), interaction.user.id, int(order_id))
        await answer(interaction, status_cards.kept(self._words(interaction), held))

    async def press_portal(self, interaction: Interaction, order_id: str) -> None:
        """*Card and invoices*."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        guild_id = _guild(interaction)
        url = await self._memberships.renewals.portal(guild_id, interaction.user.id, int(order_id))
        await answer(interaction, status_cards.portal(self._words(interaction), url))

    async def press_remind(self, interaction: Interaction, _argument: str) -> None:
        """*Remind me* and *No reminders* on the status card."""
        await interaction.response.defer()
        await self._memberships.reminders.toggle(_guild(interaction), interaction.user.id)
        await replace(interaction, await self._status(interaction))

    async def _status(self, interaction: Interaction) -> Card:
        told = await self._memberships.status(_guild(interaction), interaction.user.id)
        return status_cards.status(self._words(interaction), told)

    async def _show(self, interaction: Interaction, told: Answered) -> None:
        t = self._words(interaction)
        match told:
            case Bill():
                await self._memberships.pay_cards.remember(
                    told.order, interaction.token, str(interaction.locale)
                )
                await answer(interaction, cards.pay(t, told))
            case Choosing():
                await answer(interaction, change_cards.choice(t, told))
            case Given():
                await answer(interaction, change_cards.given(t, told))
            case Planned():
                await answer(interaction, change_cards.planned(t, told))
            case Quote():
                await answer(interaction, change_cards.quote(t, told))

    def _words(self, interaction: Interaction) -> Words:
        return self._texts.of(str(interaction.locale))


class EndingForm(ui.Modal):
    """Why a subscription is ended: one of a few words, or none."""

    def __init__(self, t: Words, memberships: Memberships, texts: Texts, order_id: int) -> None:
        super().__init__(title=t("End the subscription"), timeout=900)
        self._memberships = memberships
        self._texts = texts
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
            text=t("Why, if you want to say it?"),
            description=t("You keep everything to the end of what is paid."),
            component=self._reason,
        )
        self.add_item(label)

    async def on_submit(self, interaction: Interaction, /) -> None:
        await interaction.response.defer(ephemeral=True, thinking=True)
        reason = Reason(self._reason.value) if self._reason.value else None
        held = await self._memberships.renewals.stop(
            _guild(interaction), interaction.user.id, self._order_id, reason
        )
        await answer(interaction, status_cards.stopped(self._texts.of(str(interaction.locale)), held))

    async def on_error(self, interaction: Interaction, error: Exception, /) -> None:  # type: ignore[override] # as discord.py's Modal has it
        await report(interaction, error, self._texts)


def _meant(shelf: list[Product], plan: str) -> list[Product]:
    """The plan that is chosen already; else all of them."""
    named = [one for one in shelf if plan in (str(one.tier.id), one.tier.name)]
    return named or shelf


def _choices(found: Iterable[tuple[str, int]], typed: str) -> list[Choice[str]]:
    """At most 25 of what matches, named as people read them; the value is an id."""
    key = compared(typed)
    return [Choice(name=name[:100], value=str(id_)) for name, id_ in found if key in compared(name)][:25]


def _guild(interaction: Interaction) -> int:
    assert interaction.guild_id is not None  # noqa: S101 # allowed_contexts says so
    return interaction.guild_id


async def setup(bot: Client) -> None:
    """Sell with the app's service."""
    app: Any = bot.app
    await bot.add_cog(Membership(bot, app.memberships, app.texts))
