"""Questions to a running server. A probe returns None when the answer is good, else the reason.

A probe takes a second at most and raises nothing.
"""

from __future__ import annotations

import http.client
import socket
import struct
from collections.abc import Callable

from streams.runtime.servers.ports import LOOPBACK

Probe = Callable[[], str | None]

TIMEOUT_SECONDS = 1.0


def alive() -> str | None:
    """For a process that has nothing to ask: running is enough."""
    return None


def http_ok(port: int, path: str) -> Probe:
    """GET on loopback answers with a status below 400."""

    def probe() -> str | None:
        connection = http.client.HTTPConnection(LOOPBACK, port, timeout=TIMEOUT_SECONDS)
        try:
            connection.request("GET", path)
            status = connection.getresponse().status
        except (OSError, http.client.HTTPException) as error:
            return f"port {port} does not answer ({error})"
        finally:
            connection.close()
        return None if status < 400 else f"port {port}{path} answers {status}"

    return probe


def kafka_metadata(port: int) -> Probe:
    """A metadata request (version 1, no topics) names at least one broker and a controller."""

    def probe() -> str | None:
        try:
            with socket.create_connection((LOOPBACK, port), TIMEOUT_SECONDS) as connection:
                connection.sendall(_METADATA_REQUEST)
                (size,) = struct.unpack(">i", _read(connection, 4))
                answer = _read(connection, size)
        except (OSError, struct.error) as error:
            return f"port {port} does not answer ({error})"
        return _without_leader(answer)

    return probe


def _without_leader(answer: bytes) -> str | None:
    """Reads brokers and controller of a metadata response, version 1."""
    try:
        _, brokers = struct.unpack_from(">ii", answer)
        position = 8
        for _ in range(brokers):
            (host,) = struct.unpack_from(">h", answer, position + 4)
            position += 4 + 2 + host + 4
            (rack,) = struct.unpack_from(">h", answer, position)
            position += 2 + max(rack, 0)
        (controller,) = struct.unpack_from(">i", answer, position)
    except struct.error:
        return "the answer to a metadata request cannot be read"
    return None if brokers and controller >= 0 else "the broker is not registered yet"


def _read(connection: socket.socket, size: int) -> bytes:
    """Exactly `size` bytes; raises ConnectionError when the other side closes before."""
    parts = bytearray()
    while len(parts) < size:
        part = connection.recv(size - len(parts))
        if not part:
            raise ConnectionError("closed")
        parts += part
    return bytes(parts)


def _metadata_request() -> bytes:
    client = b"hubwatch-probe"
    api_key, version, correlation, topics = 3, 1, 1, 0
    head = struct.pack(f">hhih{len(client)}s", api_key, version, correlation, len(client), client)
    body = head + struct.pack(">i", topics)
    return struct.pack(">i", len(body)) + body


_METADATA_REQUEST = _metadata_request()
