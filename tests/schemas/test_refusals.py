"""A refusal names the field, the value and what is allowed, whatever the bytes are."""

from __future__ import annotations

import pytest

from schemas.catalogue import kinds
from schemas.codec import encode, explain

RAW = encode(kinds()["water_level"].example())


@pytest.mark.parametrize(
    ("damage", "reason", "said"),
    [
        ((b"12.5", b"-3"), "schema", "depth_cm is -3, allowed: number 0…1,000 cm"),
        ((b"12.5", b"1e400"), "schema", "depth_cm is Infinity, allowed: number 0…1,000 cm"),
        ((b"12.5", b"NaN"), "not-json", "NaN is no number in JSON"),
        ((b"true,", b"1,"), "schema", "simulated is 1, allowed: boolean"),
        ((b"depth_cm", b"depth_mm"), "schema", "depth_cm is missing"),
        ((b"depth_cm", b"depth_mm"), "schema", "did you mean depth_cm?"),
        ((b"water_level", b"water_levels"), "schema", "did you mean water_level?"),
        ((b'"kind":"water_level",', b""), "schema", "kind is missing"),
        ((b"1784118600000,", b"1784118600,"), "schema", "integer 2010-01-01…2099-12-31 Unix ms"),
        ((b"12.5", b'"\\u202e"'), "schema", r'depth_cm is "\u202e", allowed'),
        ((b"12.5", b"[" * 10**5), "schema", "nested"),
        ((b"12.5", b'{"cm":12.5}'), "schema", "depth_cm is an object, allowed"),
        ((b"12.5", b"[12.5]"), "schema", "depth_cm is an array, allowed"),
        ((RAW, b"[]"), "schema", "a record is a JSON object, this is an array"),
        ((RAW, b'{"kind":"water_level"}'), "schema", "and 3 more"),
        ((RAW, b""), "not-json", "at character 0"),
        ((b"12.5", b"12.5,"), "not-json", "at character"),
        ((b"12.5", b'"\xff"'), "not-json", "is not UTF-8"),
        ((b"depth_cm", b"\\ud800"), "schema", "a field's name is no text"),
    ],
)
def test_refusal(damage: tuple[bytes, bytes], reason: str, said: str) -> None:
    error = explain(RAW.replace(*damage))
    assert error.reason == reason
    assert said in str(error)
    assert str(error).startswith("HW-1001 ")


def test_explaining_a_valid_record_does_not_raise() -> None:
    assert explain(RAW).reason == "schema"
