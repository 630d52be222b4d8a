"""Loopback ports: whether one is free, who holds it, and free ones for tests."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path

from streams.runtime.servers.errors import PortBusyError

LOOPBACK = "127.0.0.1"
GRACE_SECONDS = 3.0
"""How long a server of an earlier run, just told to stop, may still hold its port."""


def free_ports(count: int) -> tuple[int, ...]:
    """Ports that are free now, all different; another process may still take one."""
    with ExitStack() as held:
        sockets = [held.enter_context(socket.socket()) for _ in range(count)]
        for each in sockets:
            each.bind((LOOPBACK, 0))
        return tuple(each.getsockname()[1] for each in sockets)


def require_free(port: int, *, wanted_by: str, option: str = "") -> None:
    """Raises PortBusyError, naming the holder when it can be seen, unless the port can be bound.

    `option` is what the user sets to choose another port.
    """
    deadline = time.monotonic() + GRACE_SECONDS
    while not _can_bind(port):
        if time.monotonic() > deadline:
            raise PortBusyError(
                f"port {port} for {wanted_by} is held by {_holder(port)}",
                hint="stop it" + (f", or choose another port with {option}" if option else ""),
            )
        time.sleep(0.1)


def held_by(port: int) -> str | None:
    """Who listens on the port, as far as this user may see it; None when it is free."""
    return None if _can_bind(port) else _holder(port)


def _can_bind(port: int) -> bool:
    with socket.socket() as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind((LOOPBACK, port))
        except OSError:
            return False
        return True


def _holder(port: int) -> str:
    """Process that listens on the port, as far as this user may see it."""
    sockets = {f"socket:[{inode}]" for inode in _listening_inodes(port)}
    for process in Path("/proc").glob("[0-9]*"):
        if sockets & set(_open_files(process)):
            with suppress(OSError):  # it ended meanwhile
                return f"process {process.name} ({(process / 'comm').read_text().strip()})"
    return "another process"


def _open_files(process: Path) -> Iterator[str]:
    """What the handles of a process point to; nothing for another user's process."""
    with suppress(OSError):
        for handle in (process / "fd").iterdir():
            with suppress(OSError):  # closed meanwhile
                yield str(handle.readlink())


def _listening_inodes(port: int) -> Iterator[str]:
    listening = "0A"
    for table in (Path("/proc/net/tcp"), Path("/proc/net/tcp6")):
        rows = table.read_text(encoding="utf-8").splitlines()[1:] if table.exists() else []
        for row in rows:
            fields = row.split()
            if fields[3] == listening and int(fields[1].rpartition(":")[2], 16) == port:
                yield fields[9]
