"""A broker a module has for itself: it may be stopped, and its topics have their real names."""

from __future__ import annotations

from collections.abc import Iterator

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
