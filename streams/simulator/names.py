"""Names by pattern, as site files give them: * stands for any characters."""

from __future__ import annotations

from collections.abc import Iterable
from fnmatch import fnmatchcase
from typing import Protocol, TypeVar


def matches(name: str, patterns: Iterable[str]) -> bool:
    return any(fnmatchcase(name, pattern) for pattern in patterns)


class Placed(Protocol):
    @property
    def places(self) -> tuple[str, ...]: ...


Row = TypeVar("Row", bound=Placed)


def first_for(place: str, rows: Iterable[Row]) -> Row | None:
    """The first row whose patterns fit the place."""
    return next((row for row in rows if matches(place, row.places)), None)
