"""The ladder beside the naive one, driven in any order."""

from __future__ import annotations

import copy

import msgspec
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from schemas.alert import Alert, alert_id
from schemas.value import Status, Value
from streams.rules.ladder import Ladder, LadderState
from streams.rules.rule import Rule

from .naive import Naive, Told
from .pond import CADENCE_MS, ORIGIN_MS, PLACE, SITE, new_rule

DURATIONS = st.sampled_from([0.0, 10.0, 25.0, 60.0])


@st.composite
def rules(draw: st.DrawFn) -> Rule:
    """One to four steps on a scale of 0 to 10; falling ladders are the same upside down."""
    count = draw(st.integers(1, 4))
    enters = sorted(draw(st.sets(st.integers(2, 9), min_size=count, max_size=count)))
    levels = sorted(draw(st.sets(st.integers(1, 4), min_size=count, max_size=count)))
    rising = draw(st.booleans())
    exits: list[float] = []
    for enter in enters:
        drop = draw(st.sampled_from([0.5, 1.0, 2.0]))
        exits.append(max(enter - drop, exits[-1] if exits else 0.0))
    turned = (lambda x: x) if rising else (lambda x: 10.0 - x)
    steps = [
        (level, turned(float(enter)), turned(leave), draw(DURATIONS), draw(DURATIONS))
        for level, enter, leave in zip(levels, enters, exits, strict=True)
    ]
    return new_rule(*steps, rising=rising)


class LadderMachine(RuleBasedStateMachine):
    """Values, silence, revisions, repetitions, restarts in any order."""

    @initialize(chosen=rules())
    def begin(self, chosen: Rule) -> None:
        self.ladder = Ladder(chosen, PLACE, SITE)
        self.state = LadderState()
        self.naive = Naive(chosen)
        self.now_ms = ORIGIN_MS
        self.number = 0.0
        self.value: Value | None = None
        self.episodes: dict[str, list[Alert]] = {}

    def judge(self, number: float, status: Status = "ok") -> None:
        self.number = number
        self.value = Value(
            measure="water.ponding_cm", status=status, value=number, observed_at_ms=self.now_ms
        )
        alerts = self.ladder.step(self.state, self.value, self.now_ms)
        self.compare(alerts, self.naive.known(self.now_ms, number, status == "suspect"))

    def compare(self, alerts: tuple[Alert, ...], expected: Told | None) -> None:
        found = [(a.state, a.level, a.version, a.why) for a in alerts]
        assert found == ([expected] if expected else [])
        for alert in alerts:
            assert alert.id == alert_id("pond", "water.ponding", "pond", self.naive.onset_ms)
            assert alert.onset_ms == self.naive.onset_ms
            assert alert.chattering == self.naive.chattering
            self.episodes.setdefault(alert.id, []).append(alert)

    @rule(
        seconds=st.sampled_from([5, 10, 10, 10, 20, 21, 60, 400, 1801]),
        number=st.sampled_from([x / 2 for x in range(21)]),
        status=st.sampled_from(["ok", "ok", "ok", "suspect"]),
    )
    def value_comes(self, seconds: int, number: float, status: Status) -> None:
        self.now_ms += seconds * 1000
        self.judge(number, status)

    @rule(times=st.integers(1, 12))
    def value_stays(self, times: int) -> None:
        """Long enough for the durations to pass."""
        for _ in range(times):
            self.now_ms += CADENCE_MS
            self.judge(self.number)

    @rule(number=st.sampled_from([x / 2 for x in range(21)]))
    def value_is_revised(self, number: float) -> None:
        """Another judgement of the same instant, as at the end of a batch."""
        if self.value is not None and self.value.observed_at_ms == self.now_ms:
            self.judge(number)

    @rule(number=st.sampled_from([x / 2 for x in range(21)]))
    def value_is_judged_early(self, number: float) -> None:
        """What is judged on the way to an instant's final value, and decides nothing, leaves no
        trace: the batch could as well have been cut elsewhere."""
        self.now_ms += CADENCE_MS
        value = Value(
            measure="water.ponding_cm", status="ok", value=number, observed_at_ms=self.now_ms
        )
        trial = copy.deepcopy(self.state)
        if not self.ladder.step(trial, value, self.now_ms):
            self.ladder.step(self.state, value, self.now_ms)
        self.judge(self.number)

    @rule(seconds=st.sampled_from([0, 10, 60, 119, 120, 500]))
    def silence(self, seconds: int) -> None:
        self.now_ms += seconds * 1000
        self.value = None
        value = Value(measure="water.ponding_cm", status="unknown", reason="silent")
        alerts = self.ladder.step(self.state, value, self.now_ms)
        self.compare(alerts, self.naive.unknown(self.now_ms))

    @rule(seconds=st.sampled_from([1, 60, 200]))
    def clock_ticks(self, seconds: int) -> None:
        self.now_ms += seconds * 1000
        self.compare(self.ladder.tick(self.state, self.now_ms), self.naive.tick(self.now_ms))

    @rule(seconds=st.sampled_from([0, 1, 300]))
    def same_again(self, seconds: int) -> None:
        if self.value is not None:
            before = copy.deepcopy(self.state)
            assert self.ladder.step(self.state, self.value, self.now_ms + seconds * 1000) == ()
            assert self.state == before

    @rule()
    def restart(self) -> None:
        raw = msgspec.msgpack.encode(self.state)
        self.state = msgspec.msgpack.decode(raw, type=LadderState)

    @invariant()
    def state_is_what_was_told(self) -> None:
        if not hasattr(self, "state"):
            return
        assert self.state.level == self.naive.level
        assert self.state.frozen == (self.naive.unknown_ms is not None and self.naive.level > 0)
        if not self.state.awake:
            assert self.state.level == 0

    @invariant()
    def episodes_are_told_in_order(self) -> None:
        onsets = set()
        for versions in getattr(self, "episodes", {}).values():
            assert [alert.version for alert in versions] == list(range(1, len(versions) + 1))
            assert [alert.state == "raised" for alert in versions] == [
                index == 0 for index in range(len(versions))
            ]
            assert all(alert.state != "cleared" for alert in versions[:-1])
            assert versions[-1].level_peak == max(alert.level for alert in versions)
            assert all((alert.level == 0) == (alert.state == "cleared") for alert in versions)
            onsets.add(versions[0].onset_ms)
        assert len(onsets) == len(getattr(self, "episodes", {}))


LadderMachine.TestCase.settings = settings(max_examples=150, stateful_step_count=80, deadline=None)
TestLadderMachine = LadderMachine.TestCase
