"""Snapshots larger than a message, in parts.

The parts of a large snapshot have keys of their own, and the snapshot's own key holds the list of
them, written last. Two snapshots in a row use different keys: one that is broken off half-way
leaves the one before it whole.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from zlib import crc32

import msgspec

PART_BYTES = 900_000
"""below the message limit of a broker that was told nothing: 1 MiB"""
PART = "#"
"""in no key of a cell"""
LIST = b"\xc1parts"
"""how a list begins; nothing in msgpack begins with c1"""


class Parts(msgspec.Struct, array_like=True):
    """Which parts make up a snapshot, and what they sum up to. `generation` is 0 or 1."""

    generation: int
    count: int
    checksum: int


def split(cell: str, raw: bytes, generation: int) -> Iterator[tuple[str, bytes]]:
    """The messages of a snapshot, (key, value), to be written in this order. `generation` is
    another than that of the snapshot before."""
    if len(raw) <= PART_BYTES:
        yield cell, raw
        return
    starts = range(0, len(raw), PART_BYTES)
    for number, start in enumerate(starts):
        yield _name(cell, generation, number), raw[start : start + PART_BYTES]
    yield cell, LIST + msgspec.msgpack.encode(Parts(generation, len(starts), crc32(raw)))


def joined(found: Mapping[str, bytes]) -> tuple[dict[str, bytes], dict[str, int]]:
    """The snapshots by cell, whole, and the generation of those that are in parts. One whose parts
    do not fit together is left out."""
    whole: dict[str, bytes] = {}
    generations: dict[str, int] = {}
    for key, value in found.items():
        if not value.startswith(LIST):
            if PART not in key:
                whole[key] = value
            continue
        listed = msgspec.msgpack.decode(value[len(LIST) :], type=Parts)
        generations[key] = listed.generation
        names = [_name(key, listed.generation, number) for number in range(listed.count)]
        raw = b"".join([found.get(name, b"") for name in names])
        if crc32(raw) == listed.checksum:
            whole[key] = raw
    return whole, generations


def _name(cell: str, generation: int, number: int) -> str:
    return f"{cell}{PART}{generation}.{number}"
