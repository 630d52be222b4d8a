"""A flight, train or coach that brings passengers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from schemas.record import EpochMs, Identifier, Record, Unit


class Arrival(Record):
    """What is known of one service now; each milestone is a new record of the same service.

    A service is known by mode, `service` and `scheduled_at_ms` together. A source says one thing
    at one instant: who reports many services together has them differ in `observed_at_ms`.

    Source of the fields: in-block times scheduled, estimated and actual of airport collaborative
    decision making (SIBT, EIBT, AIBT); GTFS-RT StopTimeEvent for trains and coaches. Range: ours;
    a 17-car high-speed train seats about 1,280, and standing passengers count.
    """

    title_zh: ClassVar[str] = "到达班次"
    title_en: ClassVar[str] = "Arrival"
    sample: ClassVar[Mapping[str, object]] = {
        "feed": "airport.arrivals",
        "source": "aodb-t2",
        "place": "hub.t2",
        "mode": "air",
        "service": "MU5106",
        "scheduled_at_ms": 1_784_119_500_000,
        "estimated_at_ms": 1_784_121_300_000,
        "passengers": 168,
        "capacity_persons": 186,
        "status": "airborne",
    }

    kind: Literal["arrival"] = "arrival"
    mode: Literal["air", "rail", "coach"] = Field(description="how the passengers come")
    service: Identifier = Field(description="flight, train or coach number")
    scheduled_at_ms: EpochMs = Field(description="arrival by the timetable, Unix ms UTC")
    estimated_at_ms: EpochMs = Field(
        description="arrival as expected now; the scheduled one until better is known"
    )
    actual_at_ms: EpochMs | None = Field(
        default=None, description="doors open at the gate or platform"
    )
    passengers: Annotated[int | None, Unit("persons")] = Field(
        default=None, ge=0, le=3_000, description="persons who get off here, when known"
    )
    capacity_persons: Annotated[int | None, Unit("persons")] = Field(
        default=None, ge=1, le=3_000, description="seats of the vehicle"
    )
    status: Literal["scheduled", "airborne", "arrived", "cancelled", "diverted"] = Field(
        description="`airborne` is under way, for trains and coaches too"
    )
