"""Are a request's parameters, and our fake's answers, of the shape that this version of the library declares?

The library writes open enums as `Literal[…] | str`; here they are closed, so that a misspelt value is refused.
"""

from __future__ import annotations

import importlib
import re
import sys
import types
import typing
from decimal import Decimal
from functools import cache
from typing import Any, Literal, Union, get_args, get_origin
from urllib.parse import parse_qsl

import stripe
import typing_extensions as te
from stripe._request_options import RequestOptions

Params = dict[str, Any]

OF_THE_CALL = set(RequestOptions.__annotations__)
"""What some parameter types inherit, but what goes into headers."""


def is_table(value: Any) -> te.TypeGuard[Params]:
    """A hash, as Stripe calls it."""
    return isinstance(value, dict)


def is_list(value: Any) -> te.TypeGuard[list[Any]]:
    """An array."""
    return isinstance(value, list)


def decode(text: str) -> Params:
    """A bracketed form (`a[b][0]=c`) as nested dicts and lists of text."""
    root: Params = {}
    for name, value in parse_qsl(text, keep_blank_values=True, strict_parsing=bool(text)):
        keys = re.findall(r"[^\[\]]+", name)
        place = root
        for key in keys[:-1]:
            place = place.setdefault(key, {})
        place[keys[-1]] = value
    return typing.cast("Params", _lists(root))


def _lists(found: Any) -> Any:
    if not is_table(found):
        return found
    inner: Params = {key: _lists(value) for key, value in found.items()}
    if inner and all(key.isdigit() for key in inner):
        return [inner[key] for key in sorted(inner, key=int)]
    return inner


def wrong(params: Params, kind: str) -> list[str]:
    """What Stripe would refuse in `params` of the type `checkout._session_create_params:SessionCreateParams`."""
    module = importlib.import_module(f"stripe.params.{kind.partition(':')[0]}")
    errors: list[str] = []
    _check(params, getattr(module, kind.partition(":")[2]), module, "", errors)
    return errors


@cache
def _scope(module: types.ModuleType) -> dict[str, Any]:
    return {**vars(typing), **vars(te), **vars(module)}


def _resolved(kind: Any, module: types.ModuleType) -> Any:
    if isinstance(kind, typing.ForwardRef):
        kind = kind.__forward_arg__
    return eval(kind, _scope(module)) if isinstance(kind, str) else kind  # noqa: S307 # the library's own annotation


def _check(value: Any, kind: Any, module: types.ModuleType, path: str, errors: list[str]) -> None:
    kind = _resolved(kind, module)
    origin = get_origin(kind)
    if origin in (te.NotRequired, te.Required):
        _check(value, get_args(kind)[0], module, path, errors)
    elif origin in (Union, types.UnionType):
        _one_of(value, [_resolved(one, module) for one in get_args(kind)], module, path, errors)
    elif origin is Literal:
        if value not in get_args(kind):
            errors.append(f"Invalid {path}: must be one of {', '.join(map(str, get_args(kind)[:8]))}")
    elif te.is_typeddict(kind):
        _table(value, kind, path, errors)
    elif origin is list:
        if not is_list(value):
            errors.append(f"Invalid array: {path}")
            return
        for n, one in enumerate(value):
            _check(one, get_args(kind)[0], module, f"{path}[{n}]", errors)
    elif origin is dict:
        _metadata(value, path, errors)
    else:
        _plain(value, kind, path, errors)


def _one_of(value: Any, kinds: list[Any], module: types.ModuleType, path: str, errors: list[str]) -> None:
    # `Literal[''] | str` is no enum: the empty text takes a value away.
    if str in kinds and any(get_origin(kind) is Literal and get_args(kind) != ("",) for kind in kinds):
        kinds = [kind for kind in kinds if kind is not str]
    best: list[str] | None = None
    for kind in kinds:
        found: list[str] = []
        _check(value, kind, module, path, found)
        if not found:
            return
        if best is None or (te.is_typeddict(kind) and is_table(value)):
            best = found
    errors += best or []


def _table(value: Any, kind: Any, path: str, errors: list[str]) -> None:
    if not is_table(value):
        errors.append(f"Invalid hash: {path}")
        return
    module = sys.modules[kind.__module__]
    known = {
        name: _resolved(one, module) for name, one in kind.__annotations__.items() if name not in OF_THE_CALL
    }
    for name in value:
        inner = f"{path}[{name}]" if path else name
        if name in known:
            _check(value[name], known[name], module, inner, errors)
        else:
            errors.append(f"Received unknown parameter: {inner}")
    for name, one in known.items():
        if name not in value and get_origin(one) is not te.NotRequired:
            errors.append(f"Missing required param: {f'{path}[{name}]' if path else name}")


def _metadata(value: Any, path: str, errors: list[str]) -> None:
    if not is_table(value):
        errors.append(f"Invalid hash: {path}")
    elif len(value) > 50:
        errors.append(f"{path} can have at most 50 keys")
    else:
        for key, told in value.items():
            if not isinstance(told, str):
                errors.append(f"Invalid string: {path}[{key}]")
            elif len(key) > 40 or len(told) > 500:
                errors.append(f"{path}[{key}]: at most 40 and 500 characters")


def _plain(value: Any, kind: Any, path: str, errors: list[str]) -> None:
    forms = {
        int: r"-?\d+",
        float: r"-?\d+(\.\d+)?",
        Decimal: r"-?\d+(\.\d+)?",
        bool: "true|false",
        str: r"(?s:.*)",
    }
    if kind not in forms:
        errors.append(f"{path}: {kind} is not known here")
    elif not isinstance(value, str) or not re.fullmatch(forms[kind], value):
        errors.append(f"Invalid {kind.__name__}: {path}")


def stray(answer: Params) -> list[str]:
    """Fields of one of our fake's objects that the library's class of it does not have in this API version."""
    return list(_stray(answer, _classes()[answer["object"]], answer["object"]))


@cache
def _classes() -> dict[str, type]:
    named = {
        "checkout.session": stripe.checkout.Session,
        "payment_intent": stripe.PaymentIntent,
        "charge": stripe.Charge,
        "refund": stripe.Refund,
        "dispute": stripe.Dispute,
        "customer": stripe.Customer,
        "invoice": stripe.Invoice,
        "subscription": stripe.Subscription,
        "subscription_item": stripe.SubscriptionItem,
        "price": stripe.Price,
        "line_item": stripe.InvoiceLineItem,
        "invoice_payment": stripe.InvoicePayment,
        "coupon": stripe.Coupon,
        "subscription_schedule": stripe.SubscriptionSchedule,
        "billing_portal.session": stripe.billing_portal.Session,
        "event": stripe.Event,
        "account": stripe.Account,
        "balance_transaction": stripe.BalanceTransaction,
    }
    return dict(named)


def _stray(found: Any, kind: Any, path: str) -> typing.Iterator[str]:
    if is_list(found):
        for one in found:
            yield from _stray(one, kind, path)
    elif is_table(found):
        if found.get("object") == "list":
            for one in found["data"]:
                yield from _stray(one, _classes()[one["object"]], path)
            return
        named = found.get("object")
        kind = _classes().get(named, kind) if isinstance(named, str) else kind
        if kind is None:
            return
        known = _annotations(kind)
        for name, value in found.items():
            if name not in known:
                yield f"{path}.{name}"
            else:
                yield from _stray(value, _inner(known[name]), f"{path}.{name}")


def _annotations(kind: type) -> dict[str, Any]:
    return {name: one for base in kind.__mro__ for name, one in vars(base).get("__annotations__", {}).items()}


def _inner(kind: Any) -> Any:
    """The class of a part, if the annotation holds one."""
    if isinstance(kind, type) and issubclass(kind, stripe.StripeObject):
        return kind
    return next((found for one in get_args(kind) if (found := _inner(one))), None)
