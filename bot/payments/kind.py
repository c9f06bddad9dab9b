"""A kind of provider before it is set up (its labels, settings and checks), and the result of setting it up.

Each provider's package has a `kind.py` with its ProviderKind. That is imported with the settings, before anything
runs, so it imports heavy modules only inside its functions.
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
    """Where Lyceum runs. `sandboxed`: without a real Discord. `public_url` is None without a proxy in front."""

    sandboxed: bool
    public_url: str | None


@dataclass(frozen=True, kw_only=True)
class ProviderContext(Deployment):
    """What a provider may need to be set up. `address` is our web server's, "" until it listens; `folder` is for its own files."""

    folder: Path
    clock: Clock
    address: Callable[[], str]

    def public(self) -> str:
        """The address under which members reach our pages."""
        return (self.public_url or self.address()).rstrip("/")


class Service(Protocol):
    """What a provider runs beside the bot, from before the web server listens until after it has stopped."""

    async def open(self) -> None:
        """Get ready. The web server does not listen yet."""
        ...

    def start(self) -> None:
        """Start working: the web server listens now."""
        ...

    async def close(self) -> None:
        """Stop."""
        ...


@dataclass(frozen=True, kw_only=True)
class Installed:
    """A provider that is set up, with its service and its web pages, if it has any."""

    provider: PaymentProvider
    service: Service | None = None
    routes: Callable[[Catalog], Sequence[web.RouteDef]] | None = None


def _no_findings(settings: Section, at: Deployment, t: Language) -> Iterator[Finding]:
    yield from ()


def scan_with_phone(t: Language) -> str:
    """The sentence above a QR code that opens an address; the default for all others."""
    return t("Scan this with your phone to pay:")


@dataclass(frozen=True, kw_only=True)
class ProviderKind(Generic[S]):
    """One provider as the registry names it.

    `settings` is the type of its section `[payments.<name>]`; secrets there are SecretStr and never logged.
    `install` returns None when the provider is not set up. Only the provider knows whether its money is real
    (`PaymentProvider.play_money`): for some it depends on the key.
    """

    name: str
    label: Callable[[Language], str]
    """The name of this way to pay on a button."""
    settings: type[S]
    install: Callable[[S, ProviderContext], Installed | None]
    check: Callable[[S, Deployment, Language], Iterator[Finding]] = _no_findings
    """The doctor's findings about the settings."""
    scan: Callable[[Language], str] = scan_with_phone
    """The sentence above a checkout's QR code: what to scan it with."""
    by_hand: bool = False
    """Does the owner note the payments (`port.ByHand`)? Orders stay so when the provider is switched off."""


@dataclass(frozen=True)
class Providers:
    """The providers that are set up, by name, in the order in which one is picked for a purchase."""

    installed: Mapping[str, Installed]

    @property
    def by_name(self) -> dict[str, PaymentProvider]:
        """The providers alone."""
        return {name: installed.provider for name, installed in self.installed.items()}

    @property
    def services(self) -> list[Service]:
        """What must be opened, started and closed with the bot."""
        return [installed.service for installed in self.installed.values() if installed.service is not None]

    def routes(self, texts: Catalog) -> list[web.RouteDef]:
        """The web pages of all providers."""
        return [
            route
            for installed in self.installed.values()
            if installed.routes is not None
            for route in installed.routes(texts)
        ]
