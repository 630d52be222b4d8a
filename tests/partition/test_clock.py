"""What time alone brings: silence, unknown, the end of memory."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from schemas.alert import Alert
from streams.fusion.freshness import look_ms, next_look_ms
from streams.gate.source import SEEN_LIMIT
from streams.partition import StepOutput
from streams.rules.book import RuleBook
from streams.rules.state import LadderState
from tests.partition.conftest import NewPartition
from tests.partition.stream import body, message, streams
from tests.partition.test_partition import shown
from tests.town import CADENCE_MS, T0_MS, TOPIC, Message

SETTINGS = settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
COUNT = "crowd.count_persons"
EVERYTHING_SILENT_MS = 3 * CADENCE_MS


def crowd(at: int, count: int, camera: str = "cam-3", place: str = "hall.west") -> Message:
    """A count `at` ms after T0."""
    content = body("transport.crowd", camera, place, T0_MS + at, count=count)
    return message(at, T0_MS + at + 300, "hall", content)


def of_west(output: StepOutput) -> list[Alert]:
    """The hall as a whole has an alert of its own."""
    return [alert for alert in output.alerts if alert.place == "hall.west"]


def test_silence_makes_unknown_and_clears_nothing(new_partition: NewPartition) -> None:
    """Silent at the first look after two cadences; the alert says so two minutes later, and goes on
    with data."""
    partition = new_partition()
    (raised,) = of_west(partition.step(TOPIC, "transport", [crowd(0, 130)]))
    assert (raised.state, raised.level) == ("raised", 1)
    stale_ms = next_look_ms(T0_MS + 2 * CADENCE_MS) - 1
    assert not of_west(partition.tick(stale_ms))
    assert partition.picture.places["hall.west"].values[COUNT].status == "ok"
    output = partition.tick(stale_ms + 1)
    assert not of_west(output)
    (west,) = [s for s in output.situations if s.place == "hall.west"]
    assert (west.values[COUNT].status, west.values[COUNT].value) == ("unknown", None)

    assert not of_west(partition.tick(stale_ms + 120_000))
    (unknown,) = of_west(partition.tick(stale_ms + 120_001))
    assert (unknown.id, unknown.version, unknown.state) == (raised.id, 2, "unknown")
    assert unknown.level == raised.level
    assert not partition.tick(stale_ms + 3_000_000).alerts, "once, and never cleared"

    (resumed,) = of_west(partition.step(TOPIC, "transport", [crowd(3_100_000, 120)]))
    assert (resumed.id, resumed.state, resumed.why) == (raised.id, "changed", "resumed")
    (cleared,) = of_west(partition.step(TOPIC, "transport", [crowd(3_110_000, 10)]))
    assert (cleared.id, cleared.state) == (raised.id, "cleared")


def test_nothing_new_is_not_told_again(new_partition: NewPartition) -> None:
    partition = new_partition()
    first = partition.tick(T0_MS)
    assert {s.place for s in first.situations} == {
        "hall",
        "hall.east",
        "hall.west",
        "road",
        "road.one",
    }
    assert all(v.value is None for s in first.situations for v in s.values.values())
    second = partition.tick(T0_MS + 250)
    assert (second.situations, second.told_ms) == ([], T0_MS + 250)
    assert not partition.step(TOPIC, "transport", []).situations


@SETTINGS
@given(
    messages=streams(),
    looks=st.lists(st.integers(1, EVERYTHING_SILENT_MS), max_size=6, unique=True).map(sorted),
)
def test_one_late_look_at_the_clock_finds_what_many_find(
    new_partition: NewPartition, messages: list[Message], looks: list[int]
) -> None:
    often, once = new_partition(), new_partition()
    now_ms = T0_MS
    for partition in (often, once):
        if messages:
            partition.step(TOPIC, "transport", messages)
            now_ms = messages[-1].timestamp
        partition.tick(now_ms)
    for look in looks:
        often.tick(now_ms + look)
    end_ms = now_ms + EVERYTHING_SILENT_MS
    often.tick(end_ms)
    once.tick(end_ms)
    assert shown(often) == shown(once)
    assert {value.status for key, value in shown(once).items() if key.endswith(COUNT)} == {
        "unknown"
    }


@SETTINGS
@given(messages=streams())
def test_a_place_steps_its_ladders_with_each_of_its_values(
    new_partition: NewPartition, rules: RuleBook, messages: list[Message]
) -> None:
    """Against ladders that are stepped by hand with every value of every place."""
    partition = new_partition()
    states: dict[tuple[str, str], LadderState] = {}

    def by_hand(now_ms: int) -> Iterator[Alert]:
        for ladder in rules.ladders():
            where = (ladder.rule.key, ladder.place.key)
            value = partition.picture.places[ladder.place.key].values[ladder.rule.measure]
            if value.reason != "no-source":
                yield from ladder.step(states.setdefault(where, LadderState()), value, now_ms)

    def by_place(alerts: Iterable[Alert]) -> list[Alert]:
        found = [replace(alert, detected_at_ms=0) for alert in alerts]
        return sorted(found, key=lambda a: (a.rule, a.place))

    for each in messages:
        output = partition.step(TOPIC, "transport", [each])
        partition.picture.look(look_ms(each.timestamp), output.alerts)
        if output.processed:
            assert by_place(output.alerts) == by_place(by_hand(each.timestamp))


def test_what_is_remembered_of_a_source_is_bounded(new_partition: NewPartition) -> None:
    partition = new_partition()
    for n in range(300):
        partition.step(TOPIC, "transport", [crowd(n * 1_000, n % 7)])
        if n % 100 == 0:
            partition.tick(T0_MS + n * 1_000 + 300)
    (source,) = [s for s in partition.gate.sources if s.key == "cam-3"]
    assert len(source.seen) > SEEN_LIMIT
    partition.tick(T0_MS + 360_000)
    assert len(source.seen) == SEEN_LIMIT
    assert source.trail.count == 2
    assert len(source.dwells_ms) <= 5


def test_a_source_nobody_registered_counts_from_its_first_record(
    new_partition: NewPartition,
) -> None:
    """And the place waits for it from then on."""
    partition = new_partition()
    partition.step(TOPIC, "transport", [crowd(0, 10), crowd(1, 5, camera="cam-new")])
    partition.tick(T0_MS + 5_000)
    west = partition.picture.places["hall.west"].values[COUNT]
    assert (west.value, west.heard, west.expected) == (15, 2, 2)


def test_a_feed_whose_clock_is_off_is_noticed(new_partition: NewPartition) -> None:
    """Records that arrive a minute after they were observed, again and again."""
    partition = new_partition()
    late = [replace_timestamp(crowd(n * 10_000, n), 60_000) for n in range(4)]
    for each in late:
        partition.tick(each.timestamp - 1)
        partition.step(TOPIC, "transport", [each])
    partition.tick(late[-1].timestamp + 60_000)
    assert partition.picture.skewed_feeds == {"transport.crowd"}


def replace_timestamp(each: Message, more_ms: int) -> Message:
    return Message(each.offset, each.timestamp + more_ms, each.key, each.value)


def test_a_sudden_change_waits_for_nobody(new_partition: NewPartition) -> None:
    """A small one is judged when the other loop has spoken too, or at the next look."""

    def flow(loop: str, at: int, veh_h: float) -> Message:
        content = body(
            "transport.road", loop, "road.one", T0_MS + at, speed_kmh=50.0, flow_veh_h=veh_h
        )
        return message(at, T0_MS + at + 300, "road", content)

    partition = new_partition()
    for turn in range(4):
        for loop in ("loop-1", "loop-2"):
            partition.step(TOPIC, "transport", [flow(loop, turn * CADENCE_MS, 1900.0 + turn)])
        partition.tick(T0_MS + turn * CADENCE_MS + 5_000)
    known = partition.picture.places["road.one"].values

    partition.step(TOPIC, "transport", [flow("loop-1", 4 * CADENCE_MS, 1910.0)])
    assert known["road.flow_veh_h"].observed_at_ms == T0_MS + 3 * CADENCE_MS
    partition.step(TOPIC, "transport", [flow("loop-2", 4 * CADENCE_MS + 10, 1910.0)])
    assert known["road.flow_veh_h"].observed_at_ms == T0_MS + 4 * CADENCE_MS

    (raised,) = partition.step(TOPIC, "transport", [flow("loop-1", 5 * CADENCE_MS, 9900.0)]).alerts
    assert raised.onset_ms == T0_MS + 5 * CADENCE_MS
