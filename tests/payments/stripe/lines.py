"""Lines of an invoice: for a period, for the rest of one, or for a single thing."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from dateutil.relativedelta import relativedelta

from tests.payments.stripe.books import Object


def line(amount: int, currency: str, start: int, end: int, item_id: str | None) -> Object:
    """A line of an invoice: of a subscription item, or a proration or a single thing."""
    parent: dict[str, Any] = (
        {
            "type": "subscription_item_details",
            "subscription_item_details": {"subscription_item": item_id, "proration": False},
        }
        if item_id
        else {
            "type": "invoice_item_details",
            "invoice_item_details": {"invoice_item": "ii_0", "proration": True},
        }
    )
    return {
        "object": "line_item",
        "amount": amount,
        "currency": currency,
        "period": {"start": start, "end": end},
        "parent": parent,
    }


def later(moment: int, rhythm: Object) -> int:
    """One rhythm later, by the calendar."""
    step: Any = {f"{rhythm['interval']}s": int(rhythm.get("interval_count", 1))}
    return int((datetime.fromtimestamp(moment, UTC) + relativedelta(**step)).timestamp())


def prorated(subscription: Object, amount: int, rhythm: Object, params: Object, now: int) -> list[Object]:
    """What is credited for the old price and due for the new one, to the second."""
    if params.get("proration_behavior") == "none":
        return []
    item = subscription["items"]["data"][0]
    start, end = item["current_period_start"], item["current_period_end"]
    at = int(params.get("proration_date", now))
    rest = (end - at) / (end - start)
    currency = subscription["currency"]
    told = {"interval": rhythm["interval"], "interval_count": int(rhythm.get("interval_count", 1))}
    if told == item["price"]["recurring"]:
        new = line(round(amount * rest), currency, at, end, None)
    else:  # a new period begins
        new = line(amount, currency, now, later(now, told), item["id"])
    return [line(-round(item["price"]["unit_amount"] * rest), currency, at, end, None), new]
