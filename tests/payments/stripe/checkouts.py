"""Checkout, payments, refunds and disputes of our Stripe: what the API does, and what buyers and banks do."""

from __future__ import annotations

import copy

from tests.payments.stripe import rules
from tests.payments.stripe.billing import Billing
from tests.payments.stripe.books import Books, Object, Refused


class Checkouts:
    """One-time payments, and the way into subscriptions."""

    def __init__(self, books: Books, billing: Billing, url: str) -> None:
        self._books = books
        self._billing = billing
        self._url = url
        self._asked: dict[str, Object] = {}

    # What the API does.

    def create_session(self, params: Object) -> Object:
        """POST /v1/checkout/sessions."""
        rules.session(self._books, params)
        lines = params["line_items"]
        total = sum(self._unit(line) * int(line["quantity"]) for line in lines)
        for discount in params.get("discounts", []):
            total = max(0, total - self._books.get(discount["coupon"], "coupon")["amount_off"])
        session = self._books.add(
            "checkout.session",
            mode=params["mode"],
            status="open",
            payment_status="unpaid" if total else "no_payment_required",
            client_reference_id=params.get("client_reference_id"),
            metadata=params.get("metadata", {}),
            customer=params.get("customer"),
            payment_intent=None,
            subscription=None,
            invoice=None,
            amount_total=total,
            currency=rules.currency(self._books, lines[0]),
            expires_at=int(params.get("expires_at", self._books.now() + 86400)),
            locale=params.get("locale"),
            success_url=params["success_url"],
            cancel_url=params.get("cancel_url"),
            ui_mode="hosted_page",
        )
        session["url"] = f"{self._url}/pay/{session['id']}"
        self._asked[session["id"]] = params
        return session

    def expire_session(self, id_: str) -> Object:
        """POST /v1/checkout/sessions/{id}/expire, or time did it."""
        session = self._books.get(id_, "checkout.session")
        if session["status"] != "open":
            raise Refused('Only Checkout Sessions with a status in ["open"] can be expired.')
        session |= {"status": "expired", "url": None}
        self._books.tell("checkout.session.expired", session)
        return session

    def create_refund(self, params: Object, status: str = "succeeded") -> Object:
        """POST /v1/refunds, or somebody at the dashboard."""
        charge = rules.refund(self._books, params)
        amount = int(params.get("amount", charge["amount"] - charge["amount_refunded"]))
        refund = self._books.add(
            "refund",
            amount=amount,
            currency=charge["currency"],
            charge=charge["id"],
            payment_intent=charge["payment_intent"],
            metadata=params.get("metadata", {}),
            status=status,
            reason=params.get("reason"),
        )
        charge["amount_refunded"] += amount
        charge["refunded"] = charge["amount_refunded"] == charge["amount"]
        self._books.tell("refund.created", refund)
        self._books.tell("charge.refunded", charge)
        return refund

    # What people and banks do.

    def pay(self, id_: str, how: str = "ok") -> Object:
        """The buyer pays with a card that is "ok" or "declined", or with something "delayed". The session."""
        session = self._books.get(id_, "checkout.session")
        assert session["status"] == "open", "nobody can pay here any more"
        params = self._asked[id_]
        if session["mode"] == "subscription":
            assert how == "ok", "a subscription begins with a card that works"
            self._billing.begin(session, params)
        else:
            self._pay_once(session, params.get("payment_intent_data", {}), how)
        if how != "declined":
            session |= {"status": "complete", "url": None}
            if how == "ok" and session["amount_total"]:
                session["payment_status"] = "paid"
            self._books.tell("checkout.session.completed", session)
        return session

    def arrive(self, id_: str, *, paid: bool) -> Object:
        """A delayed payment comes, or does not."""
        session = self._books.get(id_, "checkout.session")
        intent = self._books.get(session["payment_intent"], "payment_intent")
        charge = self._books.get(intent["latest_charge"], "charge")
        charge |= {"status": "succeeded" if paid else "failed", "paid": paid, "captured": paid}
        charge["amount_captured"] = charge["amount"] if paid else 0
        intent |= {"status": "succeeded" if paid else "requires_payment_method"}
        intent["amount_received"] = intent["amount"] if paid else 0
        session["payment_status"] = "paid" if paid else "unpaid"
        ending = "succeeded" if paid else "failed"
        self._books.tell(f"payment_intent.{'succeeded' if paid else 'payment_failed'}", intent)
        self._books.tell(f"checkout.session.async_payment_{ending}", session)
        return session

    def refund(self, payment_id: str, amount: int | None = None, status: str = "succeeded") -> Object:
        """The owner gives back at Stripe's dashboard: nothing of ours stands on such a refund."""
        more = {} if amount is None else {"amount": str(amount)}
        return self.create_refund({"payment_intent": payment_id, **more}, status)

    def fail_refund(self, id_: str) -> Object:
        """The refund comes back."""
        refund = self._books.get(id_, "refund")
        charge = self._books.get(refund["charge"], "charge")
        refund |= {"status": "failed", "failure_reason": "lost_or_stolen_card"}
        charge["amount_refunded"] -= refund["amount"]
        charge["refunded"] = False
        self._books.tell("refund.failed", refund)
        return refund

    def dispute(self, payment_id: str, status: str = "needs_response", amount: int | None = None) -> Object:
        """The payer's bank disputes a payment; with a `warning_…` status it only asks."""
        charge = self._books.get(self._books.get(payment_id, "payment_intent")["latest_charge"], "charge")
        dispute = self._books.add(
            "dispute",
            amount=amount or charge["amount"],
            currency=charge["currency"],
            charge=charge["id"],
            payment_intent=payment_id,
            status=status,
            reason="fraudulent",
            balance_transactions=[],
            metadata={},
        )
        charge["disputed"] = True
        self._books.tell("charge.dispute.created", dispute)
        if not status.startswith("warning_"):
            self.move_funds(dispute["id"], -dispute["amount"])
        return dispute

    def close_dispute(self, id_: str, status: str) -> Object:
        """It is decided: won, lost, or the inquiry is closed."""
        dispute = self._books.get(id_, "dispute")
        dispute["status"] = status
        if status == "won":
            self.move_funds(id_, dispute["amount"])
        self._books.tell("charge.dispute.closed", dispute)
        return dispute

    def move_funds(self, id_: str, amount: int) -> None:
        """Money of a dispute goes or comes back."""
        dispute = self._books.get(id_, "dispute")
        moved = self._books.add("balance_transaction", amount=amount, currency=dispute["currency"])
        dispute["balance_transactions"].append(copy.deepcopy(moved))
        self._books.tell(f"charge.dispute.funds_{'withdrawn' if amount < 0 else 'reinstated'}", dispute)

    def _unit(self, line: Object) -> int:
        found = line["price_data"] if "price_data" in line else self._books.get(line["price"], "price")
        return int(found["unit_amount"])

    def _pay_once(self, session: Object, data: Object, how: str) -> None:
        status = {"ok": "succeeded", "declined": "failed", "delayed": "pending"}[how]
        known = session["payment_intent"]
        intent = self._books.get(known, "payment_intent") if known else None
        made = self._billing.charge(
            session["amount_total"],
            session["currency"],
            session["customer"],
            data.get("metadata", {}),
            status,
            intent,
        )
        session["payment_intent"] = made["id"]
