"""An emergency that somebody reported."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from schemas.record import Identifier, Record, Unit


class EmergencyReport(Record):
    """State of one reported emergency, sent again with the same `report_id` until it is closed.

    Source: CAP 1.2 category for `category`; the four classes of the Emergency Response Law for
    `severity`, turned round so that worse is higher.
    """

    title_zh: ClassVar[str] = "突发事件报告"
    title_en: ClassVar[str] = "Emergency report"
    sample: ClassVar[Mapping[str, object]] = {
        "feed": "emergency.report",
        "source": "desk-t1",
        "place": "hub.t1",
        "report_id": "E-2026-0715-031",
        "category": "health",
        "severity": 1,
        "status": "open",
        "persons_affected": 2,
    }

    kind: Literal["emergency_report"] = "emergency_report"
    report_id: Identifier = Field(description="the emergency's own number, the same until closed")
    category: Literal[
        "geo",
        "met",
        "safety",
        "security",
        "rescue",
        "fire",
        "health",
        "env",
        "transport",
        "infra",
        "cbrne",
        "other",
    ] = Field(description="what it is about, CAP 1.2 category in lower case")
    severity: Annotated[int, Unit("level")] = Field(
        ge=1, le=4, description="1 ordinary, 2 larger, 3 major, 4 extra-serious"
    )
    status: Literal["open", "closed"] = Field(description="open until the desk closes it")
    persons_affected: Annotated[int | None, Unit("persons")] = Field(
        default=None, ge=0, le=1_000_000, description="persons hurt, trapped or moved, when known"
    )
