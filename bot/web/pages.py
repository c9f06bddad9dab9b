"""Lyceum's own web pages: one base template, one style sheet, the reader's language, no scripts."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aiohttp import web

from bot.i18n import Catalog, Language

if TYPE_CHECKING:
    from jinja2 import Environment

HERE = Path(__file__).parent
TEMPLATES = HERE / "templates"
STYLE = "/static/page.css"
_TAG = re.compile(r"\s*([A-Za-z*-]{1,20})\s*(?:;\s*q=([01](?:\.[0-9]{0,3})?))?\s*")


def routes() -> list[web.RouteDef]:
    """The route of the style sheet."""

    async def style(_request: web.Request) -> web.StreamResponse:
        return web.FileResponse(
            HERE / "static" / "page.css", headers={"Content-Type": "text/css; charset=utf-8"}
        )

    return [web.get(STYLE, style)]


def words(texts: Catalog, request: web.Request) -> Language:
    """The language that the reader's browser asks for."""
    return texts.of(preferred(request.headers.get("Accept-Language", "")))


def preferred(header: str) -> str:
    """The language that an Accept-Language header prefers among ours; English if it names none of them."""
    best, best_weight = "en", 0.0
    for entry in header[:400].split(","):
        match = _TAG.fullmatch(entry)
        if match is None:
            continue
        weight = float(match[2] or "1")
        language = match[1].lower().partition("-")[0]
        if weight > best_weight and language in ("en", "zh"):
            best, best_weight = ("zh-CN" if language == "zh" else "en"), weight
    return best


def page(
    t: Language, template: str, *, status: int = 200, folder: Path = TEMPLATES, **values: Any
) -> web.Response:
    """A page from a template that extends base.html. It needs a `title` and may have a `state`: good, bad, open.

    `folder` holds the template, unless it is one of ours.
    """
    html = _environment(folder).get_template(template).render(language=t.code, style=STYLE, **values)
    return web.Response(text=html, status=status, content_type="text/html")


@dataclass(frozen=True)
class When:
    """A moment for a `<time>` element: `text` in the community's zone, `machine` in ISO 8601."""

    text: str
    machine: str


def when(t: Language, moment: datetime) -> When:
    """A moment as a page shows it."""
    text = t("{moment} ({zone})", moment=t.moment(moment), zone=t.zone.key)
    return When(text, moment.isoformat(timespec="seconds"))


def not_found(texts: Catalog) -> Callable[[web.Request], web.Response | None]:
    """The 404 page in the browser's language; None for a client that does not accept HTML."""

    def answer(request: web.Request) -> web.Response | None:
        if "text/html" not in request.headers.get("Accept", ""):
            return None
        t = words(texts, request)
        return page(
            t,
            "not_found.html",
            status=404,
            title=t("There is nothing here"),
            told=t("This address leads nowhere. Perhaps a part of it was lost on the way."),
            back=t("You can close this page and go back to Discord."),
        )

    return answer


@functools.cache
def _environment(folder: Path) -> Environment:
    from jinja2 import (
        Environment,
        FileSystemLoader,
        StrictUndefined,
        select_autoescape,
    )  # not needed to start

    return Environment(
        loader=FileSystemLoader([folder, TEMPLATES]),
        autoescape=select_autoescape(default=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
