"""Discord's OpenAPI description as operations that a request can be matched to."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast
from urllib.parse import unquote

JSON = "application/json"
MULTIPART = "multipart/form-data"
FORM = "application/x-www-form-urlencoded"
_METHODS = frozenset({"get", "put", "post", "patch", "delete"})

Schema = Mapping[str, Any]


@dataclass(frozen=True)
class Parameter:
    """One path or query parameter; `place` is `path` or `query`."""

    name: str
    place: str
    required: bool
    schema: Schema


@dataclass(frozen=True, kw_only=True)
class Operation:
    """One method on one path. `bodies` and `answers` hold resolved schemas by content type and by status."""

    name: str
    method: str
    path: str
    parameters: tuple[Parameter, ...]
    bodies: Mapping[str, Schema]
    body_required: bool
    answers: Mapping[str, Schema | None]

    def parameters_in(self, place: str) -> dict[str, Parameter]:
        """The parameters of that place by name."""
        return {parameter.name: parameter for parameter in self.parameters if parameter.place == place}

    def answer(self, status: int) -> tuple[bool, Schema | None]:
        """Whether that status is described, and by which schema (none: no body)."""
        for key in (str(status), f"{status // 100}XX"):
            if key in self.answers:
                return True, self.answers[key]
        return False, None


@dataclass(frozen=True)
class Match:
    """An operation, and the path parameters (decoded) that led to it."""

    operation: Operation
    path: Mapping[str, str]


class Description:
    """All operations of one OpenAPI document, found by method and path."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        """Take a parsed OpenAPI 3.1 document; it is left unchanged."""
        self._routes: dict[tuple[str, int], list[tuple[tuple[str, ...], Operation]]] = {}
        for operation in _operations(resolved(document)):
            segments = tuple(operation.path.strip("/").split("/"))
            self._routes.setdefault((operation.method, len(segments)), []).append((segments, operation))
        for routes in self._routes.values():
            # A written-out segment wins over a parameter, place by place: /users/@me before /users/{id}.
            routes.sort(key=lambda route: tuple(_is_parameter(segment) for segment in route[0]))

    @classmethod
    def read(cls, path: Path) -> Description:
        """Read the description from a file."""
        return cls(json.loads(path.read_bytes()))

    def operations(self) -> list[Operation]:
        """All of them."""
        return [operation for routes in self._routes.values() for _, operation in routes]

    def find(self, method: str, path: str) -> Match | None:
        """The operation of that method and path (percent-encoded, without the `/api/v10`), or None."""
        given = [unquote(segment) for segment in path.removeprefix("/").split("/")]
        for segments, operation in self._routes.get((method.upper(), len(given)), ()):
            if all(_is_parameter(want) or want == got for want, got in zip(segments, given, strict=True)):
                pairs = zip(segments, given, strict=True)
                return Match(operation, {w[1:-1]: g for w, g in pairs if _is_parameter(w)})
        return None


def resolved(document: Mapping[str, Any]) -> dict[str, Any]:
    """A copy in which every `$ref` is the thing itself: shared, not repeated, and never to be looked up.

    What stands beside a `$ref` in Discord's file is only ever a description, and is dropped.
    """
    done: dict[str, Any] = {}

    def target(reference: str) -> Any:
        if reference not in done:
            node: Any = document
            for step in reference.removeprefix("#/").split("/"):
                node = node[step]
            done[reference] = {}  # stands in for itself while it is built, should it be recursive
            done[reference].update(copy(node))
        return done[reference]

    def copy(node: Any) -> Any:
        if isinstance(node, dict):
            members = cast("dict[str, Any]", node)
            reference = members.get("$ref")
            if isinstance(reference, str):
                return target(reference)
            return {key: copy(value) for key, value in members.items()}
        if isinstance(node, list):
            return [copy(value) for value in cast("Sequence[Any]", node)]
        return node

    return {"paths": copy(document["paths"])}


def _is_parameter(segment: str) -> bool:
    return segment.startswith("{")


def _operations(document: Mapping[str, Any]) -> Iterator[Operation]:
    for path, item in document["paths"].items():
        for method in _METHODS & item.keys():
            node = item[method]
            body = node.get("requestBody", {})
            yield Operation(
                name=node["operationId"],
                method=method.upper(),
                path=path,
                parameters=tuple(
                    Parameter(given["name"], given["in"], given.get("required", False), given["schema"])
                    for given in (*item.get("parameters", ()), *node.get("parameters", ()))
                ),
                bodies={kind: media["schema"] for kind, media in body.get("content", {}).items()},
                body_required=body.get("required", False),
                answers={
                    status: answer.get("content", {}).get(JSON, {}).get("schema")
                    for status, answer in node["responses"].items()
                },
            )
