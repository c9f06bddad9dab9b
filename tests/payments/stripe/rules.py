"""What the parameter types cannot say: which parameters go together, and what they may hold."""

from __future__ import annotations

import re

from tests.payments.stripe.books import Books, Object, Refused

LEAST = {"usd": 50, "eur": 50, "gbp": 30, "jpy": 50, "cny": 400}
MOST = 99_999_999


def session(books: Books, params: Object) -> None:
    """A Checkout Session."""
    mode = params.get("mode")
    need(mode in ("payment", "subscription"), "You must specify `mode`", "mode")
    need("success_url" in params, "You must specify `success_url`", "success_url")
    for name in ("success_url", "cancel_url"):
        need(re.match(r"https?://", params.get(name, "https://")), "Not a valid URL", name)
    if "expires_at" in params:
        ahead = int(params["expires_at"]) - books.now()
        need(
            1800 <= ahead <= 86400,
            "`expires_at` must be between 30 minutes and 24 hours from now",
            "expires_at",
        )
    need(len(params.get("client_reference_id", "")) <= 200, "At most 200 characters", "client_reference_id")
    lines = params.get("line_items", [])
    need(1 <= len(lines) <= (100 if mode == "payment" else 20), "line_items are missing", "line_items")
    rhythms = [line_item(books, line, f"line_items[{n}]") for n, line in enumerate(lines)]
    if mode == "subscription":
        need(
            any(rhythms), "You must provide at least one recurring price in `subscription` mode", "line_items"
        )
        need("payment_intent_data" not in params, "Not in `subscription` mode", "payment_intent_data")
    else:
        need(not any(rhythms), "You specified `payment` mode but passed a recurring price", "mode")
        need("subscription_data" not in params, "Only in `subscription` mode", "subscription_data")
    currencies = {currency(books, line) for line in lines}
    need(len(currencies) == 1, "All line items must have the same currency", "line_items")
    need(not ("discounts" in params and "allow_promotion_codes" in params), "Only one of these", "discounts")
    need(len(params.get("discounts", [])) <= 1, "At most one discount", "discounts")
    for discount in params.get("discounts", []):
        books.get(discount.get("coupon"), "coupon", "discounts[0][coupon]")
    if "customer" in params:
        books.get(params["customer"], "customer", "customer")


def line_item(books: Books, line: Object, path: str) -> bool:
    """One line of a session. Is it recurring?"""
    need(int(line.get("quantity", 0)) > 0, "Quantity is required", f"{path}[quantity]")
    need(("price" in line) != ("price_data" in line), "Exactly one of price and price_data", path)
    if "price" in line:
        return bool(books.get(line["price"], "price", f"{path}[price]")["recurring"])
    price(line["price_data"], f"{path}[price_data]")
    return "recurring" in line["price_data"]


def price(params: Object, path: str = "") -> None:
    """A price, inline or made for itself."""
    need(("product" in params) != ("product_data" in params), "Exactly one of product and product_data", path)
    need("unit_amount" in params, "unit_amount is missing", f"{path}[unit_amount]")
    need(re.fullmatch(r"[a-z]{3}", params["currency"]), "Invalid currency", f"{path}[currency]")
    amount = int(params["unit_amount"])
    need(amount >= LEAST.get(params["currency"], 1), "amount_too_small", f"{path}[unit_amount]")
    need(amount <= MOST, "amount_too_large", f"{path}[unit_amount]")
    if "product_data" in params:
        need(
            params["product_data"]["name"].strip(),
            "You passed an empty string",
            f"{path}[product_data][name]",
        )
    rhythm = params.get("recurring")
    if rhythm:
        months = int(rhythm.get("interval_count", 1)) * {"month": 1, "year": 12}.get(rhythm["interval"], 1)
        need(1 <= months <= 36, "At most three years", f"{path}[recurring][interval_count]")


def currency(books: Books, line: Object) -> str:
    """In what a line is paid."""
    found = line["price_data"] if "price_data" in line else books.get(line["price"], "price")
    return str(found["currency"])


def coupon(params: Object) -> None:
    """A coupon."""
    need(
        ("percent_off" in params) != ("amount_off" in params),
        "Exactly one of percent_off and amount_off",
        "amount_off",
    )
    need("amount_off" not in params or "currency" in params, "amount_off needs a currency", "currency")
    need(int(params.get("amount_off", 1)) > 0, "Must be above 0", "amount_off")
    need(len(params.get("name", "")) <= 40, "At most 40 characters", "name")
    need(
        params.get("duration") != "repeating" or "duration_in_months" in params,
        "How long?",
        "duration_in_months",
    )


def refund(books: Books, params: Object) -> Object:
    """A refund. The charge that it is of."""
    need(
        ("payment_intent" in params) != ("charge" in params),
        "Exactly one of payment_intent and charge",
        "charge",
    )
    charge_id = (
        params.get("charge")
        or books.get(params["payment_intent"], "payment_intent", "payment_intent")["latest_charge"]
    )
    charge = books.get(charge_id, "charge", "charge")
    rest = charge["amount"] - charge["amount_refunded"]
    amount = int(params.get("amount", rest))
    need(charge["status"] == "succeeded", "This payment has not succeeded", "payment_intent")
    if rest == 0:
        raise Refused(f"Charge {charge['id']} has already been refunded.", code="charge_already_refunded")
    if any(
        d["status"] in ("needs_response", "under_review", "lost")
        for d in books.all("dispute", charge=charge["id"])
    ):
        raise Refused(f"Charge {charge['id']} has been charged back", code="charge_disputed")
    need(0 < amount <= rest, "Refund amount is greater than unrefunded amount on charge", "amount")
    return charge


def change(books: Books, subscription: Object, params: Object) -> None:
    """An update of a subscription, or its preview."""
    need(
        subscription["status"] not in ("canceled", "incomplete_expired"),
        "A canceled subscription can only update its metadata",
    )
    own = {item["id"]: item for item in subscription["items"]["data"]}
    for n, item in enumerate(params.get("items", [])):
        path = f"items[{n}]"
        need(item.get("id") in own, "No such subscription item", f"{path}[id]")
        need(not ("price" in item and "price_data" in item), "Only one of price and price_data", path)
        if "price_data" in item:
            price(item["price_data"], f"{path}[price_data]")
            books.get(item["price_data"]["product"], "product", f"{path}[price_data][product]")
        if "price" in item or "price_data" in item:
            need(
                currency(books, item) == subscription["currency"],
                "You cannot combine currencies on a single customer",
                f"{path}[price]",
            )
    if "proration_date" in params:
        first = next(iter(own.values()))
        inside = first["current_period_start"] <= int(params["proration_date"]) <= first["current_period_end"]
        need(inside, "proration_date must be within the current period", "proration_date")
        need(params.get("proration_behavior") != "none", "Not with proration_behavior none", "proration_date")
    need(not {"cancel_at", "cancel_at_period_end"} <= set(params), "Only one of these", "cancel_at")
    if {"cancel_at", "cancel_at_period_end"} & set(params) and subscription["schedule"]:
        raise Refused(
            "The subscription is managed by the subscription schedule", param="cancel_at_period_end"
        )
    if params.get("payment_behavior") == "pending_if_incomplete":
        allowed = {"items", "proration_behavior", "proration_date", "payment_behavior", "expand"}
        need(set(params) <= allowed, "Not supported with pending_if_incomplete", "payment_behavior")


def phases(books: Books, schedule: Object, params: Object) -> None:
    """New phases of a schedule that has begun."""
    told: list[Object] = params["phases"]
    need(len(told) <= 10, "At most 10 phases", "phases")
    for n, phase in enumerate(told):
        path = f"phases[{n}]"
        need(
            n > 0 or "start_date" in phase, "start_date must be set on the first phase", f"{path}[start_date]"
        )
        need(not ("end_date" in phase and "duration" in phase), "Only one of these", f"{path}[duration]")
        need(
            n == len(told) - 1 or "end_date" in phase or "duration" in phase,
            "When does it end?",
            f"{path}[end_date]",
        )
        for item in phase["items"]:
            need("price" in item, "A price is missing", f"{path}[items]")
            books.get(item["price"], "price", f"{path}[items][price]")
    begun = schedule["phases"][0]["start_date"]
    need(
        int(told[0]["start_date"]) == begun,
        "You can not modify the start date of the current phase",
        "phases[0][start_date]",
    )


def need(kept: object, message: str, param: str | None = None) -> None:
    """Refuse the call unless the rule is kept."""
    if not kept:
        raise Refused(message, param=param)
