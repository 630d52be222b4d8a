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
    """Tells messages that are gone from a batch that was fetched before a seek took effect.

    Fetching goes forward: a batch that begins no later than the one before it answers a seek.
    """

    def __init__(self, seek: Callable[[TP, int], Awaitable[None]]) -> None:
        self._seek = seek
        self._began: dict[TP, int] = {}
        self._sure: set[TP] = set()

    def clear(self) -> None:
        """To be called when reading starts anew, by a seek."""
        self._began.clear()
        self._sure.clear()

    async def continuing(self, tp: TP, batch: Sequence[R], expected: int) -> Sequence[R]:
        """The part of a batch that follows on what was read; `expected` is the next offset.

        When reading starts, a batch that begins later is asked for again: that gives nothing now.
        If the answer too begins later, the messages before it are gone.
        """
        first = batch[0].offset
        if first > max(expected, self._began.get(tp, 0)) and tp not in self._sure:
            self._began[tp] = first
            await self._seek(tp, expected)
            return []
        self._sure.add(tp)
        return [message for message in batch if message.offset >= expected]
