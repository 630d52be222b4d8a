"""Small rules at the one place of a small site, and the values that step them."""

from __future__ import annotations

from typing import Any

from schemas.value import Value
from streams.rules.ladder import Ladder
from streams.rules.rule import Rule, Step
from streams.site.model import Place, Site

ORIGIN_MS = 1_784_118_600_000  # 2026-07-15T20:30+08:00
CADENCE_MS = 10_000

PLACE = Place(key="pond", parent=None, kind="underpass", cell="pond", name_zh="池", name_en="Pond")
SITE = Site(
    key="pond",
    name_zh="池",
    name_en="Pond",
    timezone="Asia/Shanghai",
    area="31",
    places={"pond": PLACE},
    departments={},
    feeds={},
    sources={},
    standards=(),
    days={},
    day_types={},
    settings={},
)


def at(seconds: float) -> int:
    """Unix ms so many seconds after the origin."""
    return ORIGIN_MS + round(seconds * 1000)


def new_rule(*steps: tuple[float, float, float, float, float], **changes: Any) -> Rule:
    """A rule of steps (level, enter, exit, for, hold)."""
    made: dict[str, Any] = {
        "key": "water.ponding",
        "measure": "water.ponding_cm",
        "places": ("pond",),
        "steps": tuple(
            Step(
                level=int(level),
                enter=enter,
                exit=leave,
                for_seconds=for_seconds,
                hold_seconds=hold_seconds,
            )
            for level, enter, leave, for_seconds, hold_seconds in steps
        ),
        "rising": True,
        "title_zh": "积水",
        "title_en": "Ponding",
        "text_zh": "{place}积水 {value:.1f} 厘米",
        "text_en": "{place}: {value:.1f} cm of water",
        "clause": "ours",
        "audience": ("operations",),
        "cadence_seconds": CADENCE_MS / 1000,
        "unit": "cm",
    }
    return Rule(**{**made, **changes})


def new_ladder(*steps: tuple[float, float, float, float, float], **changes: Any) -> Ladder:
    return Ladder(new_rule(*steps, **changes), PLACE, SITE)


def new_value(seconds: float, number: float | None, **changes: Any) -> Value:
    """Observed so many seconds after the origin; a number of None is unknown."""
    known = number is not None
    made: dict[str, Any] = {
        "measure": "water.ponding_cm",
        "status": "ok" if known else "unknown",
        "value": number,
        "observed_at_ms": at(seconds) if known else None,
        "contributors": ("gauge",) if known else (),
    }
    return Value(**{**made, **changes})
