"""Where a file replaces a part of somebody else's module, class or object: what a test must be handed instead."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator

_FIXTURE = {"setattr", "delattr", "setitem", "delitem"}


def patches(source: str) -> Iterator[str]:
    """Each as "line 12: Route.BASE = …". Modules of Python's own may be changed, and so may the environment."""
    tree = ast.parse(source)
    imported = dict(_imported(tree))
    for node in ast.walk(tree):
        match node:
            case ast.ImportFrom(module="unittest.mock" | "mock"):
                yield f"line {node.lineno}: mock"
            case ast.ImportFrom(module="unittest", names=names) | ast.Import(names=names):
                if any(name.name in ("mock", "unittest.mock") for name in names):
                    yield f"line {node.lineno}: mock"
            case ast.Call(func=ast.Attribute(attr=name, value=owner), args=[target, *_]) if name in _FIXTURE:
                if "patch" in ast.unparse(owner).lower() and not _own(target, imported):
                    yield f"line {node.lineno}: {ast.unparse(node)}"
            case ast.Call(func=ast.Name("setattr" | "delattr"), args=[target, *_]):
                if _root(target) != "self":
                    yield f"line {node.lineno}: {ast.unparse(node)}"
            case ast.Assign(targets=targets) | ast.Delete(targets=targets):
                for target in targets:
                    yield from _assigned(target, imported)
            case ast.AnnAssign(target=target) | ast.AugAssign(target=target):
                yield from _assigned(target, imported)
            case _:
                pass


def _assigned(target: ast.expr, imported: dict[str, str]) -> Iterator[str]:
    match target:
        case ast.Tuple(elts=parts) | ast.List(elts=parts):
            for part in parts:
                yield from _assigned(part, imported)
        case ast.Starred(value=value):
            yield from _assigned(value, imported)
        case ast.Attribute() | ast.Subscript():
            root = _root(target)
            foreign = root in imported and not _own(target, imported)
            if foreign or (root != "self" and _reaches_inside(target)):
                yield f"line {target.lineno}: {ast.unparse(target)} = …"
        case _:
            pass


def _imported(tree: ast.AST) -> Iterator[tuple[str, str]]:
    """The names that a file imports, and the package of each."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for name in node.names:
                package = name.name.partition(".")[0]
                yield name.asname or package, package
        elif isinstance(node, ast.ImportFrom):
            for name in node.names:
                yield name.asname or name.name, (node.module or "").partition(".")[0]


def _own(node: ast.expr, imported: dict[str, str]) -> bool:
    """Does it belong to Python itself?"""
    return imported.get(_root(node), "") in sys.stdlib_module_names


def _root(node: ast.expr) -> str:
    while isinstance(node, ast.Attribute | ast.Subscript):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""


def _reaches_inside(node: ast.expr) -> bool:
    """Is a private attribute on the way to it?"""
    while isinstance(node, ast.Attribute | ast.Subscript):
        if isinstance(node, ast.Attribute) and node.attr.startswith("_"):
            return True
        node = node.value
    return False
