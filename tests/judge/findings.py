"""What is wrong with a request, place by place, in words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, cast

from jsonschema.exceptions import ValidationError

_INDEX = re.compile(r"\[\d+\]")


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong: in which operation, where, against which rule, in words."""

    operation: str
    where: str
    rule: str
    what: str

    @property
    def kind(self) -> tuple[str, str, str]:
        """Equal for findings that are the same mistake in another request or at another index."""
        return self.operation, _INDEX.sub("[]", self.where), self.rule

    def __str__(self) -> str:
        return f"{self.operation}: {self.where} {self.what}"


def from_errors(operation: str, root: str, errors: Iterable[ValidationError]) -> Iterator[Finding]:
    """The findings behind the errors of jsonschema: unions are followed into the branch that was meant.

    A value of the wrong JSON type is that, and not also none of the values allowed.
    """
    found = list(errors)
    mistyped = [error.absolute_path for error in found if error.validator == "type"]
    for error in found:
        if error.validator == "type" or error.absolute_path not in mistyped:
            yield from _from_error(operation, root, error)


def _from_error(operation: str, root: str, error: ValidationError) -> Iterator[Finding]:
    if error.validator in ("anyOf", "oneOf") and error.context:
        branch = _meant(error)
        if branch:
            yield from from_errors(operation, root, branch)
            return
    where = root + "".join(_step(step) for step in error.absolute_path)
    value: Any = error.instance
    if error.validator == "required":
        missing = (name for name in cast("list[str]", error.validator_value) if name not in value)
        # jsonschema raises one error for each missing field; its message begins with the name.
        name = next((name for name in missing if error.message.startswith(repr(name))), "?")
        yield Finding(operation, f"{where}.{name}", "required", "is missing")
    elif error.validator == "additionalProperties":
        known = cast("dict[str, Any]", error.schema).get("properties", {})
        for name in value:
            if name not in known:
                yield Finding(
                    operation,
                    f"{where}.{name}",
                    "unknown field",
                    f"is {_short(value[name])}, but Discord describes no such field here",
                )
    else:
        yield Finding(operation, where, *_mistyped(error) or (str(error.validator), _words(error)))


def _mistyped(error: ValidationError) -> tuple[str, str] | None:
    """Rule and words when the value is of none of the JSON types that would do; None for another error.

    Two cases have a rule of their own: ids sent as numbers, and numbers sent as text.
    """
    schema = cast("dict[str, Any]", error.schema)
    wanted = [schema] if error.validator == "type" else schema.get("oneOf", schema.get("anyOf", []))
    kinds = [kind for branch in wanted for kind in _kinds(branch)]
    if error.validator not in ("type", "oneOf", "anyOf") or not kinds or _is_any(error.instance, kinds):
        return None
    rule = "type"
    if isinstance(error.instance, int) and any(branch.get("format") == "snowflake" for branch in wanted):
        rule = "id as number"
    elif isinstance(error.instance, str) and error.instance.isdecimal() and "integer" in kinds:
        rule = "number as text"
    return rule, f"is {_short(error.instance)}, should be {' or '.join(dict.fromkeys(kinds))}"


def _kinds(schema: dict[str, Any]) -> list[str]:
    kinds: str | list[str] = schema.get("type", [])
    return [kinds] if isinstance(kinds, str) else kinds


_PYTHON: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "object": (dict,),
    "array": (list,),
    "null": (type(None),),
}


def _is_any(value: object, kinds: list[str]) -> bool:
    if isinstance(value, bool):
        return "boolean" in kinds
    return any(isinstance(value, _PYTHON.get(kind, ())) for kind in kinds)


def _step(step: str | int) -> str:
    return f"[{step}]" if isinstance(step, int) else f".{step}"


def _meant(error: ValidationError) -> list[ValidationError]:
    """The errors of the branch that the sender meant; none when no branch stands out.

    A branch is not meant when the value is of another JSON type altogether, or when its `type` number (how
    Discord tells branches apart) is another one. Of those left, the one with the fewest errors.
    """
    branches: dict[int, list[ValidationError]] = {}
    for inner in error.context or ():
        branches.setdefault(cast("int", inner.relative_schema_path[0]), []).append(inner)

    def other(inner: ValidationError) -> bool:
        place = list(inner.relative_path)
        if not place:
            return inner.validator in ("type", "const", "enum")
        return place == ["type"] and inner.validator in ("const", "enum", "type", "oneOf")

    meant = [errors for errors in branches.values() if not any(map(other, errors))]
    return min(meant, key=len) if meant else []


def _words(error: ValidationError) -> str:
    value: Any = error.instance
    rule, limit = error.validator, error.validator_value
    shown = _short(value)
    if rule in ("anyOf", "oneOf"):
        return f"is {shown}, should be {_alternatives(cast('list[dict[str, Any]]', limit), value)}"
    if rule in ("enum", "const"):
        return f"is {shown}, should be {_short(limit, 120)}"
    if rule in ("maxLength", "minLength"):
        return f"has {len(value)} characters, {_bound(rule)} {limit}: {shown}"
    if rule in ("maxItems", "minItems", "maxProperties", "minProperties"):
        return f"has {len(value)} entries, {_bound(rule)} {limit}"
    if rule in ("maximum", "minimum"):
        return f"is {shown}, {_bound(rule)} {limit}"
    if rule == "pattern":
        return f"is {shown}, should match {limit}"
    if rule == "format":
        return f"is {shown}, which is no {limit}"
    if rule == "uniqueItems":
        return f"names something twice: {shown}"
    return _short(error.message, 200)


def _bound(rule: object) -> str:
    return "at most" if str(rule).startswith("max") else "at least"


def _alternatives(branches: list[dict[str, Any]], value: object) -> str:
    constants = [branch["const"] for branch in branches if "const" in branch]
    if constants:
        return "one of " + _short(constants, 120)
    tags = [
        tag for branch in branches for tag in branch.get("properties", {}).get("type", {}).get("enum", ())
    ]
    if tags and isinstance(value, dict):
        return f"an object whose type is one of {tags}"
    return f"exactly one of {len(branches)} alternatives"


def _short(value: object, length: int = 60) -> str:
    text = repr(value)
    return text if len(text) <= length else text[: length - 1] + "…"
