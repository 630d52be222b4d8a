"""Vehicles in a car park."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from schemas.record import Record, Unit


class ParkingCount(Record):
    """Vehicles parked, and how fast they come and go.

    Source: FIWARE OffStreetParking (occupiedSpotNumber, vehicleEntranceCount, vehicleExitCount).
    Ranges: ours; the largest airport car parks hold about 20,000 cars.
    """

    title_zh: ClassVar[str] = "停车场"
    title_en: ClassVar[str] = "Parking count"
    sample: ClassVar[Mapping[str, object]] = {
        "feed": "transport.parking",
        "source": "barrier-parking-p6",
        "place": "hub.parking.p6",
        "occupied": 1840,
        "entered_per_min": 6.0,
        "left_per_min": 9.5,
    }

    kind: Literal["parking_count"] = "parking_count"
    occupied: Annotated[int, Unit("vehicles")] = Field(
        ge=0, le=50_000, description="vehicles parked"
    )
    entered_per_min: Annotated[float, Unit("veh/min")] = Field(
        ge=0, le=500, description="vehicles in a minute, since the previous report"
    )
    left_per_min: Annotated[float, Unit("veh/min")] = Field(
        ge=0, le=500, description="vehicles out a minute, since the previous report"
    )
