"""A coloured warning that an authority issued."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Literal

from pydantic import Field

from schemas.record import EpochMs, Identifier, Record


class AuthorityWarning(Record):
    """State of one warning; the same `warning_id` is sent again when it is updated or lifted.

    Source: CAP 1.2 (msgType, event, expires, areaDesc); the four colours of the Emergency Response
    Law, blue the lowest. The colour is the authority's and is never overwritten.
    """

    title_zh: ClassVar[str] = "预警信号"
    title_en: ClassVar[str] = "Authority warning"
    sample: ClassVar[Mapping[str, object]] = {
        "feed": "weather.warning",
        "source": "warning-centre",
        "place": "hongqiao.district_office",
        "warning_id": "31011241600000_20260715203000_1",
        "hazard": "rainstorm",
        "colour": "yellow",
        "status": "issued",
        "expires_at_ms": 1_784_140_200_000,
        "area": "310112",
    }

    kind: Literal["authority_warning"] = "authority_warning"
    warning_id: Identifier = Field(description="the authority's number, the same until lifted")
    hazard: Identifier = Field(description="what is warned of, e.g. rainstorm, typhoon, heat")
    colour: Literal["blue", "yellow", "orange", "red"] = Field(
        description="level the authority gave, blue lowest"
    )
    status: Literal["issued", "updated", "lifted"] = Field(description="what this record says")
    expires_at_ms: EpochMs | None = Field(
        default=None, description="end of validity, when the authority gave one"
    )
    area: Identifier = Field(
        description="area it holds for: GB/T 2260 code or the authority's name"
    )
