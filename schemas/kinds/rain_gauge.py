"""Rain at one gauge."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from schemas.record import Record, Unit


class RainGauge(Record):
    """Rain fallen since the gauge's previous report.

    Source: FIWARE WeatherObserved (precipitation, litres per m² = mm). Range: the highest rain
    known in one hour is 305 mm (Holt, 1947; World Meteorological Organization; general knowledge).
    """

    title_zh: ClassVar[str] = "雨量"
    title_en: ClassVar[str] = "Rain gauge"
    sample: ClassVar[Mapping[str, object]] = {
        "feed": "weather.rain",
        "source": "gauge-rain-hub",
        "place": "rain.hub",
        "rain_mm": 2.4,
        "interval_seconds": 300.0,
    }

    kind: Literal["rain_gauge"] = "rain_gauge"
    rain_mm: Annotated[float, Unit("mm")] = Field(
        ge=0, le=350, description="rain since the previous report"
    )
    interval_seconds: Annotated[float, Unit("s")] = Field(
        ge=1, le=3600, description="time since the previous report, ending at observed_at_ms"
    )
