"""Bytes to records and back.

`decode` is fast and generated from the models; `validate` is the reference (`schemas.reference`).
Both accept exactly the same bytes and read the same content from them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Union

import msgspec

from schemas import explanation
from schemas.errors import RecordError
from schemas.record import Record
from schemas.reference import validate
from schemas.structs import Observation, structs

__all__ = ["REFUSALS", "decode", "encode", "explain", "struct_of", "validate"]

REFUSALS: tuple[type[Exception], ...] = (ValueError, RecursionError)
"""what `decode` raises for bytes that are no record"""

_any_kind: Any = Union[tuple(structs().values())]  # noqa: UP007

decode: Callable[[bytes], Observation] = msgspec.json.Decoder(_any_kind).decode
"""The hot path: bytes to the struct of their kind. Raises one of REFUSALS; then ask `explain`."""

_encode = msgspec.json.Encoder().encode


def explain(raw: bytes) -> RecordError:
    """Why `decode` refused these bytes. Ask only for bytes it refused; never raises."""
    try:
        record = validate(raw)
    except RecordError as error:
        return error
    return explanation.refused_by_one(record.kind)


def encode(record: Record | Observation) -> bytes:
    """The bytes a publisher sends; fields at their default are left out.

    A struct is written as it is: whoever builds one by hand answers for its ranges.
    """
    return _encode(struct_of(record) if isinstance(record, Record) else record)


def struct_of(record: Record) -> Observation:
    """What `decode` makes of a record's bytes."""
    values = dict(vars(record))
    struct: Any = structs()[values.pop("kind")]
    made: Observation = struct(**values)
    return made
