"""A subscription that becomes another order's: at once with Stripe's own proration, or when its period ends."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from bot.clock import real_now
from bot.errors import NeedsAction, UserError
from bot.money import Money
from bot.payments.port import Purchase
from bot.payments.stripe.amounts import from_stripe, to_stripe
from bot.payments.stripe.checkout import attempt, owner_of, recurring
from bot.payments.stripe.facts import identity, moment
from bot.payments.stripe.library import Account, Object
from bot.payments.stripe.reading import EventPlace, Reader, changed_ref

if TYPE_CHECKING:
    from stripe import StripeClient


class Changer:
    """One change, over one conversation."""

    def __init__(self, line: Account, client: StripeClient) -> None:
        self._line = line
        self._v1: Any = client.v1
        self._reader = Reader(line, client)

    async def quote(self, ref: str, to: Purchase) -> Money:
        """What is due now, reckoned from the beginning of this hour."""
        subscription = await self._subscription(await self._reader.place(ref))
        return await self._due(subscription, to, _moments(_item(subscription), real_now())[0])

    async def now(self, ref: str, to: Purchase) -> str:
        """Change at once and take what is due, or change nothing. Returns the ref of the new order."""
        subscription = await self._subscription(await self._reader.place(ref))
        new_ref = changed_ref(subscription["id"], to.order_id)
        if owner_of(to).is_of(subscription):
            return new_ref  # it was done before, and its answer got lost
        reckoned = await self._moment_of(subscription, to)
        await self._release(subscription)
        params: Any = {
            "items": [{"id": _item(subscription)["id"], "price": await self._price(to), "quantity": 1}],
            "metadata": owner_of(to).metadata,
            "description": to.title,
            "proration_behavior": "always_invoice",
            "proration_date": reckoned,
            "payment_behavior": "error_if_incomplete",
            "off_session": True,
            **_going_on(subscription),
        }
        key = attempt("change", to, params)
        await self._update(subscription["id"], params, key)
        return new_ref

    async def later(self, ref: str, to: Purchase) -> str:
        """Change when the period ends, by a schedule of two phases. Returns the ref of the new order."""
        subscription = await self._subscription(await self._reader.place(ref))
        new_ref = changed_ref(subscription["id"], to.order_id)
        if await self._reader.holds(subscription, owner_of(to)):
            return new_ref
        old = identity(subscription["schedule"])
        await self._release(subscription)
        if _going_on(subscription):
            await self._update(subscription["id"], _going_on(subscription), None)
        made: Any = {"from_subscription": subscription["id"]}
        schedule = self._line.checked(
            await self._v1.subscription_schedules.create_async(
                made, {"idempotency_key": f"schedule:{to.order_id}:{old or 'first'}"}
            )
        )
        item = _item(subscription)
        params: Any = {
            "end_behavior": "release",
            "proration_behavior": "none",
            "phases": [
                {
                    "start_date": schedule["phases"][0]["start_date"],
                    "end_date": item["current_period_end"],
                    "items": [{"price": identity(item["price"]), "quantity": 1}],
                    "proration_behavior": "none",
                },
                {
                    "items": [{"price": await self._price(to), "quantity": 1}],
                    "duration": recurring(to.months),
                    "metadata": owner_of(to).metadata,
                    "description": to.title,
                    "proration_behavior": "none",
                },
            ],
        }
        await self._v1.subscription_schedules.update_async(
            schedule["id"], params, {"idempotency_key": attempt("phases", to, [schedule["id"], params])}
        )
        return new_ref

    async def end(self, ref: str, *, ending: bool) -> None:
        """Stop at the period's end, or go on. A change that was to come is dropped: Stripe allows no both."""
        place = await self._reader.place(ref)
        subscription = await self._subscription(place)
        if not await self._reader.holds(subscription, place.order):
            return  # another order has it now
        if subscription["status"] == "canceled":
            if not ending:
                raise NeedsAction(
                    "payment-refused",
                    "{subscription} is over and cannot go on",
                    subscription=subscription["id"],
                )
        elif bool(_going_on(subscription)) is not ending:
            await self._release(subscription)
            params = {"cancel_at_period_end": True} if ending else _going_on(subscription)
            await self._update(subscription["id"], params, None)

    async def forget(self, place: EventPlace) -> None:
        """Drop a change that has not come yet."""
        subscription = await self._subscription(place)
        if not place.order.is_of(subscription) and await self._reader.scheduled(subscription, place.order):
            await self._release(subscription)

    async def _subscription(self, place: EventPlace) -> Object:
        if place.subscription_id is None:
            raise NeedsAction("payment-refused", "{checkout} has no subscription", checkout=place.ref)
        return await self._reader.subscription(place.subscription_id)

    async def _moment_of(self, subscription: Object, to: Purchase) -> int:
        """The time from which the member's price was reckoned, so that it is the price that is taken."""
        for reckoned in _moments(_item(subscription), real_now()):
            if await self._due(subscription, to, reckoned) == to.money:
                return reckoned
        raise UserError("The price of the change is another by now. Ask for it again.")

    async def _due(self, subscription: Object, to: Purchase, reckoned: int) -> Money:
        item = _item(subscription)
        renewal = to.renewal or to.money
        if renewal.currency.lower() != subscription["currency"]:
            raise UserError(
                "Your subscription is in {currency}, and that cannot change. Choose a price in it.",
                currency=subscription["currency"].upper(),
            )
        asked: Any = {
            "subscription": subscription["id"],
            "subscription_details": {
                "items": [
                    {
                        "id": item["id"],
                        "quantity": 1,
                        "price_data": {
                            "currency": subscription["currency"],
                            "product": identity(item["price"]["product"]),
                            "unit_amount": to_stripe(renewal),
                            "recurring": recurring(to.months),
                        },
                    }
                ],
                "proration_behavior": "always_invoice",
                "proration_date": reckoned,
            },
        }
        preview = self._line.checked(await self._v1.invoices.create_preview_async(asked))
        if preview["total"] < 0:
            raise UserError(
                "What is left of your present plan is worth more than the new one. Change when its period ends."
            )
        return from_stripe(preview["amount_due"], preview["currency"])

    async def _price(self, to: Purchase) -> str:
        renewal = to.renewal or to.money
        params: Any = {
            "currency": renewal.currency.lower(),
            "unit_amount": to_stripe(renewal),
            "recurring": recurring(to.months),
            "product_data": {"name": to.title},
            "metadata": owner_of(to).metadata,
        }
        key = attempt("price", to, params)
        made = self._line.checked(await self._v1.prices.create_async(params, {"idempotency_key": key}))
        return str(made["id"])

    async def _release(self, subscription: Object) -> None:
        schedule_id = identity(subscription["schedule"])
        if schedule_id is not None:
            await self._v1.subscription_schedules.release_async(schedule_id)

    async def _update(self, subscription_id: str, params: Any, key: str | None) -> None:
        options = {"idempotency_key": key} if key else None
        await self._v1.subscriptions.update_async(subscription_id, params, options)


def _item(subscription: Object) -> Object:
    items: list[Object] = subscription["items"]["data"]
    if len(items) != 1:
        raise NeedsAction(
            "payment-refused",
            "{subscription} was changed at Stripe: it has {count} items",
            subscription=subscription["id"],
            count=len(items),
        )
    return items[0]


def _going_on(subscription: Object) -> Object:
    """What takes a cancellation back. The customer portal and the Dashboard may have set a date instead of the flag."""
    if subscription["cancel_at_period_end"]:
        return {"cancel_at_period_end": False}
    return {"cancel_at": ""} if subscription["cancel_at"] else {}


def _moments(item: Object, now: datetime) -> list[int]:
    """The beginnings of this hour and the one before, but not before the period: a quote stays true while it is read."""
    hour = now.replace(minute=0, second=0, microsecond=0)
    start = moment(item["current_period_start"])
    moments = [int(max(at, start).timestamp()) for at in (hour, hour - timedelta(hours=1))]
    return list(dict.fromkeys(moments))
