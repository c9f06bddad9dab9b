"""/tier: owners put memberships up for sale, change them, and take them off. And the shop card."""

from __future__ import annotations

from typing import Any

import discord
from discord import app_commands
from discord.app_commands import Choice, locale_str
from discord.ext import commands

from bot.courses.teaching import Teaching
from bot.discord.client import Client
from bot.discord.kit import Interaction, answer, replace, think
from bot.errors import UserError
from bot.i18n import Texts, Words
from bot.memberships import shelf_cards, shop_face
from bot.memberships.edits import DESCRIPTION_LIMIT, Edit
from bot.memberships.model import After, Way
from bot.memberships.service import Memberships
from bot.memberships.spans import MOST_MONTHS
from bot.memberships.tiers import LONGEST, NAME_LIMIT, compared
from bot.memberships.wording import price_words

WAYS: list[Choice[str]] = [
    Choice(name=locale_str("Days, paid once"), value=Way.ONCE),
    Choice(name=locale_str("Months, paid once ahead"), value=Way.PREPAID),
    Choice(name=locale_str("Months, renewing by itself"), value=Way.RECURRING),
    Choice(name=locale_str("For ever, paid once"), value=Way.LIFETIME),
    Choice(name=locale_str("A free trial, once per member"), value=Way.TRIAL),
]
AFTERS: list[Choice[str]] = [
    Choice(name=locale_str("Take the roles"), value=After.TAKE),
    Choice(name=locale_str("Give another role instead"), value=After.FALLBACK),
    Choice(name=locale_str("Keep the roles until a date"), value=After.KEEP),
]
TIER = locale_str("Which membership")
WAY = locale_str("How it is sold; without it: days once, months ahead")
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
    commands.GroupCog,
    name="Tier",
    group_name=locale_str("tier"),
    group_description=locale_str("Memberships for sale: make, change, archive"),
):
    """For owners; every answer is seen by the asker alone."""

    price = app_commands.Group(name=locale_str("price"), description=locale_str("What a membership costs"))

    def __init__(self, bot: Client, memberships: Memberships, teaching: Teaching, texts: Texts) -> None:
        self._bot = bot
        self._memberships = memberships
        self._tiers = memberships.tiers
        self._teaching = teaching
        self._texts = texts

    async def cog_load(self) -> None:
        self._bot.on_action("tier.apply_new", self.press_apply_new)
        self._bot.on_action("tier.apply_all", self.press_apply_all)
        self._bot.on_action("tier.cancel", self.press_cancel)
        self._bot.on_action("tier.recheck", self.press_recheck)

    @app_commands.command(name=locale_str("create"), description=locale_str("Put a membership up for sale"))
    @app_commands.describe(
        name=locale_str("What it is called"), price=PRICE, currency=CURRENCY,
        role=locale_str("The role that it gives"), days=DAYS, months=MONTHS, way=WAY,
    )  # fmt: skip
    @app_commands.choices(way=WAYS)
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
        await think(interaction)
        made = await self._tiers.create(
            _guild(interaction), name=name, price=price, currency=currency, days=days, months=months,
            way=Way(way) if way else None, role_id=role.id, actor=interaction.user.id, owner=_owns(interaction),
        )  # fmt: skip
        await answer(
            interaction, shelf_cards.created(self._words(interaction), made, self._memberships.buying.payable)
        )

    @app_commands.command(
        name=locale_str("edit"), description=locale_str("Change a membership; who has it keeps it as it was")
    )
    @app_commands.describe(
        tier=TIER, name=locale_str("A new name"),
        description=locale_str("A few words on the shop card; - takes them away"),
        seats=locale_str("How many members may have it; 0: no limit"),
        add_role=locale_str("One more role that it gives"), drop_role=locale_str("A role that it gives no more"),
        grace_days=locale_str("How many days the roles stay after the end"),
        events=locale_str("Does it open events for members?"),
        consultations=locale_str("How many consultations a month it includes"),
        discount=locale_str("Percent off other memberships"),
        at_the_end=locale_str("What happens to the roles at the end"),
        after_role=locale_str("The role that is given instead"),
        after_until=locale_str("Until when the roles are kept, such as 2027-01-31"),
    )  # fmt: skip
    @app_commands.choices(at_the_end=AFTERS)
    async def edit(
        self,
        interaction: Interaction,
        tier: str,
        name: Name | None = None,
        description: app_commands.Range[str, 1, DESCRIPTION_LIMIT] | None = None,
        seats: app_commands.Range[int, 0, 1_000_000] | None = None,
        add_role: discord.Role | None = None,
        drop_role: discord.Role | None = None,
        grace_days: app_commands.Range[int, 0, 90] | None = None,
        events: bool | None = None,
        consultations: app_commands.Range[int, 0, 100] | None = None,
        discount: app_commands.Range[int, 0, 100] | None = None,
        at_the_end: str | None = None,
        after_role: discord.Role | None = None,
        after_until: app_commands.Range[str, 1, 20] | None = None,
    ) -> None:
        await think(interaction)
        wanted = Edit(
            name=name,
            description=description,
            seats=seats,
            add_role=_id(add_role),
            drop_role=_id(drop_role),
            grace_days=grace_days,
            events=events,
            consultations=consultations,
            discount=discount,
            after=After(at_the_end) if at_the_end else None,
            after_role=_id(after_role),
            after_until=after_until,
        )
        told = await self._memberships.editing.propose(
            _guild(interaction), tier, wanted, interaction.user.id, _owns(interaction)
        )
        await answer(interaction, shelf_cards.proposed(self._words(interaction), told))

    @price.command(
        name=locale_str("add"), description=locale_str("Sell a membership in one more way, or at a new price")
    )
    @app_commands.describe(tier=TIER, price=PRICE, currency=CURRENCY, days=DAYS, months=MONTHS, way=WAY)
    @app_commands.choices(way=WAYS)
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
        sold = await self._tiers.add_price(
            _guild(interaction), tier, price=price, currency=currency, days=days, months=months,
            way=Way(way) if way else None, actor=interaction.user.id,
        )  # fmt: skip
        await answer(
            interaction, shelf_cards.priced(self._words(interaction), sold, self._memberships.buying.payable)
        )

    @price.command(name=locale_str("remove"), description=locale_str("Sell a membership in this way no more"))
    @app_commands.describe(tier=TIER, price=locale_str("Which price"))
    async def remove_price(self, interaction: Interaction, tier: str, price: str) -> None:
        sold = await self._tiers.remove_price(_guild(interaction), tier, price, interaction.user.id)
        await answer(
            interaction, shelf_cards.priced(self._words(interaction), sold, self._memberships.buying.payable)
        )

    @app_commands.command(name=locale_str("list"), description=locale_str("What is on sale, and what was"))
    async def shelf(self, interaction: Interaction) -> None:
        found = await self._tiers.products(_guild(interaction), archived=True)
        await answer(interaction, shelf_cards.listed(self._words(interaction), found))

    @app_commands.command(
        name=locale_str("preview"), description=locale_str("A membership as members will see it")
    )
    @app_commands.describe(tier=TIER)
    async def preview(self, interaction: Interaction, tier: str) -> None:
        product, taken = await self._tiers.product(_guild(interaction), tier)
        opened = await self._teaching.opened_by(_guild(interaction), product.tier.id)
        await answer(interaction, shop_face.preview(self._words(interaction), product, taken, opened))

    @app_commands.command(
        name=locale_str("course"), description=locale_str("Let a membership open a course, or no more")
    )
    @app_commands.describe(
        tier=TIER, course=locale_str("Which course"), included=locale_str("Does the membership open it?")
    )
    async def course(self, interaction: Interaction, tier: str, course: str, included: bool = True) -> None:
        guild_id = _guild(interaction)
        found = await self._tiers.find(guild_id, tier)
        course_id = await self._teaching.find(guild_id, course)
        told = await self._teaching.include(guild_id, course_id, found.id, included, interaction.user.id)
        await answer(interaction, shelf_cards.course_included(self._words(interaction), *told))

    @app_commands.command(name=locale_str("order"), description=locale_str("Move a membership on the shelf"))
    @app_commands.describe(tier=TIER, position=locale_str("Its place, counted from 1"))
    async def order(
        self, interaction: Interaction, tier: str, position: app_commands.Range[int, 1, 1000]
    ) -> None:
        found = await self._tiers.order(_guild(interaction), tier, position, interaction.user.id)
        await answer(interaction, shelf_cards.listed(self._words(interaction), found))

    @app_commands.command(
        name=locale_str("archive"),
        description=locale_str("Take a membership off sale; whoever has it keeps it"),
    )
    @app_commands.describe(tier=TIER)
    async def archive(self, interaction: Interaction, tier: str) -> None:
        gone = await self._tiers.archive(_guild(interaction), tier, interaction.user.id)
        await answer(interaction, shelf_cards.archived(self._words(interaction), gone))

    @app_commands.command(name=locale_str("restore"), description=locale_str("Put it on sale again"))
    @app_commands.describe(tier=TIER)
    async def restore(self, interaction: Interaction, tier: str) -> None:
        back = await self._tiers.restore(_guild(interaction), tier, interaction.user.id, _owns(interaction))
        await answer(interaction, shelf_cards.restored(self._words(interaction), back))

    @app_commands.command(
        name=locale_str("shop"), description=locale_str("Post the shop card, with buttons that buy")
    )
    @app_commands.describe(channel=locale_str("Where; without it: here"))
    async def shop(self, interaction: Interaction, channel: discord.TextChannel | None = None) -> None:
        await think(interaction)
        place = channel.id if channel else interaction.channel_id
        assert place is not None  # noqa: S101 # a command of a server is typed in a channel
        await self._memberships.shop_cards.post(_guild(interaction), place, interaction.user.id)
        await answer(interaction, shop_face.shop_posted(self._words(interaction), place))

    @edit.autocomplete("tier")
    @add_price.autocomplete("tier")
    @remove_price.autocomplete("tier")
    @preview.autocomplete("tier")
    @course.autocomplete("tier")
    @order.autocomplete("tier")
    @archive.autocomplete("tier")
    async def choose(self, interaction: Interaction, typed: str) -> list[Choice[str]]:
        found = await self._tiers.on_sale(_guild(interaction))
        return _matching(((tier.name, tier.id) for tier in found), typed)

    @restore.autocomplete("tier")
    async def choose_archived(self, interaction: Interaction, typed: str) -> list[Choice[str]]:
        found = await self._tiers.products(_guild(interaction), archived=True)
        return _matching(((one.tier.name, one.tier.id) for one in found if one.tier.archived), typed)

    @remove_price.autocomplete("price")
    async def choose_price(self, interaction: Interaction, typed: str) -> list[Choice[str]]:
        t = self._words(interaction)
        try:
            product, _ = await self._tiers.product(_guild(interaction), interaction.namespace.tier or "")
        except UserError:
            return []
        return _matching(((price_words(t, price), price.id) for price in product.prices), typed)

    @course.autocomplete("course")
    async def choose_course(self, interaction: Interaction, typed: str) -> list[Choice[str]]:
        found = await self._teaching.courses(_guild(interaction))
        return _matching(((one.name, one.id) for one in found), typed)

    async def press_apply_new(self, interaction: Interaction, draft: str) -> None:
        """*Apply to new buyers only*."""
        await self._apply(interaction, draft, everybody=False)

    async def press_apply_all(self, interaction: Interaction, draft: str) -> None:
        """*Apply to existing too*."""
        await self._apply(interaction, draft, everybody=True)

    async def press_cancel(self, interaction: Interaction, _: str) -> None:
        """*Cancel*: the draft is left alone, and its buttons go."""
        await replace(interaction, shelf_cards.cancelled(self._words(interaction)))

    async def press_recheck(self, interaction: Interaction, _: str) -> None:
        """*Look again* on the card that tells of a tier that cannot be sold."""
        _demand_owner(interaction)
        await think(interaction)
        await self._tiers.recheck(_guild(interaction), interaction.user.id)
        await answer(interaction, shelf_cards.looked(self._words(interaction)))

    async def _apply(self, interaction: Interaction, draft: str, *, everybody: bool) -> None:
        _demand_owner(interaction)
        await interaction.response.defer()
        done = await self._memberships.editing.apply(
            _guild(interaction),
            draft,
            everybody=everybody,
            actor=interaction.user.id,
            owner=_owns(interaction),
        )
        await replace(interaction, shelf_cards.applied(self._words(interaction), *done))

    def _words(self, interaction: Interaction) -> Words:
        return self._texts.of(str(interaction.locale))


def _id(role: discord.Role | None) -> int | None:
    return None if role is None else role.id


def _matching(found: Any, typed: str) -> list[Choice[str]]:
    """Choices of (name, id) whose name holds what was typed."""
    key = compared(typed)
    return [Choice(name=name[:100], value=str(id_)) for name, id_ in found if key in compared(name)][:25]


def _demand_owner(interaction: Interaction) -> None:
    """A button is seen by everybody who sees its card; these are for those who may use /tier."""
    if not interaction.permissions.administrator:
        raise UserError("Only an administrator of this server can do that.")


def _owns(interaction: Interaction) -> bool:
    return interaction.guild is not None and interaction.guild.owner_id == interaction.user.id


def _guild(interaction: Interaction) -> int:
    assert interaction.guild_id is not None  # noqa: S101 # allowed_contexts says so
    return interaction.guild_id


async def setup(bot: Client) -> None:
    """Fill the shelf with the app's services."""
    app: Any = bot.app
    await bot.add_cog(TierPage(bot, app.memberships, app.teaching, app.texts))
