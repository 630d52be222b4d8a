"""The hub's collector: values above the cells, the balance ahead, the operating level."""

from __future__ import annotations

import time
from collections.abc import Iterator

from prometheus_client.core import Metric
from prometheus_client.registry import Collector

from streams.domains import catalogue
from streams.hub.balance import STEP_MINUTES
from streams.hub.picture import HubPicture
from streams.runtime import metrics
from streams.runtime.hub import HubProcess


class HubCollector(Collector):
    """Reads the hub's state from the scrape's own thread; copies before it walks."""

    def __init__(self, hub: HubProcess) -> None:
        self._hub = hub
        rows = catalogue()
        self._units = {key: rows.row(key).unit for key in (*rows.cell_keys(), *rows.hub)}

    def collect(self) -> Iterator[Metric]:
        hub = self._hub
        now_ms = hub.time.now_ms()
        yield from metrics.process_metrics(hub.clock, now_ms)
        values = [
            (place, value)
            for place, found in list(hub.values.items())
            for value in list(found.values())
        ]
        yield from metrics.value_metrics(values, self._units, now_ms)
        ladders = [
            (rule, place, state)
            for place, states in list(hub.ladders.items())
            for rule, state in list(states.items())
        ]
        owned = frozenset(
            (ladder.rule.key, ladder.place.key)
            for ladder in hub.rules.ladders()
            if ladder.rule.measure in hub.values.get(ladder.place.key, {})
        )
        yield from metrics.ladder_metrics(hub.rules, ladders, owned)
        if hub.picture is not None:
            yield from _picture_metrics(hub.picture)
        stepped = metrics.gauge("hub_step_age_seconds", "wall time since the hub last stepped")
        stepped.add_metric((), time.monotonic() - hub.stepped_at)
        stream = metrics.gauge("hub_stream_time_seconds", "minute the hub stands at, Unix seconds")
        stream.add_metric((), hub.stepped_ms / 1000)
        silent = metrics.gauge("hub_silent_partitions", "worker partitions that tell nothing")
        silent.add_metric((), len(hub.minutes.silent))
        yield from (stepped, stream, silent)
        yield from metrics.outbox_metrics({"hub": hub.outbox})


def _picture_metrics(picture: HubPicture) -> Iterator[Metric]:
    profile = metrics.gauge(
        "dispersal_profile_persons",
        "balance of a mode by 5-minute step ahead",
        ("mode", "series", "ahead_minutes"),
    )
    for row in picture.profiles:
        series = {
            "demand": row.demand,
            "capacity": row.capacity,
            "queue_low": row.queue_low,
            "queue": row.queue,
            "queue_high": row.queue_high,
        }
        for name, numbers in series.items():
            for step, number in enumerate(numbers):
                profile.add_metric((row.mode, name, str(STEP_MINUTES * step)), number)
    level = metrics.gauge("operating_level", "operating level of the site, 1 to 5", ("site",))
    level.add_metric((picture.site,), picture.operating.level)
    criteria = metrics.gauge(
        "operating_criterion_level", "level by criterion, absent while unknown", ("criterion",)
    )
    unknown = metrics.gauge(
        "operating_criterion_unknown", "1 while too few places are known to judge", ("criterion",)
    )
    for key, found in picture.operating.criteria.items():
        unjudged = key in picture.operating.unjudged
        unknown.add_metric((key,), int(unjudged))
        if not unjudged:
            criteria.add_metric((key,), found)
    yield from (profile, level, criteria, unknown)
