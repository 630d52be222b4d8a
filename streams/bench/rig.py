"""A real broker and a real worker in a folder of their own, for as long as a measurement takes."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from streams.bench.folder import write_site
from streams.bench.load import Load
from streams.runtime.servers import Broker, BrokerSettings, http_ok, program
from streams.runtime.servers.ports import free_ports
from streams.runtime.servers.server import Server
from streams.runtime.settings import Settings
from streams.runtime.stack import environment_of
from streams.runtime.topics import create_topics, topics
from streams.site import load_site

BROKER_PROPERTIES = {
    # a long run must not lose its oldest records to retention before they are read
    "log.retention.bytes": "-1",
    "log.segment.bytes": str(2**30),
}


@dataclass(frozen=True, slots=True)
class Rig:
    """The broker runs and the topics are there; the worker is started by whoever measures."""

    settings: Settings
    worker: Server


@contextmanager
def rig(load: Load) -> Iterator[Rig]:
    """Everything is stopped and deleted afterwards. Raises ServerError or SiteError."""
    with tempfile.TemporaryDirectory(prefix="hubwatch-bench-") as scratch:
        folder = Path(scratch)
        write_site(load, folder / "site")
        port, controller_port, worker_port = free_ports(3)
        broker = Broker(
            BrokerSettings(
                data_dir=folder,
                port=port,
                controller_port=controller_port,
                profile="benchmark",
                properties=BROKER_PROPERTIES,
            )
        )
        settings = Settings.load(
            site_dir=folder / "site",
            data_dir=folder,
            bootstrap_servers=broker.bootstrap_servers,
            partitions=load.partitions,
            worker_port=worker_port,
        )
        site = load_site(settings.site_dir, settings.standards_dir)
        # arrival is stamped by the publisher: records of hours are written within seconds
        wanted = topics(site, load.partitions, simulated_clock=True)
        spec = replace(
            program("worker", ready=http_ok(worker_port, "/health/live"), ports=(worker_port,)),
            environment=environment_of(settings),
        )
        worker = Server(spec, folder)
        with broker:
            create_topics(settings.bootstrap_servers, wanted, settings.replication)
            try:
                yield Rig(settings, worker)
            finally:
                worker.stop()
