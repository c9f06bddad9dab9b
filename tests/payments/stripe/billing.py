"""Subscriptions, invoices and schedules of our Stripe."""

from __future__ import annotations

import copy

from tests.payments.stripe import rules
from tests.payments.stripe.books import Books, Object, Refused, listed
from tests.payments.stripe.lines import later, line, prorated


class Billing:
    """What bills again and again. `cards` holds the customers whose card does not work at the moment."""

    def __init__(self, books: Books) -> None:
        self._books = books
        self.broken_cards: set[str] = set()

    # What the API does.

    def create_price(self, params: Object) -> Object:
        """POST /v1/prices, or a price that was told inline."""
        rules.price(params)
        product = params.get("product")
        if product is None:
            product = self._books.add("product", name=params["product_data"]["name"])["id"]
        rhythm = params.get("recurring")
        return self._books.add(
            "price",
            currency=params["currency"],
            unit_amount=int(params["unit_amount"]),
            product=product,
            active=True,
            type="recurring" if rhythm else "one_time",
            metadata=params.get("metadata", {}),
            recurring={"interval": rhythm["interval"], "interval_count": int(rhythm.get("interval_count", 1))}
            if rhythm
            else None,
        )

    def update(self, id_: str, params: Object) -> Object:
        """POST /v1/subscriptions/{id}."""
        subscription = self._books.get(id_, "subscription")
        rules.change(self._books, subscription, params)
        if "items" in params:
            self._change_price(subscription, params)
        if "metadata" in params:
            subscription["metadata"] |= params["metadata"]
        if "description" in params:
            subscription["description"] = params["description"]
        if "cancel_at" in params:
            subscription["cancel_at"] = int(params["cancel_at"]) if params["cancel_at"] else None
        if "cancel_at_period_end" in params:
            subscription["cancel_at_period_end"] = params["cancel_at_period_end"] == "true"
            item = subscription["items"]["data"][0]
            subscription["cancel_at"] = (
                item["current_period_end"] if subscription["cancel_at_period_end"] else None
            )
        self._books.tell("customer.subscription.updated", subscription)
        return subscription

    def preview(self, params: Object) -> Object:
        """POST /v1/invoices/create_preview: nothing is kept."""
        subscription = self._books.get(params.get("subscription"), "subscription", "subscription")
        details = params.get("subscription_details", {})
        rules.change(self._books, subscription, details)
        price = details["items"][0]["price_data"]
        lines = prorated(
            subscription, int(price["unit_amount"]), price["recurring"], details, self._books.now()
        )
        total = sum(line["amount"] for line in lines)
        return {
            "object": "invoice",
            "id": "upcoming_in_0",
            "livemode": self._books.live,
            "currency": subscription["currency"],
            "total": total,
            "amount_due": max(total, 0),
            "lines": listed(lines, "/v1/invoices/upcoming/lines"),
        }

    def create_schedule(self, params: Object) -> Object:
        """POST /v1/subscription_schedules with `from_subscription`."""
        if "from_subscription" not in params or len(params) > 1:
            raise Refused("With from_subscription no other parameter may be set", param="from_subscription")
        subscription = self._books.get(params["from_subscription"], "subscription", "from_subscription")
        if subscription["schedule"] or subscription["status"] == "canceled":
            raise Refused("You cannot migrate a subscription that is already attached to a schedule")
        item = subscription["items"]["data"][0]
        span = {"start_date": item["current_period_start"], "end_date": item["current_period_end"]}
        phase = {
            "items": [{"price": item["price"]["id"], "quantity": 1}],
            "metadata": dict(subscription["metadata"]),
            "currency": subscription["currency"],
            "proration_behavior": "create_prorations",
        }
        schedule = self._books.add(
            "subscription_schedule",
            subscription=subscription["id"],
            customer=subscription["customer"],
            status="active",
            end_behavior="release",
            current_phase=span,
            phases=[phase | span],
            metadata={},
        )
        subscription["schedule"] = schedule["id"]
        return schedule

    def update_schedule(self, id_: str, params: Object) -> Object:
        """POST /v1/subscription_schedules/{id}."""
        schedule = self._active(id_)
        rules.phases(self._books, schedule, params)
        phases: list[Object] = []
        for told in params["phases"]:
            start = int(told.get("start_date", phases[-1]["end_date"] if phases else 0))
            end = int(told["end_date"]) if "end_date" in told else later(start, told["duration"])
            kept: Object = {"start_date": start, "end_date": end, "metadata": told.get("metadata", {})}
            kept["items"] = [
                {"price": item["price"], "quantity": int(item.get("quantity", 1))} for item in told["items"]
            ]
            phases.append(kept)
        schedule |= {"phases": phases, "end_behavior": params.get("end_behavior", "release")}
        return schedule

    def release(self, id_: str) -> Object:
        """POST /v1/subscription_schedules/{id}/release."""
        schedule = self._active(id_)
        subscription = self._books.get(schedule["subscription"], "subscription")
        subscription["schedule"] = None
        schedule |= {
            "status": "released",
            "released_at": self._books.now(),
            "released_subscription": schedule["subscription"],
            "subscription": None,
        }
        return schedule

    # What buyers and time do.

    def begin(self, session: Object, params: Object) -> None:
        """A checkout of a subscription is paid."""
        books = self._books
        session["customer"] = session["customer"] or books.add("customer", metadata={})["id"]
        prices = [self._price_of(line) for line in params["line_items"]]
        recurring = next(price for price in prices if price["recurring"])
        data = params.get("subscription_data", {})
        subscription = books.add(
            "subscription",
            status="active",
            customer=session["customer"],
            currency=session["currency"],
            schedule=None,
            cancel_at_period_end=False,
            cancel_at=None,
            pause_collection=None,
            metadata=dict(data.get("metadata", {})),
            description=data.get("description"),
            start_date=books.now(),
            latest_invoice=None,
        )
        now = books.now()
        end = later(now, recurring["recurring"])
        item = books.add(
            "subscription_item",
            subscription=subscription["id"],
            price=recurring,
            quantity=1,
            current_period_start=now,
            current_period_end=end,
        )
        subscription["items"] = listed([item], "/v1/subscription_items")
        session["subscription"] = subscription["id"]
        off = sum(books.get(d["coupon"], "coupon")["amount_off"] for d in params.get("discounts", []))
        lines = [
            line(
                price["unit_amount"],
                price["currency"],
                now,
                end if price["recurring"] else now,
                item["id"] if price["recurring"] else None,
            )
            for price in prices
        ]
        books.tell("customer.subscription.created", subscription)
        session["invoice"] = self.bill(subscription, lines, "subscription_create", off=off)["id"]

    def renew(self, id_: str) -> Object:
        """Time passes to the end of the period: the next one is billed, a change comes, or all is over."""
        subscription = self._books.get(id_, "subscription")
        item = subscription["items"]["data"][0]
        start = item["current_period_end"]
        self._books.turn_to(start)
        if subscription["cancel_at_period_end"]:
            return self.cancel(id_)
        self._next_phase(subscription, start)
        item |= {
            "current_period_start": start,
            "current_period_end": later(start, item["price"]["recurring"]),
        }
        renewed = line(
            item["price"]["unit_amount"],
            subscription["currency"],
            start,
            item["current_period_end"],
            item["id"],
        )
        self.bill(subscription, [renewed], "subscription_cycle")
        self._books.tell("customer.subscription.updated", subscription)
        return subscription

    def cancel(self, id_: str) -> Object:
        """It is over."""
        subscription = self._books.get(id_, "subscription")
        subscription |= {
            "status": "canceled",
            "ended_at": self._books.now(),
            "canceled_at": self._books.now(),
        }
        self._books.tell("customer.subscription.deleted", subscription)
        return subscription

    def pay_invoice(self, id_: str) -> Object:
        """An open invoice is paid after all."""
        invoice = self._books.get(id_, "invoice")
        assert invoice["status"] == "open"
        subscription = self._books.get(
            invoice["parent"]["subscription_details"]["subscription"], "subscription"
        )
        self._collect(invoice)
        subscription["status"] = "active"
        self._books.tell("customer.subscription.updated", subscription)
        return invoice

    def bill(self, subscription: Object, lines: list[Object], reason: str, *, off: int = 0) -> Object:
        """An invoice, and the try to collect it."""
        books = self._books
        total = sum(one["amount"] for one in lines) - off
        kept = [books.add("line_item", **{k: v for k, v in one.items() if k != "object"}) for one in lines]
        details = {"subscription": subscription["id"], "metadata": copy.deepcopy(subscription["metadata"])}
        invoice = books.add(
            "invoice",
            status="open",
            billing_reason=reason,
            customer=subscription["customer"],
            currency=subscription["currency"],
            total=total,
            amount_due=max(total, 0),
            amount_paid=0,
            amount_remaining=max(total, 0),
            lines=listed(kept, "/v1/invoices/lines"),
            parent={"type": "subscription_details", "subscription_details": details, "quote_details": None},
            status_transitions={"finalized_at": books.now(), "paid_at": None},
            metadata={},
            period_start=subscription["start_date"],
            period_end=books.now(),
        )
        subscription["latest_invoice"] = invoice["id"]
        if subscription["customer"] in self.broken_cards:
            subscription["status"] = "past_due"
            books.tell("invoice.payment_failed", invoice)
        else:
            self._collect(invoice)
        return invoice

    def charge(
        self,
        amount: int,
        currency: str,
        customer: str | None,
        metadata: Object,
        status: str,
        intent: Object | None = None,
    ) -> Object:
        """A payment, and a charge of it that is succeeded, failed or pending. The payment."""
        books = self._books
        if intent is None:
            intent = books.add(
                "payment_intent", amount=amount, currency=currency, customer=customer, metadata=dict(metadata)
            )
        charge = books.add(
            "charge",
            amount=amount,
            amount_captured=amount if status == "succeeded" else 0,
            amount_refunded=0,
            currency=currency,
            customer=customer,
            payment_intent=intent["id"],
            status=status,
            paid=status == "succeeded",
            refunded=False,
            disputed=False,
            metadata=dict(metadata),
            captured=status == "succeeded",
        )
        states = {"succeeded": "succeeded", "failed": "requires_payment_method", "pending": "processing"}
        intent |= {"status": states[status], "latest_charge": charge["id"]}
        intent["amount_received"] = amount if status == "succeeded" else 0
        books.tell(f"charge.{status}", charge)
        return intent

    def _collect(self, invoice: Object) -> None:
        books = self._books
        if invoice["amount_due"]:
            intent = self.charge(
                invoice["amount_due"], invoice["currency"], invoice["customer"], {}, "succeeded"
            )
            books.add(
                "invoice_payment",
                invoice=invoice["id"],
                amount_paid=invoice["amount_due"],
                amount_requested=invoice["amount_due"],
                currency=invoice["currency"],
                status="paid",
                is_default=True,
                payment={"type": "payment_intent", "payment_intent": intent["id"]},
            )
        invoice |= {"status": "paid", "amount_paid": invoice["amount_due"], "amount_remaining": 0}
        invoice["status_transitions"]["paid_at"] = books.now()
        books.tell("invoice.paid", invoice)

    def _price_of(self, told: Object) -> Object:
        return (
            self.create_price(told["price_data"])
            if "price_data" in told
            else self._books.get(told["price"], "price")
        )

    def _change_price(self, subscription: Object, params: Object) -> None:
        item = subscription["items"]["data"][0]
        price = self._price_of(params["items"][0])
        lines = prorated(subscription, price["unit_amount"], price["recurring"], params, self._books.now())
        total = sum(one["amount"] for one in lines)
        fails = subscription["customer"] in self.broken_cards and total > 0
        if fails and params.get("payment_behavior") == "error_if_incomplete":
            raise Refused("Your card was declined.", code="card_declined", status=402, kind="card_error")
        now = self._books.now()
        if price["recurring"] != item["price"]["recurring"]:
            item |= {"current_period_start": now, "current_period_end": later(now, price["recurring"])}
        item["price"] = price
        if params.get("proration_behavior") == "always_invoice":
            billed = {**subscription, "metadata": {**subscription["metadata"], **params.get("metadata", {})}}
            self.bill(billed, lines, "subscription_update")
            subscription |= {"latest_invoice": billed["latest_invoice"], "status": billed["status"]}

    def _next_phase(self, subscription: Object, at: int) -> None:
        if subscription["schedule"] is None:
            return
        schedule = self._books.get(subscription["schedule"], "subscription_schedule")
        phase = next((one for one in schedule["phases"] if one["start_date"] <= at < one["end_date"]), None)
        if phase is None:
            self.release(schedule["id"])
            return
        schedule["current_phase"] = {"start_date": phase["start_date"], "end_date": phase["end_date"]}
        subscription["items"]["data"][0]["price"] = self._books.get(phase["items"][0]["price"], "price")
        subscription["metadata"] |= phase["metadata"]

    def _active(self, id_: str) -> Object:
        schedule = self._books.get(id_, "subscription_schedule")
        if schedule["status"] != "active":
            raise Refused(f"You cannot change a schedule that is {schedule['status']}")
        return schedule
