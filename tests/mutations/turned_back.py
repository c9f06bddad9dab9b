"""Turning one rule of the product back to what it was, for as long as a property is looked at.

A bug is a line of a function that reads otherwise. The function itself gets the other code, so that whoever imported it
runs it too; afterwards it has its own again.
"""

from __future__ import annotations

import ast
import contextlib
import inspect
import textwrap
from collections.abc import AsyncGenerator, Callable, Generator
from dataclasses import dataclass, field
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any, cast

import pytest
from sqlalchemy.exc import IntegrityError

from bot.errors import UserError
from bot.ids import own_time
from tests import conftest as everywhere
from tests.memberships import conftest as of_memberships

Property = Callable[..., object]
"""A test, or a part of one. It says by an assertion, or by a refusal of the shop, that something is not as it should be."""

CAUGHT = (AssertionError, ValueError, UserError, IntegrityError, pytest.fail.Exception)
"""How a property fails: by what it asserts or takes apart, or as the shop or the database refuses something.

Any other error is a mistake of the bug itself."""


@dataclass(frozen=True, kw_only=True)
class Bug:
    """In `rule`, the text `was` reads `becomes`. `found_by` fails then, called with `given` and the fixtures it names.

    `rows` are those of the attack (B), the strangers (S) or the list of thin ones that the rule mended.
    """

    rows: str
    rule: Callable[..., Any] | property
    was: str
    becomes: str
    found_by: Property
    given: dict[str, Any] = field(default_factory=dict[str, Any])


@contextlib.contextmanager
def turned_back(bug: Bug) -> Generator[None]:
    """The product with this bug. AssertionError when the rule is not written like that any more."""
    function = _function(bug)
    right = function.__code__
    function.__code__ = _rewritten(function, bug.was, bug.becomes)
    try:
        yield
    finally:
        function.__code__ = right


def code_of(bug: Bug) -> CodeType:
    """What the rule of this bug runs just now."""
    return _function(bug).__code__


def _function(bug: Bug) -> FunctionType:
    function = bug.rule.fget if isinstance(bug.rule, property) else bug.rule
    assert isinstance(function, FunctionType)
    return function


def _rewritten(function: FunctionType, was: str, becomes: str) -> CodeType:
    source = textwrap.dedent(inspect.getsource(function))
    assert source.count(was) == 1, f"{function.__qualname__} has {source.count(was)} times: {was}"
    [definition] = ast.parse(source.replace(was, becomes)).body
    assert isinstance(definition, ast.FunctionDef | ast.AsyncFunctionDef)
    definition.decorator_list = []
    future = ast.parse("from __future__ import annotations").body
    module = compile(ast.Module([*future, definition], []), "<bug>", "exec")
    [code] = [one for one in module.co_consts if isinstance(one, CodeType)]
    return code


async def look(found_by: Property, folder: Path, given: dict[str, Any]) -> None:
    """Call a property with what it names: what is given, or the fixtures that its file or its folders have."""
    folder.mkdir()
    async with contextlib.AsyncExitStack() as stack:
        stack.enter_context(own_time())
        known: dict[str, Any] = {"tmp_path": folder, **given}
        result = found_by(**await _arguments(found_by, found_by, known, stack))
        if inspect.isawaitable(result):
            await result


async def _arguments(
    called: Callable[..., Any], of: Property, known: dict[str, Any], stack: contextlib.AsyncExitStack
) -> dict[str, Any]:
    """What a function names, made by the fixtures that the property could have."""
    fixtures = vars(everywhere) | vars(of_memberships) | inspect.unwrap(of).__globals__
    names = list(inspect.signature(called).parameters)
    for name in names:
        if name not in known:
            fixture = inspect.unwrap(fixtures[name])
            made: object = fixture(**await _arguments(fixture, of, known, stack))
            if inspect.isasyncgen(made):
                made = await stack.enter_async_context(_whole(cast("AsyncGenerator[object]", made)))
            elif inspect.isawaitable(made):
                made = await made
            known[name] = made
    return {name: known[name] for name in names}


@contextlib.asynccontextmanager
async def _whole(fixture: AsyncGenerator[object]) -> AsyncGenerator[object]:
    """A fixture with a part that comes after the test."""
    try:
        yield await anext(fixture)
    finally:  # as pytest does it: the fixture does not hear of what went wrong
        with contextlib.suppress(StopAsyncIteration):
            await anext(fixture)
