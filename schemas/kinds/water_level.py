"""Water standing on a road, in an underpass or in a pump sump."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from schemas.record import Record, Unit


class WaterLevel(Record):
    """Depth of water above the lowest point of the road or sump floor.

    Source: FIWARE FloodMonitoring (currentLevel). Range: ours; an underpass filled to its roof is
    about 6 m deep.
    """

    title_zh: ClassVar[str] = "积水水位"
    title_en: ClassVar[str] = "Water level"
    sample: ClassVar[Mapping[str, object]] = {
        "feed": "water.level",
        "source": "depth-tunnel-yingbin-1",
        "place": "tunnel.yingbin",
        "depth_cm": 12.5,
        "pump_running": True,
    }

    kind: Literal["water_level"] = "water_level"
    depth_cm: Annotated[float, Unit("cm")] = Field(
        ge=0, le=1_000, description="depth above the lowest point"
    )
    pump_running: bool | None = Field(
        default=None, description="a pump drains this place now; absent where there is none"
    )
