"""The ladders that watch one measure at one place, found by the values that wake them."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from math import inf

from streams.rules.ladder import Ladder
from streams.rules.rule import Operator


class Watch:
    """`absent` are the ladders that compare the share of silent sources with their steps, none of
    them below `low_share`; `always` those that must be shown every value.

    `gap_ms` is the shortest gap between two values after which one of them starts anew.
    """

    __slots__ = (
        "_falling",
        "_high",
        "_low",
        "_rising",
        "absent",
        "always",
        "gap_ms",
        "ladders",
        "low_share",
    )

    def __init__(self, ladders: tuple[Ladder, ...]) -> None:
        self.ladders = ladders
        kinds: dict[tuple[Operator, bool] | None, list[Ladder]] = {}
        for ladder in ladders:
            kinds.setdefault(_kind(ladder), []).append(ladder)
        self._rising = _Sleepers(kinds.pop((Operator.VALUE, True), ()))
        self._falling = _Sleepers(kinds.pop((Operator.VALUE, False), ()))
        self._low = -self._falling.lowest
        self._high = self._rising.lowest
        self.absent = tuple(kinds.pop((Operator.ABSENCE, True), ()))
        self.low_share = min(map(_lowest, self.absent), default=inf)
        self.always = tuple(ladder for found in kinds.values() for ladder in found)
        self.gap_ms = min(g.gap_ms for ladder in ladders for g in _generations(ladder))

    def woken(self, reading: float | None) -> Sequence[Ladder]:
        """The ladders that do not sleep through a value, were they asleep; but for the absent."""
        if reading is None or self._low < reading < self._high:
            return self.always
        return self._rising.woken(reading) + self._falling.woken(-reading) + self.always


class _Sleepers:
    """Ladders in the order in which a value that grows wakes them."""

    __slots__ = ("_bounds", "_ladders", "lowest")

    def __init__(self, ladders: Sequence[Ladder]) -> None:
        self._ladders = tuple(sorted(ladders, key=_lowest))
        self._bounds = [_lowest(ladder) for ladder in self._ladders]
        self.lowest = min(self._bounds, default=inf)

    def woken(self, signed: float) -> tuple[Ladder, ...]:
        return self._ladders[: bisect_right(self._bounds, signed)]


def _kind(ladder: Ladder) -> tuple[Operator, bool] | None:
    """What it compares with its steps, and how; None where that changes with time."""
    kinds = {(g.rule.operator, g.rule.rising) for g in _generations(ladder)}
    return kinds.pop() if len(kinds) == 1 else None


def _lowest(ladder: Ladder) -> float:
    """What wakes it sooner or later."""
    return min(generation.terms.enters[0] for generation in _generations(ladder))


def _generations(ladder: Ladder | None) -> Iterator[Ladder]:
    while ladder is not None:
        yield ladder
        ladder = ladder.successor
