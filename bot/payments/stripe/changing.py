"""Moving a subscription to another order: at once with Stripe's own proration, or when its period ends."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from bot.clock import real_now
from bot.errors import NeedsAction, UserError
from bot.money import Money
from bot.payments.port import Purchase
from bot.payments.stripe.amounts import from_stripe, to_stripe
from bot.payments.stripe.checkout import idempotency_key_of, ids_of, recurring
from bot.payments.stripe.facts import id_of, moment
from bot.payments.stripe.library import Object, StripeConnection
from bot.payments.stripe.reading import Reader, ResolvedRef, changed_ref

if TYPE_CHECKING:
    from stripe import StripeClient


class Changer:
    """Changes subscriptions of one account through one client."""

    def __init__(self, connection: StripeConnection, client: StripeClient) -> None:
        self._connection = connection
        self._v1: Any = client.v1
        self._reader = Reader(connection, client)

    async def quote(self, ref: str, to: Purchase) -> Money:
        """The amount due now, prorated from the beginning of this hour."""
        subscription = await self._subscription(await self._reader.resolve(ref))
        return await self._amount_due(subscription, to, _proration_times(_item(subscription), real_now())[0])

    async def change_now(self, ref: str, to: Purchase) -> str:
        """Change at once and charge what is due, or change nothing. Returns the ref of the new order."""
        subscription = await self._subscription(await self._reader.resolve(ref))
        new_ref = changed_ref(subscription["id"], to.order_id)
        if ids_of(to).is_of(subscription):
            return new_ref  # it was done before, but the answer got lost
        prorated_at = await self._quoted_proration_time(subscription, to)
        await self._release(subscription)
        params: Any = {
            "items": [{"id": _item(subscription)["id"], "price": await self._price(to), "quantity": 1}],
            "metadata": ids_of(to).metadata,
            "description": to.title,
            "proration_behavior": "always_invoice",
            "proration_date": prorated_at,
            "payment_behavior": "error_if_incomplete",
            "off_session": True,
            **_undo_cancellation(subscription),
        }
        key = idempotency_key_of("change", to, params)
        await self._update(subscription["id"], params, key)
        return new_ref

    async def change_later(self, ref: str, to: Purchase) -> str:
        """Change when the period ends, with a schedule of two phases. Returns the ref of the new order."""
        subscription = await self._subscription(await self._reader.resolve(ref))
        new_ref = changed_ref(subscription["id"], to.order_id)
        if await self._reader.holds(subscription, ids_of(to)):
            return new_ref
        released = id_of(subscription["schedule"])
        await self._release(subscription)
        if _undo_cancellation(subscription):
            await self._update(subscription["id"], _undo_cancellation(subscription), None)
        create_params: Any = {"from_subscription": subscription["id"]}
        schedule = self._connection.checked(
            await self._v1.subscription_schedules.create_async(
                create_params, {"idempotency_key": f"schedule:{to.order_id}:{released or 'first'}"}
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
                    "items": [{"price": id_of(item["price"]), "quantity": 1}],
                    "proration_behavior": "none",
                },
                {
                    "items": [{"price": await self._price(to), "quantity": 1}],
                    "duration": recurring(to.months),
                    "metadata": ids_of(to).metadata,
                    "description": to.title,
                    "proration_behavior": "none",
                },
            ],
        }
        await self._v1.subscription_schedules.update_async(
            schedule["id"],
            params,
            {"idempotency_key": idempotency_key_of("phases", to, [schedule["id"], params])},
        )
        return new_ref

    async def set_ending(self, ref: str, *, ending: bool) -> None:
        """Stop at the period's end, or renew again. A scheduled change is dropped: Stripe does not allow both."""
        resolved = await self._reader.resolve(ref)
        subscription = await self._subscription(resolved)
        if not await self._reader.holds(subscription, resolved.order):
            return  # another order took the subscription over
        if subscription["status"] == "canceled":
            if not ending:
                raise NeedsAction(
                    "payment-refused",
                    "{subscription} is over and cannot go on",
                    subscription=subscription["id"],
                )
        elif bool(_undo_cancellation(subscription)) is not ending:
            await self._release(subscription)
            params = {"cancel_at_period_end": True} if ending else _undo_cancellation(subscription)
            await self._update(subscription["id"], params, None)

    async def drop_change(self, resolved: ResolvedRef) -> None:
        """Drop a scheduled change to this order."""
        subscription = await self._subscription(resolved)
        if not resolved.order.is_of(subscription) and await self._reader.scheduled(
            subscription, resolved.order
        ):
            await self._release(subscription)

    async def _subscription(self, resolved: ResolvedRef) -> Object:
        if resolved.subscription_id is None:
            raise NeedsAction("payment-refused", "{checkout} has no subscription", checkout=resolved.ref)
        return await self._reader.subscription(resolved.subscription_id)

    async def _quoted_proration_time(self, subscription: Object, to: Purchase) -> int:
        """The proration time that gives the price which the member was quoted, so that this price is charged."""
        for prorated_at in _proration_times(_item(subscription), real_now()):
            if await self._amount_due(subscription, to, prorated_at) == to.money:
                return prorated_at
        raise UserError("The price of the change is different now. Ask for the change again.")

    async def _amount_due(self, subscription: Object, to: Purchase, prorated_at: int) -> Money:
        item = _item(subscription)
        renewal = to.renewal or to.money
        if renewal.currency.lower() != subscription["currency"]:
            raise UserError(
                "Your subscription is in {currency}, and that cannot change. Choose a price in it.",
                currency=subscription["currency"].upper(),
            )
        params: Any = {
            "subscription": subscription["id"],
            "subscription_details": {
                "items": [
                    {
                        "id": item["id"],
                        "quantity": 1,
                        "price_data": {
                            "currency": subscription["currency"],
                            "product": id_of(item["price"]["product"]),
                            "unit_amount": to_stripe(renewal),
                            "recurring": recurring(to.months),
                        },
                    }
                ],
                "proration_behavior": "always_invoice",
                "proration_date": prorated_at,
            },
        }
        preview = self._connection.checked(await self._v1.invoices.create_preview_async(params))
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
            "metadata": ids_of(to).metadata,
        }
        key = idempotency_key_of("price", to, params)
        price = self._connection.checked(await self._v1.prices.create_async(params, {"idempotency_key": key}))
        return str(price["id"])

    async def _release(self, subscription: Object) -> None:
        schedule_id = id_of(subscription["schedule"])
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


def _undo_cancellation(subscription: Object) -> Object:
    """The parameters that undo a cancellation. The customer portal and the Dashboard may set a date instead of the flag."""
    if subscription["cancel_at_period_end"]:
        return {"cancel_at_period_end": False}
    return {"cancel_at": ""} if subscription["cancel_at"] else {}


def _proration_times(item: Object, now: datetime) -> list[int]:
    """The beginnings of this hour and the one before, not before the period: a quote stays valid while it is read."""
    hour = now.replace(minute=0, second=0, microsecond=0)
    start = moment(item["current_period_start"])
    times = [
        int(max(start_of_hour, start).timestamp()) for start_of_hour in (hour, hour - timedelta(hours=1))
    ]
    return list(dict.fromkeys(times))
