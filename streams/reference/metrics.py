"""The page of metrics, from the collectors of the processes, built but not connected."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from prometheus_client.core import Metric

from schemas.record import EXAMPLE_MS
from schemas.value import Value
from streams.domains import catalogue
from streams.fusion.measure import HubMeasure
from streams.hub.load import load_hub
from streams.reference.markdown import code, page, table
from streams.rules.load import load_rules
from streams.runtime import metrics
from streams.runtime.clock import SiteClock
from streams.runtime.gateway.app import GatewayCollector
from streams.runtime.gateway.ingest import Ingest
from streams.runtime.gateway.mirror import Mirror
from streams.runtime.hub import HubProcess
from streams.runtime.hub_metrics import HubCollector
from streams.runtime.publishing import Progress, Publisher
from streams.runtime.settings import Settings
from streams.runtime.worker import Worker
from streams.runtime.worker_metrics import WorkerCollector
from streams.site.model import Site

INTRODUCTION = """\
Each process serves `/metrics` on loopback: worker (setting `worker_port`), hub processor
(`hub_port`), gateway (`gateway_port`), simulator or replay (`simulator_port`). Values are read from
the state when Prometheus asks. Label values come from the site model only: places, measures, rules,
feeds, departments. Each process also serves the standard `process_*` metrics.
"""
MEASURES = """\
## Values of measures

One series a measure, named after it, labelled `place`. A value that is unknown has no sample here:
`hubwatch_status` says so instead. Values of places inside a cell come from the worker, those of
areas, districts and the site from the hub.
"""


@dataclass(slots=True)
class Row:
    """A metric, and which processes serve it."""

    metric: Metric
    served_by: list[str] = field(default_factory=list)


def metrics_page(site: Site) -> str:
    """docs/reference/metrics.md."""
    rows = served(site)
    general = [
        (
            code(_name(row.metric)),
            row.metric.type,
            _labels(row.metric),
            ", ".join(row.served_by),
            row.metric.documentation,
        )
        for row in rows.values()
    ]
    head = ("metric", "type", "labels", "served by", "meaning")
    measures = table(("metric", "unit", "meaning"), _measures())
    return page(
        "Metrics",
        "the collectors in streams/runtime",
        INTRODUCTION,
        table(head, general),
        MEASURES,
        measures,
    )


def served(site: Site) -> Mapping[str, Row]:
    """All metrics of all processes but the measures' own series, by name."""
    rows: dict[str, Row] = {}
    for process, found in asyncio.run(_collected(site)):
        for metric in found:
            rows.setdefault(metric.name, Row(metric)).served_by.append(process)
    return rows


async def _collected(site: Site) -> list[tuple[str, list[Metric]]]:
    """What each process's collector yields before the process has connected to anything."""
    settings, clock = Settings.model_construct(), SiteClock()
    rules = load_rules(settings.site_dir / "rules.yaml", site, catalogue())
    worker = Worker(settings, site, rules, clock)
    hub = HubProcess(settings, site, rules, load_hub(settings.site_dir, site, catalogue()), clock)
    hub.picture = hub.hub.step({}, EXAMPLE_MS)
    gateway = GatewayCollector(
        Ingest(site, settings.bootstrap_servers),
        Mirror(settings.bootstrap_servers, settings.partitions, clock),
        clock,
    )
    progress = Progress(settings.data_dir / "nothing.json", "nothing")
    return [
        ("worker", list(WorkerCollector(worker).collect())),
        ("hub", list(HubCollector(hub).collect())),
        ("gateway", list(gateway.collect())),
        ("simulator", list(Publisher(settings, site, clock, progress, 0).collect())),
    ]


def _measures() -> Iterator[tuple[str, str, str]]:
    rows = catalogue()
    units = {key: rows.row(key).unit for key in (*rows.cell_keys(), *rows.hub)}
    values = [("", Value(measure=key, status="ok", value=0.0)) for key in sorted(units)]
    names = {f.name: f for f in metrics.value_metrics(values, units, 0)}
    for key in sorted(units):
        row = rows.row(key)
        name = f"{metrics.PREFIX}{key.replace('.', '_')}"
        computed = " (hub)" if isinstance(row, HubMeasure) else ""
        yield code(names[name].name), row.unit, f"{row.title_zh} · {row.title_en}{computed}"


def _name(metric: Metric) -> str:
    """As it is scraped: counters end in _total."""
    return f"{metric.name}_total" if metric.type == "counter" else metric.name


def _labels(metric: Metric) -> str:
    labels: Iterable[str] = getattr(metric, "_labelnames", ())
    return ", ".join(map(code, labels))
