"""/tier: owners put memberships up for sale, change and archive them, and post the shop card."""

from __future__ import annotations

import discord
from discord import app_commands
from discord.app_commands import Choice, locale_str
from discord.ext import commands

from bot.cards import Card
from bot.discord.client import Client
from bot.discord.components import Interaction, answer, defer, replace
from bot.discord.page import (
    Page,
    choices,
    demand_administrator,
    guild_of,
    on_press,
    owns_server,
    words_of,
)
from bot.errors import UserError
from bot.memberships.catalog import cards as catalog_cards
from bot.memberships.catalog import shop_view
from bot.memberships.catalog.actions import APPLY_TO_ALL, APPLY_TO_NEW, DROP_DRAFT, RECHECK_TIERS, TURN_TIERS
from bot.memberships.catalog.durations import MOST_MONTHS
from bot.memberships.catalog.tier_edit import DESCRIPTION_LIMIT, TermsDraft, TierEdit
from bot.memberships.catalog.tiers import LONGEST, NAME_LIMIT
from bot.memberships.model import Benefits, BillingKind, ExpiryAction
from bot.memberships.wording import price_words
from bot.services import Services

BILLING_CHOICES: list[Choice[str]] = [
    Choice(name=locale_str("Days, paid once"), value=BillingKind.ONCE),
    Choice(name=locale_str("Months, paid once ahead"), value=BillingKind.PREPAID),
    Choice(name=locale_str("Months, renewing by itself"), value=BillingKind.RECURRING),
    Choice(name=locale_str("For ever, paid once"), value=BillingKind.LIFETIME),
    Choice(name=locale_str("A free trial, once per member"), value=BillingKind.TRIAL),
]
EXPIRY_CHOICES: list[Choice[str]] = [
    Choice(name=locale_str("Take the roles"), value=ExpiryAction.TAKE),
    Choice(name=locale_str("Give another role instead"), value=ExpiryAction.FALLBACK),
    Choice(name=locale_str("Keep the roles until a date"), value=ExpiryAction.KEEP),
    Choice(name=locale_str("Take the roles and remove the member from the server"), value=ExpiryAction.KICK),
]
TIER = locale_str("Which membership")
BILLING = locale_str("How it is sold; without it: days once, months ahead")
DAYS = locale_str("How many days it lasts")
MONTHS = locale_str("How many months it lasts, or after how many it renews")
PRICE = locale_str("What it costs, such as 19 or 19.90")
CURRENCY = locale_str("Three letters: USD, EUR, CNY …")
Name = app_commands.Range[str, 1, NAME_LIMIT]
Amount = app_commands.Range[str, 1, 20]
Currency = app_commands.Range[str, 1, 10]
Days = app_commands.Range[int, 1, LONGEST]
Months = app_commands.Range[int, 1, MOST_MONTHS]


@app_commands.default_permissions(administrator=True)
class TierPage(
    Page,
    commands.GroupCog,
    name="Tier",
    group_name=locale_str("tier"),
    group_description=locale_str("Memberships for sale: make, change, archive"),
):
    """For owners. Every answer is private."""

    price = app_commands.Group(name=locale_str("price"), description=locale_str("What a membership costs"))

    def __init__(self, bot: Client, app: Services) -> None:
        super().__init__(bot, app)
        self._memberships = app.memberships
        self._tiers = app.memberships.catalog
        self._teaching = app.teaching

    @app_commands.command(name=locale_str("create"), description=locale_str("Put a membership up for sale"))
    @app_commands.describe(
        name=locale_str("What it is called"),
        price=PRICE,
        currency=CURRENCY,
        role=locale_str("The role that it gives"),
        days=DAYS,
        months=MONTHS,
        way=BILLING,
    )
    @app_commands.choices(way=BILLING_CHOICES)
    async def create(
        self,
        interaction: Interaction,
        name: Name,
        price: Amount,
        currency: Currency,
        role: discord.Role,
        days: Days | None = None,
        months: Months | None = None,
        way: str | None = None,
    ) -> None:
        await defer(interaction)
        tier = await self._tiers.create(
            guild_of(interaction),
            name=name,
            price=price,
            currency=currency,
            days=days,
            months=months,
            way=BillingKind(way) if way else None,
            role_id=role.id,
            actor=interaction.user.id,
            owner=owns_server(interaction),
        )
        await answer(
            interaction,
            catalog_cards.created(words_of(interaction), tier, self._memberships.checkouts.payable),
        )

    @app_commands.command(
        name=locale_str("edit"),
        description=locale_str("Change a membership; those who have it keep it as it was"),
    )
    @app_commands.describe(
        tier=TIER,
        name=locale_str("A new name"),
        description=locale_str("A few words on the shop card; - takes them away"),
        seats=locale_str("How many members may have it; 0: no limit"),
        add_role=locale_str("One more role that it gives"),
        drop_role=locale_str("A role that it should no longer give"),
        grace_days=locale_str("How many days the roles stay after the end"),
        events=locale_str("Does it open events for members?"),
        consultations=locale_str("How many consultations a month it includes"),
        discount=locale_str("Percent off other memberships"),
        at_the_end=locale_str("What happens to the roles at the end"),
        after_role=locale_str("The role that is given instead"),
        after_until=locale_str("Until when the roles are kept, such as 2027-01-31"),
    )
    @app_commands.choices(at_the_end=EXPIRY_CHOICES)
    async def edit(
        self,
        interaction: Interaction,
        tier: str,
        name: Name | None = None,
        description: app_commands.Range[str, 1, DESCRIPTION_LIMIT] | None = None,
        seats: app_commands.Range[int, 0, 1_000_000] | None = None,
        add_role: discord.Role | None = None,
        drop_role: app_commands.Range[str, 1, 100] | None = None,
        grace_days: app_commands.Range[int, 0, 90] | None = None,
        events: bool | None = None,
        consultations: app_commands.Range[int, 0, 100] | None = None,
        discount: app_commands.Range[int, 0, 100] | None = None,
        at_the_end: str | None = None,
        after_role: discord.Role | None = None,
        after_until: app_commands.Range[str, 1, 20] | None = None,
    ) -> None:
        await defer(interaction)
        editing, guild_id = self._memberships.tier_editing, guild_of(interaction)
        edit = TierEdit(
            name=name,
            description=description,
            seats=seats,
            add_role=_id(add_role),
            drop_role=await editing.role_given(guild_id, tier, drop_role) if drop_role else None,
            benefits=Benefits(
                grace_days=grace_days, events=events, consultations=consultations, discount=discount
            ),
            after=ExpiryAction(at_the_end) if at_the_end else None,
            after_role=_id(after_role),
            after_until=after_until,
        )
        proposal = await editing.propose(guild_id, tier, edit, interaction.user.id, owns_server(interaction))
        may_remove = proposal.after.terms.after is not ExpiryAction.KICK or (
            await self._memberships.removals.allowed(guild_id)
        )
        await answer(
            interaction, catalog_cards.proposed(words_of(interaction), proposal, may_remove=may_remove)
        )

    @price.command(
        name=locale_str("add"), description=locale_str("Sell a membership in one more way, or at a new price")
    )
    @app_commands.describe(tier=TIER, price=PRICE, currency=CURRENCY, days=DAYS, months=MONTHS, way=BILLING)
    @app_commands.choices(way=BILLING_CHOICES)
    async def add_price(
        self,
        interaction: Interaction,
        tier: str,
        price: Amount,
        currency: Currency,
        days: Days | None = None,
        months: Months | None = None,
        way: str | None = None,
    ) -> None:
        product = await self._tiers.add_price(
            guild_of(interaction),
            tier,
            price=price,
            currency=currency,
            days=days,
            months=months,
            way=BillingKind(way) if way else None,
            actor=interaction.user.id,
        )
        await answer(
            interaction,
            catalog_cards.priced(words_of(interaction), product, self._memberships.checkouts.payable),
        )

    @price.command(name=locale_str("remove"), description=locale_str("Stop selling a membership in this way"))
    @app_commands.describe(tier=TIER, price=locale_str("Which price"))
    async def remove_price(self, interaction: Interaction, tier: str, price: str) -> None:
        product = await self._tiers.remove_price(guild_of(interaction), tier, price, interaction.user.id)
        await answer(
            interaction,
            catalog_cards.priced(words_of(interaction), product, self._memberships.checkouts.payable),
        )

    @app_commands.command(name=locale_str("list"), description=locale_str("What is on sale, and what was"))
    async def list_(self, interaction: Interaction) -> None:
        await answer(interaction, await self._listed(interaction))

    @app_commands.command(
        name=locale_str("preview"), description=locale_str("A membership as members will see it")
    )
    @app_commands.describe(tier=TIER)
    async def preview(self, interaction: Interaction, tier: str) -> None:
        product, seats_taken = await self._tiers.product(guild_of(interaction), tier)
        courses = await self._teaching.opened_by(guild_of(interaction), product.tier.id)
        await answer(interaction, shop_view.preview(words_of(interaction), product, seats_taken, courses))

    @app_commands.command(
        name=locale_str("course"),
        description=locale_str("Let a membership open a course, or no longer open it"),
    )
    @app_commands.describe(
        tier=TIER, course=locale_str("Which course"), included=locale_str("Does the membership open it?")
    )
    async def course(self, interaction: Interaction, tier: str, course: str, included: bool = True) -> None:
        guild_id = guild_of(interaction)
        tier_id = (await self._tiers.find(guild_id, tier)).id
        course_id = await self._teaching.find(guild_id, course)
        opening = await self._teaching.include(guild_id, course_id, tier_id, included, interaction.user.id)
        shown = catalog_cards.course_included(
            words_of(interaction), opening.title, opening.tiers, sold=bool(opening.offers)
        )
        await answer(interaction, shown)

    @app_commands.command(name=locale_str("order"), description=locale_str("Move a membership on the shelf"))
    @app_commands.describe(tier=TIER, position=locale_str("Its place, counted from 1"))
    async def order(
        self, interaction: Interaction, tier: str, position: app_commands.Range[int, 1, 1000]
    ) -> None:
        products = await self._tiers.order(guild_of(interaction), tier, position, interaction.user.id)
        await answer(interaction, catalog_cards.listed(words_of(interaction), products))

    @app_commands.command(
        name=locale_str("archive"),
        description=locale_str("Take a membership off sale; whoever has it keeps it"),
    )
    @app_commands.describe(tier=TIER)
    async def archive(self, interaction: Interaction, tier: str) -> None:
        archived = await self._tiers.archive(guild_of(interaction), tier, interaction.user.id)
        await answer(interaction, catalog_cards.archived(words_of(interaction), archived))

    @app_commands.command(name=locale_str("restore"), description=locale_str("Put it on sale again"))
    @app_commands.describe(tier=TIER)
    async def restore(self, interaction: Interaction, tier: str) -> None:
        restored = await self._tiers.restore(
            guild_of(interaction), tier, interaction.user.id, owns_server(interaction)
        )
        await answer(interaction, catalog_cards.restored(words_of(interaction), restored))

    @app_commands.command(
        name=locale_str("shop"), description=locale_str("Post the shop card, with buttons that buy")
    )
    @app_commands.describe(channel=locale_str("Where; without it: here"))
    async def shop(self, interaction: Interaction, channel: discord.TextChannel | None = None) -> None:
        await defer(interaction)
        channel_id = channel.id if channel else interaction.channel_id
        assert channel_id is not None  # noqa: S101 # a command of a server is always used in a channel
        await self._memberships.shop_cards.post(guild_of(interaction), channel_id, interaction.user.id)
        await answer(interaction, shop_view.shop_posted(words_of(interaction), channel_id))

    @edit.autocomplete("tier")
    @add_price.autocomplete("tier")
    @remove_price.autocomplete("tier")
    @preview.autocomplete("tier")
    @course.autocomplete("tier")
    @order.autocomplete("tier")
    @archive.autocomplete("tier")
    async def choose(self, interaction: Interaction, typed: str) -> list[Choice[str]]:
        tiers = await self._tiers.on_sale(guild_of(interaction))
        return choices(((tier.name, tier.id) for tier in tiers), typed)

    @restore.autocomplete("tier")
    async def choose_archived(self, interaction: Interaction, typed: str) -> list[Choice[str]]:
        products = await self._tiers.products(guild_of(interaction), archived=True)
        return choices(
            ((product.tier.name, product.tier.id) for product in products if product.tier.archived), typed
        )

    @remove_price.autocomplete("price")
    async def choose_price(self, interaction: Interaction, typed: str) -> list[Choice[str]]:
        t = words_of(interaction)
        try:
            product, _ = await self._tiers.product(guild_of(interaction), interaction.namespace.tier or "")
        except UserError:
            return []
        return choices(((price_words(t, price), price.id) for price in product.prices), typed)

    @edit.autocomplete("drop_role")
    async def choose_role(self, interaction: Interaction, typed: str) -> list[Choice[str]]:
        t, editing = words_of(interaction), self._memberships.tier_editing
        try:
            given = await editing.roles_given(guild_of(interaction), interaction.namespace.tier or "")
        except UserError:
            return []
        return choices(((catalog_cards.role_choice(t, role, name), role) for role, name in given), typed)

    @course.autocomplete("course")
    async def choose_course(self, interaction: Interaction, typed: str) -> list[Choice[str]]:
        courses = await self._teaching.courses(guild_of(interaction))
        return choices(((course.name, course.id) for course in courses), typed)

    @on_press(APPLY_TO_NEW, demand_administrator)
    async def press_apply_new(self, interaction: Interaction, tier_id: int, seen: int, version: int) -> None:
        """*Apply to new buyers only*."""
        await self._apply(interaction, TermsDraft(tier_id, seen, version), everybody=False)

    @on_press(APPLY_TO_ALL, demand_administrator)
    async def press_apply_all(self, interaction: Interaction, tier_id: int, seen: int, version: int) -> None:
        """*Apply to existing too*."""
        await self._apply(interaction, TermsDraft(tier_id, seen, version), everybody=True)

    @on_press(TURN_TIERS, demand_administrator)
    async def turn_tiers(self, interaction: Interaction, page: int) -> None:
        """*Back* and *Next* under the list."""
        await replace(interaction, await self._listed(interaction, page))

    async def _listed(self, interaction: Interaction, page: int = 0) -> Card:
        products = await self._tiers.products(guild_of(interaction), archived=True)
        return catalog_cards.listed(words_of(interaction), products, page)

    @on_press(DROP_DRAFT)
    async def press_cancel(self, interaction: Interaction) -> None:
        """*Cancel*: removes the buttons and does not apply the draft."""
        await replace(interaction, catalog_cards.cancelled(words_of(interaction)))

    @on_press(RECHECK_TIERS, demand_administrator)
    async def press_recheck(self, interaction: Interaction, _: str) -> None:
        """*Look again* on the card that reports a tier that cannot be sold."""
        await defer(interaction)
        await self._tiers.recheck(guild_of(interaction), interaction.user.id)
        await answer(interaction, catalog_cards.looked(words_of(interaction)))

    async def _apply(self, interaction: Interaction, draft: TermsDraft, *, everybody: bool) -> None:
        await interaction.response.defer()
        applied = await self._memberships.tier_editing.apply(
            guild_of(interaction),
            draft,
            everybody=everybody,
            actor=interaction.user.id,
            owner=owns_server(interaction),
        )
        await replace(interaction, catalog_cards.applied(words_of(interaction), *applied))


def _id(role: discord.Role | None) -> int | None:
    return None if role is None else role.id


setup = TierPage.setup
