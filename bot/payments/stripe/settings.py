"""`[payments.stripe]`."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator, Field, SecretStr

from bot.section import Section


def _stripe_key(key: SecretStr) -> SecretStr:
    """The key in Stripe's form: its prefix says whether real money moves."""
    if not re.fullmatch(r"([sr]k_(test|live)_[A-Za-z0-9_]+)?", key.get_secret_value()):
        raise ValueError("it begins with sk_live_, rk_live_, sk_test_ or rk_test_")
    return key


class StripeSettings(Section):
    """Cards and whatever else the account accepts. Off without a key; polled when there is no webhook secret."""

    secret_key: Annotated[SecretStr, AfterValidator(_stripe_key)] | None = None
    webhook_secrets: list[SecretStr] = []  # noqa: RUF012 # pydantic copies it
    account: Annotated[str, Field(pattern=r"^acct_[A-Za-z0-9]+$")] | None = None
    api: Annotated[str, Field(pattern=r"^https?://[^\s]+$")] | None = None

    @property
    def key(self) -> str:
        """The key, "" when Stripe is off."""
        return self.secret_key.get_secret_value() if self.secret_key else ""
