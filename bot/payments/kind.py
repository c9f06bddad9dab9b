"""What Lyceum knows of a provider before it is set up (its words, settings, checks), and what setting it up gives.

A provider's package has a `kind.py` with its ProviderKind. It is read with the settings, before anything runs, so it
imports what is heavy only inside its functions.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

from bot.clock import Clock
from bot.findings import Finding
from bot.payments.port import PaymentProvider
from bot.section import Section

if TYPE_CHECKING:
    from aiohttp import web

    from bot.i18n import Catalog, Language

S = TypeVar("S", bound=Section)


@dataclass(frozen=True, kw_only=True)
class Deployment:
    """Where Lyceum runs: `sandboxed` without a real Discord; `public_url` is None without a proxy before it."""

    sandboxed: bool
    public_url: str | None


@dataclass(frozen=True, kw_only=True)
class ProviderContext(Deployment):
    """What a provider may need. `address` is our web server's, "" until it listens; `folder` is for its own files."""

    folder: Path
    clock: Clock
    address: Callable[[], str]

    def public(self) -> str:
        """The address under which members reach our pages."""
        return (self.public_url or self.address()).rstrip("/")


class Service(Protocol):
    """What a provider runs beside the bot, from before the web server listens until after it has stopped."""

    async def open(self) -> None:
        """Make ready; the web server does not listen yet."""
        ...

    def start(self) -> None:
        """The web server listens."""
        ...

    async def close(self) -> None:
        """Stop."""
        ...


@dataclass(frozen=True, kw_only=True)
class Installed:
    """A provider that is set up, with what it runs and the web pages that it brings along."""

    provider: PaymentProvider
    service: Service | None = None
    routes: Callable[[Catalog], Sequence[web.RouteDef]] | None = None


def _no_findings(settings: Section, at: Deployment, t: Language) -> Iterator[Finding]:
    yield from ()


def scan_with_phone(t: Language) -> str:
    """For codes that open an address, or that nobody knows better."""
    return t("Scan this with your phone to pay:")


@dataclass(frozen=True, kw_only=True)
class ProviderKind(Generic[S]):
    """One provider as the registry names it.

    `settings` is the type of its section `[payments.<name>]`; what is secret there is a SecretStr and never logged.
    `install` returns None when it is not set up. Whether money is real is known by the provider itself
    (`PaymentProvider.play_money`): with some it depends on the key.
    """

    name: str
    label: Callable[[Language], str]
    """How members call this way to pay, as it stands on a button."""
    settings: type[S]
    install: Callable[[S, ProviderContext], Installed | None]
    check: Callable[[S, Deployment, Language], Iterator[Finding]] = _no_findings
    """What the doctor says of the settings."""
    scan: Callable[[Language], str] = scan_with_phone
    """The sentence above the QR code of a checkout that has one: what to scan it with."""


@dataclass(frozen=True)
class Providers:
    """The providers that are set up, by name, in the order in which one is picked for a purchase."""

    installed: Mapping[str, Installed]

    @property
    def by_name(self) -> dict[str, PaymentProvider]:
        """The providers alone."""
        return {name: one.provider for name, one in self.installed.items()}

    @property
    def services(self) -> list[Service]:
        """What must be opened, started and closed with the bot."""
        return [one.service for one in self.installed.values() if one.service is not None]

    def routes(self, texts: Catalog) -> list[web.RouteDef]:
        """The web pages that providers bring along."""
        return [
            route for one in self.installed.values() if one.routes is not None for route in one.routes(texts)
        ]
