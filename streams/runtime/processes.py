"""Our own processes by name, as `hubwatch run NAME` starts them."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping

import uvicorn

from streams.domains import catalogue
from streams.hub.load import load_hub
from streams.rules.load import load_rules
from streams.runtime import app, log, monitor
from streams.runtime.app import every
from streams.runtime.clock import SiteClock
from streams.runtime.gateway.app import gateway
from streams.runtime.hub import HubProcess
from streams.runtime.hub_metrics import HubCollector
from streams.runtime.replay import run_replay, settings_site
from streams.runtime.servers.ports import LOOPBACK, require_free
from streams.runtime.settings import PORT_OF, Settings
from streams.runtime.simulator import run_simulator
from streams.runtime.transport import BatchApp
from streams.runtime.watchdog import Standing, Watchdog, answering
from streams.runtime.worker import Worker
from streams.runtime.worker_metrics import WorkerCollector

READY_WITHIN_SECONDS = 30.0
ENDING = "it is ending"


def run_worker(settings: Settings) -> None:
    site = settings_site(settings)
    rules = load_rules(settings.site_dir / "rules.yaml", site, catalogue())
    worker = Worker(settings, site, rules, SiteClock.read(settings.clock_file))

    watchdog = _watched(worker.app, settings, worker.standings)

    def ready() -> str:
        """Partitions are assigned and restored, get on, and their snapshots are young enough."""
        if worker.app.should_stop:
            return ENDING
        if worker.moving:
            return "partitions are being taken over or given back"
        durable_at = [tenure.durable_at for tenure in list(worker.tenures.values())]
        if not durable_at:
            return "no partition assigned yet"
        oldest = time.monotonic() - min(durable_at)
        if oldest > READY_WITHIN_SECONDS:
            return f"last durable snapshot is {oldest:.0f} s old"
        return watchdog.unready()

    monitor.serve(settings.worker_port, WorkerCollector(worker), ready)
    app.run(worker.app)


def run_hub(settings: Settings) -> None:
    site = settings_site(settings)
    rules = load_rules(settings.site_dir / "rules.yaml", site, catalogue())
    hub_settings = load_hub(settings.site_dir, site, catalogue())
    hub = HubProcess(settings, site, rules, hub_settings, SiteClock.read(settings.clock_file))

    watchdog = _watched(hub.app, settings, hub.standings)

    def ready() -> str:
        """The hub has stepped, gets on, and its state is durable."""
        if hub.app.should_stop:
            return ENDING
        if not hub.stepped_ms:
            return "not stepped yet"
        age = time.monotonic() - hub.saved_at
        if age > READY_WITHIN_SECONDS:
            return f"last durable snapshot is {age:.0f} s old"
        return watchdog.unready()

    monitor.serve(settings.hub_port, HubCollector(hub), ready)
    app.run(hub.app)


def _watched(
    app: BatchApp, settings: Settings, look: Callable[[], Mapping[int, Standing]]
) -> Watchdog:
    """The process ends when it does not get on."""
    watchdog = Watchdog(
        look,
        patience_seconds=settings.stalled_seconds,
        answering=answering(settings.bootstrap_servers),
    )
    every(app, 1.0, watchdog.beat)
    watchdog.guard()
    return watchdog


def run_gateway(settings: Settings) -> None:
    site = settings_site(settings)
    uvicorn.run(
        gateway(settings, site, SiteClock.read(settings.clock_file)),
        host=LOOPBACK,
        port=settings.gateway_port,
        log_level="warning",
        access_log=False,
        log_config=None,
        timeout_graceful_shutdown=3,
    )


PROCESSES: Mapping[str, Callable[[Settings], None]] = {
    "worker": run_worker,
    "hub": run_hub,
    "gateway": run_gateway,
    "simulator": run_simulator,
    "replay": run_replay,
}


def run(name: str) -> None:
    """Runs a process until a signal ends it.

    Raises PortBusyError, and KeyError for a name that is not one.
    """
    process = PROCESSES[name]
    log.configure(name)
    settings = Settings.load()
    port = getattr(settings, PORT_OF[name])
    require_free(port, wanted_by=name, option=f"HUBWATCH_{PORT_OF[name].upper()}")
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    process(settings)
