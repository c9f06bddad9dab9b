"""`[payments.stripe]`."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator, Field, SecretStr

from bot.section import Section


def _stripe_key(key: SecretStr) -> SecretStr:
    """Whether real money moves is read from the key, so it must be one of Stripe's."""
    if not re.fullmatch(r"([sr]k_(test|live)_[A-Za-z0-9_]+)?", key.get_secret_value()):
        raise ValueError("it begins with sk_live_, rk_live_, sk_test_ or rk_test_")
    return key


class StripeSettings(Section):
    """Cards and whatever else the Stripe account takes. Off without a key; asked for news without a webhook secret."""

    secret_key: Annotated[SecretStr, AfterValidator(_stripe_key)] | None = None
    webhook_secrets: list[SecretStr] = []  # noqa: RUF012 # pydantic copies it
    account: Annotated[str, Field(pattern=r"^acct_[A-Za-z0-9]+$")] | None = None
    api: Annotated[str, Field(pattern=r"^https?://[^\s]+$")] | None = None

    @property
    def key(self) -> str:
        """The key, "" when Stripe is off."""
        return self.secret_key.get_secret_value() if self.secret_key else ""
