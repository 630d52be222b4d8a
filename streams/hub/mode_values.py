"""The balance of one mode as values, told at its place."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from schemas.value import CONTRIBUTORS_SHOWN, Status, Value
from streams.hub.balance import HORIZON_MINUTES
from streams.hub.certainty import Certainty
from streams.hub.forecast import Forecast, Run, minutes_to_saturation, stranded
from streams.hub.score import hit_ratio, mean_error
from streams.hub.state import Score

Values = dict[str, Value]
SUMS = (
    "dispersal.demand_per_5min",
    "dispersal.capacity_per_5min",
    "dispersal.deficit_per_5min",
    "dispersal.queue_persons",
    "dispersal.stranded_persons",
)
SATURATIONS = (
    "dispersal.minutes_to_saturation",
    "dispersal.minutes_to_saturation_earliest",
    "dispersal.minutes_to_saturation_latest",
)
SCORES: tuple[tuple[str, Callable[[Score], float | None]], ...] = (
    ("dispersal.forecast_hit_ratio", hit_ratio),
    ("dispersal.forecast_error_persons", mean_error),
)
LAST = "dispersal.minutes_to_last_departure"
REPORTED = "transit.last_departure_ms"
ALL_SATURATED = "dispersal.minutes_to_all_saturated"
HORIZON = float(HORIZON_MINUTES)


@dataclass(frozen=True, slots=True)
class Provenance:
    """What values rest on: the places they were read at, how many of them were known.

    `observed_at_ms` is the newest observation among what was read, `oldest_ms` the oldest.
    """

    observed_at_ms: int
    oldest_ms: int
    places: tuple[str, ...]
    heard: int
    expected: int
    simulated: bool

    def value(
        self,
        measure: str,
        number: float | None,
        status: Status = "ok",
        reason: str = "",
        *,
        at_least: bool = False,
        decided_by: str = "",
    ) -> Value:
        """A value; unknown where there is no number, and no number where it is unknown."""
        if number is None or status == "unknown":
            number, status, at_least = None, "unknown", False
        return Value(
            measure=measure,
            status=status,
            value=number,
            observed_at_ms=self.observed_at_ms if number is not None else None,
            oldest_ms=self.oldest_ms if number is not None else None,
            heard=self.heard,
            expected=self.expected,
            contributors=self.places[:CONTRIBUTORS_SHOWN],
            reason=reason if status != "ok" else "",
            at_least=at_least,
            simulated=self.simulated,
            decided_by=decided_by,
        )


def provenance(inputs: Sequence[tuple[str, Value]], now_ms: int) -> Provenance:
    """From (place, value) of all that was read."""
    known = [(place, value) for place, value in inputs if value.value is not None]
    observed = [value.observed_at_ms for _, value in known if value.observed_at_ms is not None]
    # what adds nothing makes nothing old: after the last coach nobody is heard of, nor missed
    aged_from = [v.aged_from_ms for _, v in known if v.value and v.aged_from_ms is not None]
    return Provenance(
        observed_at_ms=max(observed, default=now_ms),
        oldest_ms=min(aged_from, default=now_ms),
        places=tuple(dict.fromkeys(place for place, _ in known)),
        heard=len(known),
        expected=len(inputs),
        simulated=any(value.simulated for _, value in inputs),
    )


@dataclass(frozen=True, slots=True)
class ModeReport:
    """One mode of a forecast, ready to be put into values."""

    forecast: Forecast
    index: int
    certainty: Certainty
    rests: Provenance

    def values(self, score: Score | None) -> Values:
        """All values of the mode; those it cannot have are left out."""
        offer, most = self.forecast.inputs.offers[self.index], self.most
        found = [*self._now(), self._stranded()]
        if most is not None:
            found.append(self._queue())
            found.append(self.rests.value("dispersal.waiting_limit_persons", most))
            found += self._saturations(most)
        if offer.minutes_to_last is not None:
            unreported = any(v.measure == REPORTED and v.status != "ok" for v in offer.inputs)
            status: Status = "suspect" if unreported else "ok"
            found.append(self.rests.value(LAST, offer.minutes_to_last, status, f"input:{REPORTED}"))
        if score is not None:
            found += [self.rests.value(m, read(score), reason="few") for m, read in SCORES]
        return {value.measure: value for value in found}

    @property
    def most(self) -> float | None:
        return self.forecast.inputs.limits[self.index]

    def _now(self) -> list[Value]:
        """Demand, capacity and deficit of the step that begins."""
        certainty, index = self.certainty, self.index
        offer = self.forecast.inputs.offers[index]
        wanted, supply = self.forecast.likely.demand[index][0], offer.supply()
        taken = supply.first if supply else None
        lacking = None if taken is None else max(0.0, wanted - taken)
        capacity: Status = "suspect" if offer.reason else "ok"
        demand, why, less = certainty.demand, certainty.demand_reason, certainty.missing
        tell = self.rests.value
        return [
            tell("dispersal.demand_per_5min", wanted, demand, why, at_least=less),
            tell("dispersal.capacity_per_5min", taken, capacity, offer.reason),
            tell(
                "dispersal.deficit_per_5min",
                lacking,
                certainty.forecast,
                certainty.reason,
                at_least=less,
            ),
        ]

    def _queue(self) -> Value:
        """Of a mode that is never full nobody asks who waits."""
        queue = self.forecast.inputs.queues[self.index]
        status: Status = "unknown" if queue.open else "suspect" if queue.reason else "ok"
        return self.rests.value("dispersal.queue_persons", queue.likely, status, queue.reason)

    def _stranded(self) -> Value:
        inputs, index, certainty = self.forecast.inputs, self.index, self.certainty
        course, open_ = self.forecast.likely.courses[index], inputs.offers[index].open
        return self.rests.value(
            "dispersal.stranded_persons",
            stranded(course, open_) if course else None,
            certainty.forecast,
            certainty.reason,
            at_least=certainty.missing or inputs.queues[index].open,
        )

    def _saturations(self, most: float) -> list[Value]:
        """Minutes in the three runs; the horizon, `at_least`, where it is not within it."""
        told = []
        for measure, run in zip(SATURATIONS, runs(self.forecast), strict=True):
            minutes = minutes_to_saturation(run.courses[self.index], most)
            told.append(
                self.rests.value(
                    measure,
                    HORIZON if minutes is None else minutes,
                    self.certainty.forecast,
                    self.certainty.reason,
                    at_least=minutes is None,
                )
            )
        return told


def runs(forecast: Forecast) -> tuple[Run, Run, Run]:
    """In the order of SATURATIONS."""
    return forecast.likely, forecast.earliest, forecast.latest
