"""/order: owners see what was sold, mark what came by hand, give money back, and take the books with them."""

from __future__ import annotations

from typing import Any

import discord
from discord import app_commands
from discord.app_commands import Choice, locale_str
from discord.ext import commands

from bot.discord.client import Client
from bot.discord.forms import Field, Form, Then
from bot.discord.kit import Interaction, answer, replace, think
from bot.errors import UserError
from bot.i18n import Texts, Words
from bot.memberships import cards, order_answers, order_cards
from bot.memberships.model import Order, Search
from bot.memberships.service import Memberships
from bot.memberships.state import State
from bot.memberships.tiers import compared

WHICH = locale_str("Which order")
REASON = locale_str("Why; kept in the records")
DAY = locale_str("A date like 2026-11-30; included")
Reason = app_commands.Range[str, 1, 200]
Amount = app_commands.Range[str, 1, 20]
STATES = [
    Choice(name=locale_str("waits for payment"), value=State.PENDING.value),
    Choice(name=locale_str("paid"), value=State.PAID.value),
    Choice(name=locale_str("in review"), value=State.REVIEW.value),
    Choice(name=locale_str("disputed"), value=State.DISPUTED.value),
    Choice(name=locale_str("refunded"), value=State.REFUNDED.value),
    Choice(name=locale_str("expired"), value=State.EXPIRED.value),
    Choice(name=locale_str("cancelled"), value=State.CANCELLED.value),
]


@app_commands.default_permissions(administrator=True)
class OrderPage(
    commands.GroupCog,
    name="Order",
    group_name=locale_str("order"),
    group_description=locale_str("What was sold, and giving money back"),
):
    """For owners; every answer is seen by the asker alone."""

    def __init__(self, bot: Client, memberships: Memberships, texts: Texts) -> None:
        self._bot = bot
        self._memberships = memberships
        self._texts = texts

    async def cog_load(self) -> None:
        self._bot.on_action("order.page", self.press_page)
        self._bot.on_action("order.done", self.press_done)
        self._bot.on_action("order.show", self.press_show)
        self._bot.on_action("order.look", self.press_look)
        self._bot.on_action("order.refund", self.press_refund)
        self._bot.on_action("order.give_back", self.press_give_back)
        self._bot.on_action("order.paid", self.press_paid)
        self._bot.on_action("order.resend", self.press_resend)

    async def interaction_check(self, interaction: Interaction, /) -> bool:
        owner(interaction)
        return True

    @app_commands.command(
        name=locale_str("list"), description=locale_str("The latest orders, and those that need you")
    )
    @app_commands.describe(
        member=locale_str("Only orders of this member"), state=locale_str("Only orders that stand like this"),
        plan=locale_str("Only orders of this plan"),
    )  # fmt: skip
    @app_commands.choices(state=STATES)
    async def latest(
        self, interaction: Interaction, member: discord.User | None = None, state: Choice[str] | None = None,
        plan: str | None = None,
    ) -> None:  # fmt: skip
        tier = await self._memberships.tiers.ever_sold(_guild(interaction), plan) if plan else None
        search = Search(
            member.id if member else None, State(state.value) if state else None, tier.id if tier else None
        )
        page = await self._memberships.desk.page(_guild(interaction), search)
        await answer(interaction, order_cards.order_list(self._words(interaction), page))

    @app_commands.command(name=locale_str("show"), description=locale_str("Everything about one order"))
    @app_commands.describe(order=WHICH)
    async def show(self, interaction: Interaction, order: str) -> None:
        await self._show(interaction, order)

    @app_commands.command(
        name=locale_str("refund"),
        description=locale_str("Give back what was paid for an order; says first what that does"),
    )
    @app_commands.describe(
        order=WHICH, reason=REASON, amount=locale_str("A part, like 9.50; leave it out to give all back")
    )
    async def refund(
        self, interaction: Interaction, order: str, reason: Reason, amount: Amount | None = None
    ) -> None:
        await self._draft(interaction, order, reason, amount)

    @app_commands.command(
        name=locale_str("paid"), description=locale_str("The money of a bank transfer came: mark its order")
    )
    @app_commands.describe(
        order=WHICH, reason=REASON, amount=locale_str("What came, if it is not the price, like 9.50")
    )
    async def paid(
        self, interaction: Interaction, order: str, reason: Reason, amount: Amount | None = None
    ) -> None:
        await self._mark(interaction, order, reason, amount)

    @app_commands.command(
        name=locale_str("resend"),
        description=locale_str("Show the member their order once more, and look after its role again"),
    )
    @app_commands.describe(order=WHICH)
    async def resend(self, interaction: Interaction, order: str) -> None:
        await self._resend(interaction, order)

    @app_commands.command(
        name=locale_str("export"), description=locale_str("Orders and ledger as files for a spreadsheet")
    )
    @app_commands.describe(since=DAY, until=DAY)
    async def export(
        self, interaction: Interaction, since: str | None = None, until: str | None = None
    ) -> None:
        await think(interaction)
        made = await self._memberships.export.make(_guild(interaction), since, until, interaction.user.id)
        await answer(interaction, order_answers.exported(self._words(interaction), made))

    @app_commands.command(
        name=locale_str("books"), description=locale_str("Where all the money is, in each currency")
    )
    async def books(self, interaction: Interaction) -> None:
        await think(interaction)
        totals = await self._memberships.desk.totals(_guild(interaction))
        await answer(interaction, order_cards.books(self._words(interaction), totals))

    @show.autocomplete("order")
    @resend.autocomplete("order")
    async def choose(self, interaction: Interaction, typed: str) -> list[Choice[str]]:
        return self._choices(interaction, typed, await self._memberships.desk.choices(_guild(interaction)))

    @refund.autocomplete("order")
    async def choose_refundable(self, interaction: Interaction, typed: str) -> list[Choice[str]]:
        found = await self._memberships.desk.choices(_guild(interaction), [State.PAID, State.REVIEW])
        return self._choices(interaction, typed, found)

    @paid.autocomplete("order")
    async def choose_unpaid(self, interaction: Interaction, typed: str) -> list[Choice[str]]:
        found = await self._memberships.desk.unmarked(_guild(interaction))
        return self._choices(interaction, typed, found)

    @latest.autocomplete("plan")
    async def choose_plan(self, interaction: Interaction, typed: str) -> list[Choice[str]]:
        if not interaction.permissions.administrator:
            return []
        found = await self._memberships.tiers.products(_guild(interaction), archived=True)
        return [
            Choice(name=one.tier.name, value=str(one.tier.id))
            for one in found
            if compared(typed) in compared(one.tier.name)
        ][:25]

    async def press_page(self, interaction: Interaction, argument: str) -> None:
        """*Newer* and *Older* under the list."""
        owner(interaction)
        page = await self._memberships.desk.page(_guild(interaction), *order_cards.read_page(argument))
        await replace(interaction, order_cards.order_list(self._words(interaction), page))

    async def press_done(self, interaction: Interaction, stray: str) -> None:
        """*Done…* beside money that belongs to no order: a form that asks what became of it."""
        owner(interaction)

        async def then(sent: Interaction, told: dict[str, str]) -> None:
            desk, guild_id = self._memberships.desk, _guild(sent)
            await desk.close_stray(guild_id, stray, sent.user.id, told["reason"])
            page = await desk.page(guild_id, Search())
            await answer(sent, order_cards.order_list(self._words(sent), page))

        t = self._words(interaction)
        await self._ask(interaction, t("What became of it?"), [], then)

    async def press_show(self, interaction: Interaction, order: str) -> None:
        """*Show the order* on the card that says it was marked."""
        owner(interaction)
        await self._show(interaction, order)

    async def press_look(self, interaction: Interaction, order: str) -> None:
        """*Look again at the provider*."""
        owner(interaction)
        await interaction.response.defer()
        sheet = await self._memberships.desk.look_again(_guild(interaction), order)
        await replace(interaction, order_cards.order_sheet(self._words(interaction), sheet))

    async def press_refund(self, interaction: Interaction, order: str) -> None:
        """*Refund…*: a form with amount and reason."""
        owner(interaction)

        async def then(sent: Interaction, told: dict[str, str]) -> None:
            await self._draft(sent, order, told["reason"], told["amount"] or None)

        t = self._words(interaction)
        await self._ask(interaction, t("Give money back"), [_amount(t)], then)

    async def press_give_back(self, interaction: Interaction, draft: str) -> None:
        """The button under what a refund does."""
        owner(interaction)
        await interaction.response.defer()
        done = await self._memberships.refunds.confirm(_guild(interaction), draft, interaction.user.id)
        await replace(interaction, order_answers.refund_confirmed(self._words(interaction), done))

    async def press_paid(self, interaction: Interaction, order: str) -> None:
        """*Mark as paid…*: a form with amount and reason."""
        owner(interaction)

        async def then(sent: Interaction, told: dict[str, str]) -> None:
            await self._mark(sent, order, told["reason"], told["amount"] or None)

        t = self._words(interaction)
        await self._ask(interaction, t("Mark as paid"), [_amount(t)], then)

    async def press_resend(self, interaction: Interaction, order: str) -> None:
        """*Send it again*."""
        owner(interaction)
        await self._resend(interaction, order)

    async def _draft(self, interaction: Interaction, order: str, reason: str, amount: str | None) -> None:
        """What a refund would do, with the button that does it."""
        told = await self._memberships.refunds.draft(
            _guild(interaction), order, interaction.user.id, reason, amount
        )
        await answer(interaction, order_answers.refund_drafted(self._words(interaction), told))

    async def _mark(self, interaction: Interaction, order: str, reason: str, amount: str | None) -> None:
        """The money came."""
        told = await self._memberships.marking.mark(
            _guild(interaction), order, interaction.user.id, reason, amount
        )
        await answer(interaction, order_answers.marked(self._words(interaction), told))

    async def _ask(self, interaction: Interaction, title: str, fields: list[Field], then: Then) -> None:
        """A form with a reason at its end."""

        async def sent(interaction: Interaction, told: dict[str, str]) -> None:
            owner(interaction)  # who opened it may have been demoted meanwhile
            if not told["reason"]:
                raise UserError("Write a reason: it is kept in the records.")
            await then(interaction, told)

        t = self._words(interaction)
        reason = Field("reason", t("Reason"))
        await interaction.response.send_modal(Form(title, [*fields, reason], sent, self._texts))

    async def _show(self, interaction: Interaction, order: str) -> None:
        sheet = await self._memberships.desk.sheet(_guild(interaction), order)
        await answer(interaction, order_cards.order_sheet(self._words(interaction), sheet))

    async def _resend(self, interaction: Interaction, order: str) -> None:
        await think(interaction)
        told = await self._memberships.resending.resend(_guild(interaction), order, interaction.user.id)
        await answer(interaction, order_answers.resent(self._words(interaction), told))

    def _choices(self, interaction: Interaction, typed: str, found: list[Order]) -> list[Choice[str]]:
        if not interaction.permissions.administrator:
            return []
        t = self._words(interaction)
        choices = [Choice(name=cards.label(t, order)[:100], value=str(order.id)) for order in found]
        return [
            choice for choice in choices if typed.casefold() in f"{choice.name} {choice.value}".casefold()
        ][:25]

    def _words(self, interaction: Interaction) -> Words:
        return self._texts.of(str(interaction.locale))


def owner(interaction: Interaction) -> None:
    """A server may lend commands out in its settings, and a button outlives a demotion: money is for administrators."""
    if not interaction.permissions.administrator:
        raise UserError("Only an administrator of this server can do that.")


def _amount(t: Words) -> Field:
    whole = t("Leave it empty for the whole price.")
    return Field("amount", t("Amount"), whole, required=False, longest=20)


def _guild(interaction: Interaction) -> int:
    assert interaction.guild_id is not None  # noqa: S101 # allowed_contexts says so
    return interaction.guild_id


async def setup(bot: Client) -> None:
    """Keep the books with the app's service."""
    app: Any = bot.app
    await bot.add_cog(OrderPage(bot, app.memberships, app.texts))
