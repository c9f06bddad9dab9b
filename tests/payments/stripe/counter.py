"""What Ann buys in these tests, and what she sees of it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from bot.clock import real_now
from bot.ids import new_id
from bot.money import Money
from bot.payments.port import CheckoutSnapshot, Fact, FactKind, Phase, ProviderNotice, Purchase, Recurrence
from bot.payments.stripe.library import StripeConnection
from bot.payments.stripe.provider import StripeProvider
from tests.payments.stripe.server import FakeStripe

GUILD = 1145872101234567890
ANN = 1145872101234567891
HEADER = "Stripe-Signature"


def provider_of(fake: FakeStripe, **line: Any) -> StripeProvider:
    """A provider as its settings would make it."""
    told: dict[str, Any] = {"account": fake.account, "api": fake.url, **line}
    return StripeProvider(StripeConnection(told.pop("key", fake.key), **told), [fake.secret])


def once(amount: int = 1900, currency: str = "USD", **more: Any) -> Purchase:
    """Gold, paid once."""
    told: dict[str, Any] = {
        "guild_id": GUILD,
        "order_id": new_id(),
        "money": Money(amount, currency),
        "title": "Gold",
        "expires_at": real_now() + timedelta(minutes=30),
        "user_id": ANN,
    }
    return Purchase(**(told | more))


def monthly(amount: int = 900, *, first: int | None = None, months: int = 1, **more: Any) -> Purchase:
    """Gold, paid again and again; `first` is what is due now if it is not the same."""
    due = amount if first is None else first
    return once(due, recurrence=Recurrence.RECURRING, months=months, renewal=Money(amount, "USD"), **more)


async def bought(fake: FakeStripe, stripe: StripeProvider, purchase: Purchase, how: str = "ok") -> str:
    """Ann opens the checkout and pays there. Its ref."""
    checkout = await stripe.create_checkout(purchase)
    fake.shop.pay(checkout.ref, how)
    return checkout.ref


def kinds(told: CheckoutSnapshot | tuple[Fact, ...]) -> list[FactKind]:
    """What happened, without the particulars."""
    facts = told.facts if isinstance(told, CheckoutSnapshot) else told
    return [fact.kind for fact in facts]


def of(told: CheckoutSnapshot, kind: FactKind) -> Fact:
    """The one fact of that kind."""
    [found] = [fact for fact in told.facts if fact.kind is kind]
    return found


def subscription_of(fake: FakeStripe, ref: str) -> str:
    """The subscription behind a checkout."""
    return str(fake.books.get(ref, "checkout.session")["subscription"])


def verified(fake: FakeStripe, stripe: StripeProvider, body: bytes, *, by: int = 0) -> ProviderNotice:
    """The webhook as Lyceum reads it."""
    return stripe.verify([(HEADER, fake.sign(body, by=by))], body, real_now())


async def phase_of(stripe: StripeProvider, ref: str) -> Phase:
    """Where the subscription of that checkout stands."""
    subscription = (await stripe.fetch(ref)).subscription
    assert subscription is not None and subscription.ref == ref
    return subscription.phase
