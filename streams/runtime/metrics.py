"""What Prometheus sees of a picture: read from the state when it is asked, never counted twice.

Label values come from the site model only: places, measures, rules, feeds, departments. A value
that is unknown has no sample in its measure's series; `hubwatch_status` says so instead.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from importlib.metadata import version

from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)

from schemas.value import STATUS_CODE, Value
from streams import COMPILED
from streams.fusion.freshness import Freshness, freshness
from streams.fusion.group import Group
from streams.partition.picture import Picture
from streams.rules.book import RuleBook
from streams.rules.state import LadderState
from streams.runtime.clock import SiteClock
from streams.runtime.latency import LatencyHistogram
from streams.runtime.outbox import Outbox

PREFIX = "hubwatch_"


def gauge(name: str, about: str, labels: Iterable[str] = ()) -> GaugeMetricFamily:
    return GaugeMetricFamily(PREFIX + name, about, labels=list(labels))


def counter(name: str, about: str, labels: Iterable[str] = ()) -> CounterMetricFamily:
    return CounterMetricFamily(PREFIX + name, about, labels=list(labels))


def value_metrics(
    values: Iterable[tuple[str, Value]], units: Mapping[str, str], now_ms: int
) -> Iterator[Metric]:
    """Value, status, age and coverage of (place, value) pairs.

    The value's series is named after its measure, whose key ends in the unit.
    """
    series: dict[str, GaugeMetricFamily] = {}
    status = gauge("status", "0 ok, 1 suspect, 2 unknown", ("place", "measure"))
    age = gauge("age_seconds", "age of the newest observation behind", ("place", "measure"))
    coverage = gauge("coverage_ratio", "fresh ÷ expected sources", ("place", "measure"))
    for place, value in values:
        labels = (place, value.measure)
        status.add_metric(labels, STATUS_CODE[value.status])
        coverage.add_metric(labels, value.coverage)
        if value.aged_from_ms is not None:
            age.add_metric(labels, max(0, now_ms - value.aged_from_ms) / 1000)
        if value.value is not None:
            family = series.get(value.measure)
            if family is None:
                unit = units.get(value.measure, "")
                name = value.measure.replace(".", "_")
                family = series[value.measure] = gauge(name, f"in {unit}", ("place",))
            family.add_metric((place,), value.value)
    yield from (status, age, coverage)
    yield from series.values()


def ladder_metrics(
    rules: RuleBook,
    ladders: Iterable[tuple[str, str, LadderState]],
    owned: frozenset[tuple[str, str]],
) -> Iterator[Metric]:
    """Alerts by rule, place and level; every ladder this process steps starts at level 0.

    `ladders` gives (rule, place, state) of those that have a state, `owned` the (rule, place) of
    all this process steps.
    """
    level = gauge("alert_level", "level of the open alert, 0 for none", ("rule", "place"))
    frozen = gauge("alert_frozen", "1 while the alert's value is unknown", ("rule", "place"))
    opened = gauge("alerts_open", "open alerts", ("rule", "level"))
    states = {(rule, place): state for rule, place, state in ladders}
    counts: Counter[tuple[str, int]] = Counter()
    for rule in rules.rules:
        for step in rule.steps:
            counts[rule.key, step.level] += 0
    for ladder in rules.ladders():
        labels = (ladder.rule.key, ladder.place.key)
        if labels not in owned:
            continue
        state = states.get(labels)
        level.add_metric(labels, state.level if state else 0)
        frozen.add_metric(labels, int(bool(state and state.frozen)))
        if state and state.level:
            counts[ladder.rule.key, state.level] += 1
    for (key, step_level), count in counts.items():
        opened.add_metric((key, str(step_level)), count)
    yield from (level, frozen, opened)


def source_metrics(pictures: Iterable[Picture], now_ms: int) -> Iterator[Metric]:
    """How many sources of each feed are fresh, late, silent, frozen, skewed, in maintenance."""
    sources = gauge("sources", "sources by freshness", ("feed", "state"))
    received = gauge("feed_last_received_seconds", "since the feed was last heard", ("feed",))
    skew = gauge("feed_skew_seconds", "median received − observed", ("department",))
    counts: Counter[tuple[str, str]] = Counter()
    last: dict[str, int] = {}
    skews: dict[str, list[int]] = {}
    for picture in pictures:
        for feed in picture.feeds:
            for word in Freshness:
                counts[feed, word.value] += 0
        for state in list(picture.places.values()):
            for group in list(state.groups.values()):
                for feed, word in _freshness(picture, group, now_ms):
                    counts[feed, word.value] += 1
        for key, feed_state in picture.feeds.items():
            if feed_state.last_received_ms:
                last[key] = max(last.get(key, 0), feed_state.last_received_ms)
                skews.setdefault(feed_state.feed.department, []).append(feed_state.skew_ms)
    for (feed, word_key), count in counts.items():
        sources.add_metric((feed, word_key), count)
    for feed, received_ms in last.items():
        received.add_metric((feed,), max(0, now_ms - received_ms) / 1000)
    for department, found in skews.items():
        skew.add_metric((department,), max(found, key=abs) / 1000)
    yield from (sources, received, skew)


def _freshness(picture: Picture, group: Group, now_ms: int) -> Iterator[tuple[str, Freshness]]:
    varies = any(row.varies for row in group.rows)
    for source in list(group.sources):
        skewed = source.feed in picture.skewed_feeds
        yield source.feed, freshness(source, now_ms, varies=varies, skewed=skewed)


def latency_metric(histogram: LatencyHistogram) -> Metric:
    return HistogramMetricFamily(
        PREFIX + "event_to_alert_seconds",
        "arrival of the deciding record → alert handed to the broker, wall time",
        buckets=histogram.buckets(),
        sum_value=histogram.sum_seconds,
    )


def process_metrics(clock: SiteClock, now_ms: int) -> Iterator[Metric]:
    """What every process says of itself; `now_ms` is what it takes for now, 0 while it does not
    know."""
    info = gauge(
        "build_info", "1, with the version; the core is compiled or not", ("version", "core")
    )
    info.add_metric((version("hubwatch"), "compiled" if COMPILED else "interpreted"), 1)
    simulated = gauge("simulated", "1 while the site runs on a simulated clock")
    simulated.add_metric((), int(clock.simulated))
    site_time = gauge("site_time_seconds", "the site's clock, Unix seconds")
    if now_ms:
        site_time.add_metric((), now_ms / 1000)
    yield from (info, simulated, site_time)


def outbox_metrics(outboxes: Mapping[str, Outbox]) -> Iterator[Metric]:
    """By the partition that is written for."""
    labels = ("partition",)
    failures = counter("publish_failures", "sends the broker did not take at once", labels)
    unsendable = counter("unsendable", "messages too large for the broker", labels)
    pending = gauge("unacknowledged", "messages sent and not yet acknowledged", labels)
    oldest = gauge("unacknowledged_age_seconds", "of the oldest of them, 0 for none", labels)
    for partition, outbox in outboxes.items():
        failures.add_metric((partition,), outbox.failures)
        unsendable.add_metric((partition,), outbox.unsendable)
        pending.add_metric((partition,), outbox.pending)
        oldest.add_metric((partition,), outbox.oldest_seconds)
    yield from (failures, unsendable, pending, oldest)
