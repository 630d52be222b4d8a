"""The hub as a state machine: the newest situations in, one picture of the whole site out.

Pure: the clock is passed in and nothing is sent. A call every few seconds is enough; all that is
carried from one to the next lies in `state`, which a snapshot holds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from schemas.value import Situation, Value
from streams.domains import catalogue
from streams.hub.certainty import Certainty, certainties
from streams.hub.criteria import chosen
from streams.hub.expectation import critical_pairs, expected_places
from streams.hub.explain import contributors
from streams.hub.forecast import Forecast, first_saturated, forecast
from streams.hub.hub_values import HubReport
from streams.hub.intake import Intake
from streams.hub.level import operating_level
from streams.hub.load import BLINDNESS, HubSettings
from streams.hub.memory import Memory
from streams.hub.mode_values import ModeReport, Values, provenance
from streams.hub.options import effects
from streams.hub.picture import HubPicture, OperatingLevel, Profile
from streams.hub.readings import Readings, silence_limits
from streams.hub.sources import Arriving
from streams.hub.state import HubState
from streams.site.model import Site

LEVEL = "site.operating_level"


class Hub:
    """The dispersal balance and the operating level of one site."""

    def __init__(self, site: Site, settings: HubSettings, state: HubState | None = None) -> None:
        self.site = site
        self.state = state or HubState()
        self._dispersal = settings.dispersal
        self.operating = settings.operating
        self._intake = Intake(site, self._dispersal)
        self._memory = Memory(site, self._dispersal)
        self._limits = silence_limits(site)
        self._critical = critical_pairs(site, catalogue())
        self._root = next(place.key for place in site.places.values() if place.parent is None)
        self.criteria = {
            criterion.key: chosen(
                criterion,
                tuple(site.places.values()),
                expected_places(site, catalogue(), criterion.measure),
            )
            for criterion in self.operating.criteria
        }

    def step(self, situations: Mapping[str, Situation], now_ms: int) -> HubPicture:
        """The picture at `now_ms`, from the newest situation of each place.

        `now_ms` does not go back. Situations of places above the cells may be among them; values
        the hub itself has told before must not.
        """
        readings = Readings(situations, self._limits, now_ms)
        sources = self._intake.arriving(readings, self.state)
        inputs = self._intake.inputs(readings, self.state, sources)
        certain = certainties(self._dispersal, inputs, [source.reading for source in sources])
        made = forecast(replace(inputs, known=tuple(one.forecast != "unknown" for one in certain)))
        self._memory.keep(self.state, readings, made, sources)
        values = self._values(made, certain, sources, now_ms)
        operating = self._level(values, readings)
        return self._picture(made, certain, values, operating, now_ms)

    def _values(
        self,
        made: Forecast,
        certain: Sequence[Certainty],
        sources: Sequence[Arriving],
        now_ms: int,
    ) -> dict[str, dict[str, Value]]:
        """dispersal.* of each mode and of the hub, by place."""
        modes: list[tuple[str, Values]] = []
        everything: list[tuple[str, Value]] = []
        for index, mode in enumerate(self._dispersal.modes):
            offer, queue = made.inputs.offers[index], made.inputs.queues[index]
            places = mode.queue.places if mode.queue else []
            inputs = [(mode.place, value) for value in offer.inputs]
            inputs += list(zip(places, queue.inputs, strict=True))
            for source, came in zip(self._dispersal.sources, sources, strict=True):
                if not mode.serves or source.place in mode.serves:
                    inputs += [(source.place, value) for value in came.inputs]
            everything += inputs
            told = ModeReport(made, index, certain[index], provenance(inputs, now_ms))
            modes.append((mode.place, told.values(self.state.scores.get(mode.place))))
        whole = HubReport(
            forecast=made,
            modes=modes,
            share={place: one.share for (place, _), one in zip(modes, certain, strict=True)},
            negligible=self._dispersal.unknown_share_ratio,
            blind=bool(self._missing(certain)),
            rests=provenance(list(dict.fromkeys(everything)), now_ms),
        )
        values = dict(modes)
        values[self._dispersal.hub] = whole.values(list(self.state.scores.values()))
        return values

    def _missing(self, certain: Sequence[Certainty]) -> tuple[str, ...]:
        """Modes with a real share of the demand that are unknown."""
        return tuple(
            mode.place
            for mode, one in zip(self._dispersal.modes, certain, strict=True)
            if one.forecast == "unknown" and one.share > self._dispersal.unknown_share_ratio
        )

    def _level(self, values: dict[str, dict[str, Value]], readings: Readings) -> OperatingLevel:
        """The operating level; adds site.* to `values`."""
        critical = [readings.value(place, measure) for place, measure in self._critical]
        rests = provenance(
            [(place, value) for (place, _), value in zip(self._critical, critical, strict=True)],
            readings.now_ms,
        )
        blindness = 1.0 - rests.heard / rests.expected if rests.expected else None
        site = values.setdefault(self._root, {})
        site[BLINDNESS] = rests.value(BLINDNESS, blindness, reason="no-source")

        def read(place: str, measure: str) -> Value:
            return values.get(place, {}).get(measure) or readings.value(place, measure)

        level = operating_level(
            self.operating, self.criteria, read, self.state.criteria, readings.now_ms
        )
        deciding = level.reasons[0].path if level.reasons else ()
        site[LEVEL] = rests.value(
            LEVEL,
            float(level.level),
            "suspect" if level.at_least else "ok",
            "criteria",
            at_least=level.at_least,
            decided_by=deciding[0] if deciding else "",
        )
        return level

    def _picture(
        self,
        made: Forecast,
        certain: Sequence[Certainty],
        values: dict[str, dict[str, Value]],
        operating: OperatingLevel,
        now_ms: int,
    ) -> HubPicture:
        first = first_saturated(made.likely.courses, made.inputs.limits)
        modes = self._dispersal.modes
        missing = self._missing(certain)
        return HubPicture(
            site=self.site.key,
            at_ms=now_ms,
            values=values,
            profiles=tuple(
                self._profile(made, certain[index], index) for index in range(len(modes))
            ),
            first_saturated=modes[first[0]].place if first else "",
            contributors=contributors(self._dispersal, made.inputs, made.likely, *first)
            if first
            else (),
            options=effects(self._dispersal, made),
            operating=operating,
            at_least=bool(missing),
            unknown_modes=missing,
            split=self._intake.split_basis(now_ms, self.state),
            kernel=self._intake.kernel_basis(self.state),
        )

    def _profile(self, made: Forecast, one: Certainty, index: int) -> Profile:
        mode = self._dispersal.modes[index]
        course = made.likely.courses[index]
        low, high = made.latest.courses[index], made.earliest.courses[index]
        return Profile(
            mode=mode.place,
            kind=mode.kind,
            status=one.forecast,
            reason=one.reason,
            limit=made.inputs.limits[index],
            demand=made.likely.demand[index] if one.demand != "unknown" else (),
            capacity=course.capacity if course else (),
            queue=course.waiting if course else (),
            queue_low=low.waiting if low else (),
            queue_high=high.waiting if high else (),
        )
