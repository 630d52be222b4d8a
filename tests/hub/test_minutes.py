"""Which minutes can be stepped: told by all, known in full, whatever compaction has left."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.value import Situation
from streams.hub.minutes import SILENT_WALL_SECONDS, STEP_MS, WARM_UP_MS, Minutes
from tests.hub.conftest import NOW_MS, number

PLACES = "abc"
SECONDS = st.integers(1, 100)
AT_ONCE = 1.0
Message = tuple[int, Situation]
"""(offset, what is told)"""


def told(partition: int, place: str, at_ms: int) -> Situation:
    count = number("crowd.count_persons", at_ms / 1000)
    return Situation("town", f"{place}{partition}", "cell", at_ms, {count.measure: count})


def sign(partition: int, at_ms: int) -> Situation:
    return Situation("town", f"partition/{partition}", "cell", at_ms, {})


@st.composite
def logs(draw: st.DrawFn, partition: int) -> list[Message]:
    """What a worker tells in one partition: now and then some places, then a sign of life."""
    at_ms, log = NOW_MS, []
    for seconds, places in draw(
        st.lists(st.tuples(SECONDS, st.sets(st.sampled_from(PLACES))), min_size=5, max_size=15)
    ):
        at_ms += seconds * 1000
        log += [told(partition, place, at_ms) for place in sorted(places)]
        log.append(sign(partition, at_ms))
    return list(enumerate(log))


def compacted(log: Sequence[Message], end: int) -> list[Message]:
    """Of what lies before `end` the newest of each key."""
    newest = {situation.place: offset for offset, situation in log[:end]}
    return [one for one in log if one[0] >= end or newest[one[1].place] == one[0]]


def as_of(log: Sequence[Message], at_ms: int) -> dict[str, Situation]:
    return {s.place: s for _, s in log if s.at_ms <= at_ms and not s.sign_of_life}


def step(minutes: Minutes, at_ms: int) -> dict[str, Situation]:
    minutes.stepped_ms = at_ms
    return minutes.known(at_ms)


@dataclass
class Reader:
    """Reads what is left of the logs, a message at a time."""

    minutes: Minutes
    logs: Sequence[Sequence[Message]]

    def read(self, order: Sequence[int]) -> Iterator[tuple[int, Mapping[str, Situation]]]:
        left = [iter(log) for log in self.logs]
        expected = [0] * len(left)
        for number_ in [*order, *(n for n, log in enumerate(self.logs) for _ in log)]:
            for offset, situation in left[number_]:
                if offset > expected[number_]:
                    self.minutes.miss(number_)
                expected[number_] = offset + 1
                self.minutes.take(number_, situation, AT_ONCE)
                break
            while (due_ms := self.minutes.due_ms()) is not None:
                yield due_ms, step(self.minutes, due_ms)


@settings(max_examples=60, deadline=None)
@given(
    st.tuples(logs(0), logs(1)),
    st.tuples(st.integers(0, 50), st.integers(0, 50)),
    st.lists(st.integers(0, 1)),
    st.integers(0, 15),
)
def test_after_an_outage_only_what_is_known_is_stepped(
    whole: tuple[list[Message], ...], ends: tuple[int, int], order: list[int], stepped: int
) -> None:
    left = [compacted(log, min(end, len(log))) for log, end in zip(whole, ends, strict=True)]
    minutes = Minutes(len(whole))
    minutes.stepped_ms = NOW_MS + stepped * STEP_MS
    steps = dict(Reader(minutes, left).read(order))
    assert list(steps) == sorted(steps)
    for at_ms, known in steps.items():
        assert at_ms % STEP_MS == 0
        assert known == {key: s for log in whole for key, s in as_of(log, at_ms).items()}

    # and all of that: from the second sign of life that was not compacted up to the last one
    signs = [
        [s.at_ms for offset, s in log if s.sign_of_life and offset >= end]
        for log, end in zip(left, ends, strict=True)
    ]
    if all(len(times) >= 2 for times in signs):
        first = max(
            minutes_after(max(times[1] for times in signs)), NOW_MS + (stepped + 1) * STEP_MS
        )
        last_ms = min(log[-1][1].at_ms for log in whole)
        assert set(range(first, last_ms + 1, STEP_MS)) <= set(steps)
    if not any(ends):
        assert not steps or min(steps) == NOW_MS + (stepped + 1) * STEP_MS


def minutes_after(at_ms: int) -> int:
    return at_ms + -at_ms % STEP_MS


@settings(max_examples=60, deadline=None)
@given(st.tuples(logs(0), logs(1)), st.lists(st.integers(0, 1)), st.lists(st.integers(0, 1)))
def test_the_first_minute_is_the_same_in_whatever_order_messages_come(
    whole: tuple[list[Message], ...], order: list[int], other: list[int]
) -> None:
    first, second = (dict(Reader(Minutes(2), whole).read(some)) for some in (order, other))
    assert first == second
    began_ms = min(s.at_ms for log in whole for _, s in log[:4] if s.sign_of_life)
    if first:
        assert min(first) == minutes_after(began_ms + WARM_UP_MS - STEP_MS + 1)


def test_who_never_tells_is_not_waited_for_and_not_known() -> None:
    minutes = Minutes(2)
    minutes.begin(100.0)
    minutes.take(0, told(0, "a", NOW_MS), 100.0)
    minutes.take(1, told(1, "b", NOW_MS), 100.0)  # the value of a worker that is gone
    minutes.take(0, sign(0, NOW_MS), 100.0)
    minutes.take(0, sign(0, NOW_MS + WARM_UP_MS), 101.0 + SILENT_WALL_SECONDS)
    assert minutes.due_ms() is None
    minutes.look(101.0 + SILENT_WALL_SECONDS)
    assert (minutes.silent, minutes.nobody_tells) == ({1}, False)
    assert minutes.due_ms() == NOW_MS + WARM_UP_MS
    assert set(step(minutes, NOW_MS + WARM_UP_MS)) == {"a0"}

    # it comes back with what it has to tell of the past: then it is waited for
    minutes.take(1, sign(1, NOW_MS), 102.0 + SILENT_WALL_SECONDS)
    minutes.look(102.0 + SILENT_WALL_SECONDS)
    minutes.take(0, sign(0, NOW_MS + WARM_UP_MS + STEP_MS), 102.0 + SILENT_WALL_SECONDS)
    assert minutes.due_ms() is None
    minutes.take(1, sign(1, NOW_MS + WARM_UP_MS + STEP_MS), 103.0 + SILENT_WALL_SECONDS)
    assert minutes.due_ms() == NOW_MS + WARM_UP_MS + STEP_MS
    assert set(step(minutes, NOW_MS + WARM_UP_MS + STEP_MS)) == {"a0", "b1"}


def test_before_it_begins_nobody_is_silent_and_later_all_may_be() -> None:
    minutes = Minutes(2)
    minutes.look(1e6)
    assert not minutes.silent
    minutes.begin(1e6)
    minutes.begin(2e6)
    minutes.look(1e6 + SILENT_WALL_SECONDS + 1)
    assert minutes.nobody_tells
    assert minutes.due_ms() is None


def test_a_pause_of_the_whole_platform_is_passed_over() -> None:
    minutes = Minutes(1)
    minutes.stepped_ms = NOW_MS
    minutes.take(0, told(0, "a", NOW_MS - STEP_MS), AT_ONCE)
    later_ms = NOW_MS + 60 * STEP_MS
    minutes.take(0, told(0, "a", later_ms + 1000), AT_ONCE)
    minutes.take(0, sign(0, later_ms + 1000), AT_ONCE)
    assert minutes.due_ms() == later_ms
    assert step(minutes, later_ms)["a0"].at_ms == NOW_MS - STEP_MS
    assert minutes.due_ms() is None


def test_one_sign_of_life_after_a_gap_proves_nothing() -> None:
    """It may be the newest of those compacted, with values that were compacted told after it."""
    times = [NOW_MS + n * STEP_MS for n in range(1, 5)]
    tellings = [(told(0, "a", at_ms + 1000), sign(0, at_ms + 1000)) for at_ms in times]
    tellings[1] = tellings[1][1:]
    whole = list(enumerate(one for telling in tellings for one in telling))
    left = compacted(whole, end=4)
    assert [offset for offset, _ in left] == [2, 3, 4, 5, 6]
    minutes = Minutes(1)
    minutes.stepped_ms = NOW_MS
    # in the minute before the value at offset 3 the one at offset 0 stood, and that is gone
    assert list(dict(Reader(minutes, [left]).read([]))) == [times[3]]
