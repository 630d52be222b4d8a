"""Prometheus, Alertmanager and Grafana are started when they are there, and missed in one line."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from streams.runtime.servers import ServerSpec, Supervisor
from streams.runtime.servers import monitoring as tools
from streams.runtime.servers.errors import ToolMissingError
from streams.runtime.servers.ports import free_ports
from streams.runtime.servers.server import HEALTHY

GRAFANA = """\
#!{python}
import http.server, os, pathlib, sys
assert sys.argv[1:3] == ["server", "--homepath"], sys.argv
assert os.environ["GF_SERVER_HTTP_ADDR"] == "127.0.0.1"
assert os.environ["HUBWATCH_PROMETHEUS_URL"] == "http://127.0.0.1:9"
assert pathlib.Path(os.environ["HUBWATCH_BOARDS"]).name == "boards"
assert pathlib.Path(os.environ["GF_PATHS_PROVISIONING"]).name == "provisioning"
assert len(pathlib.Path(os.environ["GF_SECURITY_ADMIN_PASSWORD__FILE"]).read_text()) > 20
class Health(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200 if self.path == "/api/health" else 404)
        self.end_headers()
port = int(os.environ["GF_SERVER_HTTP_PORT"])
http.server.HTTPServer(("127.0.0.1", port), Health).serve_forever()
"""


def _runs(spec: ServerSpec, data_dir: Path) -> str:
    with Supervisor([spec], data_dir=data_dir) as supervisor:
        supervisor.wait_ready(spec.name)
        return supervisor.health()[spec.name]


def _need(tool: tools.Tool) -> None:
    if tool.find() is None:
        pytest.skip(f"{tool.title}: {tool.how_to_get}")


@pytest.mark.servers
def test_prometheus_runs_on_a_given_configuration(tmp_path: Path) -> None:
    _need(tools.PROMETHEUS)
    config = tmp_path / "etc" / "prometheus.yml"
    (port,) = free_ports(1)
    files = {config: "global: {scrape_interval: 5s}\n"}
    spec = tools.prometheus(config, data_dir=tmp_path, port=port, files=files)
    assert _runs(spec, tmp_path) == HEALTHY
    assert (tmp_path / "prometheus").is_dir()


@pytest.mark.servers
def test_alertmanager_runs_alone(tmp_path: Path) -> None:
    _need(tools.ALERTMANAGER)
    config = tmp_path / "etc" / "alertmanager.yml"
    (port,) = free_ports(1)
    files = {config: "route: {receiver: none}\nreceivers: [{name: none}]\n"}
    spec = tools.alertmanager(config, data_dir=tmp_path, port=port, files=files)
    assert _runs(spec, tmp_path) == HEALTHY


def test_grafana_gets_its_data_source_and_boards(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "home"
    executable = home / "bin" / "grafana"
    executable.parent.mkdir(parents=True)
    executable.write_text(GRAFANA.format(python=sys.executable))
    executable.chmod(0o755)
    monkeypatch.setenv("PATH", "")
    monkeypatch.setenv(tools.GRAFANA_HOME, str(home))
    (port,) = free_ports(1)
    spec = tools.grafana(
        tmp_path / "boards",
        tmp_path / "provisioning",
        data_dir=tmp_path,
        port=port,
        prometheus_port=9,
    )
    assert _runs(spec, tmp_path) == HEALTHY
    password = tmp_path / "grafana" / "admin-password"
    assert password.stat().st_mode & 0o077 == 0


def test_what_is_missing_is_told_in_a_line_each(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.delenv(tools.GRAFANA_HOME, raising=False)
    monkeypatch.setattr(tools, "TOOLS", (tools.PROMETHEUS, tools.ALERTMANAGER))
    assert tools.missing_tools() == (
        "Prometheus: apt-get install prometheus",
        "Alertmanager: apt-get install prometheus-alertmanager",
    )
    with pytest.raises(ToolMissingError, match="Prometheus is not installed → apt-get install"):
        tools.prometheus(Path("config"), data_dir=Path("data"))
