"""What stands still is told and ends; what waits for the broker, or for work, does not."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator
from contextlib import closing

import pytest

from streams.runtime.servers import Broker
from streams.runtime.watchdog import Standing, Watchdog, answering

PATIENCE = 20.0


class Scene:
    """A watchdog with a clock of its own, over one partition."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.answers = True
        self.standing = Standing(0, 0, (0, 0))
        self.dog = Watchdog(
            lambda: {3: self.standing},
            patience_seconds=PATIENCE,
            answering=lambda: self.answers,
            clock=lambda: self.now,
        )

    def passes(self, seconds: float, *, beats: bool = True) -> Iterator[str]:
        """Looks once a second."""
        for _ in range(int(seconds)):
            self.now += 1.0
            if beats:
                asyncio.run(self.dog.beat())
            yield self.dog.stalled()

    def ends_after(self, seconds: float) -> str:
        return next((reason for reason in self.passes(seconds) if reason), "")


def test_a_partition_that_takes_nothing_is_told_and_then_ends() -> None:
    scene = Scene()
    scene.standing = Standing(100, 50, (0, 0))
    assert not any(scene.passes(PATIENCE * 0.5))
    assert scene.dog.unready() == "partition 3 has stood still for 9 s, 50 records wait"
    assert scene.ends_after(PATIENCE) == "partition 3 has stood still for 21 s, 50 records wait"


def test_one_record_is_progress() -> None:
    scene = Scene()
    for taken in range(5):
        scene.standing = Standing(taken, 50, (0, 0))
        assert not any(scene.passes(PATIENCE - 2))
    assert "stood still" in scene.ends_after(5)


@pytest.mark.parametrize("waiting", [0, None])
def test_a_fetcher_that_has_fallen_silent_is_found(waiting: int | None) -> None:
    scene = Scene()
    for answer in range(100):
        scene.standing = Standing(7, 0, (answer, answer))
        assert not any(scene.passes(1))
    scene.standing = Standing(7, waiting, (99, 99))
    assert "stood still" in scene.ends_after(PATIENCE + 2)


def test_one_topic_that_is_not_answered_is_found() -> None:
    scene = Scene()
    reasons = []
    for answer in range(int(PATIENCE) + 3):
        scene.standing = Standing(7, 0, (answer, 5))
        reasons += scene.passes(1)
    assert "stood still" in reasons[-1]


def test_a_loop_that_hangs_is_found() -> None:
    scene = Scene()
    reasons = list(scene.passes(PATIENCE + 1, beats=False))
    assert reasons[-1] == "the event loop has hung for 21 s"
    assert not any(reasons[:-1])


def test_where_the_loop_hangs_nobody_else_is_to_blame() -> None:
    scene = Scene()
    scene.standing = Standing(100, 50, (0, 0))
    assert not any(scene.passes(PATIENCE / 2))
    reasons = list(scene.passes(PATIENCE + 1, beats=False))
    assert reasons[-1] == "the event loop has hung for 21 s"
    assert not any(reasons[:-1])


def test_nobody_ends_while_the_broker_is_away_nor_right_after() -> None:
    scene = Scene()
    scene.standing, scene.answers = Standing(7, 5, (1, 1)), False
    assert not any(scene.passes(10 * PATIENCE))
    assert scene.dog.unready()
    scene.answers = True
    assert not any(scene.passes(PATIENCE - 2))
    assert scene.ends_after(4)


def test_a_broker_answers_and_a_port_that_only_listens_does_not(own_broker: Broker) -> None:
    assert answering(own_broker.bootstrap_servers)()
    with closing(socket.create_server(("127.0.0.1", 0))) as silent:
        port = silent.getsockname()[1]
        assert not answering(f"127.0.0.1:{port}")()
        assert answering(f"127.0.0.1:{port},{own_broker.bootstrap_servers}")()
    assert not answering(f"127.0.0.1:{port}")()
