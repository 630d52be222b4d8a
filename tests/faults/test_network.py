"""The network between the workers and the broker is cut, drops everything, and flaps."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

import pytest

from streams.runtime.servers.ports import LOOPBACK, free_ports
from tests.faults.conftest import NewRig
from tests.faults.proxy import Proxy
from tests.faults.rig import DEADLINE_SECONDS, MARKS, Rig, violations

pytestmark = [*MARKS, pytest.mark.faults]


@pytest.fixture
def proxied(new_rig: NewRig) -> Iterator[tuple[Rig, Proxy]]:
    """Two workers that reach the broker by a proxy alone; the load reaches it by itself."""
    port, controller, behind, front = free_ports(4)
    own = f"CLIENT://{LOOPBACK}:{port},CONTROLLER://{LOOPBACK}:{controller}"
    properties: dict[str, Any] = {
        "listeners": f"{own},PROXIED://{LOOPBACK}:{behind}",
        "advertised.listeners": f"{own},PROXIED://{LOOPBACK}:{front}",
        "listener.security.protocol.map": "CLIENT:PLAINTEXT,CONTROLLER:PLAINTEXT,PROXIED:PLAINTEXT",
    }
    proxy = Proxy(front, behind)
    rig = new_rig(
        workers=2,
        worker_bootstrap=f"{LOOPBACK}:{front}",
        broker={"port": port, "controller_port": controller, "properties": properties},
    )
    yield rig, proxy
    for worker in rig.workers:
        worker.kill()
    proxy.stop()


def blocked(rig: Rig, seconds: float) -> None:
    """So long, in which nothing becomes durable: the cut does cut."""
    before = rig.ends()
    rig.until(lambda: rig.ends() != before, DEADLINE_SECONDS, "something new to be stored")
    ends = rig.ends()
    rig.pause(seconds)
    assert not rig.progress.contains(ends), "the workers have another way to the broker"


def healed(rig: Rig, what: str) -> None:
    after = rig.await_progress(what)
    rig.tell(f"{what}: progress after {after:.1f} s; {rig.endings()}")


def test_cut(proxied: tuple[Rig, Proxy], rng: random.Random) -> None:
    rig, proxy = proxied
    for seconds in (rng.uniform(2, 4), 15.0):
        proxy.cut()
        blocked(rig, seconds)
        proxy.heal()
        healed(rig, f"cut for {seconds:.1f} s")
    assert violations(rig.finish()) == {}


def test_stalled(proxied: tuple[Rig, Proxy], rng: random.Random) -> None:
    """Longer than a session: the group forgets the workers, and they do not know."""
    rig, proxy = proxied
    for seconds in (rng.uniform(2, 4), 15.0):
        proxy.stall()
        blocked(rig, seconds)
        proxy.heal()
        healed(rig, f"nothing passed for {seconds:.1f} s")
    assert violations(rig.finish()) == {}


def test_flapping(proxied: tuple[Rig, Proxy], rng: random.Random) -> None:
    rig, proxy = proxied
    for _ in range(15):
        proxy.cut()
        rig.pause(rng.uniform(0.1, 1))
        proxy.heal()
        rig.pause(rng.uniform(0.1, 1))
    healed(rig, "15 flaps")
    assert violations(rig.finish()) == {}
