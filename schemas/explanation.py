"""Says in one line why bytes are no record: which field, which value, what is allowed."""

from __future__ import annotations

import json
from collections.abc import Iterable
from difflib import get_close_matches

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from schemas.catalogue import kinds
from schemas.errors import RecordError
from schemas.fields import fields
from schemas.record import Record

SHOWN_ERRORS = 3
SHOWN_CHARACTERS = 48


def not_json(what: str) -> RecordError:
    """The bytes are not one JSON text (RFC 8259) in UTF-8."""
    return RecordError(f"not JSON: {what}", reason="not-json")


def not_an_object(value: object) -> RecordError:
    return _not_a_record(f"a record is a JSON object, this is {_shown(value)}")


def nested_without_end() -> RecordError:
    return _not_a_record("a record is flat, this is nested beyond any use")


def unknown_kind(kind: object) -> RecordError:
    allowed = f"allowed: one of {', '.join(kinds())}"
    if kind is None:
        return _not_a_record(f"kind is missing, {allowed}")
    guess = _guess(kind, kinds()) if isinstance(kind, str) else ""
    return _not_a_record(f"kind is {_shown(kind)}{guess}, {allowed}")


def broken_fields(model: type[Record], error: ValidationError) -> RecordError:
    """The first few things pydantic found in a record of a known kind."""
    found = error.errors(include_url=False)
    texts = [_sentence(model, detail) for detail in found[:SHOWN_ERRORS]]
    if len(found) > SHOWN_ERRORS:
        texts.append(f"and {len(found) - SHOWN_ERRORS} more")
    return _not_a_record("; ".join(texts))


def refused_by_one(kind: str) -> RecordError:
    return _not_a_record(f"only the fast decoder refuses this {kind}")


def _not_a_record(what: str) -> RecordError:
    return RecordError(what, reason="schema")


def _sentence(model: type[Record], detail: ErrorDetails) -> str:
    known = fields(model)
    kind = known["kind"].allowed
    if not detail["loc"]:
        return "a field's name is no text"
    name = str(detail["loc"][0])
    match detail["type"]:
        case "missing":
            return f"{name} is missing, {kind} needs: {known[name]}"
        case "extra_forbidden":
            return f"{_shown(name)} is no field of {kind}{_guess(name, known)}"
        case _:
            return f"{name} is {_shown(detail['input'])}, allowed: {known[name]}"


def _guess(name: str, known: Iterable[str]) -> str:
    close = get_close_matches(name[:SHOWN_CHARACTERS], known, n=1)
    return f" (did you mean {close[0]}?)" if close else ""


def _shown(value: object) -> str:
    """A value as JSON, cut short; what could disturb a terminal or its reading order is escaped."""
    match value:
        case dict():
            return "an object"
        case list():
            return "an array"
        case str() if len(value) > SHOWN_CHARACTERS:
            text = json.dumps(value[:SHOWN_CHARACTERS] + "…", ensure_ascii=False)
        case _:
            text = json.dumps(value, ensure_ascii=False)
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text)
