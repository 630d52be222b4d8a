"""Persons in view of one camera or other area counter."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from schemas.record import Record, Unit


class CrowdCount(Record):
    """Persons in the area one counter covers, at one instant.

    The areas of the counters of a place do not overlap, so that their counts add up. Range: ours;
    50,000 is five exhibition halls at the 10,000 persons at which a hall is held.
    """

    title_zh: ClassVar[str] = "区域人数"
    title_en: ClassVar[str] = "Crowd count"
    sample: ClassVar[Mapping[str, object]] = {
        "feed": "airport.crowd",
        "source": "cam-t2-departures-01",
        "place": "hub.t2.departures",
        "count": 412,
        "confidence_ratio": 0.93,
    }

    kind: Literal["crowd_count"] = "crowd_count"
    count: Annotated[int, Unit("persons")] = Field(
        ge=0, le=50_000, description="persons in the area the counter covers"
    )
    confidence_ratio: Annotated[float | None, Unit("ratio")] = Field(
        default=None, ge=0, le=1, description="the counter's own confidence in its count"
    )
