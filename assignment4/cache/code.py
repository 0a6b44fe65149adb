"""The code behind a computation, found by following names through the package.

A function uses names; each leads to its definition in this package, which uses names in turn, or to
a library, whose version counts. Comments, docstrings, line breaks and the file that a definition
stands in make no difference.
"""

import ast
import contextlib
import functools
import hashlib
import importlib.metadata
import sys
from collections.abc import Iterator
from pathlib import Path
from types import FunctionType, ModuleType
from typing import NamedTuple

PACKAGE = Path(__file__).resolve().parent.parent

NOT_FOLLOWED = f"{PACKAGE.name}.cache"
"""The module that keeps results, and computes none."""

DISTRIBUTIONS = {"PIL": "pillow", "sklearn": "scikit-learn", "yaml": "PyYAML"}
"""Of libraries that are imported under another name."""

Place = tuple[str, str | None]
"""A module's name and that of a definition in it; None stands for all that the module has."""


class _Source(NamedTuple):
    """What a module defines and imports by name, and what it does besides."""

    defined: dict[str, list[ast.AST]]
    imported: dict[str, Place]
    besides: list[ast.AST]
    executed: list[str]


def made_by(*things: object) -> dict[str, object]:
    """Return what tells the code of functions, classes, modules or objects, for a cache's key.

    It is a digest of all definitions of this package that they lead to, with the version of each
    library that these name. An object stands for its class, an inner function for the outer one.
    """
    definitions, libraries = behind(*things)
    texts = sorted(_text(node) for nodes in definitions.values() for node in nodes)
    return {
        "code": hashlib.sha256("\0".join(texts).encode()).hexdigest(),
        "libraries": {name: importlib.metadata.version(name) for name in sorted(libraries)},
    }


def behind(*things: object) -> tuple[dict[Place, list[ast.AST]], set[str]]:
    """Return all definitions that things lead to, by their places, and the libraries they name."""
    found: dict[Place, list[ast.AST]] = {}
    libraries: set[str] = set()
    waiting = [place for thing in things for place in _places_of(thing)]
    while waiting:
        place = waiting.pop()
        module, name = place
        if not _is_ours(module):
            libraries |= _distribution(module)
        elif place not in found and not f"{module}.".startswith(f"{NOT_FOLLOWED}."):
            source = _source(module)
            if name is None:
                waiting += [(module, one) for one in source.defined]
            found[place] = source.defined.get(name, [])
            if (module, "") not in found:
                found[module, ""] = source.besides
                waiting += [(one, None) for one in source.executed]
                waiting += _used(source.besides, module, source)
            waiting += _used(found[place], module, source)
            if name in source.imported and not found[place]:
                waiting.append(source.imported[name])
    return found, libraries


def _used(nodes: list[ast.AST], module: str, source: _Source) -> Iterator[Place]:
    """Yield the places of the names that some code uses."""
    for node in nodes:
        whole = {id(one.value): one for one in ast.walk(node) if isinstance(one, ast.Attribute)}
        for one in ast.walk(node):
            if not isinstance(one, ast.Name):
                continue
            if one.id in source.defined:
                yield module, one.id
            elif one.id in source.imported:
                target, name = source.imported[one.id]
                attribute = whole.get(id(one))
                if name is None and attribute and _is_ours(target):
                    yield target, attribute.attr
                else:
                    yield target, name


@functools.cache
def _source(module: str) -> _Source:
    source = _Source({}, {}, [], [])
    tree = ast.parse(_path(module).read_bytes())
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                place = (inner, None) if _is_ours(inner) else (node.module, alias.name)
                source.imported[alias.asname or alias.name] = place
        elif isinstance(node, ast.Import):
            for alias in node.names:
                if alias.asname or "." not in alias.name:
                    source.imported[alias.asname or alias.name] = (alias.name, None)
                elif _is_ours(alias.name):
                    source.executed.append(alias.name)
                else:
                    source.imported[alias.name.partition(".")[0]] = (alias.name, None)
    for node in tree.body:
        names = list(_defined_by(node))
        for name in names:
            source.defined.setdefault(name, []).append(node)
        if not names and not isinstance(node, ast.Import | ast.ImportFrom) and not _is_text(node):
            source.besides.append(node)
    return source


def _defined_by(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        yield node.name
    elif isinstance(node, ast.Assign | ast.AnnAssign):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        if all(isinstance(one, ast.Name | ast.Tuple) for one in targets):
            names = [one for target in targets for one in ast.walk(target)]
            yield from (one.id for one in names if isinstance(one, ast.Name))


def _is_text(node: ast.AST) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _text(node: ast.AST) -> str:
    """Return code without its docstrings and comments, in one way of writing."""
    copy = ast.parse(ast.unparse(node))
    for one in ast.walk(copy):
        if isinstance(one, ast.FunctionDef | ast.ClassDef) and _is_text(one.body[0]):
            one.body[0] = ast.Pass()
    return ast.unparse(copy)


def _places_of(thing: object) -> Iterator[Place]:
    """Yield where a thing is defined, and the functions that a function has taken with it."""
    if isinstance(thing, ModuleType):
        yield thing.__name__, None
        return
    thing = getattr(thing, "func", thing)  # of functools.partial
    named = thing if hasattr(thing, "__qualname__") else type(thing)
    yield named.__module__, named.__qualname__.partition(".")[0]
    for cell in getattr(thing, "__closure__", None) or ():
        if isinstance(cell.cell_contents, FunctionType):
            yield from _places_of(cell.cell_contents)


def _is_ours(module: str) -> bool:
    return module.partition(".")[0] == PACKAGE.name and _path(module).is_file()


def _path(module: str) -> Path:
    path = PACKAGE.joinpath(*module.split(".")[1:])
    return path / "__init__.py" if path.is_dir() else path.with_suffix(".py")


def _distribution(module: str) -> set[str]:
    root = module.partition(".")[0]
    name = DISTRIBUTIONS.get(root, root)
    if root in sys.stdlib_module_names or root == PACKAGE.name:
        return set()
    with contextlib.suppress(importlib.metadata.PackageNotFoundError):  # of a notebook or a test
        importlib.metadata.version(name)
        return {name}
    return set()
