"""The payment provider Stripe: implements the port with Stripe's calls."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from bot.clock import real_now
from bot.errors import UserError
from bot.money import Money
from bot.payments.port import Checkout, CheckoutSnapshot, Fact, Headers, ProviderNotice, Purchase, Recurrence
from bot.payments.statements import ReportedPayment
from bot.payments.stripe import checkout, webhooks
from bot.payments.stripe.amounts import takes, to_stripe
from bot.payments.stripe.changing import Changer
from bot.payments.stripe.library import Object, StripeConnection, load_library
from bot.payments.stripe.reading import Reader
from bot.payments.stripe.statement import StatementReader

if TYPE_CHECKING:
    from stripe import StripeClient


def to_discord(guild_id: int) -> str:
    """The address of the server in Discord, which the member came from and where the role appears."""
    return f"https://discord.com/channels/{guild_id}"


class StripeProvider:
    """One Stripe account. `back(guild_id)` is where the browser goes after paying; fulfilment never depends on it."""

    name = "stripe"
    acknowledgement = b"ok"

    def __init__(
        self, connection: StripeConnection, secrets: Sequence[str], back: Callable[[int], str] = to_discord
    ) -> None:
        self._connection = connection
        self._secrets = [secret for secret in secrets if secret.strip()]
        self._back = back

    @property
    def play_money(self) -> bool:
        """A test key moves nothing real."""
        return not self._connection.live

    @property
    def receives_webhooks(self) -> bool:
        """Without a signing secret anybody could write to us."""
        return bool(self._secrets)

    def supports(self, money: Money, recurrence: Recurrence) -> bool:
        """Can Stripe charge this amount of this currency?"""
        return takes(money)

    async def create_checkout(self, purchase: Purchase) -> Checkout:
        """Open a Checkout Session, or return the one that the order has. An order never has two that can be paid."""
        stripe = await load_library()
        async with self._connection.client() as client:
            try:
                session = await self._open(client, purchase, "cs")
            except stripe.IdempotencyError:
                # It was opened before with other parameters: the tier's name or the customer has changed.
                existing = await Reader(self._connection, client).session_of(checkout.ids_of(purchase))
                session = existing or await self._open(client, purchase, "cs-anew")
            except stripe.InvalidRequestError as error:
                if error.param != "customer":
                    raise
                # The owner deleted the customer at Stripe.
                session = await self._open(client, replace(purchase, customer=None), "cs-anew")
        return Checkout(session["id"], purchase.expires_at, url=session["url"])

    async def close_checkout(self, ref: str) -> None:
        """Expire the session, or drop the scheduled change."""
        stripe = await load_library()
        async with self._connection.client() as client:
            resolved = await Reader(self._connection, client).resolve(ref)
            if resolved.session is None:
                await Changer(self._connection, client).drop_change(resolved)
            elif resolved.session["status"] == "open":
                try:
                    await client.v1.checkout.sessions.expire_async(ref)
                except stripe.InvalidRequestError:
                    # It may have been paid or have expired just now: then it is closed.
                    session = await client.v1.checkout.sessions.retrieve_async(ref)
                    if session.status == "open":
                        raise

    def verify(self, headers: Headers, body: bytes, now: datetime) -> ProviderNotice:
        """Check the signature over the raw body, then read which object it is about."""
        return webhooks.verify(
            self._secrets, headers, body, now, live=self._connection.live, account=self._connection.account
        )

    async def order_of(self, about: str) -> tuple[int, int] | None:
        """The order of an object, from its metadata or from those of the object that it belongs to."""
        stripe = await load_library()
        async with self._connection.client() as client:
            try:
                order = await Reader(self._connection, client).order_of(about)
            except stripe.InvalidRequestError as error:
                if error.http_status != 404:
                    raise
                return None
        return (order.guild_id, order.order_id) if order else None

    async def fetch(self, ref: str) -> CheckoutSnapshot:
        """What Stripe shows of this checkout now."""
        async with self._connection.client() as client:
            return await Reader(self._connection, client).snapshot(ref)

    async def refund(self, payment_id: str, money: Money, key: str) -> tuple[Fact, ...]:
        """Refund, and return all refunds of this payment.

        The key is in the refund's metadata too: Stripe forgets idempotency keys after a day.
        """
        stripe = await load_library()
        params: Any = {
            "payment_intent": payment_id,
            "amount": to_stripe(money),
            "metadata": {"key": key},
        }
        async with self._connection.client() as client:
            reader = Reader(self._connection, client)
            if not await reader.was_refunded(payment_id, money.currency, key):
                try:
                    await client.v1.refunds.create_async(
                        params, {"idempotency_key": f"re:{payment_id}:{key}"}
                    )
                except stripe.InvalidRequestError as error:
                    if error.code != "charge_already_refunded":
                        raise
            return await reader.refunded(payment_id)

    async def statement(self, since: datetime, until: datetime) -> AsyncIterator[ReportedPayment]:
        """Stripe's own list."""
        async with self._connection.client() as client:
            async for payment in StatementReader(self._connection, client).between(since, until):
                yield payment

    async def reported(self, payment_id: str) -> ReportedPayment | None:
        """One payment on that list."""
        stripe = await load_library()
        async with self._connection.client() as client:
            try:
                return await StatementReader(self._connection, client).one(payment_id)
            except stripe.InvalidRequestError as error:
                if error.http_status != 404:
                    raise
                return None

    async def quote_change(self, ref: str, to: Purchase) -> Money:
        """The amount due, from Stripe's own preview."""
        async with self._connection.client() as client:
            return await Changer(self._connection, client).quote(ref, to)

    async def change(self, ref: str, to: Purchase, *, at_once: bool) -> Checkout:
        """Change the subscription into `to`. UserError when the member's card is declined for the difference."""
        stripe = await load_library()
        async with self._connection.client() as client:
            changer = Changer(self._connection, client)
            try:
                new_ref = await (changer.change_now(ref, to) if at_once else changer.change_later(ref, to))
            except stripe.StripeError as error:
                if error.http_status != 402:
                    raise
                raise UserError(
                    "Your card did not pay the difference, so nothing has changed. "
                    "Give another card first, or change when the period ends."
                ) from None
        return Checkout(new_ref, to.expires_at)

    async def set_ending(self, ref: str, ending: bool) -> None:
        """Cancel at the period's end, or undo that."""
        async with self._connection.client() as client:
            await Changer(self._connection, client).set_ending(ref, ending=ending)

    async def portal(self, customer: str, back: str) -> str | None:
        """The Customer Portal: cards, invoices, cancelling. The address is valid for a few minutes."""
        async with self._connection.client() as client:
            params: Any = {"customer": customer, "return_url": back} if back else {"customer": customer}
            session = self._connection.checked(await client.v1.billing_portal.sessions.create_async(params))
            return str(session["url"])

    async def _open(self, client: StripeClient, purchase: Purchase, prefix: str) -> Object:
        coupon_id = None
        coupon = checkout.coupon(purchase)
        if coupon is not None:
            key = checkout.idempotency_key_of("coupon", purchase, coupon)
            coupon_id = (await client.v1.coupons.create_async(coupon, {"idempotency_key": key})).id
        params = checkout.session(purchase, self._back(purchase.guild_id), coupon_id, real_now())
        options: Any = {"idempotency_key": f"{prefix}:{purchase.order_id}"}
        return self._connection.checked(await client.v1.checkout.sessions.create_async(params, options))
