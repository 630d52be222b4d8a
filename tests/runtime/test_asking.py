"""What a question is noted as, and which are not."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from types import SimpleNamespace
from typing import Any

from faust.types import TP

from streams.runtime.asking import Questions

SENT_MS = 1_784_174_400_000
ROAD, CROWD = TP("road", 3), TP("crowd", 3)
REQUEST = SimpleNamespace(topics=[("road", [(3, 0, 0)]), ("crowd", [(3, 0, 0)])])


class Asker:
    """Asks once; the broker answers about some partitions, after five seconds."""

    def __init__(self, *answered: TP, now_ms: int = SENT_MS, active: bool = True) -> None:
        self.now_ms = now_ms
        self.answered = answered
        self.active = active
        self.noted: dict[TP, int] = {}
        self.states = {tp: SimpleNamespace(timestamp=None) for tp in (ROAD, CROWD)}
        assignment = SimpleNamespace(active=True, state_value=self.states.__getitem__)
        questions = Questions(lambda: self.now_ms, self.note)
        assert asyncio.run(questions.put(self.fetch, assignment, 1, REQUEST))

    async def fetch(self, assignment: Any, _node: int, request: Any) -> bool:
        assert request is REQUEST
        self.now_ms += 5000
        for tp in self.answered:
            self.states[tp].timestamp = self.now_ms
        assignment.active = self.active
        return True

    def note(self, sent_ms: int, partitions: Iterable[TP]) -> None:
        self.noted.update(dict.fromkeys(partitions, sent_ms))


def test_it_is_noted_when_it_was_sent_and_not_when_it_was_answered() -> None:
    assert Asker(ROAD, CROWD).noted == {ROAD: SENT_MS - 1, CROWD: SENT_MS - 1}


def test_what_was_not_answered_is_not_noted() -> None:
    assert Asker(CROWD).noted.keys() == {CROWD}
    assert Asker(ROAD, CROWD, active=False).noted == {}


def test_while_nobody_knows_the_time_nothing_is_noted() -> None:
    assert Asker(ROAD, CROWD, now_ms=0).noted == {}
