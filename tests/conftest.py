"""Fixtures that several packages share: a real broker, and topics on it."""

from __future__ import annotations

import os
import uuid
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from streams.runtime.servers import Broker, BrokerSettings
from streams.runtime.servers.errors import ToolMissingError
from streams.runtime.servers.java import find_java
from streams.runtime.servers.ports import free_ports

with warnings.catch_warnings():  # while it loads, kafka-python reads its protocol by an old call
    warnings.filterwarnings("ignore", r"\w+_text is deprecated", DeprecationWarning)
    from kafka.admin import KafkaAdminClient, NewTopic

# how busy the machine is decides no test
settings.register_profile("hubwatch", deadline=None)
settings.load_profile("hubwatch")

NewTopicName = Callable[..., str]

GROUPS = {"e2e": "whole site", "cli": "command line", "faults": "command line"}
"""by folder, for tests that start servers; those of all other folders are the group `servers`"""
BEGUN_FIRST = ("whole site", "servers", "command line")
"""from the longest on, so that none of them is left for the end"""


@pytest.fixture(scope="session")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    """A running Kafka of this session, on free ports and in a folder of its own.

    `broker.bootstrap_servers` is what a client is given. Topics are not created by use.
    """
    try:
        find_java()
    except ToolMissingError as missing:
        pytest.skip(f"broker: {missing}")
    port, controller_port = free_ports(2)
    settings = BrokerSettings(
        data_dir=tmp_path_factory.mktemp("broker"), port=port, controller_port=controller_port
    )
    with Broker(settings, report=print) as running:
        yield running


@pytest.fixture(scope="session")
def admin(broker: Broker) -> Iterator[KafkaAdminClient]:
    """An administrator's client of the session's broker."""
    client = KafkaAdminClient(bootstrap_servers=broker.bootstrap_servers)
    yield client
    client.close()


@pytest.fixture
def new_topic(admin: KafkaAdminClient) -> NewTopicName:
    """`new_topic("inbox.road", partitions=4, **{"cleanup.policy": "compact"})` → a unique name."""

    def create(stem: str = "topic", partitions: int = 1, **config: str) -> str:
        name = f"{stem}.{uuid.uuid4().hex[:8]}"
        admin.create_topics([NewTopic(name, partitions, 1, topic_configs=config)])
        return name

    return create


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Where tests share out to several processes, each file stays in one of them: what it prepares
    is prepared once. Tests that start servers, which mostly wait, go one after another within
    their group and begin before all others."""
    for item in items:
        item.add_marker(pytest.mark.xdist_group(group_of(item)))
    items.sort(key=begins)


def group_of(item: pytest.Item) -> str:
    """What it shares a process with."""
    if item.get_closest_marker("servers"):
        return GROUPS.get(folder_of(item), "servers")
    return item.location[0]


def begins(item: pytest.Item) -> int:
    """How early, from 0 on."""
    group = group_of(item)
    return BEGUN_FIRST.index(group) if group in BEGUN_FIRST else len(BEGUN_FIRST)


def folder_of(item: pytest.Item) -> str:
    """The folder of tests it stands in."""
    return item.path.relative_to(Path(__file__).parent).parts[0]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Recalls, beside the result of the tests, which checks failed before them."""
    failed = os.environ.get("FAILED_CHECKS")
    if failed:
        terminalreporter.section("checks")
        terminalreporter.write_line(
            f"failed before these tests, see above: {failed.lstrip('; ')}", red=True
        )
