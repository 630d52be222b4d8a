"""A record on its way: what a department hands to the broker, and when."""

from __future__ import annotations

import msgspec

from schemas.codec import encode
from schemas.record import Record


class Emission(msgspec.Struct, frozen=True):
    """One message for the inbox of `department`, keyed by the cell of the record's place.

    `at_ms` is the instant it is handed over (the received time of a simulated clock), a little
    after `record.observed_at_ms`. `payload` is set only where the bytes that travel are not the
    record's own encoding, as when a department damages them.
    """

    at_ms: int
    department: str
    cell_key: str
    record: Record
    payload: bytes | None = None

    def encoded(self) -> bytes:
        """The bytes that travel."""
        return encode(self.record) if self.payload is None else self.payload
