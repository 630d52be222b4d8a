"""The publisher: slices never part an instant, and a real broker stores them in order."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.publisher import SLICE_LIMIT, PlayCount, Unpaced, _partition, _slices, play
from schemas.emission import Emission
from schemas.kinds.road_flow import RoadFlow
from streams.runtime.servers import Broker
from tests.conftest import NewTopicName

T0_MS = 1_784_118_600_000


def emission(at_ms: int, department: str = "transport", number: int = 0) -> Emission:
    record = RoadFlow(
        id=f"loop-{at_ms}-{number}",
        feed="transport.road",
        source=f"loop-{number}",
        place=f"road.s20.k{number:02d}",
        observed_at_ms=at_ms,
        speed_kmh=50.0,
        flow_veh_h=900.0,
    )
    return Emission(at_ms, department, f"road.cell{number % 5}", record)


@dataclass
class Stepping:
    """A clock that gains `step_ms` at each look; sleeping on it costs nothing."""

    now: int
    step_ms: int

    def now_ms(self) -> int:
        self.now += self.step_ms
        return self.now

    def wall_seconds_until(self, at_ms: int) -> float:  # noqa: ARG002
        return 0.0


async def sliced(emissions: list[Emission], clock: Stepping | Unpaced) -> list[list[Emission]]:
    return [due async for due in _slices(emissions, clock)]


@given(st.lists(st.integers(0, 3_000), max_size=60), st.integers(100, 2_000))
@settings(deadline=None, max_examples=30)
def test_slices_are_in_order_due_and_never_part_an_instant(
    offsets: list[int], step_ms: int
) -> None:
    emissions = [emission(T0_MS + offset, number=n) for n, offset in enumerate(sorted(offsets))]
    slices = asyncio.run(sliced(emissions, Stepping(T0_MS - 1, step_ms)))
    assert [e for due in slices for e in due] == emissions
    ends = [due[-1].at_ms for due in slices]
    starts = [due[0].at_ms for due in slices]
    assert all(end < start for end, start in zip(ends, starts[1:], strict=False))


def test_without_a_clock_slices_are_bounded() -> None:
    emissions = [emission(T0_MS + n) for n in range(2 * SLICE_LIMIT + 5)]
    slices = asyncio.run(sliced(emissions, Unpaced()))
    assert [len(due) for due in slices] == [SLICE_LIMIT, SLICE_LIMIT, 5]


def test_a_cell_lands_where_kafkas_own_clients_put_it() -> None:
    # murmur2 of these keys as org.apache.kafka.common.utils.Utils computes it
    assert _partition("21", 1_000_003) == (-973_932_308 & 0x7FFF_FFFF) % 1_000_003
    assert _partition("foobar", 1_000_003) == (-790_332_482 & 0x7FFF_FFFF) % 1_000_003


@pytest.mark.servers
def test_what_is_counted_is_stored_in_order(broker: Broker, new_topic: NewTopicName) -> None:
    department = new_topic("inbox.road", partitions=4).removeprefix("inbox.")
    emissions = [emission(T0_MS + n // 3, department, n) for n in range(5_000)]
    progress: list[int | None] = []

    def note(count: PlayCount) -> None:
        progress.append(count.position_ms)

    count = asyncio.run(
        play(emissions, broker.bootstrap_servers, Unpaced(), partitions=4, acknowledged=note)
    )
    assert count.by_feed == {"transport.road": 5_000}
    assert count.position_ms == emissions[-1].at_ms == progress[-1]
    stored = asyncio.run(read(broker.bootstrap_servers, f"inbox.{department}", 5_000))
    assert sorted(value for values in stored.values() for value, _, _ in values) == sorted(
        e.encoded() for e in emissions
    )
    for partition, values in stored.items():
        assert [at for _, at, _ in values] == sorted(at for _, at, _ in values)
        assert {_partition(key.decode(), 4) for *_, key in values} == {partition}


async def read(bootstrap: str, topic: str, count: int) -> dict[int, list[tuple[bytes, int, bytes]]]:
    """(value, timestamp, key) by partition, in the order of the log."""
    consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap)
    await consumer.start()
    try:
        partitions = [TopicPartition(topic, number) for number in range(4)]
        consumer.assign(partitions)
        await consumer.seek_to_beginning()
        found: dict[int, list[tuple[bytes, int, bytes]]] = {}
        while sum(map(len, found.values())) < count:
            for tp, messages in (await consumer.getmany(timeout_ms=5_000)).items():
                rows = [(m.value, m.timestamp, m.key) for m in messages]
                found.setdefault(tp.partition, []).extend(rows)
        return found
    finally:
        await consumer.stop()
