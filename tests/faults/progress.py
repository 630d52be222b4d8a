"""How far the durable state has come, followed live on the topic of snapshots."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping

from kafka import KafkaConsumer, TopicPartition
from kafka.errors import KafkaError

from streams.partition.mark import Mark
from streams.partition.snapshot import read_mark
from streams.runtime.snapshots import MARK_PREFIX
from streams.runtime.topics import SNAPSHOTS


class Progress:
    """Follows the newest mark of every partition in a thread of its own."""

    def __init__(self, bootstrap_servers: str, partitions: int) -> None:
        self.marks: dict[int, Mark] = {}
        self.regressions: list[str] = []
        """marks that stood further back than the one before them"""
        self._bootstrap_servers = bootstrap_servers
        self._parts = [TopicPartition(SNAPSHOTS, n) for n in range(partitions)]
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._follow)
        self._thread.start()

    def stop(self) -> None:
        self._ended.set()
        self._thread.join()

    def _follow(self) -> None:
        consumer = KafkaConsumer(
            bootstrap_servers=self._bootstrap_servers, enable_auto_commit=False, check_crcs=False
        )
        consumer.assign(self._parts)
        consumer.seek_to_beginning(*self._parts)
        while not self._ended.is_set():
            try:
                found = consumer.poll(timeout_ms=100)
            except KafkaError:
                time.sleep(0.2)
                continue
            for record in (r for records in found.values() for r in records):
                if record.key.decode().startswith(MARK_PREFIX) and record.value is not None:
                    self._note(read_mark(record.value))
        consumer.close()

    def _note(self, mark: Mark) -> None:
        before = self.marks.get(mark.partition)
        if before is not None:
            self.regressions += [
                f"partition {mark.partition}: {topic} {offset} after {before.positions[topic]}"
                for topic, offset in mark.positions.items()
                if offset < before.positions.get(topic, 0)
            ]
        self.marks[mark.partition] = mark

    def contains(self, ends: Mapping[tuple[str, int], int]) -> bool:
        """Every partition's mark contains the records before these offsets."""
        marks = self.marks
        return all(
            number in marks and marks[number].positions.get(topic, 0) >= end
            for (topic, number), end in ends.items()
            if end
        )
