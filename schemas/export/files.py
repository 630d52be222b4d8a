"""What is exported, and where to."""

from __future__ import annotations

import json
from typing import Any

import msgspec

from schemas.alert import Alert
from schemas.catalogue import kinds
from schemas.export.asyncapi import asyncapi
from schemas.export.json_schema import message_schema, record_schema
from schemas.export.records_page import records_page
from schemas.value import Situation, Value

REFERENCE = "docs/reference"
SCHEMAS = f"{REFERENCE}/schemas"

MESSAGES: dict[str, type[msgspec.Struct]] = {"alert": Alert, "situation": Situation, "value": Value}


def exported() -> dict[str, str]:
    """Every generated file: path from the repository's root, and its text."""
    files = {
        f"{SCHEMAS}/{kind}.json": _json(record_schema(model)) for kind, model in kinds().items()
    }
    for name, struct in MESSAGES.items():
        files[f"{SCHEMAS}/{name}.json"] = _json(message_schema(struct))
    files[f"{REFERENCE}/asyncapi.json"] = _json(asyncapi())
    files[f"{REFERENCE}/records.md"] = records_page()
    return files


def _json(document: dict[str, Any]) -> str:
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"
