"""The official library: imported when first needed, used over aiohttp, its errors mapped to ours."""

from __future__ import annotations

import asyncio
import importlib
import logging
import re
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import aiohttp

from bot.errors import NeedsAction, RetryLater

if TYPE_CHECKING:
    from stripe import StripeClient

Object = dict[str, Any]
"""One of Stripe's objects as plain data."""

RETRIES = 2
TIMEOUT = 20.0

_PRIVATE = re.compile(r"\S+@\S+|\b(?:[rs]k|whsec|pk)_\S+")


def library() -> Any:
    """The `stripe` module. The first call takes most of a second."""
    stripe: Any = importlib.import_module("stripe")
    # At DEBUG it prints whole answers, which name people; its telemetry names this machine.
    logging.getLogger("stripe").setLevel(logging.WARNING)
    stripe.enable_telemetry = False
    return stripe


async def load_library() -> Any:
    """The `stripe` module, imported in a thread so that the event loop goes on."""
    return await asyncio.to_thread(library)


class StripeConnection:
    """The connection to one Stripe account. `live`: its key moves real money."""

    def __init__(
        self,
        key: str,
        *,
        account: str | None,
        api: str | None,
        timeout: float = TIMEOUT,
        retries: int = RETRIES,
    ) -> None:
        self.live = "_live_" in key[:8]
        self.account = account
        self._key = key
        self._api = api
        self._timeout = aiohttp.ClientTimeout(total=timeout)
        self._retries = retries
        self._account_checked = account is None

    @asynccontextmanager
    async def client(self) -> AsyncGenerator[StripeClient]:
        """A client for a few calls. Errors inside are raised as RetryLater or NeedsAction."""
        stripe = await load_library()
        http = stripe.AIOHTTPClient(timeout=self._timeout)
        addresses = {"api": self._api} if self._api else {}
        client = stripe.StripeClient(
            self._key, http_client=http, base_addresses=addresses, max_network_retries=self._retries
        )
        try:
            await self._check_account(client)
            yield client
        except stripe.StripeError as error:
            raise map_error(error) from None  # the text of the original may name people and keys
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise RetryLater(f"Stripe could not be reached: {type(error).__name__}") from error
        finally:
            await http.close_async()

    async def _check_account(self, client: StripeClient) -> None:
        """Check, once, that the key belongs to the account that the owner named."""
        if self._account_checked:
            return
        account = await client.v1.accounts.retrieve_current_async()
        if account.id != self.account:
            raise NeedsAction(
                "payment-account", "payments.stripe.secret_key is not of the account payments.stripe.account"
            )
        self._account_checked = True

    def checked(self, answer: Any) -> Object:
        """An answer as plain data. NeedsAction when it is of the other mode: test money must not pay for live orders."""
        data: Object = answer.to_dict()
        if data.get("livemode", self.live) is not self.live:
            raise NeedsAction(
                "payment-account",
                "{object} {id} is of another mode than the key",
                object=data.get("object"),
                id=data.get("id"),
            )
        return data

    async def all_pages(self, listing: Any) -> list[Object]:
        """The items of all pages of a list."""
        return [self.checked(item) async for item in listing.auto_paging_iter()]


def map_error(error: Any) -> RetryLater | NeedsAction:
    """Stripe's error as ours, with the request id by which the owner finds it in Stripe's log."""
    status = error.http_status
    if status is None or status >= 500 or status in (200, 409, 429):
        return RetryLater(f"Stripe answered {status or 'nothing'}")
    parts = [status, error.code, error.request_id]
    if status in (400, 404):  # the text says what was wrong with the call; at 401 it shows a part of the key
        parts.append(_PRIVATE.sub("***", str(error.user_message))[:200])
    answer = ", ".join(str(word) for word in parts if word)
    return NeedsAction("payment-refused", "Stripe answered {answer}", answer=answer)
