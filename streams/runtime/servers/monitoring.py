"""Prometheus, Alertmanager and Grafana, when this machine has them: one row each.

None of them is required. What is missing is told in one line with the way to get it. The ports
are not the usual ones, since Debian's packages start services of their own there.
"""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from streams.runtime.servers.errors import ToolMissingError
from streams.runtime.servers.ports import LOOPBACK
from streams.runtime.servers.probes import http_ok
from streams.runtime.servers.spec import ServerSpec

PROMETHEUS_PORT = 19090
ALERTMANAGER_PORT = 19093
GRAFANA_PORT = 13000
GRAFANA_HOME = "HUBWATCH_GRAFANA_HOME"
GRAFANA_SHARED = "/usr/share/grafana"
HOME_BOARD = "operations/hub.json"


@dataclass(frozen=True, slots=True)
class Tool:
    """An optional program: the names it goes by, and how to get it."""

    title: str
    names: tuple[str, ...]
    how_to_get: str
    homes: tuple[str, ...] = ()
    """Folders whose `bin` is searched after the PATH; `$NAME` is taken from the environment."""

    def find(self) -> Path | None:
        """The executable, None when this machine lacks it."""
        homes = (os.path.expandvars(home) for home in self.homes)
        folders = os.pathsep.join([os.environ.get("PATH", ""), *(f"{home}/bin" for home in homes)])
        found = (shutil.which(name, path=folders) for name in self.names)
        return next((Path(path) for path in found if path), None)

    def require(self) -> Path:
        """The executable; raises ToolMissingError."""
        path = self.find()
        if path is None:
            raise ToolMissingError(f"{self.title} is not installed", hint=self.how_to_get)
        return path


PROMETHEUS = Tool("Prometheus", ("prometheus",), "apt-get install prometheus")
ALERTMANAGER = Tool(
    "Alertmanager",
    ("alertmanager", "prometheus-alertmanager"),
    "apt-get install prometheus-alertmanager",
)
GRAFANA = Tool(
    "Grafana",
    ("grafana", "grafana-server"),
    f"install Grafana's package, or unpack its release and set {GRAFANA_HOME} to that folder",
    homes=(f"${GRAFANA_HOME}", GRAFANA_SHARED),
)
TOOLS = (PROMETHEUS, ALERTMANAGER, GRAFANA)


def missing_tools() -> tuple[str, ...]:
    """One line for each tool that this machine lacks."""
    return tuple(f"{tool.title}: {tool.how_to_get}" for tool in TOOLS if tool.find() is None)


def prometheus(
    config: Path,
    *,
    data_dir: Path,
    port: int = PROMETHEUS_PORT,
    files: Mapping[Path, str] | None = None,
) -> ServerSpec:
    """Runs on a given configuration; paths in it are relative to its own folder.

    `files` are written before the start, the configuration itself among them if it is generated.
    """
    return ServerSpec(
        name="prometheus",
        command=(
            str(PROMETHEUS.require()),
            f"--config.file={config}",
            f"--storage.tsdb.path={data_dir.absolute() / 'prometheus'}",
            "--storage.tsdb.retention.time=7d",
            # Alertmanager hears soon what it missed, and soon that Prometheus has gone
            "--rules.alert.resend-delay=15s",
            f"--web.listen-address={LOOPBACK}:{port}",
            "--log.level=warn",
        ),
        ready=http_ok(port, "/-/ready"),
        ports=(port,),
        port_option="HUBWATCH_PROMETHEUS_PORT",
        files=files or {},
        required=False,
    )


def alertmanager(
    config: Path,
    *,
    data_dir: Path,
    port: int = ALERTMANAGER_PORT,
    files: Mapping[Path, str] | None = None,
) -> ServerSpec:
    """Runs alone (no cluster) on a given configuration."""
    return ServerSpec(
        name="alertmanager",
        command=(
            str(ALERTMANAGER.require()),
            f"--config.file={config}",
            f"--storage.path={data_dir.absolute() / 'alertmanager'}",
            f"--web.listen-address={LOOPBACK}:{port}",
            "--cluster.listen-address=",
            "--log.level=warn",
        ),
        ready=http_ok(port, "/-/ready"),
        ports=(port,),
        port_option="HUBWATCH_ALERTMANAGER_PORT",
        files=files or {},
        required=False,
    )


def grafana(
    boards: Path,
    provisioning: Path,
    *,
    data_dir: Path,
    port: int = GRAFANA_PORT,
    prometheus_port: int = PROMETHEUS_PORT,
) -> ServerSpec:
    """Shows the generated boards to anybody on this machine, the hub's first.

    `provisioning` is deploy/grafana/provisioning, which takes its addresses from the environment.
    Reading needs no login. The administrator's password is made once and kept in
    `grafana/admin-password`, readable by this user only.
    """
    executable = GRAFANA.require()
    home = os.environ.get(GRAFANA_HOME) or _home_of(executable)
    folder = data_dir.absolute() / "grafana"
    server = (str(executable), *(("server",) if executable.name == "grafana" else ()))
    return ServerSpec(
        name="grafana",
        command=(*server, "--homepath", home),
        ready=http_ok(port, "/api/health"),
        ports=(port,),
        port_option="HUBWATCH_GRAFANA_PORT",
        environment={
            "GF_SERVER_HTTP_ADDR": LOOPBACK,
            "GF_SERVER_HTTP_PORT": str(port),
            "GF_PATHS_DATA": str(folder / "data"),
            "GF_PATHS_LOGS": str(folder / "logs"),
            "GF_PATHS_PLUGINS": str(folder / "plugins"),
            "GF_PATHS_PROVISIONING": str(provisioning.absolute()),
            "GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH": str(boards.absolute() / HOME_BOARD),
            "HUBWATCH_BOARDS": str(boards.absolute()),
            "HUBWATCH_PROMETHEUS_URL": f"http://{LOOPBACK}:{prometheus_port}",
            "GF_SECURITY_ADMIN_PASSWORD__FILE": str(folder / "admin-password"),
            "GF_AUTH_ANONYMOUS_ENABLED": "true",
            "GF_AUTH_ANONYMOUS_ORG_ROLE": "Viewer",
            "GF_ANALYTICS_REPORTING_ENABLED": "false",
            "GF_ANALYTICS_CHECK_FOR_UPDATES": "false",
            "GF_ANALYTICS_CHECK_FOR_PLUGIN_UPDATES": "false",
            "GF_PLUGINS_PREINSTALL_DISABLED": "true",
            "GF_NEWS_NEWS_FEED_ENABLED": "false",
            "GF_LOG_MODE": "console",
            "GF_LOG_LEVEL": "warn",
        },
        prepare=lambda: _make_admin_password(folder / "admin-password"),
        required=False,
    )


def _home_of(executable: Path) -> str:
    """Where a Grafana keeps its files: beside its `bin`, or where its package puts them."""
    beside = executable.resolve().parent.parent
    return str(beside) if (beside / "conf").is_dir() else GRAFANA_SHARED


def _make_admin_password(path: Path) -> None:
    """Makes the file with the password once, for this user's eyes only."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(16), encoding="utf-8")
