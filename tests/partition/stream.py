"""Streams of messages for property tests: mostly good, some late, repeated, wrong or broken."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from hypothesis import strategies as st

from tests.town import CADENCE_MS, SOURCES, T0_MS, Message

ROUNDS = 14
PAUSE_MS = 400_000
NEWCOMER = ("transport.crowd", "cam-new", "hall.west")
"""nobody registered it; it makes a place of one source one of two"""
IN_ORDER = ("good", "good", "good", "good", "missing", "again", "otherwise", "broken", "alien")
FATES = (*IN_ORDER, "late")


def body(feed: str, source: str, at: str, observed_ms: int, **fields: Any) -> dict[str, Any]:
    kind = "road_flow" if feed.endswith("road") else "crowd_count"
    return {
        "kind": kind,
        "id": f"{source}-{observed_ms}",
        "feed": feed,
        "source": source,
        "place": at,
        "observed_at_ms": observed_ms,
        "simulated": True,
        **fields,
    }


def message(offset: int, received_ms: int, cell: str, content: Any) -> Message:
    raw = content if isinstance(content, bytes) else json.dumps(content).encode()
    return Message(offset, received_ms, cell.encode(), raw)


@st.composite
def streams(draw: st.DrawFn, fates: Sequence[str] = FATES) -> list[Message]:
    """Messages of one topic-partition in the order of their offsets; arrival never goes back."""
    messages: list[Message] = []
    received_ms = T0_MS
    pause_at, pause_ms = draw(st.integers(1, ROUNDS)), draw(st.sampled_from([0, 0, PAUSE_MS]))
    joins = draw(st.sampled_from([ROUNDS, ROUNDS // 2]))
    for number in range(ROUNDS):
        start_ms = T0_MS + number * CADENCE_MS + (pause_ms if number >= pause_at else 0)
        for index, (feed, source, at) in enumerate((*SOURCES, NEWCOMER)[: 5 + (number >= joins)]):
            fate = draw(st.sampled_from(fates))
            observed_ms = start_ms + index * 700
            received_ms = max(received_ms, observed_ms + 300)
            if fate == "missing":
                continue
            if fate == "late":
                observed_ms -= draw(st.integers(1, 5)) * CADENCE_MS + 1
            fields: dict[str, Any] = (
                {
                    "speed_kmh": draw(st.integers(0, 120)) * 1.0,
                    "flow_veh_h": draw(st.integers(0, 40)) * 100.0,
                }
                if feed.endswith("road")
                else {"count": draw(st.integers(0, 90))}
            )
            content = body(feed, source, at, observed_ms, **fields)
            cell = at.split(".")[0]
            if fate == "broken":
                raw: Any = draw(st.binary(max_size=12))
            elif fate == "alien":
                raw = {**content, "place": "road.one" if cell == "hall" else "hall.east"}
            else:
                raw = content
            messages.append(message(len(messages), received_ms, cell, raw))
            if fate in ("again", "otherwise"):
                received_ms += 1
                if fate == "otherwise":
                    raw = {**content, "simulated": False, **dict.fromkeys(fields, 7)}
                messages.append(message(len(messages), received_ms, cell, raw))
    return messages


def cuts(size: int) -> st.SearchStrategy[list[int]]:
    """Places at which a stream is cut into batches."""
    return st.lists(st.integers(1, max(1, size - 1)), max_size=8).map(
        lambda found: sorted({0, *found, size})
    )
