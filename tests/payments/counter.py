"""A buyer with a browser, and a forger, in front of a running Lyceum."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urljoin

import aiohttp
from sqlalchemy import select

from bot.demo.people import buttons
from bot.payments.tables import inbox
from bot.payments.till.machine import Till
from bot.payments.till.signing import HEADER, sign
from tests.community import Community


class _Forms(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: dict[str, tuple[str, dict[str, str]]] = {}
        self._open: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._open = told["id"]
            self.forms[self._open] = (told["action"], {})
        elif tag == "input" and self._open is not None:
            assert told["type"] == "hidden"
            self.forms[self._open][1][told["name"]] = told["value"]

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._open = None


@dataclass(frozen=True)
class Page:
    """What a browser got."""

    status: int
    url: str
    text: str
    headers: dict[str, str]
    forms: dict[str, tuple[str, dict[str, str]]]


async def look(url: str, language: str = "en") -> Page:
    """Open a page."""
    async with (
        aiohttp.ClientSession() as session,
        session.get(url, headers={"Accept-Language": language}) as answer,
    ):
        text = await answer.text()
        reader = _Forms()
        reader.feed(text)
        return Page(answer.status, str(answer.url), text, dict(answer.headers), reader.forms)


async def press(url: str, form: str) -> Page:
    """Open the page, send its form, follow to where it leads."""
    page = await look(url)
    action, fields = page.forms[form]
    async with (
        aiohttp.ClientSession() as session,
        session.post(urljoin(page.url, action), data=fields, allow_redirects=False) as answer,
    ):
        assert answer.status == 303, await answer.text()
        return await look(urljoin(page.url, answer.headers["Location"]))


async def post(url: str, body: bytes, headers: list[tuple[str, str]] | None = None) -> int:
    """Send a webhook; the status."""
    async with aiohttp.ClientSession() as session, session.post(url, data=body, headers=headers) as answer:
        await answer.read()
        return answer.status


def signed(community: Community, body: bytes, **off: Any) -> list[tuple[str, str]]:
    """The header that the till would send."""
    from bot.clock import real_now

    till = community.app.payments.installed["till"].service
    assert isinstance(till, Till)
    return [
        (
            HEADER,
            sign(
                off.get("secret", till.secret),
                body,
                real_now() + off["by"] if "by" in off else real_now(),
            ),
        )
    ]


async def shop(community: Community, name: str = "Gold", role: str = "Gold", price: str = "19.00") -> None:
    """Olivia makes a role and sells it."""
    await community.discord("olivia", "POST", f"/guilds/{community.guild_id}/roles", {"name": role})
    answer = await community.slash(
        "olivia", "tier create", name=name, price=price, currency="USD", days=30, role=role
    )
    assert answer["state"] == "answered", answer


async def link(community: Community, who: str = "ann", plan: str = "Gold") -> str:
    """The pay link on the card of /membership buy, which has exactly one."""
    answer = await community.slash(who, "membership buy", plan=plan)
    [url] = [button["url"] for button in buttons(answer["message"]) if "url" in button]
    assert re.search(r"/till/pay/[0-9a-f]{32}$", url)
    return str(url)


async def roles(community: Community, who: str = "ann") -> set[str]:
    """The names of the roles that somebody holds."""
    world = await community.world()
    names = {role["id"]: role["name"] for role in world["roles"]}
    [member] = [member for member in world["members"] if member["user"]["username"] == who]
    return {names[role] for role in member["roles"]}


async def events(community: Community) -> list[str]:
    """The states of what is in the inbox."""
    async with community.app.db.read() as db:
        return list((await db.execute(select(inbox.c.state))).scalars())
