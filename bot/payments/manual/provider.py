"""The provider of manual payments: it shows how to pay and waits for the owner to mark what came.

It knows nothing by itself. Payments and refunds are facts that the owner states with
`/order paid` and `/order refund` (`bot/memberships/backoffice/offline_payment.py`); their object ids are ours.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from bot.errors import NeedsAction
from bot.money import Money
from bot.payments.manual.epc import Account, transfer
from bot.payments.port import (
    Checkout,
    CheckoutSnapshot,
    Fact,
    Headers,
    InvalidWebhook,
    ProviderNotice,
    Purchase,
    Recurrence,
)


class ManualProvider:
    """Shows the owner's `instructions`, for prices in these currencies.

    An order waits `valid_for` for its money. With an `account`, euros can be sent by scanning a QR code.
    """

    name = "manual"
    play_money = False
    acknowledgement = b"ok"
    receives_webhooks = False

    def __init__(
        self,
        instructions: str,
        currencies: Collection[str],
        *,
        valid_for: timedelta = timedelta(days=7),
        account: Account | None = None,
    ) -> None:
        self.valid_for = valid_for
        self._instructions = instructions
        self._currencies = frozenset(currencies)
        self._account = account

    def supports(self, money: Money, recurrence: Recurrence) -> bool:
        """One-time payments only: nobody renews a bank transfer because we ask for it."""
        return recurrence is Recurrence.ONCE and money.currency in self._currencies

    async def create_checkout(self, purchase: Purchase) -> Checkout:
        """Nothing has to be opened: the order's number is the reference."""
        qr_payload = (
            transfer(self._account, purchase.money, str(purchase.order_id)) if self._account else None
        )
        return Checkout(
            f"manual-{purchase.order_id}",
            purchase.expires_at,
            qr_payload=qr_payload,
            instructions=self._instructions,
        )

    async def close_checkout(self, ref: str) -> None:
        """Nothing to close: the owner marks money that comes anyway, and gives it back."""

    def verify(self, headers: Headers, body: bytes, now: datetime) -> ProviderNotice:
        """Refuse: nobody sends webhooks for this provider, and its address does not exist."""
        raise InvalidWebhook("nobody reports manual payments")

    async def order_of(self, about: str) -> tuple[int, int] | None:
        """None: no notice of this provider exists."""
        return None

    async def fetch(self, ref: str) -> CheckoutSnapshot:
        """Nothing: the owner's facts are stored already."""
        return CheckoutSnapshot(())

    async def refund(self, payment_id: str, money: Money, key: str) -> tuple[Fact, ...]:
        """Raises NeedsAction: the refund stays on the owner's list until they say that they sent it."""
        raise NeedsAction(
            "refund-by-hand",
            "{amount} {currency} has to go back by hand (payment {payment}). Send it, then say so with /order refund.",
            amount=money.plain(),
            currency=money.currency,
            payment=payment_id,
        )
