"""The truth behind a simulation: what a correct platform must find, and what it must refuse."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import takewhile

import msgspec

from streams.rules.rule import Operator, Rule
from streams.simulator.episode import Course, episodes
from streams.simulator.fault import FAULTS
from streams.simulator.seen import GRADE_MARGIN, GRADED, SEEN, SOURCES, slope_per_minute
from streams.simulator.sight import Sight
from streams.simulator.simulation import Simulation
from streams.site.model import Place

GRID_MS = 15_000
SLACK_MS = 105_000
"""by which a cadence, a step of evaluation and the way to the broker may move an onset"""


class ExpectedAlert(msgspec.Struct, frozen=True):
    """An alert to be raised once; times are Unix ms, both ends included.

    `level` is one that it reaches at least. `certain` is False where it hangs on less than the
    sensors' margin of error: a correct platform may or may not raise it.
    """

    rule: str
    place: str
    level: int
    onset_from_ms: int
    onset_until_ms: int
    certain: bool = True
    because: str = ""


class Truth(msgspec.Struct, frozen=True):
    """`refused` counts, by department and gate reason, the messages that are to be quarantined;
    `records` counts all messages by the feed of the record they carry or damage."""

    scenario: str
    seed: int
    start_ms: int
    end_ms: int
    alerts: tuple[ExpectedAlert, ...]
    refused: dict[str, dict[str, int]]
    records: dict[str, int]

    def json(self) -> bytes:
        return msgspec.json.format(msgspec.json.encode(self, order="deterministic"))


def truth(simulation: Simulation, rules: Sequence[Rule], end_ms: int) -> Truth:
    """The truth from the simulation's start to `end_ms`.

    Alerts of measures that can be read off the world are worked out here, from the true course of
    the measure and the rule's thresholds; those of the hub's own forecasts are the scenario's word.
    """
    refused: dict[str, Counter[str]] = {}
    records: Counter[str] = Counter()
    for station in simulation.stations:
        feed = station.feed
        for report in station.sent(simulation.start_ms, end_ms):
            records[feed.key] += 1
            reason = FAULTS[report.trouble.kind].reason if report.trouble else None
            if reason:
                refused.setdefault(feed.department, Counter())[reason] += 1
    for emission in takewhile(lambda e: e.at_ms < end_ms, simulation.bulletins()):
        records[emission.record.feed] += 1
    alerts = [*_derived(simulation, rules, end_ms), *_declared(simulation, end_ms)]
    return Truth(
        scenario=simulation.scenario.key,
        seed=simulation.seed,
        start_ms=simulation.start_ms,
        end_ms=end_ms,
        alerts=tuple(sorted(alerts, key=lambda alert: (alert.onset_from_ms, alert.rule))),
        refused={department: dict(counts) for department, counts in refused.items()},
        records=dict(records),
    )


def _declared(simulation: Simulation, end_ms: int) -> Iterator[ExpectedAlert]:
    """What the scenario itself says of the hub's forecasts."""
    script = simulation.world.script
    for row in simulation.scenario.expected:
        from_ms, until_ms = (script.at_ms(clock) for clock in row.onset)
        if until_ms < end_ms:
            yield ExpectedAlert(
                rule=row.rule,
                place=row.place,
                level=row.level,
                onset_from_ms=from_ms,
                onset_until_ms=until_ms,
                because=row.because,
            )


def _derived(simulation: Simulation, rules: Sequence[Rule], end_ms: int) -> Iterator[ExpectedAlert]:
    sight = Sight(simulation)
    declared = {(row.rule, row.place) for row in simulation.scenario.expected}
    for rule in _in_force(rules, simulation.start_ms):
        for key in rule.places:
            if (rule.key, key) not in declared:
                yield from _of_place(sight, rule, sight.site.places[key], end_ms)


def _in_force(rules: Sequence[Rule], at_ms: int) -> list[Rule]:
    """Of the generations of each rule the one that holds at an instant."""
    newest: dict[str, Rule] = {}
    for rule in sorted(rules, key=lambda rule: rule.valid_from_ms):
        if rule.valid_from_ms <= at_ms:
            newest[rule.key] = rule
    return list(newest.values())


def _of_place(sight: Sight, rule: Rule, place: Place, end_ms: int) -> Iterator[ExpectedAlert]:
    """Alerts of one rule at one place, from three courses: eased, as it is, and hardened.

    An alert that the hardened course makes too is certain; its onset lies between theirs.
    """
    margin, lag_ms = _doubt(rule)
    towards = 1.0 + margin if rule.rising else 1.0 - margin
    easy, plain, hard = (
        episodes(rule, course)
        for course in _courses(sight, rule, place, end_ms, (towards, 1.0, 2.0 - towards))
    )
    for index, episode in enumerate(easy):
        certain = len(easy) == len(plain) == len(hard)
        latest = hard[index] if certain else episode
        yield ExpectedAlert(
            rule=rule.key,
            place=place.key,
            level=hard[index].level if certain else episode.level,
            onset_from_ms=episode.onset_ms - SLACK_MS,
            onset_until_ms=latest.onset_ms + SLACK_MS + lag_ms,
            certain=certain,
        )


def _doubt(rule: Rule) -> tuple[float, int]:
    """Margin and lag with which the platform can know what the rule compares."""
    if rule.operator is Operator.ABSENCE:
        return 0.0, 0
    if rule.measure in GRADED:
        return GRADE_MARGIN, 60_000
    seen = SEEN.get(rule.measure)
    if seen is None:
        return 0.0, 0
    lag_seconds = seen.lag_seconds + (rule.window_seconds if rule.operator is Operator.RATE else 0)
    return seen.margin, round(lag_seconds * 1000)


def _courses(
    sight: Sight, rule: Rule, place: Place, end_ms: int, factors: Iterable[float]
) -> Iterator[Course]:
    instants = range(sight.simulation.start_ms, end_ms, GRID_MS)
    graded = GRADED.get(rule.measure)
    if graded and rule.operator is Operator.VALUE:
        for factor in factors:
            yield [(ms, graded(sight, place, ms, factor)) for ms in instants]
        return
    course = [(ms, _value(sight, rule, place, ms)) for ms in instants]
    for factor in factors:
        yield [(ms, None if value is None else value * factor) for ms, value in course]


def _value(sight: Sight, rule: Rule, place: Place, at_ms: int) -> float | None:
    if rule.operator is Operator.ABSENCE:
        kind = SOURCES.get(rule.measure)
        return sight.silent_share(kind, place, at_ms) if kind else None
    seen = SEEN.get(rule.measure)
    if seen is None:
        return None
    if rule.operator is Operator.RATE:
        window_ms = round(rule.window_seconds * 1000)
        return slope_per_minute(lambda ms: seen.read(sight, place, ms), at_ms, window_ms)
    return seen.read(sight, place, at_ms)
