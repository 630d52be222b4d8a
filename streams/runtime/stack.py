"""Everything that runs on one machine, as rows for the supervisor."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from string import Template

from streams.runtime.servers import (
    BrokerSettings,
    ServerSpec,
    alertmanager,
    broker,
    grafana,
    http_ok,
    program,
    prometheus,
)
from streams.runtime.servers.errors import ToolMissingError
from streams.runtime.servers.ports import LOOPBACK
from streams.runtime.settings import CHECKOUT, PORT_OF, Settings

PROMETHEUS_FOLDER = CHECKOUT / "deploy" / "prometheus"
ALERTMANAGER_FOLDER = CHECKOUT / "deploy" / "alertmanager"
BOARDS_FOLDER = CHECKOUT / "grafana" / "generated"
PROVISIONING_FOLDER = CHECKOUT / "deploy" / "grafana" / "provisioning"


def embedded_broker(settings: Settings, *, report: Callable[[str], None]) -> ServerSpec:
    """The broker the settings point to, as a process of ours."""
    port = int(settings.bootstrap_servers.rpartition(":")[2])
    return broker(
        BrokerSettings(
            data_dir=settings.data_dir, port=port, controller_port=settings.controller_port
        ),
        report=lambda line: report(f"  {line}"),
    )


def processes(settings: Settings, *, feeding: str) -> tuple[ServerSpec, ...]:
    """Our own processes; `feeding` is the one that publishes: `simulator` or `replay`."""
    environment = environment_of(settings)
    return tuple(
        replace(
            program(name, ready=http_ok(port, "/health/live"), ports=(port,)),
            environment=environment,
            port_option=f"HUBWATCH_{PORT_OF[name].upper()}",
        )
        for name in ("worker", "hub", "gateway", feeding)
        for port in (getattr(settings, PORT_OF[name]),)
    )


def environment_of(settings: Settings) -> dict[str, str]:
    """The settings as the environment of a child process."""
    return {
        f"HUBWATCH_{name.upper()}": str(value)
        for name, value in settings.model_dump().items()
        if value is not None
    }


def optional(settings: Settings, *, feeding: str) -> tuple[tuple[ServerSpec, ...], tuple[str, ...]]:
    """Prometheus, Alertmanager and Grafana where this machine has them, and what it lacks."""
    makers: tuple[Callable[[], ServerSpec], ...] = (
        lambda: _alertmanager(settings),
        lambda: _prometheus(settings, feeding),
        lambda: grafana(
            BOARDS_FOLDER,
            PROVISIONING_FOLDER,
            data_dir=settings.data_dir,
            port=settings.grafana_port,
            prometheus_port=settings.prometheus_port,
        ),
    )
    specs: list[ServerSpec] = []
    missing: list[str] = []
    for make in makers:
        try:
            specs.append(make())
        except ToolMissingError as error:
            missing.append(f"{error.args[0]}: {error.hint}")
    return tuple(specs), tuple(missing)


def _prometheus(settings: Settings, feeding: str) -> ServerSpec:
    folder = settings.data_dir.absolute() / "prometheus-config"
    targets = {
        "worker": settings.worker_port,
        "hub": settings.hub_port,
        "gateway": settings.gateway_port,
        "simulator": settings.simulator_port,
        "alertmanager": settings.alertmanager_port,
    }
    files = {folder / "prometheus.yml": (PROMETHEUS_FOLDER / "prometheus.yml").read_text()}
    for rules in sorted((PROMETHEUS_FOLDER / "rules").glob("*.yml")):
        files[folder / "rules" / rules.name] = rules.read_text()
    for job, port in targets.items():
        text = json.dumps([{"targets": [f"{LOOPBACK}:{port}"], "labels": {"feeding": feeding}}])
        files[folder / "targets" / f"{job}.json"] = text
    return prometheus(
        folder / "prometheus.yml",
        data_dir=settings.data_dir,
        port=settings.prometheus_port,
        files=files,
    )


def _alertmanager(settings: Settings) -> ServerSpec:
    config = settings.data_dir.absolute() / "alertmanager.yml"
    return alertmanager(
        config,
        data_dir=settings.data_dir,
        port=settings.alertmanager_port,
        files={config: alertmanager_config(settings)},
    )


def alertmanager_config(settings: Settings) -> str:
    """The template with the gateway's address, and the key to send there if there is one."""
    template = Template((ALERTMANAGER_FOLDER / "alertmanager.yml.template").read_text())
    key_file = settings.platform_key_file
    key = {"authorization": {"credentials_file": str(key_file.absolute())}} if key_file else {}
    return template.substitute(
        gateway=f"http://{LOOPBACK}:{settings.gateway_port}", http_config=json.dumps(key)
    )


def links(settings: Settings, running: frozenset[str]) -> dict[str, str]:
    """Where to look, for what is running: the first page of each that answers."""
    pages = {
        "grafana": ("grafana", settings.grafana_port, ("/",)),
        # Debian's Prometheus comes without the new pages
        "prometheus": ("prometheus", settings.prometheus_port, ("/alerts", "/classic/alerts", "/")),
        "alertmanager": ("alertmanager", settings.alertmanager_port, ("/",)),
        "gateway": ("gateway", settings.gateway_port, ("/",)),
        "alerts": ("gateway", settings.gateway_port, ("/v1/alerts",)),
        "metrics": ("worker", settings.worker_port, ("/metrics",)),
    }
    found: dict[str, str] = {}
    for name, (process, port, paths) in pages.items():
        answering = (path for path in paths if http_ok(port, path)() is None)
        if process in running and (path := next(answering, None)) is not None:
            found[name] = f"http://{LOOPBACK}:{port}{path}"
    return found
