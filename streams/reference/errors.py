"""The page of errors: every class below HubwatchError, wherever it is defined."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from importlib import import_module
from pkgutil import walk_packages

import connectors
import grafana
import schemas
import streams
from schemas.errors import HubwatchError
from streams.reference.markdown import code, page, table

PACKAGES = (schemas, streams, connectors, grafana)
INTRODUCTION = """\
Everything raised on purpose is a `HubwatchError`: a code that stays, what happened with the value
that caused it, and a hint. The command line prints it in two lines and ends with status 2; the
gateway answers it as problem details (RFC 9457). *again*: the same call may succeed later without
anybody changing anything.
"""


def errors_page() -> str:
    """docs/reference/errors.md: branches in the order of their codes, leaves below them."""
    rows = [
        (
            "· " * depth + code(kind.code),
            code(kind.__name__),
            _meaning(kind),
            "again" if kind.retriable else "",
            kind.hint,
        )
        for depth, kind in errors()
    ]
    head = ("code", "class", "meaning", "", "hint")
    return page("Errors", "the classes themselves", INTRODUCTION, table(head, rows))


def errors() -> Iterator[tuple[int, type[HubwatchError]]]:
    """(depth, class) of the tree, the root first."""
    for package in PACKAGES:
        for module in walk_packages(package.__path__, f"{package.__name__}."):
            if not module.name.endswith("__main__"):
                import_module(module.name)
    yield from _below(HubwatchError, 0)


def _below(kind: type[HubwatchError], depth: int) -> Iterator[tuple[int, type[HubwatchError]]]:
    yield depth, kind
    for child in sorted(kind.__subclasses__(), key=lambda child: (child.code, child.__name__)):
        yield from _below(child, depth + 1)


def _meaning(kind: type[HubwatchError]) -> str:
    """The first paragraph of its own docstring."""
    return (inspect.cleandoc(kind.__doc__ or "").split("\n\n")[0]).rstrip(".")
