"""Traffic on one road segment, from loops, radar or floating cars."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from schemas.record import Record, Unit


class RoadFlow(Record):
    """Speed and flow of a segment over the sensor's own interval.

    Source: FIWARE ItemFlowObserved (averageSpeed, intensity, occupancy). Ranges: ours; 250 km/h is
    beyond any car on a public road, 20,000 veh/h beyond eight lanes at 2,400 veh/h each.
    """

    title_zh: ClassVar[str] = "道路流量"
    title_en: ClassVar[str] = "Road flow"
    sample: ClassVar[Mapping[str, object]] = {
        "feed": "transport.road",
        "source": "loop-s20-k01-1",
        "place": "road.s20.k01",
        "speed_kmh": 61.5,
        "flow_veh_h": 3120.0,
        "occupancy_ratio": 0.18,
    }

    kind: Literal["road_flow"] = "road_flow"
    speed_kmh: Annotated[float, Unit("km/h")] = Field(
        ge=0, le=250, description="mean speed of the vehicles counted"
    )
    flow_veh_h: Annotated[float, Unit("veh/h")] = Field(
        ge=0, le=20_000, description="vehicles an hour, all lanes"
    )
    occupancy_ratio: Annotated[float | None, Unit("ratio")] = Field(
        default=None, ge=0, le=1, description="share of time the detector is covered"
    )
