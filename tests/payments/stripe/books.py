"""What our Stripe knows: objects by id, events in the order in which they happened, and its clock."""

from __future__ import annotations

import copy
import json
import time
from dataclasses import dataclass
from typing import Any

import stripe

from tests.payments.stripe.shapes import stray

Object = dict[str, Any]

PREFIXES = {
    "checkout.session": "cs_test",
    "payment_intent": "pi",
    "charge": "ch",
    "refund": "re",
    "dispute": "dp",
    "customer": "cus",
    "invoice": "in",
    "subscription": "sub",
    "subscription_item": "si",
    "price": "price",
    "product": "prod",
    "line_item": "il",
    "invoice_payment": "inpay",
    "coupon": "co",
    "subscription_schedule": "sub_sched",
    "billing_portal.session": "bps",
    "event": "evt",
    "balance_transaction": "txn",
}


class Refused(Exception):
    """A call that Stripe answers with an error."""

    def __init__(
        self,
        message: str,
        *,
        param: str | None = None,
        code: str | None = None,
        status: int = 400,
        kind: str = "invalid_request_error",
    ) -> None:
        super().__init__(message)
        told = {"type": kind, "message": message, "param": param, "code": code}
        self.status = status
        self.error = {name: value for name, value in told.items() if value is not None}


@dataclass(frozen=True)
class SentEvent:
    """An event, and the body under which every delivery of it goes out."""

    id: str
    type: str
    about: str
    body: bytes


class Books:
    """Everything of one account. `ahead` is how many seconds its clock was turned."""

    def __init__(self, account: str, *, live: bool) -> None:
        self.account = account
        self.live = live
        self.ahead = 0
        self.events: list[SentEvent] = []
        self._objects: dict[str, Object] = {}

    def now(self) -> int:
        """Whole seconds since 1970."""
        return int(time.time()) + self.ahead

    def turn_to(self, moment: int) -> None:
        """Let time pass, never back."""
        self.ahead += max(0, moment - self.now())

    def add(self, kind: str, **fields: Any) -> Object:
        """A new object of that kind."""
        id_ = f"{PREFIXES[kind]}_{len(self._objects):06d}"
        made = {"id": id_, "object": kind, "created": self.now(), **fields}
        if kind not in ("subscription_item", "refund", "balance_transaction"):
            made["livemode"] = self.live
        if kind == "line_item":
            del made["created"]
        if kind != "product":
            assert not stray(made), stray(made)
        self._objects[id_] = made
        return made

    def get(self, id_: object, kind: str, param: str = "id") -> Object:
        """The object itself, to read or change."""
        found = self._objects.get(id_) if isinstance(id_, str) else None
        if found is None or found["object"] != kind:
            status = 404 if param == "id" else 400
            raise Refused(f"No such {kind}: '{id_}'", param=param, code="resource_missing", status=status)
        return found

    def all(self, kind: str, **equal: Any) -> list[Object]:
        """Objects of a kind with these fields, the newest first, as Stripe lists them."""
        found = [one for one in self._objects.values() if one["object"] == kind]
        return [
            one for one in reversed(found) if all(one.get(name) == value for name, value in equal.items())
        ]

    def shown(self, found: Object, expand: list[str]) -> Object:
        """As an answer shows it: what can be expanded is an id, or is not there, unless it was asked for."""
        shown = copy.deepcopy(found)
        if found["object"] == "invoice" and "payments" in expand:
            paid = self.all("invoice_payment", invoice=found["id"])
            shown["payments"] = listed(copy.deepcopy(paid), "/v1/invoice_payments")
        if found["object"] == "payment_intent" and "latest_charge" in expand and found["latest_charge"]:
            shown["latest_charge"] = copy.deepcopy(self.get(found["latest_charge"], "charge"))
        if found["object"] == "charge" and "payment_intent" in expand and found["payment_intent"]:
            shown["payment_intent"] = copy.deepcopy(self.get(found["payment_intent"], "payment_intent"))
        strange = stray(shown)
        assert not strange, strange
        return shown

    def tell(self, type_: str, about: Object) -> None:
        """Something happened to an object: what webhooks will report, as it looks now."""
        event = self.add(
            "event",
            type=type_,
            api_version=stripe.api_version,
            data={"object": copy.deepcopy(about)},
            pending_webhooks=1,
            request={"id": None, "idempotency_key": None},
        )
        body = json.dumps(event, indent=2).encode()
        self.events.append(SentEvent(event["id"], type_, about["id"], body))


def listed(objects: list[Object], url: str, *, more: bool = False) -> Object:
    """A page of a list."""
    return {"object": "list", "url": url, "has_more": more, "data": objects}
