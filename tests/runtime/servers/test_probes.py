"""A probe is content with a good answer only, and says what is wrong with another."""

from __future__ import annotations

import struct
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from streams.runtime.servers import Broker, http_ok, kafka_metadata
from streams.runtime.servers.ports import free_ports
from streams.runtime.servers.probes import _without_leader


class _Web(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200 if self.path == "/ready" else 503)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # its name there
        """Quiet."""


@pytest.fixture
def web_port() -> Iterator[int]:
    with HTTPServer(("127.0.0.1", 0), _Web) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_port
        server.shutdown()


def test_http(web_port: int) -> None:
    assert http_ok(web_port, "/ready")() is None
    assert http_ok(web_port, "/other")() == f"port {web_port}/other answers 503"


def test_nobody_there() -> None:
    (port,) = free_ports(1)
    for probe in (http_ok(port, "/"), kafka_metadata(port)):
        reason = probe()
        assert reason is not None
        assert f"port {port} does not answer" in reason


def test_kafka_port_of_something_else(web_port: int) -> None:
    reason = kafka_metadata(web_port)()
    assert reason is not None
    assert reason.startswith(("the answer to", f"port {web_port} does not answer"))


@pytest.mark.servers
def test_a_real_broker_answers(broker: Broker) -> None:
    assert kafka_metadata(broker.settings.port)() is None


def test_a_broker_without_a_controller_is_not_ready() -> None:
    host = b"127.0.0.1"
    one = struct.pack(f">ih{len(host)}sih", 1, len(host), host, 9092, -1)
    assert _without_leader(struct.pack(">ii", 1, 1) + one + struct.pack(">i", 1)) is None
    registered = "the broker is not registered yet"
    assert _without_leader(struct.pack(">ii", 1, 1) + one + struct.pack(">i", -1)) == registered
    assert _without_leader(struct.pack(">iii", 1, 0, -1)) == registered
    assert _without_leader(b"\x00\x00") == "the answer to a metadata request cannot be read"
