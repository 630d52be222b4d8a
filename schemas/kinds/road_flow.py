"""Traffic on one road segment, from loops, radar or floating cars."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from schemas.record import Record


class RoadFlow(Record):
    """Speed and flow of a segment over the sensor's own interval.

    Field names follow FIWARE ItemFlowObserved; ranges: physical limits of motorway loops.
    """

    title_zh: ClassVar[str] = "道路流量"
    title_en: ClassVar[str] = "Road flow"

    kind: Literal["road_flow"] = "road_flow"
    speed_kmh: float = Field(ge=0, le=250, description="mean speed of the vehicles counted")
    flow_veh_h: float = Field(ge=0, le=20_000, description="vehicles an hour, all lanes")
    occupancy_ratio: float | None = Field(
        default=None, ge=0, le=1, description="share of time the detector is covered"
    )
