"""Topics read each at its own pace give what one stream in the order of arrival gives."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from streams.partition import Inflow, StepOutput
from tests.partition.conftest import NewPartition
from tests.partition.stream import body, message, streams
from tests.partition.test_partition import shown, versions
from tests.town import CADENCE_MS, T0_MS, TOPIC, Message

POLICE = "inbox.police"
DEPARTMENTS = {TOPIC: "transport", POLICE: "police"}
SETTINGS = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def police(counts: Sequence[int | None]) -> list[Message]:
    """One camera of the police in the east hall; None: it is silent."""
    found: list[Message] = []
    for turn, count in enumerate(counts):
        if count is not None:
            observed_ms = T0_MS + turn * CADENCE_MS + 333
            content = body("police.crowd", "cam-p", "hall.east", observed_ms, count=count)
            found.append(message(len(found), observed_ms + 450, "hall", content))
    return found


def play(
    inflow: Inflow, topics: dict[str, list[Message]], cuts: Sequence[tuple[str, int]]
) -> list[StepOutput]:
    """Offers the next so many of a topic, again and again, then what is left."""
    outputs: list[StepOutput] = []
    left = {topic: list(messages) for topic, messages in topics.items()}
    for topic, size in (*cuts, *((t, len(m)) for t, m in topics.items())):
        batch, left[topic] = left[topic][:size], left[topic][size:]
        if batch:
            inflow.offer(topic, batch)
            unread = {t: len(messages) for t, messages in left.items()}
            outputs += [output for _, output in inflow.advance(unread, 0)]
    end_ms = max((m[-1].timestamp for m in topics.values() if m), default=T0_MS)
    outputs += [output for _, output in inflow.advance(dict.fromkeys(topics, 0), end_ms + 90_000)]
    return outputs


def told(outputs: Sequence[StepOutput]) -> list[tuple[int, dict[str, Any]]]:
    """What stood in the situations at each half minute."""
    known: dict[str, Any] = {}
    found: list[tuple[int, dict[str, Any]]] = []
    for output in outputs:
        for situation in output.situations:
            for value in situation.values.values():
                known[f"{situation.place}/{value.measure}"] = (value.status, value.value)
        if output.told_ms is not None and output.told_ms % 30_000 == 0:
            found.append((output.told_ms, dict(known)))
    return found


@SETTINGS
@given(
    messages=streams(),
    counts=st.lists(st.none() | st.integers(0, 120), min_size=14, max_size=14),
    cuts=st.lists(st.tuples(st.sampled_from([TOPIC, POLICE]), st.integers(1, 30)), max_size=12),
)
def test_the_pace_of_a_topic_changes_nothing(
    new_partition: NewPartition,
    messages: list[Message],
    counts: list[int | None],
    cuts: list[tuple[str, int]],
) -> None:
    topics = {TOPIC: messages, POLICE: police(counts)}
    together = Inflow(new_partition(), DEPARTMENTS)
    apart = Inflow(new_partition(), DEPARTMENTS)
    straight, uneven = play(together, topics, ()), play(apart, topics, cuts)
    assert shown(apart.partition) == shown(together.partition)
    assert told(uneven) == told(straight)
    assert versions(uneven) == versions(straight)
    assert apart.partition.counts == together.partition.counts


@SETTINGS
@given(messages=streams(), ahead_ms=st.integers(0, 120_000))
def test_a_clock_that_runs_ahead_of_the_records_loses_none(
    new_partition: NewPartition, messages: list[Message], ahead_ms: int
) -> None:
    """Records that were still on their way when the clock had passed them."""
    inflow = Inflow(new_partition(), DEPARTMENTS)
    nothing = dict.fromkeys(DEPARTMENTS, 0)
    for each in messages:
        list(inflow.advance(nothing, each.timestamp + ahead_ms))
        inflow.offer(TOPIC, [each])
        list(inflow.advance(nothing, 0))
    counts = inflow.partition.totals()
    assert sum(counts.processed.values()) + sum(counts.quarantined.values()) == len(messages)
