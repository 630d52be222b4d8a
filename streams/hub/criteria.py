"""operating_level.yaml: what makes the site's operating level, as checked objects."""

from __future__ import annotations

from collections.abc import Sequence
from fnmatch import fnmatchcase
from itertools import pairwise
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from schemas.record import Key
from streams.hub.settings import Prior
from streams.site.model import Place
from streams.site.rows import Row, Text

NORMAL = 1
HIGHEST = 5


class Threshold(Row):
    """From this number on the criterion is at this level, and that is what it means."""

    level: int = Field(gt=NORMAL, le=HIGHEST)
    at: float
    impact_zh: Text
    impact_en: Text


class Enough(Row):
    """A share of few means little: a place counts once this other measure is at least so much."""

    measure: Key
    at_least: float


def _rising(thresholds: list[Threshold]) -> list[Threshold]:
    if any(a.level >= b.level or a.at >= b.at for a, b in pairwise(thresholds)):
        raise ValueError("levels in rising order, each at a higher number than the one before")
    return thresholds


class Criterion(Prior):
    """One measure at chosen places. A place is chosen by key or pattern, or by kind.

    `highest`: the highest value decides. `count`: how many places are at or over `counts_from`.
    """

    key: Key
    title_zh: Text
    title_en: Text
    measure: Key
    places: list[str] = Field(default_factory=list, description="keys or patterns with *")
    kinds: list[str] = Field(default_factory=list, description="kinds of place")
    where: dict[str, str] = Field(default_factory=dict, description="attributes they must have")
    read: Literal["highest", "count"] = "highest"
    counts_from: float | None = Field(default=None, description="for count only")
    enough: Enough | None = None
    levels: Annotated[list[Threshold], Field(min_length=1), AfterValidator(_rising)]

    def chooses(self, place: Place) -> bool:
        named = any(fnmatchcase(place.key, pattern) for pattern in self.places)
        return (named or place.kind in self.kinds) and all(
            place.attributes.get(name) == word for name, word in self.where.items()
        )

    def level(self, number: float | None) -> int:
        """The level a number means; normal for none."""
        reached = [row.level for row in self.levels if number is not None and number >= row.at]
        return max(reached, default=NORMAL)


class Operating(Row):
    """operating_level.yaml"""

    hold_minutes: float = Field(ge=0, le=240, description="how long a level is kept once left")
    criteria: list[Criterion] = Field(min_length=1)


def chosen(
    criterion: Criterion, places: Sequence[Place], having: frozenset[str]
) -> tuple[str, ...]:
    """The places a criterion looks at: those named by key, and of the others those that have it."""
    return tuple(
        place.key
        for place in places
        if criterion.chooses(place) and (place.key in criterion.places or place.key in having)
    )
