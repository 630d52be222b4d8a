"""What is known of who arrives: services with their passengers, or a crowd that leaves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from schemas.value import ArrivalBin, Value
from streams.hub.arrivals import Exits, exits, outflow
from streams.hub.certainty import SourceReading
from streams.hub.readings import Readings
from streams.hub.settings import ArrivalSource

EXPECTED = "arrivals.expected_passengers_30min"


@dataclass(frozen=True, slots=True)
class Arriving:
    """One source now. `exits` None and no bins while it is unknown."""

    exits: Exits | None
    bins: tuple[ArrivalBin, ...]
    reading: SourceReading
    inputs: tuple[Value, ...]


def arriving(source: ArrivalSource, kernel: Sequence[float], readings: Readings) -> Arriving:
    """Bins of the source, spread over the steps by the kernel."""
    bins, inputs = _bins(source, len(kernel), readings)
    doubtful = next((value for value in inputs if value.status != "ok"), None)
    reason = f"input:{doubtful.measure}" if doubtful else ""
    if not bins:
        reason = reason or f"input:{inputs[0].measure}"
        return Arriving(None, (), SourceReading("unknown", reason), inputs)
    reading = SourceReading("suspect" if reason else "ok", reason)
    return Arriving(exits(bins, kernel, readings.now_ms), bins, reading, inputs)


def _bins(
    source: ArrivalSource, steps: int, readings: Readings
) -> tuple[tuple[ArrivalBin, ...], tuple[Value, ...]]:
    """(bins, what they were read from); no bins while unknown."""
    flow = source.outflow
    if flow is None:
        expected = readings.value(source.place, EXPECTED)
        known = expected.value is not None
        return (readings.arrivals(source.place) if known else ()), (expected,)
    leaving = readings.value(source.place, flow.leaving)
    inputs: tuple[Value, ...] = (leaving,)
    remaining = None
    if flow.inside is not None:
        inside = readings.value(source.place, flow.inside)
        inputs = (leaving, inside)
        remaining = None if inside.value is None else inside.value * flow.ratio
    if leaving.value is None:
        return (), inputs
    bins = outflow(leaving.value * flow.ratio, remaining, flow.spread, steps, readings.now_ms)
    return bins, inputs
