"""The balance of all modes together as values, told at the place of the hub."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from schemas.value import Value
from streams.hub.forecast import Forecast, all_saturated
from streams.hub.mode_values import (
    ALL_SATURATED,
    HORIZON,
    LAST,
    SATURATIONS,
    SCORES,
    SUMS,
    Provenance,
    Values,
)
from streams.hub.state import Score


@dataclass(frozen=True, slots=True)
class HubReport:
    """`modes` as (place, values); `share` of the usual demand of each by place.

    At or under the share `negligible` a mode does not count; `blind`: one that counts is unknown.
    """

    forecast: Forecast
    modes: Sequence[tuple[str, Values]]
    share: Mapping[str, float]
    negligible: float
    blind: bool
    rests: Provenance

    def values(self, scores: Sequence[Score]) -> Values:
        """All values of the hub; those it cannot have are left out."""
        found = [self.total(measure) for measure in SUMS]
        found += [self.first(measure) for measure in SATURATIONS]
        found.append(self._all())
        ending = [(v.value, place) for place, values in self.modes if (v := values.get(LAST))]
        running = [(minutes, place) for minutes, place in ending if minutes]
        if running:
            minutes, place = min(running)
            found.append(self.rests.value(LAST, minutes, decided_by=place))
        weight = sum(score.weight for score in scores)
        if weight:
            mean = Score([], weight, sum(s.hits for s in scores), sum(s.error for s in scores))
            found += [self.rests.value(key, read(mean), reason="few") for key, read in SCORES]
        return {value.measure: value for value in found}

    def total(self, measure: str) -> Value:
        """The sum over the known modes: a lower bound while one is not known, and unknown while
        those that are known carry next to nothing."""
        told = self._told(measure)
        known = [(value.value, place) for place, value in told if value.value is not None]
        silent, why = self._silent(told)
        doubt = next((value.reason for _, value in told if value.status == "suspect"), "")
        if not known or (silent and self._little([place for _, place in known])):
            return self.rests.value(measure, None, reason=why, decided_by=silent)
        largest, place = max(known)
        return self.rests.value(
            measure,
            sum(number for number, _ in known),
            "suspect" if silent or doubt else "ok",
            why or doubt,
            at_least=bool(silent) or any(value.at_least for _, value in told),
            decided_by=place if largest else "",
        )

    def first(self, measure: str) -> Value:
        """The earliest of the modes, suspect when one that counts is. While one that counts is
        unknown and no other fills up: unknown, since nobody can say that none will."""
        told = self._told(measure)
        known = [(value.value, place, value) for place, value in told if value.value is not None]
        silent, why = self._silent(told)
        earliest = min(known, key=lambda row: row[:2], default=None)
        if earliest is None or (self.blind and earliest[2].at_least):
            return self.rests.value(measure, None, reason=why, decided_by=silent)
        minutes, place, value = earliest
        counting = [v.reason for p, v in told if v.reason and not self._little([p])]
        doubt = why or value.reason or next(iter(counting), "")
        return self.rests.value(
            measure,
            minutes,
            "suspect" if doubt else "ok",
            doubt,
            at_least=value.at_least,
            decided_by="" if value.at_least else place,
        )

    def _all(self) -> Value:
        """Until all modes with a limit are full; at least that long while one is unknown."""
        told = self._told(SATURATIONS[0])
        known = [place for place, value in told if value.value is not None]
        doubt = next((value.reason for _, value in told if value.status != "ok"), "")
        silent = len(known) < len(told)
        if silent and self._little(known):
            return self.rests.value(ALL_SATURATED, None, reason=doubt)
        minutes = all_saturated(self.forecast.likely.courses, self.forecast.inputs.limits)
        return self.rests.value(
            ALL_SATURATED,
            HORIZON if minutes is None else minutes,
            "suspect" if doubt else "ok",
            doubt,
            at_least=minutes is None or silent,
        )

    def _told(self, measure: str) -> list[tuple[str, Value]]:
        return [(place, values[measure]) for place, values in self.modes if measure in values]

    def _silent(self, told: Sequence[tuple[str, Value]]) -> tuple[str, str]:
        """(place, reason) of the first unknown mode, empty for none."""
        return next(((place, v.reason) for place, v in told if v.value is None), ("", ""))

    def _little(self, places: Sequence[str]) -> bool:
        """These modes together carry next to nothing."""
        return sum(self.share[place] for place in places) <= self.negligible
