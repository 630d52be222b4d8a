"""Takes what aiokafka has fetched as whole batches.

Its own way wraps each record in an object of ten fields, one at a time; reading a batch costs a
tenth of that and gives all the gate asks for: offset, timestamp, key and value. What is used of
aiokafka here is private to it; its version is pinned, and the tests with a broker tell.
"""

from __future__ import annotations

# ruff: noqa: SLF001  what is private to aiokafka is the point here
import asyncio
import time
from collections.abc import Collection
from typing import Any

from aiokafka import TopicPartition
from aiokafka.consumer.fetcher import Fetcher, FetchError, FetchResult
from aiokafka.errors import CorruptRecordException

Records = list[Any]
"""Records of one partition in the order of their offsets."""


async def fetched(
    fetcher: Fetcher, partitions: Collection[TopicPartition], *, wait_seconds: float, most: int
) -> dict[TopicPartition, Records]:
    """What is there of these partitions; waits up to `wait_seconds` while nothing is.

    Stops at the end of the batch with which a partition has `most` records. Raises what aiokafka
    found wrong with a fetch.
    """
    deadline = time.monotonic() + wait_seconds
    while True:
        if fetcher._subscriptions.reassignment_in_progress:
            await fetcher._subscriptions.wait_for_assignment()
        found = _take(fetcher, partitions, most)
        left = deadline - time.monotonic()
        if found or left <= 0:
            return found
        waiter = fetcher._create_fetch_waiter()
        await asyncio.wait([waiter], timeout=left)
        if not waiter.done() or fetcher._closed:
            waiter.cancel()
            return {}
        waiter.result()


def _take(
    fetcher: Fetcher, partitions: Collection[TopicPartition], most: int
) -> dict[TopicPartition, Records]:
    found: dict[TopicPartition, Records] = {}
    for tp, result in list(fetcher._records.items()):
        if tp not in partitions:
            if not fetcher._subscriptions.is_assigned(tp):
                del fetcher._records[tp]
            continue
        if isinstance(result, FetchError):
            if found:  # it is raised at the next call
                return found
            _done(fetcher, tp)
            result.check_raise()
        records = _read(fetcher, result, tp, most)
        if not result.has_more():
            _done(fetcher, tp)
        if records:
            found[tp] = records
    return found


def _done(fetcher: Fetcher, tp: TopicPartition) -> None:
    """Makes room for the next fetch."""
    del fetcher._records[tp]
    fetcher._notify(fetcher._wait_consume_future)


def _read(fetcher: Fetcher, result: FetchResult, tp: TopicPartition, most: int) -> Records:
    """The next batches of a fetch; none when the position was moved meanwhile."""
    if not result.check_assignment(tp):
        return []
    unread = result._partition_records
    records: Records = []
    while len(records) < most and unread._records.has_next():
        batch = unread._records.next_batch()
        if fetcher._check_crcs and not batch.validate_crc():
            raise CorruptRecordException(f"Invalid CRC - {tp}")
        if not batch.is_control_batch:
            start = unread.next_fetch_offset
            whole = batch.base_offset >= start
            records += batch if whole else [each for each in batch if each.offset >= start]
        unread.next_fetch_offset = batch.next_offset
    result._update_position()
    if not unread._records.has_next():
        unread._records_iterator = None  # its generator holds it in turn, and so the whole fetch
        result._partition_records = None
    return records
