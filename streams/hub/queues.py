"""How many wait for a mode now: counted where somebody counts, else carried by the balance."""

from __future__ import annotations

from dataclasses import dataclass, replace

from schemas.value import Value
from streams.hub.balance import HORIZON_MINUTES, STEP_MINUTES
from streams.hub.readings import Readings
from streams.hub.settings import Mode, Waiting, density_key
from streams.hub.state import ModeMemory
from streams.site.model import Site


@dataclass(frozen=True, slots=True)
class Queue:
    """Persons waiting, between `low` and `high`; `inputs` are the counts.

    `open`: nobody counts them and they may be as many as the limit. Then nothing is known but the
    lower bound, which all runs start from.
    """

    low: float
    likely: float
    high: float
    counted: bool
    open: bool = False
    inputs: tuple[Value, ...] = ()

    @property
    def reason(self) -> str:
        """Why the number is not ok."""
        if self.open:
            return "no-count"
        if not self.counted:
            return "carried"
        return next((f"input:{v.measure}" for v in self.inputs if v.status != "ok"), "")


def limit(waiting: Waiting | None, site: Site, at_ms: int) -> float | None:
    """Persons who may wait: the operator's number, else area × density at the grade allowed.

    None where nothing limits them, or where the site gives no area or no density.
    """
    if waiting is None or waiting.limit_persons is not None:
        return waiting.limit_persons if waiting else None
    density = site.standard(density_key(waiting.level_of_service), at_ms)
    area = sum(site.places[key].area_m2 or 0.0 for key in waiting.areas) * waiting.share
    return area * density.value if density and area else None


def queue_now(
    mode: Mode,
    readings: Readings,
    memory: ModeMemory | None,
    *,
    coming: float,
    minutes: float,
    most: float,
    flow_error: float,
) -> Queue:
    """The queue at this instant.

    `coming` persons in these 5 minutes, `minutes` since the memory, `most` the limit of the mode.
    """
    places, measure = (mode.queue.places, mode.queue.measure) if mode.queue else ([], "")
    inputs = tuple(readings.value(place, measure) for place in places)
    counts = [value.value for value in inputs if value.value is not None]
    if mode.queue and len(counts) == len(inputs):
        passing = coming / STEP_MINUTES * mode.queue.passing_minutes
        persons = max(0.0, sum(counts) * mode.queue.share - passing)
        return Queue(persons, persons, persons, counted=True, inputs=inputs)
    if memory is None or minutes > HORIZON_MINUTES:
        queue = Queue(0.0, 0.0, most, counted=False)
    else:
        queue = carried(memory, minutes=minutes, most=most, flow_error=flow_error)
    return replace(queue, open=queue.high >= most > 0.0, inputs=inputs)


def carried(memory: ModeMemory, *, minutes: float, most: float, flow_error: float) -> Queue:
    """The remembered queue moved on by the demand and the capacity of its last step.

    Its uncertainty grows with those who came, `flow_error` of them, up to the whole waiting area;
    where demand or capacity was unknown nothing is left of what was known.
    """
    likely, high = memory.likely, max(most, memory.likely)
    if memory.demand is None or memory.capacity is None:
        return Queue(0.0, likely, high, counted=False)
    steps = minutes / STEP_MINUTES
    change = (memory.demand - memory.capacity) * steps
    error = memory.demand * flow_error * steps
    likely = max(0.0, likely + change)
    return Queue(
        low=max(0.0, memory.low + change - error),
        likely=likely,
        high=min(max(0.0, memory.high + change + error), max(most, likely)),
        counted=False,
    )
