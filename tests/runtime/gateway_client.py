"""The real gateway in a thread, and who asks it."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path
from typing import Any

import uvicorn

from streams.runtime.clock import SiteClock
from streams.runtime.gateway.app import gateway
from streams.runtime.settings import Settings
from tests.town import town
from tests.waiting import LIMIT_SECONDS, wait_for


class UnixConnection(HTTPConnection):
    def __init__(self, path: Path) -> None:
        super().__init__("localhost", timeout=LIMIT_SECONDS)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.connect(str(self._path))


@dataclass
class Client:
    """Asks by TCP, or by a unix socket where a path is given."""

    port: int
    path: Path | None = None

    def connection(self) -> HTTPConnection:
        if self.path:
            return UnixConnection(self.path)
        return HTTPConnection("127.0.0.1", self.port, timeout=LIMIT_SECONDS)

    def ask(
        self, method: str, path: str, content: bytes | None = None, **headers: str
    ) -> tuple[int, Any]:
        """Status and body; the body read as JSON where it is some."""
        connection = self.connection()
        names = {name.replace("_", "-"): text for name, text in headers.items()}
        connection.request(method, path, content, names)
        answer = connection.getresponse()
        raw, kind = answer.read(), answer.getheader("content-type") or ""
        connection.close()
        return answer.status, json.loads(raw) if raw and "json" in kind else raw.decode()

    @contextmanager
    def events(
        self, after: str = "", stream: str = "/v1/alerts/stream"
    ) -> Iterator[Callable[[int], list[tuple[str, Any]]]]:
        """A stream of events; what it gives takes the next so many."""
        connection = self.connection()
        connection.request("GET", stream, headers={"Last-Event-ID": after})
        answer = connection.getresponse()
        assert answer.getheader("content-type", "").startswith("text/event-stream")
        try:
            yield lambda count: [next_event(answer) for _ in range(count)]
        finally:
            answer.close()
            connection.close()


def next_event(answer: HTTPResponse) -> tuple[str, Any]:
    """Passes over the comments that keep a quiet stream alive."""
    fields: dict[str, str] = {}
    while line := answer.readline().decode().rstrip("\n"):
        name, _, text = line.partition(": ")
        fields[name] = text
    return fields.get("id", ""), json.loads(fields["data"])


@contextmanager
def serving(settings: Settings, path: Path | None = None) -> Iterator[Client]:
    config = uvicorn.Config(
        gateway(settings, town(), SiteClock()),
        port=settings.gateway_port,
        uds=path and str(path),
        log_level="warning",
        timeout_graceful_shutdown=1,
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    client = Client(settings.gateway_port, path)
    try:
        wait_for(lambda: server.started, "the gateway")
        caught_up = "hubwatch_gateway_caught_up 1.0\n"
        wait_for(lambda: caught_up in client.ask("GET", "/metrics")[1], "its topics")
        yield client
    finally:
        server.should_exit = True
        thread.join(LIMIT_SECONDS)
    assert not thread.is_alive()
