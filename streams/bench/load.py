"""The load of a benchmark: a site of any size whose sources report in turn.

Half of the places are road segments, half are walkways, five to a cell; sources are shared out
evenly, so that every place hears several. All numbers follow from the settings.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from math import gcd

PLACES_A_CELL = 5
GOLDEN = 0.6180339887
COUNT = 20
"""persons a camera sees at least; up to COUNT + 9 while its walkway is not crowded"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """A place with sources; `road` tells a road segment from a walkway."""

    key: str
    cell: str
    road: bool
    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Reporter:
    """A source: who it is, and when in its cadence it speaks (0 ≤ phase < 1).

    `index` counts the sources of a place.
    """

    key: str
    spot: Spot
    index: int
    phase: float

    @property
    def feed(self) -> str:
        return "transport.road" if self.spot.road else "police.crowd"


@dataclass(frozen=True, kw_only=True)
class Load:
    """`sources` report once every `cadence_seconds` of event time.

    A walkway is crowded for one round in `crowded_every`: its rule raises an alert and clears it in
    the next round. One road in ten is jammed for a quarter of an hour out of each hour.
    """

    sources: int = 5000
    places: int = 200
    rules: int = 26
    partitions: int = 4
    cadence_seconds: float = 1.0
    crowded_every: int = 600
    start_ms: int = 1_784_073_600_000  # 2026-07-15 08:00 in Shanghai

    @cached_property
    def spots(self) -> tuple[Spot, ...]:
        """A cell of roads, a cell of walkways, and so on in turn."""
        return tuple(_spot(number) for number in range(self.places))

    @cached_property
    def reporters(self) -> tuple[Reporter, ...]:
        """In the order in which they speak; neighbours in time are of different places."""
        stride = round(self.sources * GOLDEN) or 1
        while gcd(stride, self.sources) > 1:
            stride += 1
        return tuple(
            self._reporter(turn * stride % self.sources, turn / self.sources)
            for turn in range(self.sources)
        )

    def _reporter(self, number: int, phase: float) -> Reporter:
        index, place = divmod(number, self.places)
        spot = self.spots[place]
        return Reporter(key=f"{spot.key}.s{index:04}", spot=spot, index=index, phase=phase)

    @property
    def sources_a_place(self) -> int:
        """At most."""
        return -(-self.sources // self.places)

    @property
    def crowded_persons(self) -> int:
        """A walkway that is not crowded stays below, by the count of its cameras."""
        return (COUNT + 10) * self.sources_a_place + 1000


def _spot(number: int) -> Spot:
    cell, place = divmod(number, PLACES_A_CELL)
    road = cell % 2 == 0
    facility = f"road.r{cell:03}" if road else f"hub.b{cell:03}"
    return Spot(key=f"{facility}.p{place}", cell=facility, road=road, number=number)
