"""What a Checkout Session is asked for. Pure: the same purchase gives the same parameters, so the same session."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from bot.ids import snowflake_time
from bot.money import Money
from bot.payments.port import Purchase, Recurrence
from bot.payments.stripe.amounts import to_stripe
from bot.payments.stripe.facts import Ours
from bot.payments.stripe.library import Object

if TYPE_CHECKING:
    from stripe.params import CouponCreateParams
    from stripe.params.checkout import SessionCreateParams

SHORTEST = timedelta(minutes=60)
"""Stripe wants 30 minutes at least from when it hears of it; twice that leaves room for repeating the call."""

LONGEST = timedelta(hours=24)
SKEW = timedelta(minutes=1)


def owner_of(purchase: Purchase) -> Ours:
    """Our order, as every object will name it."""
    return Ours(purchase.guild_id, purchase.order_id, purchase.user_id)


def attempt(prefix: str, purchase: Purchase, params: Any) -> str:
    """The idempotency key of one attempt. Stripe refuses a key that comes again with other parameters."""
    told = json.dumps(params, sort_keys=True).encode()
    return f"{prefix}:{purchase.order_id}:{hashlib.sha256(told).hexdigest()[:16]}"


def open_until(purchase: Purchase, now: datetime) -> datetime:
    """When Stripe closes the session, in real time; `now` is real too.

    Read off the order's id, which is of real time: the community's clock may stand elsewhere in the sandbox, and the
    time of this call would differ when it is repeated. A link that ends before is closed by us. Ids run ahead
    after the machine's clock was set back; the hour that has begun then stands for their time.
    """
    made = snowflake_time(purchase.order_id)
    if made > now + SKEW:
        made = now.replace(minute=0, second=0, microsecond=0) + SHORTEST
    return min(max(purchase.expires_at, made + SHORTEST), made + LONGEST)


def coupon(purchase: Purchase) -> CouponCreateParams | None:
    """What the first payment is below the renewals, once; None when it is not below."""
    if purchase.renewal is None or purchase.money.amount >= purchase.renewal.amount:
        return None
    less = Money(purchase.renewal.amount - purchase.money.amount, purchase.money.currency)
    return {
        "amount_off": to_stripe(less),
        "currency": less.currency.lower(),
        "duration": "once",
        "max_redemptions": 1,
        "name": purchase.title[:40],
        "metadata": owner_of(purchase).metadata,
    }


def session(purchase: Purchase, back: str, coupon_id: str | None, now: datetime) -> SessionCreateParams:
    """The parameters. Adaptive pricing is off: the member pays what the card in Discord said, in that currency."""
    owner = owner_of(purchase)
    params: SessionCreateParams = {
        "client_reference_id": owner.reference,
        "metadata": owner.metadata,
        "line_items": [_line(purchase.title, purchase.renewal or purchase.money, _months(purchase))],
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
        params["payment_intent_data"] = {"metadata": owner.metadata, "description": purchase.title}
        return params
    params["mode"] = "subscription"
    params["subscription_data"] = {"metadata": owner.metadata, "description": purchase.title}
    if coupon_id is not None:
        params["discounts"] = [{"coupon": coupon_id}]
    elif purchase.renewal is not None and purchase.money.amount > purchase.renewal.amount:
        more = Money(purchase.money.amount - purchase.renewal.amount, purchase.money.currency)
        params["line_items"] = [*params["line_items"], _line(purchase.title, more, None)]
    return params


def recurring(months: int) -> dict[str, Any]:
    """The rhythm of a recurring price."""
    return {"interval": "month", "interval_count": months}


def _months(purchase: Purchase) -> int | None:
    return purchase.months if purchase.recurrence is Recurrence.RECURRING else None


def _line(title: str, money: Money, months: int | None) -> Any:
    price: Object = {
        "currency": money.currency.lower(),
        "unit_amount": to_stripe(money),
        "product_data": {"name": title},
    }
    if months is not None:
        price["recurring"] = recurring(months)
    return {"price_data": price, "quantity": 1}
