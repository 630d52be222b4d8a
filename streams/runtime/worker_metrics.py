"""The worker's collector: its pictures, its counters, and how far it has come."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator

from faust.types import TP
from prometheus_client.core import Metric
from prometheus_client.registry import Collector

from streams.domains import catalogue
from streams.partition import Partition
from streams.partition.picture import Picture
from streams.runtime import metrics
from streams.runtime.worker import Worker


class WorkerCollector(Collector):
    """Reads the worker's state from the scrape's own thread: copies in one step what it walks over,
    and asks for nothing again that may be gone meanwhile."""

    def __init__(self, worker: Worker) -> None:
        self._worker = worker
        self._inboxes = [department.inbox for department in worker.site.departments.values()]
        rows = catalogue()
        self._units = {key: rows.row(key).unit for key in rows.cell_keys()}

    def collect(self) -> Iterator[Metric]:
        worker = self._worker
        now_ms = worker.time.now_ms()
        pictures = [tenure.partition.picture for tenure in list(worker.tenures.values())]
        values = [
            (key, value)
            for picture in pictures
            for key, state in list(picture.places.items())
            for value in list(state.values.values())
        ]
        ladders = [
            (rule, place, state)
            for picture in pictures
            for place, states in list(picture.watchers.states.items())
            for rule, state in list(states.items())
        ]
        owned = frozenset(
            (ladder.rule.key, ladder.place.key)
            for ladder in worker.rules.ladders()
            if any(_has(picture, ladder.place.key, ladder.rule.measure) for picture in pictures)
        )
        yield from metrics.process_metrics(worker.clock, now_ms)
        yield from metrics.value_metrics(values, self._units, now_ms)
        yield from metrics.ladder_metrics(worker.rules, ladders, owned)
        yield from metrics.source_metrics(pictures, now_ms)
        yield metrics.latency_metric(worker.event_to_alert)
        yield from self._records()
        yield from self._progress()

    def _records(self) -> Iterator[Metric]:
        records = metrics.counter(
            "records", "records by verdict", ("department", "feed", "verdict")
        )
        refused = metrics.counter(
            "quarantined", "refused records by reason", ("department", "reason")
        )
        doubts = metrics.counter("doubts", "values found doubtful", ("department", "reason"))
        site = self._worker.site
        by_feed: Counter[tuple[str, str, str]] = Counter()
        by_reason: Counter[tuple[str, str]] = Counter()
        doubtful: Counter[tuple[str, str]] = Counter()
        for feed in site.feeds.values():
            by_feed[feed.department, feed.key, "processed"] += 0
            by_feed[feed.department, feed.key, "quarantined"] += 0
        for tenure in list(self._worker.tenures.values()):
            counts = tenure.partition.totals()
            for key, count in counts.processed.items():
                if key in site.feeds:
                    by_feed[site.feeds[key].department, key, "processed"] += count
            for (department, key, reason), count in counts.quarantined.items():
                by_feed[department, key, "quarantined"] += count
                by_reason[department, reason] += count
            doubtful.update(dict(tenure.partition.picture.doubts))
        for labels, count in by_feed.items():
            records.add_metric(labels, count)
        for pair, count in by_reason.items():
            refused.add_metric(pair, count)
        for pair, count in doubtful.items():
            doubts.add_metric(pair, count)
        yield from (records, refused, doubts)

    def _progress(self) -> Iterator[Metric]:
        worker = self._worker
        lag = metrics.gauge("lag_records", "records waiting", ("topic", "partition"))
        snapshot_age = metrics.gauge(
            "snapshot_age_seconds", "since the last durable snapshot", ("partition",)
        )
        commit_age = metrics.gauge(
            "commit_age_seconds", "since offsets were last committed", ("partition",)
        )
        stream = metrics.gauge(
            "stream_time_seconds", "newest arrival folded, Unix seconds", ("partition",)
        )
        tenures = list(worker.tenures.items())
        for number, tenure in tenures:
            partition, label = tenure.partition, (str(number),)
            for topic, waiting in self._waiting(partition):
                lag.add_metric((topic, str(number)), waiting)
            snapshot_age.add_metric(label, time.monotonic() - tenure.durable_at)
            commit_age.add_metric(label, self._commit_age_seconds(number))
            if partition.stream_ms:
                stream.add_metric(label, partition.stream_ms / 1000)
        yield from (lag, snapshot_age, commit_age, stream)
        yield from metrics.outbox_metrics(
            {str(number): tenure.outbox for number, tenure in tenures}
        )
        batches = metrics.counter("batch_records", "records handed over in batches")
        batches.add_metric((), worker.batch_records)
        cpu = metrics.counter("step_cpu_seconds", "CPU time of gate, fusion and rules")
        cpu.add_metric((), worker.step_seconds)
        yield from (batches, cpu)

    def _waiting(self, partition: Partition) -> Iterator[tuple[str, int]]:
        """Records not yet stepped, by inbox topic, where the end of the topic is known."""
        for topic in self._inboxes:
            at = TP(topic, partition.number)
            count = self._worker.app.batch_consumer.unread(at, partition.positions.get(topic, 0))
            if count is not None:
                yield topic, count

    def _commit_age_seconds(self, number: int) -> float:
        """Since the oldest of the partition's commits, 0 before any is due."""
        committed_at = dict(self._worker.app.batch_consumer.committed_at)
        known = [at for tp, at in committed_at.items() if tp.partition == number]
        return time.monotonic() - min(known) if known else 0.0


def _has(picture: Picture, place: str, measure: str) -> bool:
    state = picture.places.get(place)
    return state is not None and measure in state.available
