"""Who hears of an alert and how soon: asked of amtool, and of an Alertmanager that runs."""

from __future__ import annotations

import json
import shutil
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from queue import Empty, Queue
from typing import Any
from urllib.request import Request, urlopen

import pytest

from streams.runtime.servers import Supervisor
from streams.runtime.servers import monitoring as tools
from streams.runtime.servers.ports import free_ports
from streams.runtime.settings import Settings
from streams.runtime.stack import alertmanager_config
from tests.waiting import eventually

AT_ONCE_SECONDS = 20.0
"""shorter than the 30 s that other alerts are gathered for"""

ROUTES = {
    "alertname=Heartbeat severity=none layer=process audience=platform": ["gateway", "heartbeat"],
    "severity=critical layer=process audience=platform": ["gateway", "operations", "platform"],
    "severity=warning layer=process audience=platform": ["gateway", "platform"],
    "severity=critical layer=flow audience=platform": ["gateway", "platform"],
    "severity=critical layer=data audience=department feed=metro.gate": ["gateway", "departments"],
    "severity=critical layer=picture audience=operations": ["gateway", "operations"],
    "severity=critical level=4 layer=site audience=emergency": ["emergency"],
    "severity=warning level=2 layer=site audience=operations": ["operations"],
    "severity=info level=1 layer=site audience=operations": ["operations"],
    "nobody=expects": ["gateway", "platform"],
}

Json = dict[str, Any]


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if shutil.which("amtool") is None:
        pytest.skip("amtool: apt-get install prometheus-alertmanager")
    file = tmp_path_factory.mktemp("alertmanager") / "alertmanager.yml"
    file.write_text(alertmanager_config(Settings()), encoding="utf-8")
    return file


def amtool(*arguments: str) -> str:
    done = subprocess.run(["amtool", *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout.strip()


def test_configuration_is_valid(config: Path) -> None:
    assert "SUCCESS" in amtool("check-config", str(config))


@pytest.mark.parametrize("labels", ROUTES)
def test_alerts_find_their_way(config: Path, labels: str) -> None:
    found = amtool("config", "routes", "test", f"--config.file={config}", *labels.split())
    assert found.split(",") == ROUTES[labels]


@pytest.fixture(scope="module")
def alertmanager(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Queue[Json]]]:
    """Its address, and what it delivers to a pager of the emergency team."""
    if tools.ALERTMANAGER.find() is None:
        pytest.skip(f"Alertmanager: {tools.ALERTMANAGER.how_to_get}")
    delivered: Queue[Json] = Queue()
    (port,) = free_ports(1)
    data_dir = tmp_path_factory.mktemp("alertmanager")
    with pager(delivered) as pager_port:
        file = data_dir / "alertmanager.yml"
        config = alertmanager_config(Settings()).replace(
            "- name: emergency\n",
            "- name: emergency\n    webhook_configs: "
            f"[{{url: 'http://127.0.0.1:{pager_port}/pager'}}]\n",
        )
        spec = tools.alertmanager(file, data_dir=data_dir, port=port, files={file: config})
        with Supervisor([spec], data_dir=data_dir) as supervisor:
            supervisor.wait_ready(spec.name)
            yield f"http://127.0.0.1:{port}", delivered


@contextmanager
def pager(delivered: Queue[Json]) -> Iterator[int]:
    """The port of a listener on loopback that puts every webhook into the queue."""

    class Listener(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            assert self.path == "/pager"
            delivered.put(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  its name there
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Listener) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        yield server.server_port
        server.shutdown()
        thread.join()


def raise_alerts(address: str, *labels: Json) -> None:
    body = json.dumps([{"labels": one} for one in labels]).encode()
    headers = {"Content-Type": "application/json"}
    request = Request(f"{address}/api/v2/alerts", body, headers)  # noqa: S310  # loopback
    urlopen(request, timeout=AT_ONCE_SECONDS).close()  # noqa: S310


def inhibited(address: str) -> dict[str, bool]:
    with urlopen(f"{address}/api/v2/alerts", timeout=AT_ONCE_SECONDS) as answer:  # noqa: S310
        alerts = json.load(answer)
    return {a["labels"]["alertname"]: bool(a["status"]["inhibitedBy"]) for a in alerts}


@pytest.mark.servers
def test_emergencies_leave_at_once(alertmanager: tuple[str, Queue[Json]]) -> None:
    address, delivered = alertmanager
    raise_alerts(
        address,
        {"alertname": "SiteAlertLevel1", "severity": "info", "audience": "operations"},
        {
            "alertname": "SiteAlertLevel4",
            "severity": "critical",
            "layer": "site",
            "audience": "emergency",
            "rule": "water.underpass_ponding",
            "place": "underpass.shenkun",
        },
    )
    try:
        first = delivered.get(timeout=AT_ONCE_SECONDS)
    except Empty:
        pytest.fail(f"nothing came within {AT_ONCE_SECONDS} s")
    assert first["receiver"] == "emergency"
    assert [a["labels"]["alertname"] for a in first["alerts"]] == ["SiteAlertLevel4"]


@pytest.mark.servers
def test_causes_hold_back_their_symptoms(alertmanager: tuple[str, Queue[Json]]) -> None:
    address, _ = alertmanager
    data = {"layer": "data", "audience": "department"}
    raise_alerts(
        address,
        {"alertname": "FeedSilent", "severity": "critical", "feed": "metro.gate", **data},
        {"alertname": "FeedPatchy", "severity": "warning", "feed": "metro.gate", **data},
        {"alertname": "ClockSkewed", "severity": "warning", "department": "rail", **data},
    )
    expected = {"FeedSilent": False, "FeedPatchy": True, "ClockSkewed": False}
    assert eventually(lambda: expected.items() <= inhibited(address).items())

    process = {"layer": "process", "severity": "critical", "audience": "platform"}
    raise_alerts(address, {"alertname": "NoWorker", **process})
    everything = {"NoWorker": False, "FeedSilent": True, "FeedPatchy": True, "ClockSkewed": True}
    assert eventually(lambda: everything.items() <= inhibited(address).items())
    assert not inhibited(address)["SiteAlertLevel4"], "alerts of the site are never held back"
