"""A sign of life of a device or a feed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from schemas.record import Record, Unit


class DeviceHeartbeat(Record):
    """The device runs and reaches us, whether or not it has anything to report.

    Source: FIWARE Device (batteryLevel, 0..1). Range: ours; 10⁹ s is 31 years.
    """

    title_zh: ClassVar[str] = "设备心跳"
    title_en: ClassVar[str] = "Device heartbeat"
    sample: ClassVar[Mapping[str, object]] = {
        "feed": "network.heartbeat",
        "source": "gateway-t2",
        "place": "hub.t2",
        "battery_ratio": 0.82,
        "uptime_seconds": 864_230.0,
    }

    kind: Literal["device_heartbeat"] = "device_heartbeat"
    battery_ratio: Annotated[float | None, Unit("ratio")] = Field(
        default=None, ge=0, le=1, description="charge left; absent on mains power"
    )
    uptime_seconds: Annotated[float, Unit("s")] = Field(
        ge=0, le=1_000_000_000, description="time since the device started"
    )
