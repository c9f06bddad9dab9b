"""The parameters of a Checkout Session. Pure: the same purchase gives the same parameters, so the same session."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from bot.ids import snowflake_time
from bot.money import Money
from bot.payments.port import Purchase, Recurrence
from bot.payments.stripe.amounts import to_stripe
from bot.payments.stripe.facts import OrderIds
from bot.payments.stripe.library import Object

if TYPE_CHECKING:
    from stripe.params import CouponCreateParams
    from stripe.params.checkout import SessionCreateParams

SHORTEST = timedelta(minutes=60)
"""Stripe wants at least 30 minutes from when it receives the call; twice that allows for repeating it."""

LONGEST = timedelta(hours=24)
SKEW = timedelta(minutes=1)


def ids_of(purchase: Purchase) -> OrderIds:
    """The ids of our order, as every object of the purchase names them."""
    return OrderIds(purchase.guild_id, purchase.order_id, purchase.user_id)


def idempotency_key_of(prefix: str, purchase: Purchase, params: Any) -> str:
    """The idempotency key of a call. It depends on `params`: Stripe refuses a key that is reused with others."""
    canonical = json.dumps(params, sort_keys=True).encode()
    return f"{prefix}:{purchase.order_id}:{hashlib.sha256(canonical).hexdigest()[:16]}"


def open_until(purchase: Purchase, now: datetime) -> datetime:
    """When Stripe closes the session, in real time; `now` is real time too.

    It is computed from the order's id, which contains real time: the community's clock may differ in the sandbox, and
    the time of the call would change when it is repeated. We close a link that ends earlier. After the machine's clock
    was set back, ids are ahead of it; the beginning of the present hour is then used instead.
    """
    ordered_at = snowflake_time(purchase.order_id)
    if ordered_at > now + SKEW:
        ordered_at = now.replace(minute=0, second=0, microsecond=0) + SHORTEST
    return min(max(purchase.expires_at, ordered_at + SHORTEST), ordered_at + LONGEST)


def coupon(purchase: Purchase) -> CouponCreateParams | None:
    """A coupon for the amount by which the first payment is below the renewals; None when it is not."""
    if purchase.renewal is None or purchase.money.amount >= purchase.renewal.amount:
        return None
    reduction = Money(purchase.renewal.amount - purchase.money.amount, purchase.money.currency)
    return {
        "amount_off": to_stripe(reduction),
        "currency": reduction.currency.lower(),
        "duration": "once",
        "max_redemptions": 1,
        "name": purchase.title[:40],
        "metadata": ids_of(purchase).metadata,
    }


def session(purchase: Purchase, back: str, coupon_id: str | None, now: datetime) -> SessionCreateParams:
    """The session's parameters. Adaptive pricing is off: the member pays the amount and currency shown in Discord."""
    ids = ids_of(purchase)
    params: SessionCreateParams = {
        "client_reference_id": ids.reference,
        "metadata": ids.metadata,
        "line_items": [_line_item(purchase.title, purchase.renewal or purchase.money, _months(purchase))],
        "expires_at": int(open_until(purchase, now).timestamp()),
        "success_url": back,
        "cancel_url": back,
        "locale": "auto",
        "adaptive_pricing": {"enabled": False},
    }
    if purchase.customer:
        params["customer"] = purchase.customer
    if purchase.recurrence is Recurrence.ONCE:
        params["mode"] = "payment"
        params["payment_intent_data"] = {"metadata": ids.metadata, "description": purchase.title}
        return params
    params["mode"] = "subscription"
    params["subscription_data"] = {"metadata": ids.metadata, "description": purchase.title}
    if coupon_id is not None:
        params["discounts"] = [{"coupon": coupon_id}]
    elif purchase.renewal is not None and purchase.money.amount > purchase.renewal.amount:
        surcharge = Money(purchase.money.amount - purchase.renewal.amount, purchase.money.currency)
        params["line_items"] = [*params["line_items"], _line_item(purchase.title, surcharge, None)]
    return params


def recurring(months: int) -> dict[str, Any]:
    """The billing interval of a recurring price."""
    return {"interval": "month", "interval_count": months}


def _months(purchase: Purchase) -> int | None:
    return purchase.months if purchase.recurrence is Recurrence.RECURRING else None


def _line_item(title: str, money: Money, months: int | None) -> Any:
    price: Object = {
        "currency": money.currency.lower(),
        "unit_amount": to_stripe(money),
        "product_data": {"name": title},
    }
    if months is not None:
        price["recurring"] = recurring(months)
    return {"price_data": price, "quantity": 1}
