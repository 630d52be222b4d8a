"""Sees to it that a process gets on, and ends it when it does not.

A process can live and do nothing: its event loop hangs, or its consumer has stopped fetching
without a word. A supervisor restarts what has ended, not what stands still. While the broker is
away nobody can get on, and a restart would not help: then only `/health/ready` says so.
"""

from __future__ import annotations

import math
import os
import socket
import struct
import time
from collections.abc import Callable, Mapping
from functools import cache
from operator import ne
from threading import Thread, Timer
from typing import NamedTuple

import structlog

log = structlog.get_logger()

STATUS = 75
"""exit status of a process that stood still"""
LOOK_SECONDS = 1.0
ANSWER_SECONDS = 2.0
END_SECONDS = 12.0
"""for a process that was told to stop or has failed; acknowledgements are waited for less long"""
NOTICED_SHARE = 0.25
"""of the patience: from then on the process is not ready"""


class Standing(NamedTuple):
    """Where a partition stands: how many records were taken, how many wait (None while that is not
    known), and by topic a number that is another one whenever the broker has answered."""

    taken: int
    waiting: int | None
    answers: tuple[int, ...]


class Watchdog:
    """`look` tells where each partition stands, from any thread; `beat` is called by the event loop
    about once a second. `answering` asks the broker."""

    def __init__(
        self,
        look: Callable[[], Mapping[int, Standing]],
        *,
        patience_seconds: float,
        answering: Callable[[], bool],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._look = look
        self._patience_seconds = patience_seconds
        self._answering = answering
        self._clock = clock
        self._beaten_at = clock()
        self._moved: dict[int, tuple[Standing, float]] = {}
        self._away_at = -math.inf

    async def beat(self) -> None:
        self._beaten_at = self._clock()

    def unready(self) -> str:
        """What does not get on and may yet, or ""."""
        return self._standing_still(self._patience_seconds * NOTICED_SHARE)

    def stalled(self) -> str:
        """What does not get on and must be started anew, or ""; call it about once a second."""
        now = self._clock()
        look = self._look()
        for gone in self._moved.keys() - look.keys():
            del self._moved[gone]
        for number, standing in look.items():
            before, _ = self._moved.get(number, (None, now))
            if before is None or _gets_on(before, standing):
                self._moved[number] = standing, now
        reason = self._standing_still(self._patience_seconds)
        if reason and not self._answering():
            self._away_at = now
        return "" if now - self._away_at < self._patience_seconds else reason

    def _standing_still(self, seconds: float) -> str:
        now = self._clock()
        hung = now - self._beaten_at
        if hung > seconds:
            return f"the event loop has hung for {hung:.0f} s"
        for number, standing in self._look().items():
            before, moved_at = self._moved.get(number, (standing, now))
            idle = self._beaten_at - moved_at  # while the loop hangs nothing else can move
            if idle > seconds and not _gets_on(before, standing):
                waiting = "?" if standing.waiting is None else standing.waiting
                return (
                    f"partition {number} has stood still for {idle:.0f} s, {waiting} records wait"
                )
        return ""

    def guard(self) -> None:
        """Looks on from a thread of its own for as long as the process lives."""
        Thread(target=self._guard, name="watchdog", daemon=True).start()

    def _guard(self) -> None:
        while True:
            time.sleep(LOOK_SECONDS)
            try:
                reason = self.stalled()
            except Exception as error:  # noqa: BLE001  a watchdog that has died watches nobody
                reason = f"the watchdog failed: {error!r}"
            if reason:
                log.error("stalled, ending the process to be started anew", reason=reason)
                os._exit(STATUS)  # what hangs would not let it end otherwise


@cache
def end_soon() -> None:
    """Ends the process by force when it has not ended by itself after END_SECONDS."""
    timer = Timer(END_SECONDS, _end)
    timer.daemon = True
    timer.start()


def _end() -> None:
    log.error("did not end by itself, ended by force", seconds=END_SECONDS)
    os._exit(STATUS)


def _gets_on(before: Standing, now: Standing) -> bool:
    if now.taken != before.taken:
        return True
    return now.waiting == 0 and all(map(ne, now.answers, before.answers))


def answering(bootstrap_servers: str) -> Callable[[], bool]:
    """Whether one of the brokers answers: a stopped one still takes connections."""
    named = [server.strip().rpartition(":") for server in bootstrap_servers.split(",")]
    addresses = [(host.strip("[]"), int(port)) for host, _, port in named]

    def ask() -> bool:
        return any(_answers(host, port) for host, port in addresses)

    return ask


WHICH_VERSIONS = struct.pack(">ihhih", 10, 18, 0, 1, -1)
"""ApiVersions v0, which every broker answers before anything else"""


def _answers(host: str, port: int) -> bool:
    try:
        with socket.create_connection((host, port), timeout=ANSWER_SECONDS) as connection:
            connection.sendall(WHICH_VERSIONS)
            return bool(connection.recv(4))
    except OSError:
        return False
