"""Every reason for which a record is quarantined, and what a refused record must not touch."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import pytest

from streams.gate import FUTURE_MS, LATEST_REVISION_MS, REASONS, Reason
from tests.gate.conftest import NewDesk
from tests.town import CADENCE_MS, T0_MS, Message

COUNT: dict[str, Any] = {
    "kind": "crowd_count",
    "id": "cam-1-now",
    "feed": "transport.crowd",
    "source": "cam-1",
    "place": "hall.east",
    "observed_at_ms": T0_MS,
    "count": 40,
}
FLOW = {"kind": "road_flow", "count": None, "speed_kmh": 60.0, "flow_veh_h": 900.0}


def sent(
    *, received_ms: int = T0_MS + 200, key: bytes | None = b"hall", **changed: object
) -> Message:
    """cam-1's count of now, but for what is changed; None leaves a field out."""
    body = {k: v for k, v in {**COUNT, **changed}.items() if v is not None}
    return Message(7, received_ms, key, json.dumps(body).encode())


EARLIER = tuple(
    sent(
        id=f"cam-1-{n}",
        observed_at_ms=T0_MS - n * CADENCE_MS,
        received_ms=T0_MS - n * CADENCE_MS + 200,
    )
    for n in (3, 2, 1)
)
"""three counts of cam-1, the newest one cadence old"""


@dataclass(frozen=True)
class Case:
    """One message after EARLIER; `said` is a word of the detail that tells which value it was."""

    name: str
    reason: Reason
    message: Message
    said: str
    department: str = "transport"


AGO = {n: T0_MS - n * CADENCE_MS for n in (1, 2)}
CASES = (
    Case("bytes", Reason.NOT_JSON, Message(7, T0_MS, b"hall", b"\xff\x00 {"), "not JSON"),
    Case("nothing", Reason.NOT_JSON, Message(7, T0_MS, b"hall", b""), "not JSON"),
    Case("tombstone", Reason.NOT_JSON, Message(7, T0_MS, b"hall", None), "not JSON"),
    Case("a list", Reason.SCHEMA, Message(7, T0_MS, b"hall", b"[]"), "object"),
    Case("missing field", Reason.SCHEMA, sent(count=None), "count is missing"),
    Case("out of range", Reason.SCHEMA, sent(count=-1), "-1"),
    Case("seconds for ms", Reason.SCHEMA, sent(observed_at_ms=T0_MS // 1000), "observed_at_ms"),
    Case("unknown kind", Reason.SCHEMA, sent(kind="crowd_counts"), "crowd_count"),
    Case("feed", Reason.UNKNOWN_FEED, sent(feed="transport.crowds"), "transport.crowds"),
    Case("department", Reason.WRONG_DEPARTMENT, sent(), "transport", department="police"),
    Case("kind", Reason.WRONG_KIND, sent(**FLOW), "road_flow"),
    Case("place", Reason.UNKNOWN_PLACE, sent(place="hall.north"), "hall.north"),
    Case("grant", Reason.NOT_GRANTED, sent(place="hall"), "not granted"),
    Case("key", Reason.WRONG_CELL, sent(key=b"road"), "hall"),
    Case("no key", Reason.WRONG_CELL, sent(key=None), "hall"),
    Case("elsewhere", Reason.WRONG_PLACE, sent(place="hall.west"), "hall.east"),
    Case("ahead", Reason.FUTURE, sent(observed_at_ms=T0_MS + 200 + FUTURE_MS + 1), "30.0 s"),
    Case(
        "long ago",
        Reason.TOO_LATE,
        sent(observed_at_ms=T0_MS, received_ms=T0_MS + LATEST_REVISION_MS + 1),
        "60 min",
    ),
    Case("again", Reason.DUPLICATE, sent(id="cam-1-1", observed_at_ms=AGO[1]), str(AGO[1])),
    Case("again, other id", Reason.DUPLICATE, sent(observed_at_ms=AGO[2]), str(AGO[2])),
    Case("other content", Reason.CONFLICT, sent(observed_at_ms=AGO[1], count=41), str(AGO[1])),
    Case("other instant", Reason.CONFLICT, sent(id="cam-1-1"), "cam-1-1"),
)


def test_every_reason_to_quarantine_has_a_case() -> None:
    assert {case.reason for case in CASES} == {r for r, text in REASONS.items() if text.quarantined}
    assert set(REASONS) == set(Reason)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_refused_with_its_reason_and_without_a_trace(case: Case, new_desk: NewDesk) -> None:
    desk = new_desk()
    desk.judge(EARLIER)
    before = desk.memory()
    admitted, (refusal,) = desk.judge([case.message], case.department)
    assert not admitted
    assert (refusal.reason, refusal.department) == (case.reason, case.department)
    assert case.said in refusal.detail
    assert refusal.incoming is case.message
    assert desk.memory() == before


def test_the_reason_asked_first_is_the_one_given(new_desk: NewDesk) -> None:
    """Everything is wrong with the first message; each next one has its first mistake put right."""
    wrongs: list[tuple[Reason, dict[str, Any]]] = [
        (Reason.UNKNOWN_FEED, {"feed": "x", **FLOW}),
        (Reason.WRONG_KIND, FLOW),
        (Reason.UNKNOWN_PLACE, {"place": "x"}),
        (Reason.NOT_GRANTED, {"place": "road.one"}),
        (Reason.WRONG_CELL, {"place": "hall.west"}),
    ]
    late = {"observed_at_ms": T0_MS + 10 * FUTURE_MS, "key": b"nowhere"}
    desk = new_desk()
    for reason, wrong in wrongs:
        _, (refusal,) = desk.judge([sent(**late, **wrong)])
        assert refusal.reason is reason
    _, (refusal,) = desk.judge([sent(**{**late, "key": b"hall"})])
    assert refusal.reason is Reason.FUTURE


@pytest.mark.parametrize("ahead_ms", [FUTURE_MS, 0, -LATEST_REVISION_MS])
def test_the_limits_of_time_belong_to_what_is_allowed(new_desk: NewDesk, ahead_ms: int) -> None:
    admitted, refused = new_desk().judge([sent(received_ms=T0_MS - ahead_ms)])
    assert len(admitted) == 1
    assert not refused


def test_a_source_nobody_registered_may_speak_for_a_granted_feed(new_desk: NewDesk) -> None:
    """And is one source from then on: held to its place, its repetitions known."""
    desk = new_desk()
    new = [
        sent(source="cam-9", id="cam-9-1"),
        sent(source="cam-9", id="cam-9-1"),
        sent(source="cam-9", id="cam-9-2", observed_at_ms=T0_MS + 1, place="hall.west"),
    ]
    (admitted,), refused = desk.judge(new)
    assert (admitted[0].key, admitted[0].registered) == ("cam-9", False)
    assert [refusal.reason for refusal in refused] == [Reason.DUPLICATE, Reason.WRONG_PLACE]
    assert desk.gate.find("transport.crowd", "cam-9") is admitted[0]


def test_late_records_are_remembered_in_the_order_of_observation(new_desk: NewDesk) -> None:
    desk = new_desk()
    instants = [T0_MS + 1_000 * n for n in (5, 9, 7, 1, 8, 2)]
    messages = [sent(id=f"i{at}", observed_at_ms=at, received_ms=T0_MS + 10_000) for at in instants]
    admitted, refused = desk.judge(messages)
    assert not refused
    assert list(admitted[0][0].seen) == sorted(instants)


def test_memory_is_bounded_and_what_lies_before_it_is_too_late(new_desk: NewDesk) -> None:
    """A record older than all that is remembered might be a repetition: it is not believed."""
    desk = new_desk()
    second = 1_000
    many = [
        sent(id=f"i{n}", observed_at_ms=T0_MS + n * second, received_ms=T0_MS + n * second)
        for n in range(0, 200, 2)
    ]
    admitted, _ = desk.judge(many)
    source = admitted[0][0]
    assert len(source.seen) == 100
    source.forget_old()
    source.forget_old()
    assert len(source.seen) == 64
    oldest_n = (source.seen[0] - T0_MS) // second

    def late(n: int) -> Reason | None:
        message = sent(
            id=f"late{n}", observed_at_ms=T0_MS + n * second, received_ms=T0_MS + 200 * second
        )
        _, refused = desk.judge([message])
        return refused[0].reason if refused else None

    assert late(oldest_n) is Reason.DUPLICATE
    assert late(oldest_n - 1) is None, "between the newest forgotten and the oldest remembered"
    assert late(oldest_n - 2) is Reason.TOO_LATE, "forgotten: it is a repetition, but who knows"
    assert late(oldest_n - 3) is Reason.TOO_LATE
