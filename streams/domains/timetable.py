"""Services to come: the newest word on each flight, train and coach, and whom it brings.

State: `heard_ms` the newest record; `services` {mode/service/scheduled: the words of `newest`, with
the facts of `Service`}.
"""

from __future__ import annotations

from math import fsum
from typing import Any, NamedTuple

from schemas.kinds.arrival import Arrival
from schemas.value import ArrivalBin
from streams.domains.newest import forget, keep_newest
from streams.fusion.measure import Context

MINUTE_MS = 60_000
DAY_MS = 86_400_000
STEP_MS = 5 * MINUTE_MS
AHEAD_MS = 90 * MINUTE_MS
BACK_MS = 60 * MINUTE_MS
"""how far back bins reach: who has arrived this long ago may still be on the way to the exit"""

BRINGS_NOBODY = ("cancelled", "diverted")
ENDED = (*BRINGS_NOBODY, "arrived")

State = dict[str, Any]


class Service(NamedTuple):
    """`due_ms` is the actual arrival, else the estimated one."""

    mode: str
    scheduled_ms: int
    due_ms: int
    status: str
    passengers: int | None
    capacity: int | None


FACTS = 2
"""where the facts begin in a word of `newest`"""
SCHEDULED, DUE, STATUS = (
    FACTS + Service._fields.index(name) for name in ("scheduled_ms", "due_ms", "status")
)


class Load(NamedTuple):
    """Passengers of a service: declared, or imputed with the p10 and p90 of the prior."""

    likely: float
    low: float
    high: float
    imputed: bool


def start() -> State:
    return {"heard_ms": 0, "services": {}}


def fold(state: State, record: Arrival) -> State:
    state["heard_ms"] = max(state["heard_ms"], record.observed_at_ms)
    due_ms = record.estimated_at_ms if record.actual_at_ms is None else record.actual_at_ms
    facts = Service(
        record.mode,
        record.scheduled_at_ms,
        due_ms,
        record.status,
        record.passengers,
        record.capacity_persons,
    )
    key = f"{record.mode}/{record.service}/{record.scheduled_at_ms}"
    keep_newest(state["services"], key, record, *facts)
    return state


def prune(state: State, now_ms: int) -> State:
    """Forgets services that have ended and lie behind all bins; others after a day."""

    def is_over(word: list[Any]) -> bool:
        kept_ms = BACK_MS if word[STATUS] in ENDED else DAY_MS
        return bool(max(word[DUE], word[SCHEDULED]) < now_ms - kept_ms)

    state["services"] = forget(state["services"], now_ms, is_over)
    return state


def services(state: State, at_ms: int) -> list[Service]:
    """Services due by `at_ms` + 90 min and not over for more than 60 min, however late they are."""
    return [
        Service(*word[FACTS:])
        for word in state["services"].values()
        if word[DUE] >= at_ms - BACK_MS and min(word[SCHEDULED], word[DUE]) < at_ms + AHEAD_MS
    ]


def is_silent(state: State, context: Context) -> bool | None:
    """Whether the timetable's feed has stopped: something must have happened that nobody told.

    So it is when a service has been due for arrivals.silence_minutes and nothing at all was heard
    since, or when nothing was heard for a day. None where no standard gives the minutes.
    """
    minutes = context.standard("arrivals.silence_minutes")
    if minutes is None:
        return None
    heard_ms, limit_ms = state["heard_ms"], context.at_ms - minutes * MINUTE_MS
    return heard_ms < context.at_ms - DAY_MS or any(
        heard_ms <= word[DUE] <= limit_ms and word[STATUS] not in ENDED
        for word in state["services"].values()
    )


def load(service: Service, context: Context) -> Load | None:
    """Passengers the service brings: declared; else its capacity, or the usual one of its mode,
    × the load prior of its mode (p10, mean, p90). None where no prior is given.
    """
    if service.status in BRINGS_NOBODY:
        return Load(0.0, 0.0, 0.0, imputed=False)
    if service.passengers is not None:
        declared = float(service.passengers)
        return Load(declared, declared, declared, imputed=False)
    prior = f"arrivals.{service.mode}"
    capacity = service.capacity or context.standard(f"{prior}.capacity_persons")
    likely = context.standard(f"{prior}.load_ratio")
    low = context.standard(f"{prior}.load_low_ratio")
    high = context.standard(f"{prior}.load_high_ratio")
    if capacity is None or likely is None or low is None or high is None:
        return None
    return Load(capacity * likely, capacity * low, capacity * high, imputed=True)


def profile(state: State, context: Context) -> tuple[ArrivalBin, ...]:
    """Passengers by 5-minute step of the clock, from 60 minutes back to 90 minutes ahead.

    A step's p10 and p90 add up those of its services: wider than they would be if loads were
    independent. Empty when unknown: the feed is silent, or a service has no prior.
    """
    if is_silent(state, context) is not False:
        return ()
    first_ms = (context.at_ms - BACK_MS) // STEP_MS * STEP_MS
    bins: dict[int, list[Load]] = {
        start_ms: [] for start_ms in range(first_ms, context.at_ms + AHEAD_MS, STEP_MS)
    }
    for service in services(state, context.at_ms):
        loads = bins.get(service.due_ms // STEP_MS * STEP_MS)
        if loads is not None and service.status not in BRINGS_NOBODY:
            brings = load(service, context)
            if brings is None:
                return ()
            loads.append(brings)
    return tuple(_bin(start_ms, loads) for start_ms, loads in bins.items())


def _bin(start_ms: int, loads: list[Load]) -> ArrivalBin:
    return ArrivalBin(
        start_ms=start_ms,
        services=len(loads),
        passengers=fsum(load.likely for load in loads),
        imputed_passengers=fsum(load.likely for load in loads if load.imputed),
        passengers_low=fsum(load.low for load in loads),
        passengers_high=fsum(load.high for load in loads),
    )


def expected(state: State, context: Context, minutes: int) -> list[Load] | None:
    """Loads of the services due within so many minutes; None when unknown, as for `profile`."""
    end_ms = context.at_ms + minutes * MINUTE_MS
    loads = [
        load(service, context)
        for service in services(state, context.at_ms)
        if context.at_ms <= service.due_ms < end_ms
    ]
    known = [each for each in loads if each is not None]
    return known if len(known) == len(loads) and is_silent(state, context) is False else None
