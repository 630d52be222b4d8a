"""The minutes of the site that can be stepped, from what the partitions of the workers tell.

A minute can be stepped once each partition has told everything up to it: the same situations give
the same picture however they arrive. A partition that tells nothing for a while by the wall clock
is silent, from the beginning if need be: nobody waits for it, and its places are not heard of.

The topic is compacted. A message that is missing was overtaken by a newer one of the same place, so
nothing is lost of what stands now; but the minutes in between are not known, and are passed over.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field

from schemas.value import Situation

STEP_MS = 60_000
PAUSE_MS = 900_000
"""nobody told anything for longer: the platform stood still, and so did the hub"""
WARM_UP_MS = 120_000
"""of stream time before the very first step: a site that has just been called up is not blind"""
SILENT_WALL_SECONDS = 30.0


@dataclass(slots=True)
class _Partition:
    """`heard_at` is by the wall clock; all else is stream time."""

    heard_at: float | None = None
    first_ms: int = 0
    told_ms: int = 0
    known_ms: int = 0
    """nothing is missing of what has been told since"""
    signs_missing: int = 0
    """signs of life to come before anything counts as told again"""
    waiting: deque[Situation] = field(default_factory=deque)
    newest: dict[str, Situation] = field(default_factory=dict)

    def take_sign(self, at_ms: int) -> None:
        if self.signs_missing:
            self.signs_missing -= 1
            if self.signs_missing:
                return
            self.known_ms = at_ms
        self.told_ms = max(self.told_ms, at_ms)
        self.first_ms = self.first_ms or at_ms

    def settle(self, now_ms: int) -> None:
        while self.waiting and self.waiting[0].at_ms <= now_ms:
            situation = self.waiting.popleft()
            self.newest[situation.place] = situation


class Minutes:
    """`stepped_ms` is the minute stepped last, 0 before the first; who steps moves it on.

    `wall_now` is in seconds, of a clock that never goes back.
    """

    def __init__(self, partitions: int) -> None:
        self.stepped_ms = 0
        self.silent: frozenset[int] = frozenset()
        self._partitions = tuple(_Partition() for _ in range(partitions))

    def begin(self, wall_now: float) -> None:
        """From now on partitions can be heard; later calls do nothing."""
        for partition in self._partitions:
            if partition.heard_at is None:
                partition.heard_at = wall_now

    def take(self, number: int, situation: Situation, wall_now: float) -> None:
        """What a worker tells in partition `number`, in the order of the log."""
        partition = self._partitions[number]
        partition.heard_at = wall_now
        if situation.sign_of_life:
            partition.take_sign(situation.at_ms)
        else:
            partition.waiting.append(situation)
            partition.settle(self.stepped_ms)

    def miss(self, number: int) -> None:
        """Messages of a partition are missing here.

        The first sign of life that follows may itself be the newest of those that were compacted;
        all that is after the second one is there, and the newest of what was before.
        """
        self._partitions[number].signs_missing = 2

    def look(self, wall_now: float) -> None:
        """Finds out who is silent."""
        self.silent = frozenset(
            number
            for number, partition in enumerate(self._partitions)
            if partition.heard_at is not None
            and wall_now - partition.heard_at > SILENT_WALL_SECONDS
        )

    @property
    def nobody_tells(self) -> bool:
        return len(self.silent) == len(self._partitions)

    def due_ms(self) -> int | None:
        """The minute to step next, once all who are not silent have told everything up to it."""
        heard = self._heard()
        told_ms = min([partition.told_ms for partition in heard], default=0)
        if not told_ms:
            return None
        next_ms = self._next_ms(heard)
        return next_ms if next_ms <= told_ms else None

    def _next_ms(self, heard: Sequence[_Partition]) -> int:
        known_ms = max(partition.known_ms for partition in heard)
        known_ms += -known_ms % STEP_MS
        if not self.stepped_ms:
            first_ms = min(partition.first_ms for partition in heard)
            return max(known_ms, _minute(first_ms + WARM_UP_MS))
        following_ms = _minute(self.stepped_ms) + STEP_MS
        heads = [partition.waiting[0].at_ms for partition in heard if partition.waiting]
        oldest_ms = min(heads + [partition.told_ms for partition in heard])
        pause = oldest_ms - following_ms > PAUSE_MS
        return max(known_ms, _minute(oldest_ms) if pause else following_ms)

    def known(self, now_ms: int) -> dict[str, Situation]:
        """The newest situation of each place at a minute to step, of those not silent."""
        for partition in self._partitions:
            partition.settle(now_ms)
        return {
            place: one for partition in self._heard() for place, one in partition.newest.items()
        }

    def _heard(self) -> list[_Partition]:
        return [p for number, p in enumerate(self._partitions) if number not in self.silent]


def _minute(at_ms: int) -> int:
    return at_ms - at_ms % STEP_MS
