"""The gate of the town, with what it admits folded at once, as the partition does."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from schemas.codec import decode, explain
from schemas.structs import structs
from streams.domains import catalogue
from streams.fusion.group import Group
from streams.gate import Contract, Folder, Gate, Refusal, SourceState
from streams.site.model import Site, Source
from tests.town import Message, town

Admitted = tuple[SourceState, Any, int]
"""a source, its decoded record and when it was received"""


class Admitting(Folder):
    """Folds as a partition does, and remembers what."""

    def __init__(self) -> None:
        self.admitted: list[Admitted] = []

    def fold(self, source: SourceState, record: Any, received_ms: int) -> None:
        source.group.fold(source, record, received_ms)
        self.admitted.append((source, record, received_ms))


class Desk:
    """A gate and the groups its sources belong to."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.groups: dict[tuple[str, str], Group] = {}
        cells = frozenset(place.cell for place in site.places.values())
        self.gate = Gate(site, decode=decode, explain=explain, register=self._register, cells=cells)

    def _register(self, source: Source, registered: bool) -> SourceState:
        feed, place = self.site.feeds[source.feed], self.site.places[source.place]
        rows = [row for row in catalogue().measures.values() if row.kind == feed.kind]
        group = self.groups.setdefault(
            (place.key, feed.kind),
            Group(place, feed.kind, rows=rows, accumulated=[]),
        )
        contract = Contract(feed, place, structs()[feed.kind])
        state = SourceState(source, contract, registered=registered, group=group)
        group.add(state)
        return state

    def judge(
        self, messages: Sequence[Message], department: str = "transport"
    ) -> tuple[list[Admitted], list[Refusal]]:
        admitting = Admitting()
        refused: list[Refusal] = []
        self.gate.sift(department, messages, admitting, refused)
        return admitting.admitted, refused

    def memory(self) -> dict[tuple[str, str], tuple[object, ...]]:
        """All that windows, freshness and verdicts are made of."""
        return {
            (s.feed, s.key): (s.newest_ms, s.last_id, tuple(s.seen), tuple(s.trail.newest(2)))
            for s in self.gate.sources
        }


NewDesk = Callable[[], Desk]


@pytest.fixture
def new_desk() -> NewDesk:
    site = town()
    return lambda: Desk(site)
