"""A real single-node Apache Kafka (KRaft) on loopback, as a row for the supervisor.

The node is broker and controller in one process. Everything it keeps lies under one folder;
started again on the same folder it goes on where it stopped.
"""

from __future__ import annotations

import base64
import subprocess
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from streams.runtime.servers.errors import StartError
from streams.runtime.servers.jars import Report, cache_dir, fetch_jars, read_lock
from streams.runtime.servers.java import find_java
from streams.runtime.servers.lock import KAFKA_VERSION
from streams.runtime.servers.log import last_words
from streams.runtime.servers.ports import LOOPBACK
from streams.runtime.servers.probes import kafka_metadata
from streams.runtime.servers.server import Server
from streams.runtime.servers.spec import ServerSpec

Profile = Literal["desk", "benchmark"]

JVM = {
    "desk": ("-Xms96m", "-Xmx320m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"),
    "benchmark": ("-Xms1g", "-Xmx1g", "-XX:+UseG1GC", "-XX:MaxGCPauseMillis=20"),
}
PROPERTIES: dict[str, str] = {
    "process.roles": "broker,controller",
    "node.id": "1",
    "inter.broker.listener.name": "CLIENT",
    "controller.listener.names": "CONTROLLER",
    "listener.security.protocol.map": "CLIENT:PLAINTEXT,CONTROLLER:PLAINTEXT",
    # topics are created on purpose, by us
    "auto.create.topics.enable": "false",
    # one node: one copy of everything, few partitions to open at each start
    "offsets.topic.replication.factor": "1",
    "offsets.topic.num.partitions": "8",
    "transaction.state.log.replication.factor": "1",
    "transaction.state.log.min.isr": "1",
    "transaction.state.log.num.partitions": "4",
    "share.coordinator.state.topic.replication.factor": "1",
    "share.coordinator.state.topic.min.isr": "1",
    "share.coordinator.state.topic.num.partitions": "4",
    # a worker that was killed is noticed after 6 s, and a new one works at once
    "group.initial.rebalance.delay.ms": "0",
    "group.min.session.timeout.ms": "6000",
    # killed, it may register again after 3 s, not 9
    "broker.session.timeout.ms": "3000",
    "broker.heartbeat.interval.ms": "500",
    # a simulated clock may run ahead of ours
    "log.message.timestamp.after.max.ms": str(2**63 - 1),
    # three days, or 1 GB a partition
    "log.retention.hours": "72",
    "log.retention.bytes": str(2**30),
    "log.segment.bytes": str(2**27),
    # 16 MB of heap for the compaction map, not 128
    "log.cleaner.dedupe.buffer.size": str(2**24),
}
LOGGING = """\
rootLogger.level = WARN
rootLogger.appenderRef.out.ref = OUT
appender.out.type = Console
appender.out.name = OUT
appender.out.layout.type = PatternLayout
appender.out.layout.pattern = %d{ISO8601} %p %c{1}: %m%n
logger.server.name = kafka.server.KafkaRaftServer
logger.server.level = INFO
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokerSettings:
    """Where it keeps its data, where it listens, how much of the machine it takes."""

    data_dir: Path
    port: int = 9092
    controller_port: int = 9095
    profile: Profile = "desk"
    properties: Mapping[str, str] = field(default_factory=dict)
    """Added to the server properties, and stronger than ours."""

    @property
    def folder(self) -> Path:
        """Everything of the broker."""
        return self.data_dir.absolute() / "kafka"

    @property
    def bootstrap_servers(self) -> str:
        """What a client is given."""
        return f"{LOOPBACK}:{self.port}"


def broker(settings: BrokerSettings, *, report: Report) -> ServerSpec:
    """The broker's row; finds Java and fetches the jars first.

    Raises ToolMissingError, DownloadError or ChecksumError.
    """
    java = find_java()
    folder = cache_dir() / "kafka" / KAFKA_VERSION
    jars = fetch_jars(read_lock(), folder, report=lambda line: report(f"Kafka: {line}"))
    properties = settings.folder / "server.properties"
    logging = settings.folder / "log4j2.properties"
    jvm = (
        str(java.path),
        *JVM[settings.profile],
        "-XX:+ExitOnOutOfMemoryError",
        "-Djava.awt.headless=true",
        f"-Dlog4j2.configurationFile={logging}",
        "-cp",
        ":".join(map(str, jars)),
    )
    return ServerSpec(
        name="broker",
        command=(*jvm, "kafka.Kafka", str(properties)),
        ready=kafka_metadata(settings.port),
        ports=(settings.port, settings.controller_port),
        port_option="HUBWATCH_BOOTSTRAP_SERVERS or HUBWATCH_CONTROLLER_PORT",
        files={properties: _properties_text(settings), logging: LOGGING},
        prepare=lambda: _format(settings.folder / "log", (*jvm, "kafka.tools.StorageTool")),
        stop_timeout_seconds=20.0,
    )


class Broker(Server):
    """The broker by itself, for tests and benchmarks; `hubwatch up` supervises the row instead."""

    def __init__(self, settings: BrokerSettings, *, report: Report = lambda _: None) -> None:
        super().__init__(broker(settings, report=report), settings.data_dir)
        self.settings = settings

    @property
    def bootstrap_servers(self) -> str:
        """What a client is given."""
        return self.settings.bootstrap_servers


def _properties_text(settings: BrokerSettings) -> str:
    listeners = (
        f"CLIENT://{LOOPBACK}:{settings.port},CONTROLLER://{LOOPBACK}:{settings.controller_port}"
    )
    properties = {
        **PROPERTIES,
        "listeners": listeners,
        "advertised.listeners": listeners,
        "controller.quorum.bootstrap.servers": f"{LOOPBACK}:{settings.controller_port}",
        "log.dirs": str(settings.folder / "log"),
        **settings.properties,
    }
    return "".join(f"{key}={value}\n" for key, value in properties.items())


def _format(log_dir: Path, tool: tuple[str, ...]) -> None:
    """Gives an empty log folder its cluster id; leaves a formatted one as it is."""
    if (log_dir / "meta.properties").exists():
        return
    properties = log_dir.parent / "server.properties"
    done = subprocess.run(  # noqa: S603  # our own Java and jars
        [*tool, "format", "--standalone", "-t", _cluster_id(), "-c", str(properties)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    if done.returncode:
        raise StartError(
            f"the folder {log_dir} could not be formatted: {last_words(done.stderr)}",
            hint="remove that folder if nothing in it is needed",
        )


def _cluster_id() -> str:
    """A new one; its first bit is clear, so that it never starts with "-" like an option."""
    first, *rest = uuid.uuid4().bytes
    return base64.urlsafe_b64encode(bytes([first & 0x7F, *rest])).decode().rstrip("=")
