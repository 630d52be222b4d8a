"""The topics as the broker has them beside the topics as the site wants them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from kafka.admin import ConfigResource, ConfigResourceType, KafkaAdminClient
from kafka.errors import KafkaError

from streams.cli.reader import CONNECT_MS, reading, unreachable
from streams.cli.site_clock import running_clock
from streams.cli.text import span
from streams.runtime.settings import Settings
from streams.runtime.topics import Topic, create_topics
from streams.runtime.topics import topics as wanted_topics
from streams.site import load_site

MISSING = "missing"
STAMPS = {
    "CreateTime": ", stamped by the publisher",
    "LogAppendTime": ", stamped by the broker",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicRow:
    """One topic; `status` is ok, missing, or what differs. `messages` counts by offset."""

    name: str
    partitions: int
    messages: int
    status: str
    config: Mapping[str, str]
    about: str

    @property
    def kept_as(self) -> str:
        """How long messages are kept, and whose clock stamps them."""
        if self.config.get("cleanup.policy") == "compact":
            return "newest of each key"
        retention_ms = int(self.config.get("retention.ms") or 0)
        kept = "for ever" if retention_ms < 0 else span(retention_ms)
        stamp = STAMPS.get(self.config.get("message.timestamp.type", ""), "")
        return f"{kept}{stamp}"


def wanted(settings: Settings, publisher_stamps: bool) -> tuple[Topic, ...]:
    """What this site needs, for the clock that is running or for publishers that stamp."""
    site = load_site(settings.site_dir, settings.standards_dir)
    simulated = publisher_stamps or running_clock(settings).simulated
    return wanted_topics(site, settings.partitions, simulated_clock=simulated)


def create_missing(settings: Settings, publisher_stamps: bool) -> int:
    """Creates missing topics; returns how many. Raises TopicError, BrokerUnreachableError."""
    with reading(settings.bootstrap_servers):  # says in a line that there is no broker
        return create_topics(
            settings.bootstrap_servers, wanted(settings, publisher_stamps), settings.replication
        )


def listed(settings: Settings, publisher_stamps: bool = False) -> list[TopicRow]:
    """All topics of the site, in its order."""
    topics = wanted(settings, publisher_stamps)
    with reading(settings.bootstrap_servers) as reader:
        names = [topic.name for topic in topics if topic.name in reader.topics()]
        counts = reader.counts(names)
        parts = {name: len(reader.partitions((name,))) for name in names}
    with administering(settings.bootstrap_servers) as admin:
        configs = _configs(admin, names)
    return [
        TopicRow(
            name=topic.name,
            partitions=parts.get(topic.name, 0),
            messages=counts.get(topic.name, 0),
            status=_status(topic, parts.get(topic.name), configs.get(topic.name, {})),
            config={key: configs.get(topic.name, {}).get(key, "") for key in topic.config},
            about=topic.about,
        )
        for topic in topics
    ]


def stamped_by_publisher(bootstrap_servers: str, topics: Iterable[str]) -> bool:
    """Whether the publisher's stamp counts as the arrival in all of these topics."""
    names = list(topics)
    with administering(bootstrap_servers) as admin:
        configs = _configs(admin, names)
    return all(configs[name]["message.timestamp.type"] == "CreateTime" for name in names)


@contextmanager
def administering(bootstrap_servers: str) -> Iterator[KafkaAdminClient]:
    """An administrator's client. Raises BrokerUnreachableError."""
    try:
        admin = KafkaAdminClient(
            bootstrap_servers=bootstrap_servers,
            client_id="hubwatch-cli",
            bootstrap_timeout_ms=CONNECT_MS,
        )
    except KafkaError as error:
        raise unreachable(bootstrap_servers, error) from error
    try:
        yield admin
    finally:
        admin.close()


def _configs(admin: KafkaAdminClient, names: list[str]) -> dict[str, dict[str, str]]:
    resources = [ConfigResource(ConfigResourceType.TOPIC, name) for name in names]
    found: Any = admin.describe_configs(resources, config_filter="all") if names else {}
    return {
        name: {key: str(entry["value"]) for key, entry in config.items()}
        for name, config in found.get("topic", {}).items()
    }


def _status(topic: Topic, partitions: int | None, config: Mapping[str, str]) -> str:
    if partitions is None:
        return MISSING
    if partitions != topic.partitions:
        return f"{partitions} partitions, not {topic.partitions}"
    differing = [
        f"{key} is {config.get(key)}, not {value}"
        for key, value in topic.config.items()
        if config.get(key) != value
    ]
    return "; ".join(differing) or "ok"
