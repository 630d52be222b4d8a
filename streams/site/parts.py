"""Rows made of rows: each part is checked as a row of its own, so that mistakes name its fields."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, TypeVar, get_args

from streams.site.entry import Entry
from streams.site.mistake import Mistake
from streams.site.rows import Row, check

T = TypeVar("T", bound=Row)


def check_parts(entry: Entry, model: type[T], mistakes: list[Mistake]) -> T | None:
    """The entry as a row whose fields hold lists or mappings of rows, or None with every mistake
    in it and in its parts added.
    """
    known = len(mistakes)
    for part, row in _parts(entry, model):
        check(part, row, mistakes)
    own: list[Mistake] = []
    found = check(entry, model, own)
    # what is wrong deeper down has been told by the part itself
    mistakes += [mistake for mistake in own if "." not in mistake.field]
    return found if len(mistakes) == known else None


def _parts(entry: Entry, model: type[Row]) -> Iterator[tuple[Entry, type[Row]]]:
    if not isinstance(entry.data, dict):
        return
    for name, field in model.model_fields.items():
        row = _row_of(field.annotation)
        if row is not None and name in entry.data:
            for _, part in entry.child(name).children():
                yield part, row


def _row_of(annotation: Any) -> type[Row] | None:
    """The row a tuple[Row, …] or dict[str, Row] is made of."""
    made_of = (each for each in get_args(annotation) if isinstance(each, type))
    return next((each for each in made_of if issubclass(each, Row)), None)
