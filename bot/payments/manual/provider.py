"""The provider of manual payments: it shows how to pay, and waits for what the owner says.

It knows nothing of its own. What came and what went back are facts that the owner states with
`/order paid` and `/order refund` (`bot/memberships/backoffice.offline_payment.py`); their object ids are ours.
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
    """Shows `instructions` as the owner wrote them, for prices in these currencies.

    An order waits `valid_for` for its money. With an `account`, euros can be sent by scanning a QR code.
    """

    name = "manual"
    play_money = False
    acknowledgement = b"ok"
    listens = False

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

    def supports(self, money: Money, pace: Recurrence) -> bool:
        """Nobody sends money again and again because we ask for it."""
        return pace is Recurrence.ONCE and money.currency in self._currencies

    async def create_checkout(self, purchase: Purchase) -> Checkout:
        """Nothing has to be opened: the order's number is the reference."""
        scanned = transfer(self._account, purchase.money, str(purchase.order_id)) if self._account else None
        return Checkout(
            f"manual-{purchase.order_id}",
            purchase.expires_at,
            qr_payload=scanned,
            instructions=self._instructions,
        )

    async def close_checkout(self, ref: str) -> None:
        """Nothing can be closed: money that comes all the same is marked, and given back."""

    def verify(self, headers: Headers, body: bytes, now: datetime) -> ProviderNotice:
        """Nobody sends webhooks for it; its address does not exist."""
        raise InvalidWebhook("nobody reports manual payments")

    async def order_of(self, about: str) -> tuple[int, int] | None:
        """As `verify`."""
        return None

    async def fetch(self, ref: str) -> CheckoutSnapshot:
        """Nothing is known but what the owner marked, and that is stored already."""
        return CheckoutSnapshot(())

    async def refund(self, payment_id: str, money: Money, key: str) -> tuple[Fact, ...]:
        """Only the owner can send it; it stays on their list until they say that they did."""
        raise NeedsAction(
            "refund-by-hand",
            "{amount} {currency} have to go back by hand (payment {payment}). Send them, then say so with /order refund.",
            amount=money.decimal(),
            currency=money.currency,
            payment=payment_id,
        )
