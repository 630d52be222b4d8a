"""Who of a place's sources spoke, and how far they can be believed."""

from __future__ import annotations

from collections.abc import Sequence
from math import inf
from typing import Any

from schemas.value import CONTRIBUTORS_SHOWN
from streams.fusion.freshness import fresh_until_ms
from streams.gate.reasons import Reason
from streams.gate.source import SourceState


class Hearing:
    """`fresh` sources, the `usable` ones among them, how many were `expected`.

    Found at `since_ms`, it stands until a source goes stale or its maintenance begins or ends
    (`edge_ms`), unless one changes its standing by what it says. `columns` are the readings of the
    usable sources as of the evaluation under way, the instants first; empty when there is none.
    """

    __slots__ = (
        "_names",
        "_until_ms",
        "columns",
        "doubts",
        "edge_ms",
        "expected",
        "fresh",
        "since_ms",
        "skewed",
        "usable",
    )

    def __init__(self, since_ms: int, *, skewed: bool) -> None:
        self.fresh: list[SourceState] = []
        self.usable: list[SourceState] = []
        self.expected = 0
        self.doubts: dict[Reason, SourceState] = {}
        self.since_ms = since_ms
        self.skewed = skewed
        self.edge_ms: float = inf
        self.columns: Sequence[Sequence[Any]] = ()
        self._until_ms: float = -inf
        self._names: tuple[str, ...] | None = None

    def holds(self, now_ms: int, *, skewed: bool) -> bool:
        """Time has not changed what was found."""
        if skewed is not self.skewed or now_ms < self.since_ms:
            return False
        return now_ms <= self._until_ms or now_ms <= self.stands_until_ms()

    def stands_until_ms(self) -> float:
        """The last instant at which all who are fresh still are, as of what they have said."""
        stale_ms = min([fresh_until_ms(source) for source in self.fresh], default=inf)
        self._until_ms = min(stale_ms, self.edge_ms - 1)
        return self._until_ms

    def silence(self, minimum_coverage: float) -> str:
        """Why too little was heard for a value, or ""."""
        if not self.expected:
            return "no-source"
        if not self.fresh:
            return "silent"
        return "coverage" if len(self.fresh) < minimum_coverage * self.expected else ""

    def doubt(self, *, varies: bool) -> str:
        """The gravest doubt about the sources, or ""."""
        for reason in self.doubts:
            if reason is not Reason.FROZEN or varies:
                return reason.value
        return ""

    def names(self) -> tuple[str, ...]:
        if self._names is None:
            self._names = tuple([source.key for source in self.usable[:CONTRIBUTORS_SHOWN]])
        return self._names
