"""A request to the HTTP API, read and attributed, and its handler's reply."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import wraps
from typing import Any, NamedTuple

from sandbox.errors import DiscordError, invalid_form, unauthorized, unknown
from sandbox.forms import Form
from sandbox.parts import Parts
from sandbox.posting.uploads import Upload
from sandbox.shape import Shape
from sandbox.wire import Json, listing, mapping
from sandbox.world import audit
from sandbox.world.guild import Guild
from sandbox.world.world import World


class Reply(NamedTuple):
    """A status and a JSON body; None for an empty body."""

    status: int
    body: Any = None


NOTHING = Reply(204)


def ok(body: Any) -> Reply:
    """200 with a body."""
    return Reply(200, body)


def created(body: Any) -> Reply:
    """201 with a body."""
    return Reply(201, body)


@dataclass(frozen=True, kw_only=True)
class Call:
    """A request. `actor` is the user who acts; `application` is set when that is a bot."""

    parts: Parts
    actor: str | None
    application: Json | None
    path: Mapping[str, str]
    query: Mapping[str, str]
    body: Any
    files: Mapping[int, Upload]
    reason: str | None = None

    @property
    def world(self) -> World:
        """The world on which the request acts."""
        return self.parts.world

    @property
    def me(self) -> str:
        """The id of the user who acts; 401 for a request without a token."""
        if self.actor is None:
            raise unauthorized()
        return self.actor

    @property
    def json(self) -> Json:
        """The body as an object; 50035 for any other JSON."""
        if self.body is None:
            return {}
        body = mapping(self.body)
        if body is None:
            message = "Only dictionaries may be used in a DictType"
            raise invalid_form({"_errors": [{"code": "DICT_TYPE_CONVERT", "message": message}]})
        return body

    @property
    def listed(self) -> list[Json]:
        """The body as a list of objects."""
        return [entry for entry in map(mapping, listing(self.body) or []) if entry is not None]

    @property
    def guild(self) -> Guild:
        """The server of the path, if the actor is in it: 10004 otherwise."""
        guild = self.world.guild(self.path["guild_id"])
        if self.me not in guild.members:
            raise unknown("Guild")
        return guild

    @property
    def channel(self) -> Json:
        """The channel of the path."""
        return self.world.channel(self.path["channel_id"])

    @property
    def app(self) -> Json:
        """The application of the path; 20012 unless it is the actor's own."""
        application = self.application
        if application is None or self.path["application_id"] != application["id"]:
            raise DiscordError(
                403, 20012, "You are not authorized to perform this action on this application"
            )
        return application

    def number(self, key: str, default: int, low: int, high: int) -> int:
        """A whole number from the query; 50035 outside its bounds."""
        text = self.query.get(key)
        if text is None:
            return default
        value = int(text) if text.isascii() and text.isdecimal() else -1
        if not low <= value <= high:
            message = f"int value should be between {low} and {high}."
            raise invalid_form({key: {"_errors": [{"code": "NUMBER_TYPE_RANGE", "message": message}]}})
        return value

    def snowflake(self, key: str, default: int) -> int:
        """An id from the query."""
        return self.number(key, default, 0, 2**63 - 1)

    def page(self, ids: Iterable[str], most: int, *, least: int = 1, default: int | None = None) -> list[str]:
        """The ids between `after` and `before`, ascending: the first of them, or the last if only `before` is given."""
        limit = self.number("limit", default or most, least, most)
        before, after = self.snowflake("before", 2**63 - 1), self.snowflake("after", 0)
        between = sorted(number for number in map(int, ids) if after < number < before)
        backwards = "before" in self.query and "after" not in self.query
        return [str(number) for number in (between[-limit:] if backwards else between[:limit])]

    def flag(self, key: str) -> bool:
        """A boolean from the query."""
        return self.query.get(key, "").lower() in ("true", "1")

    def audit(
        self,
        guild: Guild,
        action: audit.Action,
        target_id: str | None,
        before: Json | None = None,
        after: Json | None = None,
        **options: object,
    ) -> None:
        """Note an action of the actor in the server's audit log, with the given reason."""
        changes = audit.changes(before, after)
        audit.note(
            world=self.world,
            guild=guild,
            actor=self.me,
            action=action,
            target_id=target_id,
            changed=changes,
            reason=self.reason,
            options=options,
        )


Handler = Callable[[Call], Reply]
Routes = list[tuple[str, str, Handler]]


def takes(shape: Shape) -> Callable[[Handler], Handler]:
    """Check the body by this shape before the handler runs; a missing body is an empty one."""

    def around(handler: Handler) -> Handler:
        @wraps(handler)
        def checked(call: Call) -> Reply:
            form = Form({})
            shape(form, "", {} if call.body is None else call.body)
            form.done()
            return handler(call)

        return checked

    return around
