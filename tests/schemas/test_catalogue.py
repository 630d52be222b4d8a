"""What every kind must be: named like its module, with units, ranges and an example that passes."""

from __future__ import annotations

import json
from pathlib import Path
from types import ModuleType
from typing import Annotated, Any

import msgspec
import pytest
from pydantic import Field, field_validator

from schemas.catalogue import kind_in, kinds
from schemas.codec import REFUSALS, decode, encode, struct_of
from schemas.fields import fields
from schemas.record import Record
from schemas.structs import struct_for
from streams.site import load_site

KINDS = sorted(kinds())
SITE = Path(__file__).parents[2] / "deploy" / "sites" / "hongqiao"

SUFFIXES = {
    "_ms": {"Unix ms"},
    "_seconds": {"s"},
    "_ratio": {"ratio"},
    "_persons": {"persons"},
    "_vehicles": {"vehicles"},
    "_per_min": {"persons/min", "veh/min"},
    "_per_vehicle": {"persons/veh"},
    "_kmh": {"km/h"},
    "_veh_h": {"veh/h"},
    "_mm": {"mm"},
    "_cm": {"cm"},
    "_kwh": {"kWh"},
    "_kw": {"kW"},
}
COUNTED = {  # plain nouns, counted in themselves
    "count": "persons",
    "entered": "persons",
    "left": "persons",
    "passengers": "persons",
    "persons_affected": "persons",
    "occupied": "vehicles",
    "bays": "bays",
    "severity": "level",
}


@pytest.mark.parametrize("kind", KINDS)
def test_every_number_has_a_unit_that_its_name_tells(kind: str) -> None:
    for name, text in fields(kinds()[kind]).items():
        assert bool(text.unit) == (text.type in {"integer", "number"}), name
        if text.unit and name not in COUNTED:
            suffix = max((s for s in SUFFIXES if name.endswith(s)), key=len, default=None)
            assert suffix is not None, f"{kind}.{name} does not tell its unit"
            assert text.unit in SUFFIXES[suffix], name
        if name in COUNTED:
            assert text.unit == COUNTED[name]


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_told_in_both_languages(kind: str) -> None:
    model = kinds()[kind]
    assert any("\u4e00" <= c <= "\u9fff" for c in model.title_zh)
    assert model.title_en.isascii()
    assert all(text.description for name, text in fields(model).items() if name != "kind")
    assert model.__doc__
    assert model.__doc__ != Record.__doc__


@pytest.mark.parametrize("kind", KINDS)
def test_example_is_what_the_first_site_would_take(kind: str) -> None:
    site = load_site(SITE)
    record = kinds()[kind].example()
    feed = site.feeds[record.feed]
    assert feed.kind == kind
    assert record.place in feed.places
    assert (record.feed, record.source) in site.sources


@pytest.mark.parametrize("kind", KINDS)
def test_exported_ranges_are_those_of_the_decoder(kind: str) -> None:
    """Each bound of the JSON Schema is accepted, and what lies just beyond it is not."""
    model = kinds()[kind]
    example = msgspec.json.decode(encode(model.example()))
    for name, schema in model.model_json_schema()["properties"].items():
        plain = schema.get("anyOf", [schema])[0]
        if plain["type"] not in {"integer", "number"}:
            continue
        step = 1 if plain["type"] == "integer" else 1e-3
        low = plain["minimum"]
        high = plain.get("maximum", plain.get("exclusiveMaximum", 0) - 1)
        for value, inside in ((low, True), (high, True), (low - step, False), (high + step, False)):
            raw = json.dumps({**example, name: value}).encode()
            if inside:
                assert getattr(decode(raw), name) == value
            else:
                with pytest.raises(REFUSALS):
                    decode(raw)


class Validated(Record):
    kind: str = "validated"
    depth_cm: float = Field(ge=0, le=1)

    @field_validator("depth_cm")
    @classmethod
    def _even(cls, value: float) -> float:
        return value


class Unbounded(Record):
    kind: str = "unbounded"
    depth_cm: float = Field(ge=0)


class Patterned(Record):
    kind: str = "patterned"
    name: Annotated[str, Field(min_length=1, max_length=9, pattern="^a")]


class Nested(Record):
    kind: str = "nested"
    parts: dict[str, Any]


class Aliased(Record):
    kind: str = "aliased"
    depth_cm: float = Field(ge=0, le=1, validation_alias="depth")


class Lax(Record, strict=False):
    kind: str = "lax"


@pytest.mark.parametrize("model", [Validated, Unbounded, Patterned, Nested, Aliased, Lax])
def test_what_cannot_be_generated_exactly_is_refused(model: type[Record]) -> None:
    with pytest.raises(TypeError, match=str(model.model_fields["kind"].default)):
        struct_for(model)


def test_a_module_without_its_kind_is_refused() -> None:
    with pytest.raises(TypeError, match="must hold one Record whose kind is 'empty'"):
        kind_in(ModuleType("schemas.kinds.empty"))


def test_struct_carries_what_the_record_says() -> None:
    record = kinds()["road_flow"].example()
    struct = struct_of(record)
    assert {name: getattr(struct, name) for name in dict(record)} == dict(record)
