"""The official library: imported when first needed, spoken to over aiohttp, its errors in our words."""

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


async def loaded() -> Any:
    """The `stripe` module, without standing still while it is imported."""
    return await asyncio.to_thread(library)


class Account:
    """The line to one account. `live` tells whether its key moves real money."""

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
        self._known = account is None

    @asynccontextmanager
    async def talk(self) -> AsyncGenerator[StripeClient]:
        """A client for a few calls. What goes wrong inside comes out as RetryLater or NeedsAction."""
        stripe = await loaded()
        http = stripe.AIOHTTPClient(timeout=self._timeout)
        addresses = {"api": self._api} if self._api else {}
        client = stripe.StripeClient(
            self._key, http_client=http, base_addresses=addresses, max_network_retries=self._retries
        )
        try:
            await self._recognise(client)
            yield client
        except stripe.StripeError as error:
            raise explained(error) from None  # its own text may name people and keys
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise RetryLater(f"Stripe could not be reached: {type(error).__name__}") from error
        finally:
            await http.close_async()

    async def _recognise(self, client: StripeClient) -> None:
        """The key belongs to the account that the owner named: asked once."""
        if self._known:
            return
        found = await client.v1.accounts.retrieve_current_async()
        if found.id != self.account:
            raise NeedsAction(
                "payment-account", "payments.stripe.secret_key is not of the account payments.stripe.account"
            )
        self._known = True

    def checked(self, found: Any) -> Object:
        """An answer as plain data, if it is of our mode: test money never pays for anything live, nor the reverse."""
        data: Object = found.to_dict()
        if data.get("livemode", self.live) is not self.live:
            raise NeedsAction(
                "payment-account",
                "{object} {id} is of another mode than the key",
                object=data.get("object"),
                id=data.get("id"),
            )
        return data

    async def every(self, listing: Any) -> list[Object]:
        """All pages of a list."""
        return [self.checked(one) async for one in listing.auto_paging_iter()]


def explained(error: Any) -> RetryLater | NeedsAction:
    """What Stripe refused, with the request id under which the owner finds it in Stripe's own log."""
    status = error.http_status
    if status is None or status >= 500 or status in (200, 409, 429):
        return RetryLater(f"Stripe answered {status or 'nothing'}")
    words = [status, error.code, error.request_id]
    if status in (400, 404):  # what was wrong with the call; at 401 the text shows a part of the key
        words.append(_PRIVATE.sub("***", str(error.user_message))[:200])
    answer = ", ".join(str(word) for word in words if word)
    return NeedsAction("payment-refused", "Stripe answered {answer}", answer=answer)
