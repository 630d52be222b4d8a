"""The page of a process: all of it, or what is asked for by name."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.request import urlopen

from prometheus_client.core import Metric
from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.registry import Collector

from streams.runtime import metrics, monitor
from streams.runtime.servers.ports import free_ports


class Two(Collector):
    def collect(self) -> Iterator[Metric]:
        records = metrics.counter("records", "records by verdict", ("verdict",))
        records.add_metric(("processed",), 7)
        status = metrics.gauge("status", "of a place", ("place",))
        status.add_metric(("hub",), 1)
        yield from (records, status)


def test_a_page_gives_all_or_what_is_asked_for_by_name() -> None:
    (port,) = free_ports(1)
    monitor.serve(port, Two(), lambda: "")

    def samples(query: str) -> dict[str, float]:
        with urlopen(f"http://127.0.0.1:{port}/metrics{query}") as answer:
            families = list(text_string_to_metric_families(answer.read().decode()))
        return {sample.name: sample.value for family in families for sample in family.samples}

    assert samples("?name[]=hubwatch_records_total") == {"hubwatch_records_total": 7}
    assert samples("?name[]=hubwatch_status&name[]=hubwatch_records_total") == {
        "hubwatch_records_total": 7,
        "hubwatch_status": 1,
    }
    assert samples("").keys() >= {"hubwatch_records_total", "hubwatch_status"}
    assert samples("?name[]=hubwatch_nothing") == {}
