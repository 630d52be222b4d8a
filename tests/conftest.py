"""Fixtures that several packages share: a real broker, and topics on it."""

from __future__ import annotations

import os
import uuid
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from coverage import Coverage
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

COUNTED = frozenset({"schemas", "site", "gate", "fusion", "domains", "rules", "partition", "hub"})
"""folders of tests whose coverage counts: the core's own, which look at what the lines do. To count
lines takes several times as long as to run them."""


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
    """Where tests share out to several processes, those that start servers stay in one of them;
    those of the command line, which start little more than a broker, may run beside them."""
    for item in items:
        if item.get_closest_marker("servers"):
            group = "command line" if folder_of(item) == "cli" else "servers"
            item.add_marker(pytest.mark.xdist_group(group))


def folder_of(item: pytest.Item) -> str:
    """The folder of tests it stands in."""
    return item.path.relative_to(Path(__file__).parent).parts[0]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    """Lines are counted in the core's own tests only."""
    counting = Coverage.current()
    if counting is None or folder_of(item) in COUNTED:
        return (yield)
    counting.stop()
    try:
        return (yield)
    finally:
        counting.start()


def pytest_collection_finish() -> None:
    """By now this process has loaded the core; those that it starts run it as users do."""
    os.environ.pop("HUBWATCH_INTERPRETED", None)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Recalls, beside the result of the tests, which checks failed before them."""
    failed = os.environ.get("FAILED_CHECKS")
    if failed:
        terminalreporter.section("checks")
        terminalreporter.write_line(
            f"failed before these tests, see above: {failed.lstrip('; ')}", red=True
        )
