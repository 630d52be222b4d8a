"""JSON Schema of what departments send and of what the platform says."""

from __future__ import annotations

from inspect import cleandoc
from typing import Any

import msgspec
from pydantic.json_schema import GenerateJsonSchema

from schemas.record import Record

DIALECT = "https://json-schema.org/draft/2020-12/schema"


class _Untitled(GenerateJsonSchema):
    """Without a title a field, which would only repeat its name."""

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ARG002  the parent's signature
        return False


def record_schema(model: type[Record]) -> dict[str, Any]:
    """A record kind. `kind` is required on the wire, though the model knows it by itself."""
    schema = model.model_json_schema(schema_generator=_Untitled)
    del schema["properties"]["kind"]["default"]
    return {
        "$schema": DIALECT,
        "title": model.title_en,
        "title_zh": model.title_zh,
        "description": schema["description"],
        "type": "object",
        "properties": schema["properties"],
        "required": ["kind", *schema["required"]],
        "additionalProperties": False,
        "examples": [model.example().model_dump(exclude_none=True)],
    }


def message_schema(struct: type[msgspec.Struct]) -> dict[str, Any]:
    """An outgoing message. Readers must take members they do not know: more may come."""
    schema = msgspec.json.schema(struct)
    parts = {name: _tidy(part) for name, part in schema["$defs"].items()}
    whole = parts.pop(struct.__name__)
    return {"$schema": DIALECT, **whole, **({"$defs": parts} if parts else {})}


def _tidy(part: dict[str, Any]) -> dict[str, Any]:
    return {**part, "description": cleandoc(part["description"])}
