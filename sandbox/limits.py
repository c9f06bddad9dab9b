"""Discord's rate limits: a bucket per route and top-level resource, fifty requests a second in all.

The figures are not published; these are the ones that bots are known to meet. Source of the rules and of the words:
Discord's documentation, topics/rate-limits. Time is the machine's own, not the community's.
"""

from __future__ import annotations

import hashlib
import math
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, field

from sandbox.wire import Json

_GLOBAL = 50
_BANNED_AT, _BANNED_FOR = 10_000, 600.0
_INVALID = (401, 403, 429)
_MAJOR = re.compile(r"^/(channels|guilds|webhooks|interactions)/\{(\w+)\}(?:/\{(token)\})?")

#: requests and seconds; the first pattern that matches "METHOD /template" counts
_FIGURES: tuple[tuple[str, int, float], ...] = (
    (r"\w+ /webhooks/\{\w+\}/\{token\}.*", 5, 2),
    (r"POST /channels/\{channel_id\}/messages", 5, 5),
    (r"PATCH /channels/\{channel_id\}/messages/\{message_id\}", 5, 5),
    (r"DELETE /channels/\{channel_id\}/messages/\{message_id\}", 5, 1),
    (r"POST /channels/\{channel_id\}/messages/bulk-delete", 1, 1),
    (r"(PUT|DELETE) /channels/.*/reactions/.*", 4, 1),
    (r"POST /channels/\{channel_id\}/(threads|messages/\{message_id\}/threads)", 10, 10),
    (r"(PUT|DELETE) /guilds/\{guild_id\}/members/.*/roles/.*", 10, 5),
    (r"PATCH /guilds/\{guild_id\}/members/.*", 10, 10),
    (r"GET /guilds/\{guild_id\}/members", 10, 10),
    (r"GET /guilds/.*", 20, 1),
    (r"POST /users/@me/channels", 10, 10),
    (r"PATCH /users/@me", 2, 3600),
    (r"GET .*", 20, 1),
    (r".*", 10, 5),
)


@dataclass(slots=True)
class Window:
    """A window of `limit` requests, which ends at `ends` in seconds since 1970."""

    limit: int
    seconds: float
    ends: float = 0.0
    used: int = 0

    def take(self, now: float) -> float:
        """Count a request; return 0, or the seconds to wait if the window is full."""
        if now >= self.ends:
            self.ends, self.used = now + self.seconds, 0
        if self.used >= self.limit:
            return self.ends - now
        self.used += 1
        return 0.0


@dataclass(frozen=True, slots=True)
class Answered:
    """The limits' answer to one request: headers for any response, and the body of a refusal."""

    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    body: Json | None = None
    html: str | None = None

    @property
    def refused(self) -> bool:
        """Is the answer a 429?"""
        return self.body is not None or self.html is not None


class Route:
    """One route's bucket: its name, its figures, and the parts of the path that are counted apart."""

    def __init__(self, method: str, template: str) -> None:
        name = f"{method} {template}"
        pattern, self.limit, self.seconds = next(f for f in _FIGURES if re.fullmatch(f[0], name))
        named = name if pattern in (".*", "GET .*", "GET /guilds/.*") else pattern
        self.bucket = hashlib.sha256(named.encode()).hexdigest()[:32]
        major = _MAJOR.match(template)
        self.majors = tuple(filter(None, major.groups()[1:])) if major else ()
        self.counted = not template.startswith(
            "/interactions/"
        )  # a callback has no bucket (hikari: has_ratelimits=False)


class Limits:
    """The rate limits of all bots. Switched off, they count nothing and send no headers."""

    def __init__(self, *, on: bool = True) -> None:
        self.on = on
        self._windows: dict[tuple[str, ...], Window] = {}
        self._invalid = Window(_BANNED_AT, _BANNED_FOR)
        self._banned_until = 0.0

    def ask(self, who: str, route: Route, path: Mapping[str, str], *, globally: bool) -> Answered:
        """Count a request and answer whether it may pass. `globally`: it counts among the fifty a second."""
        if not self.on:
            return Answered()
        now = time.time()
        if now < self._banned_until:
            return cloudflare(self._banned_until - now)
        if globally and (wait := self._window((who,), _GLOBAL, 1.0, now).take(now)):
            return limited(wait, "global")
        if not route.counted:
            return Answered()
        key = (who, route.bucket, *(path[name] for name in route.majors))
        window = self._window(key, route.limit, route.seconds, now)
        wait = window.take(now)
        headers = {
            "X-RateLimit-Limit": str(window.limit),
            "X-RateLimit-Remaining": str(window.limit - window.used),
            "X-RateLimit-Reset": f"{window.ends:.3f}",
            "X-RateLimit-Reset-After": f"{window.ends - now:.3f}",
            "X-RateLimit-Bucket": route.bucket,
        }
        return limited(wait, "user", headers) if wait else Answered(headers)

    def note(self, status: int, *, shared: bool = False) -> None:
        """Count an invalid answer: after ten thousand in ten minutes Cloudflare refuses all requests."""
        if not self.on or status not in _INVALID or shared:
            return
        now = time.time()
        if self._invalid.take(now):
            self._banned_until = now + _BANNED_FOR

    def _window(self, key: tuple[str, ...], limit: int, seconds: float, now: float) -> Window:
        window = self._windows.get(key)
        if window is None:
            if len(self._windows) > 10_000:
                self._windows = {k: w for k, w in self._windows.items() if w.ends > now}
            window = self._windows[key] = Window(limit, seconds)
        return window


def limited(wait: float, scope: str, headers: Mapping[str, str] | None = None) -> Answered:
    """A 429 of scope `user`, `global` or `shared`."""
    wait = max(round(wait, 3), 0.001)
    more = {"Retry-After": str(math.ceil(wait)), "X-RateLimit-Scope": scope, **(headers or {})}
    if scope == "global":
        more["X-RateLimit-Global"] = "true"
    words = "The resource is being rate limited." if scope == "shared" else "You are being rate limited."
    return Answered(more, {"message": words, "retry_after": wait, "global": scope == "global"})


def cloudflare(wait: float) -> Answered:
    """Cloudflare's answer after too many invalid requests: HTML, and no Via header."""
    page = (
        "<!doctype html><html><head><title>Access denied | Cloudflare</title></head>"
        "<body><h1>Error 1015</h1><h2>You are being rate limited</h2></body></html>"
    )
    return Answered({"Retry-After": str(math.ceil(wait))}, html=page)
