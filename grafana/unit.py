"""The units of the measure tables in Grafana's words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Unit:
    """`key` is Grafana's; `decimals` as an operator reads the number."""

    key: str
    decimals: int = 0


UNITS: Mapping[str, Unit] = {
    "persons": Unit("suffix:人"),
    "persons/min": Unit("suffix:人/分"),
    "persons/5min": Unit("suffix:人/5分"),
    "persons/m²": Unit("suffix:人/m²", 2),
    "persons/veh": Unit("suffix:人/辆", 1),
    "veh": Unit("suffix:辆"),
    "veh/min": Unit("suffix:辆/分", 1),
    "veh/h": Unit("suffix:辆/h"),
    "lanes": Unit("suffix:条"),
    "km/h": Unit("suffix:km/h"),
    "ratio": Unit("percentunit"),
    "index": Unit("none"),
    "grade": Unit("none"),
    "state": Unit("none"),
    "level": Unit("suffix:级"),
    "min": Unit("suffix:分"),
    "s": Unit("suffix:秒"),
    "ms": Unit("time:HH:mm"),
    "mm": Unit("suffix:mm", 1),
    "cm": Unit("suffix:cm"),
    "devices": Unit("suffix:台"),
    "meters": Unit("suffix:块"),
    "reports": Unit("suffix:件"),
    "values": Unit("suffix:个"),
    "kW": Unit("suffix:kW"),
    "kWh": Unit("suffix:kWh"),
}

COUNT = Unit("none")
AGE = Unit("s")
SHARE = Unit("percentunit", 1)
PER_SECOND = Unit("suffix:条/s")
SECONDS = Unit("s", 1)
BYTES = Unit("bytes")
TIMES = Unit("suffix:×", 2)
"""a ratio that is no share: 1.5 × as long"""


def unit_of(symbol: str) -> Unit:
    """The unit of a measure's symbol. Raises KeyError: a new symbol needs a row here."""
    return UNITS[symbol]
