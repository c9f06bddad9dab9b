"""/order: owners see what was sold, mark manual payments, refund, and export the books."""

from __future__ import annotations

import discord
from discord import app_commands
from discord.app_commands import Choice, locale_str
from discord.ext import commands

from bot.cards import Card
from bot.discord import order_forms
from bot.discord.client import Client
from bot.discord.components import Interaction, answer, defer, replace
from bot.discord.forms import ask_with_reason
from bot.discord.order_choices import buyers_named, offered
from bot.discord.page import (
    Page,
    asker_of,
    choices,
    demand_administrator,
    guild_of,
    on_press,
    words_of,
)
from bot.memberships.backoffice import answers as backoffice_answers
from bot.memberships.backoffice import books_cards, detail_cards
from bot.memberships.backoffice import cards as backoffice_cards
from bot.memberships.backoffice.actions import (
    CLOSE_UNMATCHED,
    COMPARE_BOOKS,
    CORRECT_NOTE,
    EXTEND_ORDER,
    GIVE_BACK,
    MARK_PAID,
    PICK_ORDER,
    REFRESH_ORDER,
    REFUND_ORDER,
    RESEND_ORDER,
    SHOW_ORDER,
    TURN_DIFFERENCES,
    TURN_ORDER,
    TURN_ORDERS,
    TURN_WAITING,
)
from bot.memberships.backoffice.backoffice import OrderListing
from bot.memberships.backoffice.books_report import BooksReport
from bot.memberships.model import OrderStatus, Search
from bot.services import Services

WHICH = locale_str("Which order")
REASON = locale_str("Why; kept in the records")
DAY = locale_str("A date like 2026-11-30; included")
Reason = app_commands.Range[str, 1, 200]
Amount = app_commands.Range[str, 1, 20]


@app_commands.default_permissions(administrator=True)
class OrderPage(
    Page,
    commands.GroupCog,
    name="Order",
    group_name=locale_str("order"),
    group_description=locale_str("What was sold, and giving money back"),
):
    """For owners. Every answer is private."""

    def __init__(self, bot: Client, app: Services) -> None:
        super().__init__(bot, app)
        self._memberships = app.memberships

    async def interaction_check(self, interaction: Interaction, /) -> bool:
        demand_administrator(interaction)
        return True

    @app_commands.command(
        name=locale_str("list"), description=locale_str("The latest orders, and those that need you")
    )
    @app_commands.describe(
        member=locale_str("Only orders of this member"),
        state=locale_str("Only orders that stand like this"),
        plan=locale_str("Only orders of this plan"),
    )
    @app_commands.choices(state=order_forms.STATES)
    async def latest(
        self,
        interaction: Interaction,
        member: discord.User | None = None,
        state: Choice[str] | None = None,
        plan: str | None = None,
    ) -> None:
        tier = await self._memberships.catalog.ever_sold(guild_of(interaction), plan) if plan else None
        search = Search(
            member.id if member else None,
            OrderStatus(state.value) if state else None,
            tier.id if tier else None,
        )
        page = await self._memberships.backoffice.listing(guild_of(interaction), search)
        await answer(interaction, await self._listed(interaction, page))

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
        order=WHICH,
        reason=REASON,
        amount=locale_str("What came, if it was not all that is open, like 9.50"),
        arrived=locale_str("On which day it came, like 2026-11-30; leave it out for today"),
    )
    async def paid(
        self,
        interaction: Interaction,
        order: str,
        reason: Reason,
        amount: Amount | None = None,
        arrived: str | None = None,
    ) -> None:
        await self._mark(interaction, order, reason, amount, arrived)

    @app_commands.command(
        name=locale_str("correct"),
        description=locale_str(
            "You noted the wrong amount for a bank transfer: say what really came or went back"
        ),
    )
    @app_commands.describe(
        order=WHICH,
        reason=REASON,
        amount=locale_str("What it really was, like 9.50; leave it out if nothing came or went back"),
        note=locale_str("Which note was wrong; leave it out for the last one"),
    )
    async def correct(
        self,
        interaction: Interaction,
        order: str,
        reason: Reason,
        amount: Amount | None = None,
        note: str | None = None,
    ) -> None:
        await self._correct(interaction, order, reason, amount, note)

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
        await defer(interaction)
        export = await self._memberships.export.make(guild_of(interaction), since, until, interaction.user.id)
        await answer(interaction, backoffice_answers.exported(words_of(interaction), export))

    @app_commands.command(
        name=locale_str("books"), description=locale_str("Where all the money is, in each currency")
    )
    @app_commands.describe(
        since=locale_str("From which day on, like 2026-11-30; leave it out for the last 35 days")
    )
    async def books(self, interaction: Interaction, since: str | None = None) -> None:
        await self._compare(interaction, since)

    @show.autocomplete("order")
    @resend.autocomplete("order")
    async def choose(self, interaction: Interaction, typed: str) -> list[Choice[str]]:
        return await offered(interaction, typed, self._memberships.backoffice.choices)

    @refund.autocomplete("order")
    async def choose_refundable(self, interaction: Interaction, typed: str) -> list[Choice[str]]:
        return await offered(interaction, typed, self._memberships.backoffice.refundable)

    @paid.autocomplete("order")
    async def choose_unpaid(self, interaction: Interaction, typed: str) -> list[Choice[str]]:
        return await offered(interaction, typed, self._memberships.backoffice.unmarked)

    @correct.autocomplete("order")
    async def choose_marked(self, interaction: Interaction, typed: str) -> list[Choice[str]]:
        return await offered(interaction, typed, self._memberships.backoffice.marked)

    @correct.autocomplete("note")
    async def choose_note(self, interaction: Interaction, typed: str) -> list[Choice[str]]:
        if not interaction.permissions.administrator:
            return []
        order = str(getattr(interaction.namespace, "order", "") or "")
        notes = await self._memberships.backoffice.notes(guild_of(interaction), order)
        t = words_of(interaction)
        return choices(((backoffice_answers.note_label(t, note), note.object_id) for note in notes), typed)

    @latest.autocomplete("plan")
    async def choose_plan(self, interaction: Interaction, typed: str) -> list[Choice[str]]:
        if not interaction.permissions.administrator:
            return []
        catalog = self._memberships.catalog
        products = await catalog.products(guild_of(interaction), archived=True, items=True)
        return choices(((product.tier.name, product.tier.id) for product in products), typed)

    @on_press(TURN_ORDERS, demand_administrator)
    async def press_page(
        self,
        interaction: Interaction,
        number: int,
        user_id: int | None,
        state: OrderStatus | None,
        tier_id: int | None,
    ) -> None:
        """*Newer* and *Older* under the list."""
        search = Search(user_id, state, tier_id)
        page = await self._memberships.backoffice.listing(guild_of(interaction), search, number)
        await replace(interaction, await self._listed(interaction, page))

    @on_press(TURN_WAITING, demand_administrator)
    async def turn_waiting(self, interaction: Interaction, number: int) -> None:
        """*Show all of them*, and *Back* and *Next* there."""
        page = await self._memberships.backoffice.listing(guild_of(interaction), Search())
        await replace(interaction, backoffice_cards.needs_you(words_of(interaction), page, number))

    @on_press(TURN_ORDER, demand_administrator)
    async def turn_order(self, interaction: Interaction, order_id: int, number: int) -> None:
        """*Back* and *Next* under one order."""
        detail = await self._memberships.backoffice.detail(guild_of(interaction), str(order_id))
        await replace(interaction, detail_cards.order_detail(words_of(interaction), detail, number))

    @on_press(CLOSE_UNMATCHED, demand_administrator)
    async def press_done(self, interaction: Interaction, payment: str) -> None:
        """*Done…* beside a payment that matches no order: opens a form that asks what became of it."""

        async def submit(sent: Interaction, fields: dict[str, str]) -> None:
            backoffice, guild_id = self._memberships.backoffice, guild_of(sent)
            await backoffice.close_unmatched(guild_id, payment, sent.user.id, fields["reason"])
            page = await backoffice.listing(guild_id, Search())
            await answer(sent, await self._listed(sent, page))

        t = words_of(interaction)
        await ask_with_reason(interaction, t("What became of it?"), [], submit, demand_administrator)

    @on_press(PICK_ORDER, demand_administrator)
    async def pick_order(self, interaction: Interaction, order_id: int) -> None:
        """An order of the list."""
        await self._show(interaction, str(order_id))

    @on_press(SHOW_ORDER, demand_administrator)
    async def press_show(self, interaction: Interaction, order_id: int) -> None:
        """*Show the order* on the card of a marked payment."""
        await self._show(interaction, str(order_id))

    @on_press(REFRESH_ORDER, demand_administrator)
    async def press_look(self, interaction: Interaction, order_id: int) -> None:
        """*Look again at the provider*."""
        await interaction.response.defer()
        detail = await self._memberships.backoffice.refresh(guild_of(interaction), str(order_id))
        await replace(interaction, detail_cards.order_detail(words_of(interaction), detail))

    @on_press(REFUND_ORDER, demand_administrator)
    async def press_refund(self, interaction: Interaction, order_id: int) -> None:
        """*Refund…*: opens a form with amount and reason."""

        async def submit(sent: Interaction, fields: dict[str, str]) -> None:
            await self._draft(sent, str(order_id), fields["reason"], fields["amount"] or None)

        t = words_of(interaction)
        await ask_with_reason(
            interaction, t("Give money back"), order_forms.refund(t), submit, demand_administrator
        )

    @on_press(GIVE_BACK, demand_administrator)
    async def press_give_back(self, interaction: Interaction, draft: int) -> None:
        """The button under the preview of a refund."""
        await interaction.response.defer()
        guild_id, user_id = asker_of(interaction)
        refund = await self._memberships.refunds.confirm(guild_id, str(draft), user_id)
        await replace(interaction, backoffice_answers.refund_confirmed(words_of(interaction), refund))

    @on_press(MARK_PAID, demand_administrator)
    async def press_paid(self, interaction: Interaction, order_id: int) -> None:
        """*Mark as paid…*: opens a form with amount and reason."""

        async def submit(sent: Interaction, fields: dict[str, str]) -> None:
            amount, arrived = fields["amount"] or None, fields["arrived"] or None
            await self._mark(sent, str(order_id), fields["reason"], amount, arrived)

        t = words_of(interaction)
        fields = order_forms.paid(t)
        await ask_with_reason(interaction, t("Mark as paid"), fields, submit, demand_administrator)

    @on_press(CORRECT_NOTE, demand_administrator)
    async def press_correct(self, interaction: Interaction, order_id: int) -> None:
        """*Correct a note…*: opens a form with what the last note should say, and the reason."""

        async def submit(sent: Interaction, fields: dict[str, str]) -> None:
            await self._correct(sent, str(order_id), fields["reason"], fields["amount"] or None)

        t = words_of(interaction)
        fields = order_forms.correction(t)
        await ask_with_reason(interaction, t("Correct the last note"), fields, submit, demand_administrator)

    @on_press(EXTEND_ORDER, demand_administrator)
    async def press_extend(self, interaction: Interaction, order_id: int) -> None:
        """*Let it wait longer*."""
        await interaction.response.defer()
        guild_id, user_id = asker_of(interaction)
        await self._memberships.offline_payments.extend(guild_id, str(order_id), user_id)
        detail = await self._memberships.backoffice.detail(guild_id, str(order_id))
        await replace(interaction, detail_cards.order_detail(words_of(interaction), detail))

    @on_press(RESEND_ORDER, demand_administrator)
    async def press_resend(self, interaction: Interaction, order_id: int) -> None:
        """*Send it again*."""
        await self._resend(interaction, str(order_id))

    @on_press(COMPARE_BOOKS, demand_administrator)
    async def press_compare(self, interaction: Interaction, card: int) -> None:
        """*Compare again* on the books, here or in the staff channel."""
        await self._compare(interaction, None)

    @on_press(TURN_DIFFERENCES, demand_administrator)
    async def press_differences(self, interaction: Interaction, number: int) -> None:
        """*Back* and *More* under what differs."""
        page = await self._memberships.books.page(guild_of(interaction), number)
        await replace(interaction, books_cards.differing(words_of(interaction), page))

    async def _compare(self, interaction: Interaction, since: str | None) -> None:
        """Hold the books against the providers' lists: this asks over the network."""
        await defer(interaction)

        async def show(report: BooksReport) -> None:
            await answer(interaction, books_cards.books(words_of(interaction), report))

        await show(await self._memberships.books.compare(guild_of(interaction), since, show))

    async def _draft(self, interaction: Interaction, order: str, reason: str, amount: str | None) -> None:
        """Show what a refund would do, with the button that confirms it."""
        draft = await self._memberships.refunds.draft(
            guild_of(interaction), order, interaction.user.id, reason, amount
        )
        await answer(interaction, backoffice_answers.refund_drafted(words_of(interaction), draft))

    async def _mark(
        self,
        interaction: Interaction,
        order: str,
        reason: str,
        amount: str | None,
        arrived: str | None,
    ) -> None:
        """Mark an order as paid by hand."""
        marked = await self._memberships.offline_payments.mark(
            guild_of(interaction), order, interaction.user.id, reason, amount, arrived
        )
        await answer(interaction, backoffice_answers.marked(words_of(interaction), marked))

    async def _correct(
        self, interaction: Interaction, order: str, reason: str, amount: str | None, note: str | None = None
    ) -> None:
        """Correct a note about money."""
        corrected = await self._memberships.offline_payments.correct(
            guild_of(interaction), order, interaction.user.id, reason, amount, note
        )
        await answer(interaction, backoffice_answers.corrected(words_of(interaction), corrected))

    async def _show(self, interaction: Interaction, order: str) -> None:
        detail = await self._memberships.backoffice.detail(guild_of(interaction), order)
        await answer(interaction, detail_cards.order_detail(words_of(interaction), detail))

    async def _resend(self, interaction: Interaction, order: str) -> None:
        await defer(interaction)
        resent = await self._memberships.resending.resend(guild_of(interaction), order, interaction.user.id)
        await answer(interaction, backoffice_answers.resent(words_of(interaction), resent))

    async def _listed(self, interaction: Interaction, page: OrderListing) -> Card:
        named = await buyers_named(interaction, page.orders)
        return backoffice_cards.order_list(words_of(interaction), page, named)


setup = OrderPage.setup
