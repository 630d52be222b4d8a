"""From a report to the message that travels, damaged where the scenario wants it so."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from schemas.catalogue import kinds
from schemas.emission import Emission
from schemas.record import Record
from streams.simulator.fault import FaultKind
from streams.simulator.instruments import Fields
from streams.simulator.reporting import Report, Trouble
from streams.site.model import Feed, Place, Site

AHEAD_MS = 120_000
BEHIND_MS = 4_200_000
CUT_BYTES = 9
UNKNOWN_FEED = "nobody.knows"


class Sender:
    """Makes the messages of one source."""

    def __init__(self, site: Site, feed: Feed, source: str, place: Place) -> None:
        self._feed = feed
        self._source = source
        self._place = place
        self._kind = kinds()[feed.kind]
        self._elsewhere = _other(site, lambda p: p.key not in feed.places, place)
        self._other_cell = _other(site, lambda p: p.cell != place.cell, place)

    def record(self, observed_ms: int, fields: Fields, about: str = "") -> Record:
        return self._kind.model_validate(
            {
                "id": f"{about or self._source}-{observed_ms}",
                "feed": self._feed.key,
                "source": self._source,
                "place": self._place.key,
                "observed_at_ms": observed_ms,
                "simulated": True,
                **fields,
            }
        )

    def told(self, at_ms: int, observed_ms: int, about: str, fields: Fields) -> Emission:
        """A message of something that happened."""
        return self._sent(at_ms, self.record(observed_ms, fields, about))

    def emission(self, report: Report, fields: Fields) -> Emission:
        """The message of a report whose sensor says `fields`."""
        trouble = report.trouble
        observed_ms = report.turn.observed_ms
        if trouble is None or trouble.kind in (FaultKind.FROZEN, FaultKind.HELD_BACK):
            return self._sent(report.at_ms, self.record(observed_ms, fields))
        if trouble.kind is FaultKind.LYING:
            said = {**fields, trouble.field: _like(fields[trouble.field], trouble.value)}
            return self._sent(report.at_ms, self.record(observed_ms, said))
        return self._damaged(report.at_ms, self.record(observed_ms, fields), trouble)

    def _sent(self, at_ms: int, record: Record, payload: bytes | None = None) -> Emission:
        return Emission(at_ms, self._feed.department, self._place.cell, record, payload)

    def _damaged(self, at_ms: int, record: Record, trouble: Trouble) -> Emission:
        """An extra message the gate must refuse."""
        whole = self._sent(at_ms, record)
        if trouble.kind is FaultKind.DUPLICATE:
            return whole
        if trouble.kind is FaultKind.NOT_JSON:
            return self._sent(at_ms, record, whole.encoded()[:-CUT_BYTES])
        if trouble.kind is FaultKind.WRONG_CELL:
            return msgspec.structs.replace(whole, cell_key=self._other_cell.cell)
        changes: dict[FaultKind, Fields] = {
            FaultKind.SCHEMA: {trouble.field: trouble.value},
            FaultKind.CONFLICT: {trouble.field: trouble.value},
            FaultKind.UNKNOWN_FEED: {"feed": UNKNOWN_FEED},
            FaultKind.NOT_GRANTED: {"place": self._elsewhere.key},
            FaultKind.FUTURE: _moved(record, at_ms + AHEAD_MS),
            FaultKind.TOO_LATE: _moved(record, at_ms - BEHIND_MS),
        }
        said = {**msgspec.json.decode(whole.encoded()), **changes[trouble.kind]}
        return self._sent(at_ms, record, msgspec.json.encode(said))


def _moved(record: Record, observed_ms: int) -> Fields:
    return {"observed_at_ms": observed_ms, "id": f"{record.source}-{observed_ms}"}


def _like(before: object, value: float) -> object:
    """The value in the type the field has."""
    return round(value) if isinstance(before, int) else value


def _other(site: Site, fits: Callable[[Place], bool], fallback: Place) -> Place:
    """Some place of the site that fits, always the same."""
    return next((place for place in site.places.values() if fits(place)), fallback)
