"""One lane of a security check."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from schemas.record import Record, Unit


class SecurityLane(Record):
    """Queue and throughput of one lane; a closed lane reports too, with `open` false.

    Ranges: ours; metro bag checks pass up to about 60 persons a minute, airport lanes about 5, so
    120 is beyond doubt; 5,000 in one queue is more than any hall before a lane holds.
    """

    title_zh: ClassVar[str] = "安检通道"
    title_en: ClassVar[str] = "Security-check lane"
    sample: ClassVar[Mapping[str, object]] = {
        "feed": "airport.security",
        "source": "lane-t2-security-north-04",
        "place": "hub.t2.security.north",
        "open": True,
        "queue_persons": 28,
        "passed_per_min": 3.6,
        "rejected_per_min": 0.2,
    }

    kind: Literal["security_lane"] = "security_lane"
    open: bool = Field(description="the lane takes passengers")
    queue_persons: Annotated[int, Unit("persons")] = Field(
        ge=0, le=5_000, description="persons waiting before the lane"
    )
    passed_per_min: Annotated[float, Unit("persons/min")] = Field(
        ge=0, le=120, description="persons let through a minute, over the last minutes"
    )
    rejected_per_min: Annotated[float, Unit("persons/min")] = Field(
        ge=0, le=120, description="persons sent back or to a second check a minute"
    )
