"""Both decoders accept exactly the same bytes and read the same content from them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from schemas.catalogue import kinds
from schemas.codec import REFUSALS, decode, encode, explain, struct_of, validate
from schemas.errors import RecordError

KINDS = sorted(kinds())

FRAGMENTS = [
    *(b"0", b"1", b"-1", b"-0", b"-0.0", b"1.0", b"1e0", b"10e-1", b"1.5", b"1E+2", b"123456e-2"),
    *(b"1e400", b"-1e400", b"1e-400", b"1e18", b"1e19", b"5e-324", b"250.0000000000000001"),
    *(b"9007199254740993", b"18446744073709551616", b"-9223372036854775809", b"9" * 5000),
    *(b"1." + b"0" * 5000, b"0." + b"0" * 5000 + b"1e5001", b"1" + b"0" * 5000 + b"e-5000"),
    *(
        b"NaN",
        b"Infinity",
        b"-Infinity",
        b"nan",
        b"01",
        b"+1",
        b".5",
        b"1.",
        b"1e",
        b"0x10",
        b"1_0",
    ),
    *(b"true", b"false", b"null", b"True", b"None", b"nul", b"", b"undefined", b"'a'"),
    *(b'"1"', b'"true"', b'""', b'"a"', b'" a"', b'"a\\n"', b'"__proto__"', b'"../../etc/passwd"'),
    *(b'"\\ud800"', b'"\\udc00\\ud800"', b'"\\ud83d\\ude00"', b'"\\ud83d\\u0041"', b'"\\u12"'),
    *(b'"\xff"', b'"\xed\xa0\x80"', b'"\xc0\x80"', b'"\xf4\x90\x80\x80"', b'"\xe2\x82"'),
    *(b'"\\u0000"', b'"\x00"', b'"\x1f"', b'"\x7f"', b'"\t"', b'"\\x41"', b'"\\/"', b'"a'),
    *('"\u202eabc\u202c"'.encode(), '"\u0645\u0631\u062d\u0628\u0627"'.encode(), '"虹桥"'.encode()),
    *('"😀"'.encode() * 1, b'"' + "😀".encode() * 96 + b'"', b'"' + "😀".encode() * 97 + b'"'),
    *(b'"' + b"x" * 96 + b'"', b'"' + b"x" * 97 + b'"', b'"' + b"x" * 1_000_000 + b'"'),
    *(b"[]", b"{}", b"[1]", b'{"a":1}', b"[1,]", b"{]"),
    *(b"[" * depth + b"]" * depth for depth in (31, 200, 1_000, 100_000)),
    *(b'{"a":' * depth + b"1" + b"}" * depth for depth in (31, 1_000, 100_000)),
    *(b"[" * 100_000, b"1/**/", b"1,", b'1,"x":2', b'1,"__proto__":{}', b'1,"":1', b'1,"\xff":1'),
    b'1,"\\ud800":1',
]

DOCUMENTS = [
    *(b"", b" ", b"\n", b"null", b"true", b"1", b"[]", b"{}", b'"kind"', b"[{}]", b"\x00", b"{"),
    *(b'{"kind":null}', b'{"kind":1}', b'{"kind":"Road_flow"}', b'{"kind":[]}', b"{'kind':'a'}"),
    *(b"[" * 100_000, b"[" * 100_000 + b"]" * 100_000, b'{"a":' * 100_000, b"9" * 100_000),
]


def assert_agree(raw: bytes) -> None:
    """The property: the same verdict, and on acceptance the same content to the bit."""
    try:
        slow = struct_of(validate(raw))
    except RecordError as error:
        refused = error
    else:
        assert repr(decode(raw)) == repr(slow)
        return
    with pytest.raises(REFUSALS):
        decode(raw)
    assert refused.reason in {"not-json", "schema"}
    assert str(explain(raw)) == str(refused)
    assert len(str(refused)) < 1_000
    assert str(refused).isprintable()


def members(kind: str) -> list[tuple[str, bytes]]:
    """The members of a kind's example as they are written, to be damaged one by one."""
    record = kinds()[kind].example()
    return [(k, json.dumps(v).encode()) for k, v in record.model_dump(exclude_none=True).items()]


def written(pairs: list[tuple[str, bytes]]) -> bytes:
    return b"{" + b",".join(json.dumps(k).encode() + b":" + v for k, v in pairs) + b"}"


@pytest.mark.parametrize("kind", KINDS)
def test_example_survives_both_ways(kind: str) -> None:
    record = kinds()[kind].example()
    assert validate(encode(record)) == record
    assert decode(encode(record)) == struct_of(record)
    assert decode(encode(decode(encode(record)))) == struct_of(record)
    assert decode(encode(record)).kind == kind


@pytest.mark.parametrize("kind", KINDS)
def test_poison_in_every_field(kind: str) -> None:
    pairs = members(kind)
    for at, (name, _) in enumerate([*pairs, ("recording", b"null"), ("extra", b"")]):
        for fragment in FRAGMENTS:
            poisoned = (name, fragment)
            assert_agree(written([*pairs[:at], poisoned, *pairs[at + 1 :]]))
            if len(fragment) < 10_000:
                assert_agree(written([poisoned, *pairs]))
                assert_agree(written([*pairs, poisoned]))


@pytest.mark.parametrize("kind", KINDS)
def test_poison_around_a_record(kind: str) -> None:
    raw = encode(kinds()[kind].example())
    assert_agree(raw)
    for tail in (b" ", b"\r\n\t", b"\x00", b"x", b"{}", b",", b"\x0b", b"\xff", raw, b"// note"):
        assert_agree(raw + tail)
        assert_agree(tail + raw)
    for head in (b"\xef\xbb\xbf", b"\xfe\xff", b"\x1e", b")]}',\n"):
        assert_agree(head + raw)
    for encoding in ("utf-16", "utf-16-le", "utf-32"):
        assert_agree(raw.decode().encode(encoding))
    for end in range(len(raw)):
        assert_agree(raw[:end])


@pytest.mark.parametrize("raw", DOCUMENTS, ids=range(len(DOCUMENTS)))
def test_poison_documents(raw: bytes) -> None:
    assert_agree(raw)


def numbers() -> st.SearchStrategy[bytes]:
    """Numbers as people write them: any digits, fraction and exponent, and values near a range."""
    digits = st.text("0123456789", min_size=1, max_size=25)
    spelled = st.builds(
        "{}{}{}{}".format,
        st.sampled_from(["", "-"]),
        st.one_of(digits, st.sampled_from(["0", "1", "100", "250", "20000", "4102444799999"])),
        st.one_of(st.just(""), digits.map(".{}".format)),
        st.one_of(st.just(""), st.integers(-30, 30).map("e{}".format)),
    )
    floats = st.floats(allow_nan=False, allow_infinity=False).map(repr)
    return st.one_of(spelled, floats).map(str.encode)


def texts() -> st.SearchStrategy[bytes]:
    anything = st.text(max_size=100)
    return st.builds(
        lambda t, plain: json.dumps(t, ensure_ascii=plain), anything, st.booleans()
    ).map(lambda t: t.encode("utf-8", "surrogatepass"))


def values() -> st.SearchStrategy[bytes]:
    return st.one_of(numbers(), texts(), st.sampled_from([f for f in FRAGMENTS if len(f) < 100]))


@st.composite
def documents(draw: st.DrawFn) -> bytes:
    """A record of any kind, in any order, some members replaced, repeated, added or left out."""
    pairs = draw(st.permutations(members(draw(st.sampled_from(KINDS)))))
    names = st.sampled_from([*(name for name, _ in pairs), "recording", "extra", "kind"])
    for _ in range(draw(st.integers(0, 3))):
        at = draw(st.integers(0, len(pairs) - 1))
        match draw(st.sampled_from(["replace", "repeat", "add", "drop"])):
            case "replace":
                pairs[at] = (pairs[at][0], draw(values()))
            case "repeat":
                pairs.insert(draw(st.integers(0, len(pairs))), (pairs[at][0], draw(values())))
            case "add":
                pairs.insert(at, (draw(names), draw(values())))
            case "drop" if len(pairs) > 1:
                del pairs[at]
    return written(pairs)


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    """A valid record with a few bytes changed, inserted or cut out."""
    raw = bytearray(encode(kinds()[draw(st.sampled_from(KINDS))].example()))
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(raw)))
        length = draw(st.integers(0, 3))
        raw[start : start + length] = draw(
            st.one_of(
                st.binary(max_size=3), st.sampled_from([b'"', b"\\", b"\\u0061", b"1", b".", b"e"])
            )
        )
    return bytes(raw)


@given(documents())
@example(b'{"kind":"rain_gauge","kind":"water_level"}')
def test_agree_on_documents(raw: bytes) -> None:
    assert_agree(raw)


@given(damaged())
def test_agree_on_damaged_bytes(raw: bytes) -> None:
    assert_agree(raw)


@given(st.binary(max_size=40))
def test_agree_on_any_bytes(raw: bytes) -> None:
    assert_agree(raw)


@given(st.data())
def test_pydantic_alone_agrees_where_no_name_repeats(data: Any) -> None:
    """What a partner gets from the model itself is what the platform decides."""
    kind = data.draw(st.sampled_from(KINDS))
    pairs = members(kind)
    at = data.draw(st.integers(0, len(pairs) - 1))
    raw = written([*pairs[:at], (pairs[at][0], data.draw(numbers())), *pairs[at + 1 :]])
    try:
        alone = kinds()[kind].model_validate_json(raw)
    except ValueError:
        with pytest.raises(RecordError):
            validate(raw)
    else:
        assert validate(raw) == alone
