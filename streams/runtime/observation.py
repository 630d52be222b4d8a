"""What can be seen of a running site from outside its processes: their metrics, the topics."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.client import HTTPException
from typing import Any, Self
from urllib.error import URLError
from urllib.parse import quote, urlencode
from urllib.request import urlopen

from kafka import KafkaConsumer, TopicPartition
from prometheus_client.parser import text_string_to_metric_families

from schemas.value import STATUS_CODE
from streams.runtime.servers import Status
from streams.runtime.servers.ports import LOOPBACK
from streams.runtime.settings import Settings
from streams.site.model import Site

TIMEOUT_SECONDS = 5.0
MINUTE_MS = 60_000
STATUS_OF = {float(code): status for status, code in STATUS_CODE.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """Counts since the topics began; `accepted_before` of those before this run, which began at
    the site time `began_ms`. `scraped`: somebody reads the metrics. `monitored`: all
    `platform_alerts` that fire are known."""

    began_ms: int = 0
    accepted_before: int = 0
    accepted: int = 0
    processed: int = 0
    quarantined: int = 0
    states: Counter[str] = field(default_factory=Counter)
    alerts: tuple[dict[str, Any], ...] = ()
    monitored: bool = False
    platform_alerts: tuple[dict[str, Any], ...] = ()
    scraped: bool = False
    hub_stands_at_ms: int = 0

    @property
    def flowing(self) -> bool:
        """A record of this run has been folded or quarantined."""
        return self.processed + self.quarantined > self.accepted_before

    @property
    def alerting(self) -> bool:
        """The worker runs, and an alert is open or was told in this run."""
        open_or_new = (
            alert["state"] != "cleared" or alert["detected_at_ms"] >= self.began_ms
            for alert in self.alerts
        )
        return bool(self.states) and any(open_or_new)

    @property
    def progress(self) -> tuple[int, int]:
        """Changes for as long as something is still being worked off."""
        return self.processed + self.quarantined, self.hub_stands_at_ms

    def settled(self, site_ms: int) -> bool:
        """Every record of the inbox topics is folded or quarantined, and the hub, where it has
        stepped at all, has done so with all of them, up to the minute of `site_ms`."""
        accounted = self.accepted > 0 and self.accepted == self.processed + self.quarantined
        minute_ms = site_ms - site_ms % MINUTE_MS
        return accounted and (not self.hub_stands_at_ms or self.hub_stands_at_ms >= minute_ms)


class Observer:
    """Looks at the processes of one machine; what does not answer counts as nothing seen.

    Enter it when the topics are there and nothing is published yet. `began_ms` is the site time.
    Only those are asked that `status` says run: whoever else answers on a port is not ours.
    """

    def __init__(
        self,
        settings: Settings,
        site: Site,
        status: Callable[[], Mapping[str, Status]],
        began_ms: int,
    ) -> None:
        self._settings = settings
        self._site = site
        self._status = status
        self._began_ms = began_ms
        self._began_wall = time.time()
        self._accepted_before = 0
        self._consumer: KafkaConsumer | None = None

    def __enter__(self) -> Self:
        self._accepted_before = self.accepted()
        return self

    def __exit__(self, *_: object) -> None:
        if self._consumer is not None:
            self._consumer.close()

    def look(self) -> Observation:
        samples = self._samples("worker", "hubwatch_records_total", "hubwatch_status")
        hub = self._samples("hub", "hubwatch_hub_stream_time_seconds", "hubwatch_status")
        platform = self._json("gateway", "/v1/platform/alerts", {})
        verdicts: Counter[str] = Counter()
        states: Counter[str] = Counter()
        hub_seconds = 0.0
        for name, labels, value in (*samples, *hub):
            if name == "hubwatch_records_total":
                verdicts[labels["verdict"]] += int(value)
            elif name == "hubwatch_status":
                states[STATUS_OF[value]] += 1
            elif name == "hubwatch_hub_stream_time_seconds":
                hub_seconds = value
        return Observation(
            began_ms=self._began_ms,
            accepted_before=self._accepted_before,
            accepted=self.accepted(),
            processed=verdicts["processed"],
            quarantined=verdicts["quarantined"],
            states=states,
            alerts=tuple(self._json("gateway", "/v1/alerts?open_only=false", [])),
            monitored=platform.get("monitored", False),
            platform_alerts=tuple(platform.get("alerts", ())),
            scraped=self._scraped() if "prometheus" in self._status() else bool(samples),
            hub_stands_at_ms=round(hub_seconds * 1000),
        )

    def accepted(self) -> int:
        """Records the broker holds in the inbox topics."""
        if self._consumer is None:
            self._consumer = KafkaConsumer(bootstrap_servers=self._settings.bootstrap_servers)
        parts = [
            TopicPartition(department.inbox, number)
            for department in self._site.departments.values()
            for number in range(self._settings.partitions)
        ]
        return sum(self._consumer.end_offsets(parts).values())

    def _scraped(self) -> bool:
        """Prometheus has scraped the worker in this run."""
        series = 'up{job="worker"}'
        query = quote(f"{series} == 1 and timestamp({series}) > {self._began_wall:.3f}")
        answer = self._json("prometheus", f"/api/v1/query?query={query}", {})
        return bool(answer.get("data", {}).get("result"))

    def _samples(self, process: str, *names: str) -> list[tuple[str, dict[str, str], float]]:
        """Samples of these names only: to write and to read a whole page once a second takes the
        worker's time and ours."""
        asked = urlencode([("name[]", name) for name in names])
        text = self._get(process, f"/metrics?{asked}") or ""
        return [
            (sample.name, sample.labels, sample.value)
            for family in text_string_to_metric_families(text)
            for sample in family.samples
        ]

    def _json(self, process: str, path: str, otherwise: Any) -> Any:
        text = self._get(process, path)
        return otherwise if text is None else json.loads(text)

    def _get(self, process: str, path: str) -> str | None:
        status = self._status().get(process)
        if status is None or status.pid is None:
            return None
        port = getattr(self._settings, f"{process}_port")
        try:
            with urlopen(f"http://{LOOPBACK}:{port}{path}", timeout=TIMEOUT_SECONDS) as answer:
                text: str = answer.read().decode()
                return text
        except (URLError, HTTPException, OSError):
            return None
