"""Judges a batch of records: who may speak, of what, and whether it is new and on time.

A verdict depends only on the record, its Kafka timestamp (`received`) and what the log held
before it, never on the clock: a replay decides the same.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol

from mypy_extensions import mypyc_attr

from schemas.errors import RecordError
from streams.gate.reasons import Reason
from streams.gate.source import SourceState
from streams.site.model import Site, Source

FUTURE_MS: Final = 30_000
LATEST_REVISION_MS: Final = 3_600_000
REMEMBERED: Final = 2
"""samples of a source whose content a repeated record is compared with"""


@mypyc_attr(allow_interpreted_subclasses=True)
class Folder:
    """Takes what the gate lets through. A class and no function: compiled, it is called at once."""

    __slots__ = ()

    def fold(self, source: SourceState, record: Any, received_ms: int) -> None:
        """A source, its decoded record and when it was received (Unix ms)."""
        raise NotImplementedError


class Incoming(Protocol):
    """One message as the transport hands it on; `timestamp` is the instant of arrival, Unix ms."""

    @property
    def offset(self) -> int: ...
    @property
    def timestamp(self) -> int: ...
    @property
    def key(self) -> bytes | None: ...
    @property
    def value(self) -> bytes | None: ...


@dataclass(frozen=True, slots=True)
class Refusal:
    """A message that goes to quarantine, with everything needed to replay it after a fix."""

    reason: Reason
    detail: str
    department: str
    feed: str
    incoming: Incoming


class Gate:
    """Holds the sources of one partition and admits or refuses their records.

    `register(source)` is called for a source nobody registered and returns its new state; the
    caller knows the group it belongs to.
    """

    def __init__(
        self,
        site: Site,
        *,
        decode: Callable[[bytes], Any],
        explain: Callable[[bytes], RecordError],
        register: Callable[[Source, bool], SourceState],
        cells: frozenset[str],
    ) -> None:
        self._site = site
        self._decode = decode
        self._explain = explain
        self._register = register
        self._sources: dict[str, dict[str, dict[str, SourceState]]] = {
            department: {} for department in site.departments
        }
        """by department, feed and key"""
        for feed in site.feeds.values():
            self._sources[feed.department][feed.key] = {}
        for source in site.sources.values():
            if site.places[source.place].cell in cells:
                self._add(register(source, True))

    def _add(self, state: SourceState) -> None:
        self._sources[state.department][state.feed][state.key] = state

    @property
    def sources(self) -> list[SourceState]:
        """All sources of this partition, registered or heard."""
        return [
            state
            for feeds in self._sources.values()
            for sources in feeds.values()
            for state in sources.values()
        ]

    def take_in(self, source: Source) -> SourceState:
        """Opens the state of a source that is in no site file but speaks for a granted feed."""
        state = self._register(source, False)
        self._add(state)
        return state

    def find(self, feed: str, source: str) -> SourceState | None:
        return self._sources[self._site.feeds[feed].department][feed].get(source)

    def sift(
        self, department: str, batch: Sequence[Incoming], folder: Folder, refused: list[Refusal]
    ) -> None:
        """Folds what may be folded of a batch of one inbox topic; appends to `refused` the rest.

        Both in the order of the batch. A record is judged only after those before it have been
        folded, so that a verdict does not depend on how batches were cut. Raises for no content,
        but what the folder raises.
        """
        decode = self._decode
        feeds = self._sources[department]
        nobody: dict[str, SourceState] = {}
        for incoming in batch:
            try:
                record = decode(incoming.value)  # type: ignore[arg-type]
            except (ValueError, TypeError, RecursionError):
                refused.append(self._unreadable(department, incoming))
                continue
            source = feeds.get(record.feed, nobody).get(record.source)
            observed_ms = record.observed_at_ms
            received_ms = incoming.timestamp
            if (
                source is not None
                and source.newest_ms < observed_ms <= received_ms + FUTURE_MS
                and received_ms - observed_ms <= LATEST_REVISION_MS
                and type(record) is source.contract.record_type
                and record.place == source.place
                and incoming.key == source.contract.cell_key
                and record.id != source.last_id
            ):
                source.note(observed_ms, record.id)
                folder.fold(source, record, received_ms)
                continue
            reason, detail, source = self._judge(department, record, incoming)
            if reason is None and source is not None:
                self._remember(source, record)
                folder.fold(source, record, received_ms)
            elif reason is not None:
                refused.append(Refusal(reason, detail, department, record.feed, incoming))

    def _unreadable(self, department: str, incoming: Incoming) -> Refusal:
        error = self._explain(incoming.value or b"")
        return Refusal(Reason(error.reason), str(error), department, "", incoming)

    def _judge(
        self, department: str, record: Any, incoming: Incoming
    ) -> tuple[Reason | None, str, SourceState | None]:
        """The full list of questions, for whatever is not plainly the next record of a source."""
        refusal = self._not_allowed(department, record, incoming.key)
        if refusal:
            return *refusal, None
        refusal = _out_of_time(record.observed_at_ms, incoming.timestamp)
        if refusal:
            return *refusal, None
        source = self._sources[department][record.feed].get(record.source)
        if source is None:
            feed = self._site.feeds[record.feed]
            unregistered = Source(
                key=record.source,
                feed=feed.key,
                place=record.place,
                cadence_seconds=feed.cadence_seconds,
            )
            return None, "", self.take_in(unregistered)
        if record.place != source.place:
            return Reason.WRONG_PLACE, f"{record.source} is registered at {source.place}", None
        refusal = _seen_before(source, record)
        return (*refusal, None) if refusal else (None, "", source)

    def _not_allowed(
        self, department: str, record: Any, key: bytes | None
    ) -> tuple[Reason, str] | None:
        feed = self._site.feeds.get(record.feed)
        if feed is None:
            return Reason.UNKNOWN_FEED, record.feed
        if feed.department != department:
            return Reason.WRONG_DEPARTMENT, f"{feed.key} belongs to {feed.department}"
        kind = record.__struct_config__.tag
        if kind != feed.kind:
            return Reason.WRONG_KIND, f"{kind}, {feed.key} carries {feed.kind}"
        place = self._site.places.get(record.place)
        if place is None:
            return Reason.UNKNOWN_PLACE, record.place
        if record.place not in feed.places:
            return Reason.NOT_GRANTED, f"{record.place} is not granted to {feed.key}"
        if key != place.cell.encode():
            return Reason.WRONG_CELL, f"key {key!r}, {record.place} belongs to {place.cell}"
        return None

    @staticmethod
    def _remember(source: SourceState, record: Any) -> None:
        observed_ms = record.observed_at_ms
        if observed_ms > source.newest_ms:
            source.note(observed_ms, record.id)
        else:
            source.note_late(observed_ms)


def _out_of_time(observed_ms: int, received_ms: int) -> tuple[Reason, str] | None:
    ahead_ms = observed_ms - received_ms
    if ahead_ms > FUTURE_MS:
        return Reason.FUTURE, f"{ahead_ms / 1000:.1f} s ahead, {FUTURE_MS / 1000:.0f} s allowed"
    if -ahead_ms > LATEST_REVISION_MS:
        return (
            Reason.TOO_LATE,
            f"{-ahead_ms / 60_000:.1f} min old, {LATEST_REVISION_MS // 60_000} min allowed",
        )
    return None


def _seen_before(source: SourceState, record: Any) -> tuple[Reason, str] | None:
    observed_ms = record.observed_at_ms
    if observed_ms in source.seen:
        folded = [s for s in source.trail.newest(REMEMBERED) if s[0] == observed_ms]
        if folded and source.group.read(record) != folded[0]:
            return Reason.CONFLICT, f"{source.key} said otherwise of {observed_ms}"
        return Reason.DUPLICATE, f"{source.key} at {observed_ms}"
    if record.id == source.last_id:
        return Reason.CONFLICT, f"id {record.id} was used for another instant"
    if observed_ms <= source.forgotten_ms:
        return Reason.TOO_LATE, f"{source.key} is remembered back to {source.forgotten_ms} only"
    return None
