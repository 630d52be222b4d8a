"""Service of one transit line in one direction at one station."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from schemas.record import EpochMs, Identifier, Record, Unit


class TransitService(Record):
    """Headway, load and what is left of the day's service, at each departure.

    Source: GTFS-RT VehiclePosition.occupancy_percentage, which may exceed 100 as `load_ratio` may
    exceed 1. Ranges: ours; an eight-car metro train is rated at about 2,500 persons.
    """

    title_zh: ClassVar[str] = "轨道交通运行"
    title_en: ClassVar[str] = "Transit service"
    sample: ClassVar[Mapping[str, object]] = {
        "feed": "metro.service",
        "source": "ats-metro-l2-east",
        "place": "hub.metro.l2.east",
        "line": "2",
        "direction": "east",
        "headway_seconds": 212.0,
        "scheduled_headway_seconds": 180.0,
        "load_ratio": 0.74,
        "train_capacity_persons": 2480,
        "last_departure_ms": 1_784_127_600_000,
    }

    kind: Literal["transit_service"] = "transit_service"
    line: Identifier = Field(description="line as passengers know it")
    direction: Identifier = Field(description="direction as the operator names it")
    headway_seconds: Annotated[float, Unit("s")] = Field(
        ge=0, le=86_400, description="time between the last two departures"
    )
    scheduled_headway_seconds: Annotated[float, Unit("s")] = Field(
        ge=1, le=86_400, description="the same by the timetable"
    )
    load_ratio: Annotated[float, Unit("ratio")] = Field(
        ge=0, le=3, description="persons on board on arrival ÷ train_capacity_persons"
    )
    train_capacity_persons: Annotated[int, Unit("persons")] = Field(
        ge=1, le=5_000, description="rated capacity of a train, seated and standing"
    )
    last_departure_ms: EpochMs = Field(
        description="last departure of the operating day here, as planned now"
    )
