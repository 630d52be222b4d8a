"""What the hub takes along from one step to the next, and what it learns on the way."""

from __future__ import annotations

from collections.abc import Sequence

from schemas.value import Value
from streams.hub.balance import STEP_MS
from streams.hub.calendar import day_type, local
from streams.hub.forecast import Forecast
from streams.hub.intake import LAST_DEPARTURE, split_key
from streams.hub.learning import count_split, decay, learn_kernel
from streams.hub.readings import Readings
from streams.hub.score import AHEAD_STEPS, compare, promise
from streams.hub.settings import ArrivalSource, Dispersal, ModeKind
from streams.hub.sources import Arriving
from streams.hub.state import HubState, LearntKernel, ModeMemory, Score
from streams.site.model import Site

LEFT = "crowd.left_per_min"
STEP_MINUTES = STEP_MS / 60_000


class Memory:
    """Writes `HubState`; reads nothing but what a step was made of."""

    def __init__(self, site: Site, dispersal: Dispersal) -> None:
        self._site = site
        self._dispersal = dispersal
        self._factor = decay(dispersal.learning.half_life_steps)

    def keep(
        self,
        state: HubState,
        readings: Readings,
        made: Forecast,
        sources: Sequence[Arriving],
    ) -> None:
        """Takes over the queues; at each new step of the clock also learns and scores."""
        now_ms = readings.now_ms
        if state.at_ms and now_ms // STEP_MS > state.at_ms // STEP_MS:
            self._score(state, made, now_ms)
            for source, came in zip(self._dispersal.sources, sources, strict=True):
                self._learn_kernel(state, readings, source, came)
                self._learn_split(state, readings, source, made)
        for index, mode in enumerate(self._dispersal.modes):
            state.modes[mode.place] = self._mode(state, readings, made, index)
        state.at_ms = now_ms

    def _mode(self, state: HubState, readings: Readings, made: Forecast, index: int) -> ModeMemory:
        place = self._dispersal.modes[index].place
        queue, course = made.inputs.queues[index], made.likely.courses[index]
        last_ms = readings.value(place, LAST_DEPARTURE).value
        before = state.modes.get(place)
        return ModeMemory(
            low=queue.low,
            likely=queue.likely,
            high=queue.high,
            counted=queue.counted,
            demand=course.demand[0] if course else None,
            capacity=course.capacity[0] if course else None,
            last_departure_ms=int(last_ms)
            if last_ms is not None
            else (before.last_departure_ms if before else None),
        )

    def _score(self, state: HubState, made: Forecast, now_ms: int) -> None:
        """Compares and makes promises for the modes whose queue is counted."""
        for index, mode in enumerate(self._dispersal.modes):
            queue = made.inputs.queues[index]
            if mode.queue is None:
                continue
            score = state.scores.setdefault(mode.place, Score(promises=[]))
            compare(score, queue.likely if queue.counted else None, now_ms)
            latest, likely, earliest = (
                run.courses[index] for run in (made.latest, made.likely, made.earliest)
            )
            if queue.counted and latest and likely and earliest:
                promise(
                    score,
                    now_ms,
                    low=latest.waiting[AHEAD_STEPS],
                    likely=likely.waiting[AHEAD_STEPS],
                    high=earliest.waiting[AHEAD_STEPS],
                )

    def _learn_kernel(
        self, state: HubState, readings: Readings, source: ArrivalSource, came: Arriving
    ) -> None:
        """From the gates by which only this source's arrivals come out, when all are counted."""
        rates = self._rates([readings.value(gate, LEFT) for gate in source.exit_gates])
        if rates is None or came.reading.status != "ok" or source.outflow is not None:
            return
        before = state.kernels.get(source.place) or LearntKernel(list(source.kernel.shares))
        state.kernels[source.place] = learn_kernel(
            before, came.bins, sum(rates) * STEP_MINUTES, readings.now_ms, self._factor
        )

    def _learn_split(
        self, state: HubState, readings: Readings, source: ArrivalSource, made: Forecast
    ) -> None:
        """From the counts of those who go on; not while one of these kinds is partly closed."""
        persons: dict[ModeKind, float] = {}
        for kind, counts in source.counts.items():
            rates = self._rates([readings.value(count.place, count.measure) for count in counts])
            if rates is None or not self._runs(kind, source, made):
                return
            persons[kind] = sum(rates) * STEP_MINUTES
        if not persons:
            return
        # what was counted belongs to the step that has just ended
        at_ms = readings.now_ms - STEP_MS
        key = split_key(source, day_type(self._site, at_ms), local(self._site, at_ms).hour)
        state.splits[key] = count_split(state.splits.get(key), persons, self._factor)

    def _rates(self, values: Sequence[Value]) -> list[float] | None:
        """The numbers, or None where one is not ok or covers too little."""
        least = self._dispersal.learning.minimum_coverage
        good = [v.value for v in values if v.status == "ok" and v.value is not None]
        if not values or len(good) < len(values) or any(v.coverage < least for v in values):
            return None
        return good

    def _runs(self, kind: ModeKind, source: ArrivalSource, made: Forecast) -> bool:
        return all(
            offer.open[0] == 1.0
            for mode, offer in zip(self._dispersal.modes, made.inputs.offers, strict=True)
            if mode.kind == kind and (not mode.serves or source.place in mode.serves)
        )
