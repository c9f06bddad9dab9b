"""Our side of Stripe: the port, in Stripe's calls."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from bot.clock import real_now
from bot.errors import UserError
from bot.money import Money
from bot.payments.port import Checkout, CheckoutSnapshot, Fact, Headers, ProviderNotice, Purchase, Recurrence
from bot.payments.stripe import checkout, webhooks
from bot.payments.stripe.amounts import takes, to_stripe
from bot.payments.stripe.changing import Changer
from bot.payments.stripe.library import Account, Object, loaded
from bot.payments.stripe.reading import Reader

if TYPE_CHECKING:
    from stripe import StripeClient


def to_discord(guild_id: int) -> str:
    """The server in Discord, on the web or in the app: where the member came from and where the role appears."""
    return f"https://discord.com/channels/{guild_id}"


class StripeProvider:
    """One Stripe account. `back(guild_id)` is where a browser goes that has paid: fulfilment never depends on it."""

    name = "stripe"
    acknowledgement = b"ok"

    def __init__(
        self, line: Account, secrets: Sequence[str], back: Callable[[int], str] = to_discord
    ) -> None:
        self._line = line
        self._secrets = [secret for secret in secrets if secret.strip()]
        self._back = back

    @property
    def play_money(self) -> bool:
        """A test key moves nothing real."""
        return not self._line.live

    @property
    def receives_webhooks(self) -> bool:
        """Without a signing secret anybody could write to us."""
        return bool(self._secrets)

    def supports(self, money: Money, recurrence: Recurrence) -> bool:
        """Is this a currency and an amount of Stripe's?"""
        return takes(money)

    async def create_checkout(self, purchase: Purchase) -> Checkout:
        """Open a Checkout Session, or return the one that this order has; of it there is never a second one to pay."""
        stripe = await loaded()
        async with self._line.talk() as client:
            try:
                made = await self._open(client, purchase, "cs")
            except stripe.IdempotencyError:
                # It was opened before, and something was different then: the tier's name, or the customer.
                found = await Reader(self._line, client).session_of(checkout.owner_of(purchase))
                made = found or await self._open(client, purchase, "cs-anew")
            except stripe.InvalidRequestError as error:
                if error.param != "customer":
                    raise
                # The owner deleted the customer at Stripe.
                made = await self._open(client, replace(purchase, customer=None), "cs-anew")
        return Checkout(made["id"], purchase.expires_at, url=made["url"])

    async def close_checkout(self, ref: str) -> None:
        """Expire the session, or drop the change that has not come yet."""
        stripe = await loaded()
        async with self._line.talk() as client:
            place = await Reader(self._line, client).place(ref)
            if place.session is None:
                await Changer(self._line, client).forget(place)
            elif place.session["status"] == "open":
                try:
                    await client.v1.checkout.sessions.expire_async(ref)
                except stripe.InvalidRequestError:
                    # Paid or expired in this moment: then it is closed.
                    found = await client.v1.checkout.sessions.retrieve_async(ref)
                    if found.status == "open":
                        raise

    def verify(self, headers: Headers, body: bytes, now: datetime) -> ProviderNotice:
        """Check the signature over the raw body, then read which object it is about."""
        return webhooks.verify(
            self._secrets, headers, body, now, live=self._line.live, account=self._line.account
        )

    async def order_of(self, about: str) -> tuple[int, int] | None:
        """Our order behind an object, by the metadata that we gave it or what it belongs to."""
        stripe = await loaded()
        async with self._line.talk() as client:
            try:
                order = await Reader(self._line, client).order_of(about)
            except stripe.InvalidRequestError as error:
                if error.http_status != 404:
                    raise
                return None
        return (order.guild_id, order.order_id) if order else None

    async def fetch(self, ref: str) -> CheckoutSnapshot:
        """What Stripe shows of it now."""
        async with self._line.talk() as client:
            return await Reader(self._line, client).snapshot(ref)

    async def refund(self, payment_id: str, money: Money, key: str) -> tuple[Fact, ...]:
        """Give back, and tell what was given back of this payment in all.

        The key stands in the refund's metadata too: Stripe forgets idempotency keys after a day.
        """
        stripe = await loaded()
        params: Any = {
            "payment_intent": payment_id,
            "amount": to_stripe(money),
            "metadata": {"key": key},
        }
        async with self._line.talk() as client:
            reader = Reader(self._line, client)
            if not await reader.was_refunded(payment_id, money.currency, key):
                try:
                    await client.v1.refunds.create_async(
                        params, {"idempotency_key": f"re:{payment_id}:{key}"}
                    )
                except stripe.InvalidRequestError as error:
                    if error.code != "charge_already_refunded":
                        raise
            return await reader.refunded(payment_id)

    async def quote_change(self, ref: str, to: Purchase) -> Money:
        """Stripe's own preview."""
        async with self._line.talk() as client:
            return await Changer(self._line, client).quote(ref, to)

    async def change(self, ref: str, to: Purchase, *, at_once: bool) -> Checkout:
        """Let the subscription become `to`. UserError when the member's card does not pay the difference."""
        stripe = await loaded()
        async with self._line.talk() as client:
            changer = Changer(self._line, client)
            try:
                new_ref = await (changer.now(ref, to) if at_once else changer.later(ref, to))
            except stripe.StripeError as error:
                if error.http_status != 402:
                    raise
                raise UserError(
                    "Your card did not pay the difference, so nothing has changed. "
                    "Give another card first, or change when the period ends."
                ) from None
        return Checkout(new_ref, to.expires_at)

    async def set_ending(self, ref: str, ending: bool) -> None:
        """Cancel at the period's end, or take that back."""
        async with self._line.talk() as client:
            await Changer(self._line, client).end(ref, ending=ending)

    async def portal(self, customer: str, back: str) -> str | None:
        """The Customer Portal: cards, invoices, cancelling. The address is good for a few minutes."""
        async with self._line.talk() as client:
            params: Any = {"customer": customer, "return_url": back} if back else {"customer": customer}
            made = self._line.checked(await client.v1.billing_portal.sessions.create_async(params))
            return str(made["url"])

    async def _open(self, client: StripeClient, purchase: Purchase, prefix: str) -> Object:
        coupon_id = None
        coupon = checkout.coupon(purchase)
        if coupon is not None:
            key = checkout.attempt("coupon", purchase, coupon)
            coupon_id = (await client.v1.coupons.create_async(coupon, {"idempotency_key": key})).id
        params = checkout.session(purchase, self._back(purchase.guild_id), coupon_id, real_now())
        options: Any = {"idempotency_key": f"{prefix}:{purchase.order_id}"}
        return self._line.checked(await client.v1.checkout.sessions.create_async(params, options))
