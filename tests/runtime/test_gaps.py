"""A batch fetched before a seek took effect is no gap; messages that are gone are one."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from faust.types import TP
from hypothesis import given, settings
from hypothesis import strategies as st

from streams.runtime.gaps import Gaps

AT = TP("situation", 0)


@dataclass(frozen=True)
class Message:
    offset: int


@settings(max_examples=400, deadline=None)
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
