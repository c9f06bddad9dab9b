"""What tests of the owner's desk read on cards, and a member who pays by bank transfer."""

from __future__ import annotations

from bot.cards import Button, Card, Line, Row, Text
from bot.memberships.model import Order
from bot.payments.manual.provider import ManualProvider
from tests.memberships.shop import ANN, GUILD, Shop


async def transfer(shop: Shop, user: int = ANN, plan: str = "Gold") -> Order:
    """An order that is paid by hand; from now on members have the choice."""
    shop.providers["manual"] = ManualProvider("To Olivia, account 12345", ["USD"])
    tier = await shop.service.catalog.find(GUILD, plan)
    [product] = [one for one in await shop.service.catalog.products(GUILD) if one.tier.id == tier.id]
    return (await shop.service.checkouts.buy(tier, product.prices[0], user, "manual")).order


def read(card: Card) -> str:
    """All words of a card."""
    return "\n".join(block.text for block in card.blocks if isinstance(block, Text | Line))


def actions(card: Card) -> list[str]:
    """What its buttons that can be pressed do."""
    rows = [block.buttons for block in card.blocks if isinstance(block, Row)]
    return [button.action for row in rows for button in row if button.action and not button.disabled]


def links(card: Card) -> list[str]:
    """Where its buttons lead."""
    rows = [block.buttons for block in card.blocks if isinstance(block, Row)]
    found: list[Button] = [button for row in rows for button in row]
    return [button.url for button in found if button.url]
