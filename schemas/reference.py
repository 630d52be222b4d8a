"""The reference decoder: JSON as the standard has it, then the pydantic model of the kind.

It defines what a record is; the fast decoder is held to it. Where RFC 8259 leaves a choice:

- A name that occurs twice: every occurrence must be valid, the last one counts, and `kind` must not
  change. (pydantic alone would not look at the earlier ones.)
- A number is read as the nearest double, however many digits it has. An integer field takes no
  fraction and no exponent, not even 1.0. What no double can hold is out of every field's range.
- A lone surrogate (`\\ud800`) is JSON but no text: refused.
- A record is flat: nesting is refused, at any depth, without running out of stack.
"""

from __future__ import annotations

import json
from typing import Any, NoReturn

from pydantic import ValidationError

from schemas import explanation
from schemas.catalogue import kinds
from schemas.record import Record

LONGEST_INTEGER = 19  # digits; longer ones are far out of range, and slow to make exact


class Members(list[tuple[str, Any]]):
    """A JSON object as it is written: all its members, those of the same name too."""


def validate(raw: bytes) -> Record:
    """The record in `raw`. Raises RecordError: `not-json` for what is no JSON, else `schema`."""
    members = _members(raw)
    last = dict(members)
    kind = last.get("kind")
    model = kinds().get(kind) if isinstance(kind, str) else None
    if model is None:
        raise explanation.unknown_kind(kind)
    try:
        record = model.model_validate(last)
        if len(last) < len(members):
            for name, value in members:
                model.model_validate({**last, name: value})
    except ValidationError as error:
        raise explanation.broken_fields(model, error) from None
    return record


def _members(raw: bytes) -> Members:
    """The members of the one JSON object in `raw`."""
    try:
        value = json.loads(
            raw.decode(),
            object_pairs_hook=Members,
            parse_int=_integer,
            parse_constant=_refuse_constant,
        )
    except UnicodeDecodeError as error:
        raise explanation.not_json(f"byte {error.start} is not UTF-8") from None
    except json.JSONDecodeError as error:
        raise explanation.not_json(f"{error.msg} at character {error.pos}") from None
    except RecursionError:
        raise explanation.nested_without_end() from None
    if not isinstance(value, Members):
        raise explanation.not_an_object(value)
    return Members((name, dict(v) if isinstance(v, Members) else v) for name, v in value)


def _integer(digits: str) -> int | float:
    return int(digits) if len(digits) <= LONGEST_INTEGER else float(digits)


def _refuse_constant(name: str) -> NoReturn:
    raise explanation.not_json(f"{name} is no number in JSON")
