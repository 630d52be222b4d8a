"""What the hub reads: the newest situation of each place, and how long ago its cell last spoke."""

from __future__ import annotations

from collections.abc import Mapping

from schemas.value import ArrivalBin, Situation, Value
from streams.site.model import Site

SILENT_CADENCES = 5
"""as for sources: silent beyond 5τ, here of the fastest source of a cell"""
SHORTEST_SILENCE_MS = 300_000


def silence_limits(site: Site) -> dict[str, int]:
    """For each cell with sources: after how many ms without a situation nobody speaks for it.

    A worker republishes a cell as its fastest source reports; when that stops, the values that lie
    in the topic are those of a dead worker and say nothing of now.
    """
    fastest: dict[str, float] = {}
    for source in site.sources.values():
        cell = site.places[source.place].cell
        fastest[cell] = min(fastest.get(cell, source.cadence_seconds), source.cadence_seconds)
    return {
        cell: max(SHORTEST_SILENCE_MS, int(SILENT_CADENCES * cadence * 1000))
        for cell, cadence in fastest.items()
    }


class Readings:
    """Values by place and measure as of `now_ms`; unknown where there is none or it is too old."""

    def __init__(
        self, situations: Mapping[str, Situation], limits: Mapping[str, int], now_ms: int
    ) -> None:
        self.situations = situations
        self.now_ms = now_ms
        newest: dict[str, int] = {}
        for situation in situations.values():
            newest[situation.cell] = max(newest.get(situation.cell, 0), situation.at_ms)
        self.silent = {
            cell for cell, at_ms in newest.items() if now_ms - at_ms > limits.get(cell, now_ms)
        }

    def value(self, place: str, measure: str) -> Value:
        """The value; unknown with reason `no-source` or `silent-cell` where it says nothing."""
        situation = self.situations.get(place)
        found = situation.values.get(measure) if situation else None
        if situation is None or found is None:
            return Value(measure=measure, status="unknown", reason="no-source")
        if situation.cell in self.silent:
            return Value(
                measure=measure,
                status="unknown",
                expected=found.expected,
                reason="silent-cell",
                simulated=found.simulated,
            )
        return found

    def arrivals(self, place: str) -> tuple[ArrivalBin, ...]:
        """Bins of services to come; meaningful only where their measure is known."""
        situation = self.situations.get(place)
        return situation.arrivals if situation else ()
