"""An electricity meter of a building or an energy station."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from schemas.record import Record, Unit


class EnergyMeter(Record):
    """Reading of the counter and the power at the same instant.

    The counter only rises; a fall is a new or reset meter. Source: FIWARE
    ThreePhaseAcMeasurement (totalActiveEnergyImport, totalActivePower). Ranges: ours; the whole
    hub uses well under 1 TWh a year and 100 MW.
    """

    title_zh: ClassVar[str] = "电能表"
    title_en: ClassVar[str] = "Energy meter"
    sample: ClassVar[Mapping[str, object]] = {
        "feed": "energy.meter",
        "source": "meter-station01-grid",
        "place": "energy.station01",
        "energy_kwh": 4_812_370.25,
        "power_kw": 1630.0,
    }

    kind: Literal["energy_meter"] = "energy_meter"
    energy_kwh: Annotated[float, Unit("kWh")] = Field(
        ge=0, le=1_000_000_000, description="counter of energy drawn, ratios applied"
    )
    power_kw: Annotated[float, Unit("kW")] = Field(
        ge=-100_000, le=100_000, description="power drawn; negative when it feeds the grid"
    )
