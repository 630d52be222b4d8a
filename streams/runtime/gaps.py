"""Offsets that are missing where reading should go on."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol, TypeVar

from faust.types import TP


class Read(Protocol):
    @property
    def offset(self) -> int: ...


R = TypeVar("R", bound=Read)


class Gaps:
    """Tells messages that are gone from a batch that was fetched before a seek took effect."""

    def __init__(self, seek: Callable[[TP, int], Awaitable[None]]) -> None:
        self._seek = seek
        self._asked: set[tuple[TP, int]] = set()

    def clear(self) -> None:
        """To be called when reading starts anew."""
        self._asked.clear()

    async def continuing(self, tp: TP, batch: Sequence[R], expected: int) -> Sequence[R]:
        """The part of a batch that follows on what was read; `expected` is the next offset.

        A batch that begins later is asked for again first: that gives nothing now. When it then
        begins there once more, the messages before it are gone.
        """
        first = batch[0].offset
        if first < expected:
            return [message for message in batch if message.offset >= expected]
        if first > expected and (tp, first) not in self._asked:
            self._asked.add((tp, first))
            await self._seek(tp, expected)
            return []
        self._asked.discard((tp, first))
        return batch
