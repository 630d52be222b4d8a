"""A batch fetched before a seek took effect is no gap; messages that are gone are one, and a loss
only where the log begins later."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

from aiokafka.errors import RequestTimedOutError
from faust.types import TP
from hypothesis import given, settings
from hypothesis import strategies as st
from structlog.testing import capture_logs

from streams.runtime.gaps import Gaps, Losses

AT = TP("situation", 0)
OTHER = TP("situation", 1)


@dataclass(frozen=True)
class Message:
    offset: int


@settings(max_examples=150, deadline=None)
@given(st.sets(st.integers(0, 60), min_size=1), st.integers(0, 60), st.integers(1, 9))
def test_all_that_is_there_is_read_once_wherever_fetching_began(
    offsets: set[int], began: int, size: int
) -> None:
    """As a fetcher works: batches fetched ahead are still handed over after a seek."""
    log = [Message(offset) for offset in sorted(offsets)]

    async def scene() -> list[int]:
        sought = [began, 0]

        async def seek(tp: TP, offset: int) -> None:
            sought.append(offset)

        gaps, read, expected = Gaps(seek), [], 0
        while sought:
            first = sought.pop(0)
            there = [message for message in log if message.offset >= first]
            for start in range(0, len(there), size):
                batch = await gaps.continuing(AT, there[start : start + size], expected)
                read += [message.offset for message in batch]
                expected = read[-1] + 1 if read else 0
        return read

    assert asyncio.run(scene()) == sorted(offsets)


def test_what_the_log_no_longer_has_is_lost_and_what_never_was_a_record_is_not() -> None:
    """Asked again when the broker is away; told once."""
    answers: list[Mapping[TP, int] | RequestTimedOutError] = [
        RequestTimedOutError(),
        {AT: 40, OTHER: 0},
    ]

    async def earliest(*partitions: TP) -> Mapping[TP, int]:
        assert set(partitions) == {AT, OTHER}
        answer = answers.pop(0)
        if isinstance(answer, RequestTimedOutError):
            raise answer
        return answer

    async def scene() -> None:
        losses = Losses(earliest)
        await losses.tell()
        losses.suspect(AT, 7, 41)  # 40 is a marker
        losses.suspect(AT, 60, 61)
        losses.suspect(OTHER, 7, 41)
        for _ in range(3):
            await losses.tell()

    with capture_logs() as logs:
        asyncio.run(scene())
    assert [(told["topic"], told["first_lost"], told["lost"]) for told in logs] == [
        (AT.topic, 7, 33)
    ]
    assert not answers
