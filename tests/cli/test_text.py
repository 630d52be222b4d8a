"""Text from sources cannot disturb a terminal, and columns line up whatever is in them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.cli.errors import SpanError
from streams.cli.text import GAP, harmless, meant, number, shortened, span, span_ms, table, width

cells = st.text(max_size=12)


@given(st.text())
def test_nothing_that_moves_the_cursor_or_turns_the_order_gets_through(text: str) -> None:
    assert all(character.isprintable() for character in harmless(text))


def test_what_is_made_harmless_can_still_be_read() -> None:
    assert harmless("拥堵\x1b[31m\u202eabc\n") == r"拥堵\x1b[31m\u202eabc\n"


@given(st.lists(st.tuples(cells, cells, cells), min_size=1))
def test_columns_begin_where_their_head_begins(rows: list[tuple[str, str, str]]) -> None:
    lines = list(table(("one", "two", "three"), [(*row[:2], f"|{row[2]}|") for row in rows]))
    assert len(lines) == len(rows) + 1
    start = width(lines[0].removesuffix("three"))
    for line, row in zip(lines[1:], rows, strict=True):
        assert width(line.removesuffix(f"|{harmless(row[2])}|")) == start


def test_a_chinese_character_takes_two_columns() -> None:
    assert width("未知 unknown") == 12
    assert list(table(("a", "b"), [("未知", "x"), ("y", "z")])) == [
        f"a   {GAP}b",
        f"未知{GAP}x",
        f"y   {GAP}z",
    ]


@pytest.mark.parametrize(
    ("milliseconds", "text"),
    [(-5, "0 s"), (59_400, "59 s"), (90_000, "2 min"), (7_200_000, "2 h"), (3 * 86_400_000, "3 d")],
)
def test_spans(milliseconds: int, text: str) -> None:
    assert span(milliseconds) == text


def test_spans_are_read_in_one_unit_only() -> None:
    assert [span_ms(text) for text in ("90s", "5m", "2h", "1d")] == [
        90_000,
        300_000,
        7_200_000,
        86_400_000,
    ]
    for wrong in ("", "5", "m", "-5m", "1.5h", "5 m", "5m30s"):
        with pytest.raises(SpanError):
            span_ms(wrong)


def test_numbers_names_and_lengths() -> None:
    assert [number(value) for value in (0.0, 12.0, 68400.0, 1.05678, 1234.5)] == [
        "0",
        "12",
        "68,400",
        "1.057",
        "1,234",
    ]
    assert (
        meant("hub.t2.securty", ["hub.t2.security", "road.s20"]) == "did you mean hub.t2.security?"
    )
    assert meant("xyz", ["hub.t2"]) == ""
    assert shortened("abcdef", 4) == "abc…"
