"""The fields of a record kind in words: for refusals, for the reference, for nobody's hot path."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from types import MappingProxyType
from typing import Any

from schemas.record import Record


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldText:
    """One field as its reader needs it. `unit` is empty for what is no number."""

    name: str
    type: str
    unit: str
    allowed: str
    required: bool
    description: str

    def __str__(self) -> str:
        return " ".join(part for part in (self.type, self.allowed, self.unit) if part)


@cache
def fields(model: type[Record]) -> Mapping[str, FieldText]:
    """Every field of a kind by name, in the order of the model."""
    schema = model.model_json_schema()
    required = {"kind", *schema["required"]}
    return MappingProxyType(
        {
            name: _field(name, described, name in required)
            for name, described in schema["properties"].items()
        }
    )


def _field(name: str, described: Mapping[str, Any], required: bool) -> FieldText:
    plain = described.get("anyOf", [described])[0]
    return FieldText(
        name=name,
        type=plain["type"],
        unit=described.get("unit", plain.get("unit", "")),
        allowed=_allowed(plain),
        required=required,
        description=described.get("description", ""),
    )


def _allowed(schema: Mapping[str, Any]) -> str:
    """What the JSON Schema of one value allows, besides its type."""
    match schema:
        case {"const": value}:
            return str(value)
        case {"enum": values}:
            return "one of " + ", ".join(values)
        case {"minimum": low, "maximum": high}:
            return f"{low:,}…{high:,}"
        case {"unit": "Unix ms", "minimum": low, "exclusiveMaximum": high}:
            return f"{_day(low)}…{_day(high - 1)}"
        case {"minimum": low, "exclusiveMaximum": high}:
            return f"{low:,}…<{high:,}"
        case {"minLength": low, "maxLength": high}:
            return f"{low}…{high} characters"
    return ""


def _day(at_ms: int) -> str:
    return datetime.fromtimestamp(at_ms / 1000, UTC).date().isoformat()
