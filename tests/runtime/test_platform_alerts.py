"""The platform's own alerts: from a real Alertmanager to whoever asks the real gateway."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import pytest

from streams.runtime.gateway.platform_alerts import (
    ALL_TOLD_MS,
    HELD_LIMIT,
    NOTICE_LIMIT,
    NOTICE_LIMIT_BYTES,
    SILENT_MS,
    PlatformAlerts,
)
from streams.runtime.servers import Broker, Supervisor
from streams.runtime.servers.monitoring import ALERTMANAGER, alertmanager
from streams.runtime.servers.ports import free_ports
from streams.runtime.settings import Settings
from streams.runtime.stack import alertmanager_config
from streams.runtime.topics import create_topics, topics
from tests.runtime.gateway_client import Client, serving
from tests.town import town
from tests.waiting import LIMIT_SECONDS, wait_for

pytestmark = pytest.mark.servers

PLATFORM_ALERTS = "/v1/platform/alerts"
NOTICES = "/v1/alertmanager"
KEY = "key-of-alertmanager"
LAG = {"alertname": "LagGrowing", "severity": "warning", "layer": "flow", "audience": "platform"}
NO_WORKER = {
    "alertname": "NoWorker",
    "severity": "critical",
    "layer": "process",
    "audience": "platform",
}
HEARTBEAT = {"alertname": "Heartbeat", "severity": "none", "audience": "platform"}


@pytest.fixture(scope="module")
def settings(own_broker: Broker, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    create_topics(own_broker.bootstrap_servers, topics(town(), 1, simulated_clock=False), 1)
    return Settings(
        bootstrap_servers=own_broker.bootstrap_servers,
        partitions=1,
        data_dir=tmp_path_factory.mktemp("gateway"),
        gateway_port=free_ports(1)[0],
    )


@pytest.fixture(scope="module")
def client(settings: Settings) -> Iterator[Client]:
    with serving(settings) as running:
        yield running


@pytest.fixture
def locked(settings: Settings, tmp_path: Path) -> Settings:
    """Another, with a key for Alertmanager and one for a department."""
    keys, key = tmp_path / "keys.yaml", tmp_path / "platform.key"
    owners = {"platform": KEY, "police": "key-of-police"}
    hashes = {name: [hashlib.sha256(text.encode()).hexdigest()] for name, text in owners.items()}
    keys.write_text(json.dumps(hashes))
    key.write_text(KEY)
    gateway_port, alertmanager_port = free_ports(2)
    return settings.model_copy(
        update={
            "data_dir": tmp_path,
            "gateway_port": gateway_port,
            "alertmanager_port": alertmanager_port,
            "api_keys_file": keys,
            "platform_key_file": key,
        }
    )


@pytest.fixture
def raise_alert(locked: Settings) -> Iterator[Any]:
    """Tells a real Alertmanager, as Prometheus does; it knows the gateway from its template."""
    if ALERTMANAGER.find() is None:
        pytest.skip(f"Alertmanager: {ALERTMANAGER.how_to_get}")
    file, port = locked.data_dir / "alertmanager.yml", locked.alertmanager_port
    text = alertmanager_config(locked)
    spec = alertmanager(file, data_dir=locked.data_dir, port=port, files={file: text})

    def tell(labels: dict[str, str], *, over: bool = False) -> None:
        now = datetime.now(UTC)
        alert: dict[str, Any] = {
            "labels": labels,
            "annotations": {"summary_zh": "积压", "summary_en": "lag"},
            "startsAt": (now - timedelta(minutes=1)).isoformat(),
        }
        if over:
            alert["endsAt"] = now.isoformat()
        address = f"http://127.0.0.1:{port}/api/v2/alerts"
        body, kind = json.dumps([alert]).encode(), {"Content-Type": "application/json"}
        urlopen(Request(address, body, kind), timeout=LIMIT_SECONDS).close()

    with Supervisor([spec], data_dir=locked.data_dir) as supervisor:
        supervisor.wait_ready(spec.name)
        yield tell


def standing(client: Client) -> Any:
    status, told = client.ask("GET", PLATFORM_ALERTS)
    assert status == 200
    return told


def names(client: Client) -> list[str]:
    return [alert["labels"]["alertname"] for alert in standing(client)["alerts"]]


def test_what_alertmanager_tells_is_shown_until_it_is_resolved(
    locked: Settings, raise_alert: Any
) -> None:
    with serving(locked) as client, client.events(stream=f"{PLATFORM_ALERTS}/stream") as following:
        assert following(1)[0][1] == {"monitored": False, "alerts": []}
        began = time.monotonic()
        raise_alert(LAG)
        (told,) = following(1)[0][1]["alerts"]
        passed_ms = 1000 * (time.monotonic() - began)
        assert told["labels"] == LAG
        assert told["annotations"] == {"summary_zh": "积压", "summary_en": "lag"}
        assert 60_000 <= told["told_ms"] - told["since_ms"] <= 60_001 + passed_ms
        raise_alert({**LAG, "alertname": "SiteAlertLevel4", "layer": "site"})
        raise_alert(NO_WORKER)
        wait_for(lambda: names(client) == ["NoWorker", "LagGrowing"], "the gravest first")
        raise_alert(NO_WORKER, over=True)
        wait_for(lambda: names(client) == ["LagGrowing"], "what is resolved to go")


def told(count: int, first: int = 0, labels: dict[str, str] = LAG, **changed: object) -> bytes:
    alerts = [
        {
            "status": "firing",
            "labels": labels,
            "annotations": {},
            "startsAt": "2026-07-15T12:30:00.123456789Z",
            "fingerprint": f"{first + n:016x}",
        }
        for n in range(count)
    ]
    notice = {"version": "4", "alerts": alerts, "groupKey": "{}"}
    return json.dumps({**notice, **changed}).encode()


@pytest.mark.parametrize(
    ("body", "status", "said"),
    [
        (b"x" * (NOTICE_LIMIT_BYTES + 1), 413, f"{NOTICE_LIMIT_BYTES} bytes"),
        (told(NOTICE_LIMIT + 1), 413, f"{NOTICE_LIMIT + 1} alerts"),
        (b"", 400, "not a notice"),
        (b"[]", 400, "not a notice"),
        (told(1, version="5"), 400, "$.version"),
        (told(1).replace(b'"firing"', b'"fires"'), 400, "$.alerts[0].status"),
        (told(1).replace(b"2026-07-15T", b"yesterday "), 400, "$.alerts[0].startsAt"),
        (told(1).replace(b"0" * 16, b"../../etc/passwd"), 400, "$.alerts[0].fingerprint"),
    ],
)
def test_what_is_no_notice_is_refused_as_a_whole(
    body: bytes, status: int, said: str, client: Client
) -> None:
    answered, problem = client.ask("POST", NOTICES, body)
    assert (answered, problem["status"]) == (status, status)
    assert said in problem["detail"]
    assert standing(client)["alerts"] == []


def test_only_alertmanager_tells(locked: Settings, client: Client) -> None:
    with serving(locked) as guarded:
        for given in ({}, {"authorization": "Bearer key-of-police"}, {"authorization": "Bearer "}):
            assert guarded.ask("POST", NOTICES, told(1), **given)[0] == 403
        assert standing(guarded)["alerts"] == []
        assert guarded.ask("POST", NOTICES, told(1), authorization=f"Bearer {KEY}")[0] == 204
        assert names(guarded) == ["LagGrowing"]
    assert client.ask("POST", NOTICES, told(1), x_forwarded_for="203.0.113.9")[0] == 403


def test_no_more_are_held_than_fit(client: Client) -> None:
    """503: Alertmanager tries again, and finds room once others are resolved."""
    for first in range(0, HELD_LIMIT, NOTICE_LIMIT):
        assert client.ask("POST", NOTICES, told(NOTICE_LIMIT, first))[0] == 204
    assert client.ask("POST", NOTICES, told(1, HELD_LIMIT))[0] == 503
    assert client.ask("POST", NOTICES, told(1).replace(b"firing", b"resolved"))[0] == 204
    assert client.ask("POST", NOTICES, told(1, HELD_LIMIT))[0] == 204
    assert len(standing(client)["alerts"]) == HELD_LIMIT


def test_what_is_no_longer_told_is_over_only_while_the_heartbeat_is_heard() -> None:
    """Alertmanager tells nobody that an alert which it holds back is resolved."""
    platform, heartbeat = PlatformAlerts(), told(1, 9, HEARTBEAT)
    t_ms = 1_784_118_600_000

    def after(ms: int) -> tuple[bool, int]:
        standing = platform.standing(t_ms + ms)
        return standing.monitored, len(standing.alerts)

    platform.take(told(1), t_ms)
    assert after(10 * SILENT_MS) == (False, 1), "silence clears nothing"

    t_ms += 20 * SILENT_MS
    platform.take(heartbeat, t_ms)
    assert after(0) == (False, 1), "there was no time yet to tell all"
    assert after(ALL_TOLD_MS) == (True, 1)
    for ms in range(0, SILENT_MS + 1, 30_000):
        platform.take(heartbeat, t_ms + ms)
    assert after(SILENT_MS) == (True, 1)
    assert after(SILENT_MS + 1) == (True, 0)

    t_ms += 10 * SILENT_MS
    platform.take(told(1), t_ms)
    platform.take(heartbeat.replace(b"firing", b"resolved"), t_ms)
    assert after(ALL_TOLD_MS) == (False, 1), "the heartbeat has stopped meanwhile"
