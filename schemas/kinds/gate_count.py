"""Passages through a gate or a counting line."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from schemas.record import Record, Unit


class GateCount(Record):
    """Persons who passed in and out since the source's previous report.

    Passages alone say how a number of persons changes, not what it is: until a night has passed,
    only a recount (`inside_persons`) makes an occupancy known.

    Source: FIWARE CrowdFlowObserved (peopleCount), by direction. Range: ours; a 20 m passage at
    the 82 persons/m/min that Fruin gives for a full walkway passes 98,400 an hour.
    """

    title_zh: ClassVar[str] = "进出人数"
    title_en: ClassVar[str] = "Gate count"
    sample: ClassVar[Mapping[str, object]] = {
        "feed": "rail.gate",
        "source": "gates-rail-exit-east",
        "place": "hub.rail.exit_east",
        "entered": 37,
        "left": 52,
        "interval_seconds": 60.0,
    }

    kind: Literal["gate_count"] = "gate_count"
    entered: Annotated[int, Unit("persons")] = Field(
        ge=0, le=100_000, description="passages into the place since the previous report"
    )
    left: Annotated[int, Unit("persons")] = Field(
        ge=0, le=100_000, description="passages out of the place since the previous report"
    )
    interval_seconds: Annotated[float, Unit("s")] = Field(
        ge=1, le=3600, description="time since the previous report, ending at observed_at_ms"
    )
    inside_persons: Annotated[int | None, Unit("persons")] = Field(
        default=None,
        ge=0,
        le=1_000_000,
        description="persons in the place by the counting system's own recount, when it makes one",
    )
