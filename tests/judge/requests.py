"""Is a request one that Discord's description allows?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import parse_qsl

from tests.judge.description import FORM, JSON, MULTIPART, Description, Match, Operation
from tests.judge.exchange import Exchange
from tests.judge.findings import Finding, from_errors
from tests.judge.schemas import Validators

_BASE = "/api/v10"
_WORDS = {"true": True, "True": True, "1": True, "false": False, "False": False, "0": False}


class Requests:
    """Judges requests; keeps its compiled schemas."""

    def __init__(self, description: Description) -> None:
        self._description = description
        self._validators = Validators(closed=True)

    def match(self, exchange: Exchange) -> Match | None:
        """The operation that this request asks for, or None if Discord has none such."""
        if not exchange.path.startswith(_BASE + "/"):
            return None
        return self._description.find(exchange.method, exchange.path.removeprefix(_BASE))

    def findings(self, exchange: Exchange, match: Match | None) -> Iterator[Finding]:
        """All that is wrong with the request."""
        if match is None:
            yield Finding(
                f"{exchange.method} {exchange.path}",
                "request",
                "unknown operation",
                "is none that Discord describes",
            )
            return
        yield from self._path(match)
        yield from self._query(match.operation, exchange.query)
        yield from self._body(match.operation, exchange)

    def _check(
        self, operation: Operation, root: str, schema: Mapping[str, Any], value: object
    ) -> Iterator[Finding]:
        return from_errors(operation.name, root, self._validators.errors(schema, value))

    def _path(self, match: Match) -> Iterator[Finding]:
        for name, parameter in match.operation.parameters_in("path").items():
            yield from self._check(
                match.operation,
                f"path.{name}",
                parameter.schema,
                _plain(parameter.schema, [match.path[name]]),
            )

    def _query(self, operation: Operation, query: str) -> Iterator[Finding]:
        known = operation.parameters_in("query")
        given: dict[str, list[str]] = {}
        for name, text in parse_qsl(query, keep_blank_values=True):
            given.setdefault(name, []).append(text)
        for name, texts in given.items():
            if name not in known:
                what = f"is {', '.join(texts)!r}, but Discord describes no such parameter here"
                yield Finding(operation.name, f"query.{name}", "unknown parameter", what)
            else:
                schema = known[name].schema
                yield from self._check(operation, f"query.{name}", schema, _plain(schema, texts))
        for name, parameter in known.items():
            if parameter.required and name not in given:
                yield Finding(operation.name, f"query.{name}", "required", "is missing")

    def _body(self, operation: Operation, exchange: Exchange) -> Iterator[Finding]:
        kind = exchange.content_type.partition(";")[0].strip().lower()

        def unchecked(what: str) -> Finding:
            return Finding(operation.name, "body", "unchecked body", what)

        if exchange.unreadable is not None:
            yield unchecked(f"could not be read as {kind}: {exchange.unreadable[:80]!r}")
        elif not exchange.has_body and not exchange.parts:
            if operation.body_required:
                yield Finding(operation.name, "body", "required", "is missing")
        elif not operation.bodies:
            yield Finding(operation.name, "body", "unknown field", "is sent, but Discord describes none here")
        elif kind == JSON and JSON in operation.bodies:
            yield from self._check(operation, "body", operation.bodies[JSON], exchange.body)
        elif kind == MULTIPART and {JSON, MULTIPART} <= operation.bodies.keys() and exchange.has_body:
            yield from self._check(operation, "body", operation.bodies[JSON], exchange.body)
            yield from _files(operation, exchange.parts)
        elif kind == FORM and {JSON, FORM} <= operation.bodies.keys() and exchange.parts:
            yield from self._check(operation, "body", operation.bodies[JSON], exchange.body)
        else:
            yield unchecked(
                f"could not be checked: {kind or 'no content type'}, parts {list(exchange.parts)}"
            )


def _files(operation: Operation, parts: tuple[str, ...]) -> Iterator[Finding]:
    """A form's other parts must be files that the operation takes."""
    known = _properties(operation.bodies[MULTIPART])
    for name in parts:
        if name != "payload_json" and name not in known:
            what = "is a part of the form that Discord does not describe here"
            yield Finding(operation.name, f"form.{name}", "unknown part", what)


def _properties(schema: Mapping[str, Any]) -> set[str]:
    names: set[str] = set(schema.get("properties", ()))
    for word in ("allOf", "anyOf", "oneOf"):
        for inner in schema.get(word, ()):
            names |= _properties(inner)
    return names


def _plain(schema: Mapping[str, Any], texts: list[str]) -> object:
    """A query parameter's text as the JSON value that the schema speaks of; the text itself where it is none.

    Booleans and arrays: https://docs.discord.com/developers/reference#boolean-query-strings and below.
    """
    if schema.get("type") == "array":
        return [_plain(schema.get("items", {}), [text]) for text in texts]
    text = texts[-1]
    if len(texts) > 1:
        return list(texts)
    if schema.get("type") == "boolean":
        return _WORDS.get(text, text)
    if schema.get("type") == "integer":
        digits = text.removeprefix("-")
        return int(text) if digits.isascii() and digits.isdecimal() else text
    return text
