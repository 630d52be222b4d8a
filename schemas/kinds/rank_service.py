"""Vehicles that take passengers at a taxi, ride-hail or bus rank."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from schemas.record import Record, Unit


class RankService(Record):
    """Throughput of one rank, and who waits there.

    Ranges: ours; two vehicles a second leave no rank, an articulated bus carries under 200.
    """

    title_zh: ClassVar[str] = "站点接驳"
    title_en: ClassVar[str] = "Rank service"
    sample: ClassVar[Mapping[str, object]] = {
        "feed": "transport.rank",
        "source": "rank-taxi-t2",
        "place": "hub.taxi.t2",
        "mode": "taxi",
        "vehicles_per_min": 11.5,
        "persons_per_vehicle": 1.6,
        "waiting_persons": 140,
        "waiting_vehicles": 62,
        "bays": 24,
    }

    kind: Literal["rank_service"] = "rank_service"
    mode: Literal["taxi", "ride_hail", "bus"] = Field(description="what stops at the rank")
    vehicles_per_min: Annotated[float, Unit("veh/min")] = Field(
        ge=0, le=120, description="vehicles that left with passengers a minute"
    )
    persons_per_vehicle: Annotated[float, Unit("persons/veh")] = Field(
        ge=0, le=200, description="mean passengers a vehicle, over the same minutes"
    )
    waiting_persons: Annotated[int | None, Unit("persons")] = Field(
        default=None, ge=0, le=20_000, description="persons in the queue"
    )
    waiting_vehicles: Annotated[int | None, Unit("vehicles")] = Field(
        default=None, ge=0, le=5_000, description="vehicles in the holding area"
    )
    bays: Annotated[int | None, Unit("bays")] = Field(
        default=None, ge=0, le=500, description="loading bays in use"
    )
