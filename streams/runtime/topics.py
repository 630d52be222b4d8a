"""The topics: which there are, how they are kept, and their explicit creation."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field

from kafka.admin import KafkaAdminClient, NewTopic
from kafka.errors import KafkaError
from kafka.partitioner.default import murmur2

from schemas.errors import HubwatchError
from streams.site.model import Site

SITUATION = "situation"
ALERTS = "alerts"
QUARANTINE = "quarantine"
SNAPSHOTS = "snapshots"
HUB_SNAPSHOTS = "hub.snapshots"

FOREVER = "-1"
DAYS_90 = str(90 * 86_400_000)
NO_LIMIT = str(2**63 - 1)
MESSAGE_BYTES = str(4 * 1_048_576)
COORDINATOR_SECONDS = 20.0


class TopicError(HubwatchError):
    """A topic is there, but not as this site needs it."""

    code = "HW-1302"
    hint = "start with an empty data folder, or set HUBWATCH_PARTITIONS to what the topics have"


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """A topic of the site; `about` goes into the reference."""

    name: str
    key: str
    about: str
    partitions: int
    config: Mapping[str, str] = field(default_factory=dict)


STAMPED = {"message.timestamp.type": "LogAppendTime"}
"""by the broker: what a worker reads the time from, and no sender's clock is believed"""
COMPACTED = {
    **STAMPED,
    "cleanup.policy": "compact",
    "min.cleanable.dirty.ratio": "0.1",
    "segment.ms": "60000",
    "max.message.bytes": MESSAGE_BYTES,
}


def topics(site: Site, partitions: int, *, simulated_clock: bool) -> tuple[Topic, ...]:
    """All topics of a site.

    With the wall clock the broker stamps arrivals itself (LogAppendTime), so nobody can claim an
    arrival time; under a simulated clock the publisher's stamp is the site time of arrival.
    """
    arrival = {
        "message.timestamp.type": "CreateTime" if simulated_clock else "LogAppendTime",
        "message.timestamp.before.max.ms": NO_LIMIT,
        "message.timestamp.after.max.ms": NO_LIMIT,
        "retention.ms": FOREVER if simulated_clock else DAYS_90,
    }
    inboxes = tuple(
        Topic(
            name=department.inbox,
            key="cell of the place, UTF-8, murmur2",
            about=f"what {department.name_en} publishes: one JSON record a message",
            partitions=partitions,
            config=arrival,
        )
        for department in site.departments.values()
    )
    return (
        *inboxes,
        Topic(
            name=SITUATION,
            key="place, hub/<place>, or partition/<n>",
            about="the newest values of every place (Situation)",
            partitions=partitions,
            config=COMPACTED,
        ),
        Topic(
            name=ALERTS,
            key="alert id",
            about="every version of every alert (Alert); at least once, identity (id, version)",
            partitions=partitions,
            config={**STAMPED, "retention.ms": FOREVER},
        ),
        Topic(
            name=QUARANTINE,
            key="department",
            about="refused messages: original bytes, reason and position in the headers",
            partitions=partitions,
            config={**STAMPED, "retention.ms": DAYS_90, "max.message.bytes": MESSAGE_BYTES},
        ),
        Topic(
            name=SNAPSHOTS,
            key="cell, or partition/<n>",
            about="state of each cell with the input positions it contains",
            partitions=partitions,
            config=COMPACTED,
        ),
        Topic(
            name=HUB_SNAPSHOTS,
            key="site",
            about="state of the hub processor",
            partitions=1,
            config=COMPACTED,
        ),
    )


def partition_of(cell: str, partitions: int) -> int:
    """Where Kafka's own partitioner puts a cell's records."""
    return int((murmur2(cell.encode()) & 0x7FFFFFFF) % partitions)


def create_topics(bootstrap_servers: str, wanted: tuple[Topic, ...], replication: int) -> int:
    """Creates what is missing and checks what is there; returns how many were created.

    Raises TopicError when a topic has another number of partitions.
    """
    admin = KafkaAdminClient(bootstrap_servers=bootstrap_servers, client_id="hubwatch-topics")
    try:
        there = set(admin.list_topics())
        described = admin.describe_topics([t.name for t in wanted if t.name in there])
        found = {row["name"]: len(row["partitions"]) for row in described} if described else {}
        for topic in wanted:
            count = found.get(topic.name)
            if count is not None and count != topic.partitions:
                raise TopicError(f"{topic.name} has {count} partitions, not {topic.partitions}")
        missing = [topic for topic in wanted if topic.name not in there]
        if missing:
            admin.create_topics(
                [
                    NewTopic(
                        name=topic.name,
                        num_partitions=topic.partitions,
                        replication_factor=replication,
                        topic_configs=dict(topic.config),
                    )
                    for topic in missing
                ]
            )
        _await_coordinator(admin)
        return len(missing)
    finally:
        admin.close()


def _await_coordinator(admin: KafkaAdminClient) -> None:
    """Returns when the broker can hold consumer groups: a fresh one needs a moment for that."""
    deadline = time.monotonic() + COORDINATOR_SECONDS
    while True:
        try:
            admin.describe_groups(["hubwatch-topics"])
        except KafkaError as error:
            if not error.retriable or time.monotonic() > deadline:
                raise
            time.sleep(0.2)
        else:
            return
