"""A broker a module has for itself: it may be stopped, and its topics have their real names."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import pytest

from streams.runtime.servers import Broker, BrokerSettings
from streams.runtime.servers.errors import ToolMissingError
from streams.runtime.servers.java import find_java
from streams.runtime.servers.ports import free_ports


@pytest.fixture(scope="module")
def own_broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    try:
        find_java()
    except ToolMissingError as missing:
        pytest.skip(f"broker: {missing}")
    port, controller_port = free_ports(2)
    settings = BrokerSettings(
        data_dir=tmp_path_factory.mktemp("broker"), port=port, controller_port=controller_port
    )
    with Broker(settings) as running:
        yield running


def wait_for(
    found: Callable[[], object], seconds: float, what: str, *, every_seconds: float = 0.1
) -> None:
    """Returns when `found()` is true; fails after so many seconds."""
    deadline = time.monotonic() + seconds
    while not found():
        assert time.monotonic() < deadline, f"waited {seconds} s for {what}"
        time.sleep(every_seconds)
