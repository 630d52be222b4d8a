"""The page of settings, from their model."""

from __future__ import annotations

from pathlib import Path
from types import NoneType, UnionType
from typing import Any, get_args, get_origin

from annotated_types import Ge, Gt, Le, Lt
from pydantic.fields import FieldInfo

from streams.reference.markdown import code, page, table
from streams.runtime.settings import CHECKOUT, OUTSIDE, Settings

BOUNDS: tuple[tuple[type[Any], str, str], ...] = (
    (Ge, "ge", "≥"),
    (Gt, "gt", ">"),
    (Le, "le", "≤"),
    (Lt, "lt", "<"),
)
INTRODUCTION = """\
Every process reads the same settings: the default, then `hubwatch.toml` in the working directory
(`worker_port = 9101`), then the environment, which wins. A key that is no setting, or a value out
of range, stops the process with a line that says which. `hubwatch config` prints what is in force
and where each comes from.
"""
MORE = """\
## Other variables

Read where there are no settings yet.
"""


def settings_page() -> str:
    """docs/reference/settings.md, in the order of the model."""
    rows = [
        (
            code(name),
            code(f"HUBWATCH_{name.upper()}"),
            code(_default(field)),
            _range(field),
            field.description or "",
        )
        for name, field in Settings.model_fields.items()
    ]
    head = ("setting", "variable", "default", "range", "meaning")
    others = table(("variable", "meaning"), [(code(n), about) for n, about in OUTSIDE.items()])
    return page(
        "Settings", "streams/runtime/settings.py", INTRODUCTION, table(head, rows), MORE, others
    )


def _default(field: FieldInfo) -> str:
    """Paths as seen from the checkout."""
    default = field.default
    if isinstance(default, Path):
        return default.relative_to(CHECKOUT).as_posix()
    return "" if default is None else str(default)


def _range(field: FieldInfo) -> str:
    bounds = [
        f"{sign} {getattr(found, name):,}"
        for found in field.metadata
        for kind, name, sign in BOUNDS
        if isinstance(found, kind)
    ]
    return ", ".join(bounds) or _type(field.annotation)


def _type(annotation: Any) -> str:
    if get_origin(annotation) is UnionType:
        return " or ".join(_type(part) for part in get_args(annotation))
    return {str: "text", Path: "path", NoneType: "nothing"}.get(annotation, str(annotation))
