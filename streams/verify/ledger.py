"""The ledger: what whoever publishes was promised by the broker, one JSON line a record.

It is the truth of a proof, so it is written by nobody who is judged by it: a line is added when the
broker has acknowledged the record, and never before.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import IO, Self
from zlib import crc32

import msgspec
from aiokafka.structs import RecordMetadata

from schemas.emission import Emission
from streams.verify.errors import LedgerError

ACCEPTED = "accepted"


class Entry(msgspec.Struct, frozen=True, omit_defaults=True):
    """One acknowledged record.

    `at_ms` is the broker's stamp (Unix ms), `digest` the CRC-32 of the bytes. `expected` is
    `accepted`, the code of the reason for which it must be refused, or empty where the publisher
    does not know, as after a repeated send. `feed`, `source` and `id` are empty where the bytes are
    no record. `observed_at_ms` is 0 then.
    """

    topic: str
    partition: int
    offset: int
    at_ms: int
    digest: int
    expected: str = ""
    feed: str = ""
    source: str = ""
    id: str = ""
    observed_at_ms: int = 0


_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(Entry).decode


def digest(value: bytes | None) -> int:
    """Tells the bytes of one record from another's; a tombstone has those of nothing."""
    return crc32(value or b"")


class Ledger:
    """Appends entries to a file, each in one write: a kill leaves whole lines behind."""

    def __init__(self, path: Path) -> None:
        self._file: IO[bytes] = path.open("ab", buffering=0)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        self._file.close()

    def add(self, entry: Entry) -> None:
        """To be called once the broker has acknowledged the record."""
        self._file.write(_encode(entry) + b"\n")

    def emitted(self, emission: Emission, stored: RecordMetadata) -> None:
        """Lists what a publisher has played; what must become of it only the gate can say."""
        record = emission.record if emission.payload is None else None
        self.add(
            Entry(
                topic=stored.topic,
                partition=stored.partition,
                offset=stored.offset,
                at_ms=stored.timestamp,
                digest=digest(emission.encoded()),
                feed=record.feed if record else "",
                source=record.source if record else "",
                id=record.id if record else "",
                observed_at_ms=record.observed_at_ms if record else 0,
            )
        )


def read_ledger(path: Path) -> list[Entry]:
    """All entries in the order of the file. Raises LedgerError."""
    return list(_entries(path))


def _entries(path: Path) -> Iterator[Entry]:
    try:
        with path.open("rb") as lines:
            for number, line in enumerate(lines, 1):
                try:
                    yield _decode(line)
                except msgspec.DecodeError as error:
                    raise LedgerError(f"{path}:{number}: {error}") from error
    except OSError as error:
        raise LedgerError(f"{path}: {error.strerror}") from error
