"""The comparison with peers: the same result from everybody, or none."""

from __future__ import annotations

import json
from xml.etree import ElementTree as ET

import pytest

from streams.bench.load import Load
from streams.bench.peers.compare import Comparison, Plan, Row, compare
from streams.bench.peers.engines import Engine, chosen
from streams.bench.peers.plot import OURS_COLOUR, PEER_COLOUR, bars
from streams.bench.peers.report import rows, table
from streams.bench.peers.run import PeerError, Run, result_of
from streams.bench.peers.task import Task, task_of
from streams.bench.peers.topic import Part

RECORDS = 50_000
SVG_RECT = "{http://www.w3.org/2000/svg}rect"
COLOURS = (OURS_COLOUR, PEER_COLOUR)
TOLD = {
    "road.r000.p0.s0000": [1_784_073_600_001, 61_000],
    "road.r000.p0@29734560": [2, 124_000, 63_000],
}
PART = Part(records=2, ends=(2, 0), told=TOLD)


def said(state: dict[str, list[int]]) -> str:
    measured = {"records": 2, "seconds": 0.5, "cpu_seconds": 0.25, "rss_mb": 10.0}
    return "a line of its log\n" + json.dumps({**measured, "state": state}) + "\n"


@pytest.mark.servers
def test_our_engine_finds_what_was_written_also_in_a_part_of_the_topic():
    (ours,) = chosen("hubwatch")
    part = Engine(name="part", prepare=ours.prepare, most_records=20_000, about="a part")
    plan = Plan(engines=(ours, part), records=RECORDS, rounds=1)
    comparison = compare(plan, Load(), lambda _: None)
    assert comparison.left_out == {}
    assert [row.records for row in comparison.rows] == [RECORDS, 20_000]
    assert all(row.events_per_s > 0 and row.cpu_us_per_event > 0 for row in comparison.rows)


def test_a_result_counts_only_when_it_is_the_right_one():
    assert result_of(said(TOLD), PART) == Run(events_per_s=4, cpu_us_per_event=125_000, rss_mb=10)
    one_short = {**TOLD, "road.r000.p0@29734560": [1, 61_000, 61_000]}
    one_more = {**TOLD, "road.r000.p1@29734560": [1, 61_000, 61_000]}
    for state in ({}, one_short, one_more):
        with pytest.raises(PeerError, match="differ"):
            result_of(said(state), PART)
    with pytest.raises(PeerError, match="no result"):
        result_of("ended early", PART)


def test_a_task_arrives_as_it_was_sent():
    task = Task("127.0.0.1:9092", "peers", 9, 1, (4, 5), "group=1", "/a folder")
    assert task_of(task.arguments()) == task


def test_an_engine_nobody_knows_is_named():
    with pytest.raises(PeerError, match="flink"):
        chosen("hubwatch,flink")


def test_an_engine_that_cannot_be_had_is_left_out_with_its_reason():
    def prepare() -> None:
        raise PeerError("not today")

    engine = Engine(name="absent", prepare=prepare, about="")
    comparison = compare(Plan(engines=(engine,), records=1, rounds=1), Load(), lambda _: None)
    assert comparison.rows == ()
    assert "not today" in comparison.left_out["absent"]


def comparison_of_two() -> Comparison:
    ours, theirs = chosen("hubwatch,faust")
    fast = tuple(Run(events_per_s=r, cpu_us_per_event=2.0, rss_mb=9) for r in (4e5, 5e5, 6e5))
    slow = tuple(Run(events_per_s=1e4, cpu_us_per_event=80.0, rss_mb=9) for _ in range(3))
    return Comparison(
        rows=(Row(engine=ours, records=9, runs=fast), Row(engine=theirs, records=3, runs=slow)),
        left_out={"bytewax": "no wheel"},
    )


def test_ratios_are_taken_round_by_round_and_figures_are_medians():
    lines = list(table(comparison_of_two()))
    assert "500,000" in lines[1]
    assert "0.02–0.03" in lines[2]
    assert "40.00–40.00" in lines[2]
    assert "bytewax is left out: no wheel" in lines
    assert "faust: the first 3 records of the topic" in lines


def test_the_picture_has_a_bar_of_each_row_in_both_panels():
    result = {"date": "2026-07-15", "hardware": {"cores": 2}, "rows": rows(comparison_of_two())}
    root = ET.fromstring(bars(result))  # noqa: S314  our own text
    bars_drawn = [rect for rect in root.iter(SVG_RECT) if rect.get("fill") in COLOURS]
    assert len(bars_drawn) == 4
    assert all(float(bar.get("width", "0")) > 0 for bar in bars_drawn)
