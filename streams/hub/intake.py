"""From situations to the inputs of a forecast: who comes, how they go on, what can take them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from streams.hub.balance import STEP_MS, STEPS
from streams.hub.calendar import MS_A_MINUTE, day_type, local
from streams.hub.capacity import Offer, offer
from streams.hub.forecast import Inputs
from streams.hub.queues import limit, queue_now
from streams.hub.readings import Readings
from streams.hub.settings import ArrivalSource, Dispersal, Line, Mode, ModeKind
from streams.hub.sources import Arriving, arriving
from streams.hub.split import Row, counted, over_modes
from streams.hub.state import CountedSplit, HubState, LearntKernel
from streams.site.model import Site

LAST_DEPARTURE = "transit.last_departure_ms"


class Intake:
    """Reads the inputs of one hub; what does not change from step to step is worked out once."""

    def __init__(self, site: Site, dispersal: Dispersal) -> None:
        self._site = site
        self._dispersal = dispersal
        index = {mode.place: n for n, mode in enumerate(dispersal.modes)}
        self._table = tuple(
            tuple((index[place], share) for place, share in mode.diverts_to.items())
            for mode in dispersal.modes
        )
        self._spreads = tuple(dispersal.capacity_spread[mode.kind] for mode in dispersal.modes)

    def arriving(self, readings: Readings, state: HubState) -> tuple[Arriving, ...]:
        """What is known of each source."""
        return tuple(
            arriving(source, self.kernel(source, state), readings)
            for source in self._dispersal.sources
        )

    def inputs(self, readings: Readings, state: HubState, sources: Sequence[Arriving]) -> Inputs:
        """All inputs; which modes are known is not yet among them."""
        now_ms = readings.now_ms
        offers = tuple(self._offer(mode, readings, state) for mode in self._dispersal.modes)
        limits = tuple(limit(mode.waiting, self._site, now_ms) for mode in self._dispersal.modes)
        minutes = max(0, now_ms - state.at_ms) / MS_A_MINUTE
        wanted = self._wanted(now_ms, state)
        queues = tuple(
            queue_now(
                mode,
                readings,
                state.modes.get(mode.place),
                coming=_coming(sources, wanted[0], index) * offers[index].open[0],
                minutes=minutes,
                most=limits[index] or 0.0,
                flow_error=self._dispersal.flow_error_ratio,
            )
            for index, mode in enumerate(self._dispersal.modes)
        )
        return Inputs(
            exits=tuple(source.exits for source in sources),
            wanted=wanted,
            offers=offers,
            queues=queues,
            limits=limits,
            spreads=self._spreads,
            table=self._table,
        )

    def kernel(self, source: ArrivalSource, state: HubState) -> Sequence[float]:
        """The learnt exit delays once they rest on enough steps, else the prior."""
        learnt = state.kernels.get(source.place)
        return learnt.shares if learnt and self._enough(learnt.steps) else source.kernel.shares

    def split(self, source: ArrivalSource, at_ms: int, state: HubState) -> Mapping[ModeKind, float]:
        """Shares of the kinds at an instant: counted where there were counts enough, else prior."""
        kind_of_day, hour = day_type(self._site, at_ms), local(self._site, at_ms).hour
        prior = self._dispersal.shares(source, kind_of_day, hour)
        assert prior is not None  # noqa: S101  load_hub has checked every hour of every kind of day
        learnt = state.splits.get(split_key(source, kind_of_day, hour))
        return counted(prior, learnt.persons) if learnt and self._enough(learnt.steps) else prior

    def split_basis(self, at_ms: int, state: HubState) -> dict[str, str]:
        """For each source whether its split is `counted` or `prior` now."""
        kind_of_day, hour = day_type(self._site, at_ms), local(self._site, at_ms).hour
        return {
            source.place: self._basis(state.splits.get(split_key(source, kind_of_day, hour)))
            for source in self._dispersal.sources
        }

    def kernel_basis(self, state: HubState) -> dict[str, str]:
        """For each source whether its exit delays are `counted` or `prior`."""
        return {
            source.place: self._basis(state.kernels.get(source.place))
            for source in self._dispersal.sources
        }

    def _basis(self, learnt: CountedSplit | LearntKernel | None) -> str:
        return "counted" if learnt and self._enough(learnt.steps) else "prior"

    def _enough(self, steps: float) -> bool:
        return steps >= self._dispersal.learning.minimum_steps

    def _wanted(self, now_ms: int, state: HubState) -> tuple[tuple[Row, ...], ...]:
        """Rows of each step; steps of the same hour share theirs."""
        rows: dict[tuple[str, int], tuple[Row, ...]] = {}
        steps = []
        for step in range(STEPS):
            at_ms = now_ms + step * STEP_MS
            key = day_type(self._site, at_ms), local(self._site, at_ms).hour
            if key not in rows:
                rows[key] = tuple(
                    over_modes(self._dispersal, source, self.split(source, at_ms, state))
                    for source in self._dispersal.sources
                )
            steps.append(rows[key])
        return tuple(steps)

    def _offer(self, mode: Mode, readings: Readings, state: HubState) -> Offer:
        """With the last departure the line reports, or reported before it fell silent."""
        memory = state.modes.get(mode.place)
        last_ms = memory.last_departure_ms if memory else None
        if isinstance(mode.capacity, Line):
            reported = readings.value(mode.place, LAST_DEPARTURE).value
            last_ms = last_ms if reported is None else int(reported)
        return offer(mode, self._site, readings, last_ms)


def _coming(sources: Sequence[Arriving], rows: Sequence[Row], mode: int) -> float:
    """Persons who want a mode in the first step, from the sources that are known."""
    return sum(
        source.exits.likely[0] * row[mode]
        for source, row in zip(sources, rows, strict=True)
        if source.exits
    )


def split_key(source: ArrivalSource, kind_of_day: str, hour: int) -> str:
    """Under which the counted split of a source is remembered."""
    return f"{source.place}|{kind_of_day}|{hour}"
