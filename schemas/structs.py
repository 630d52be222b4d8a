"""The record kinds as msgspec structs, generated from the pydantic models for the hot path.

What pydantic will check is read from each model's core schema, the plan it validates by. A field
whose plan says anything that a struct cannot check in exactly the same way is an error here, at
import, so that the two decoders cannot drift apart: no validators, aliases, patterns or nesting.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import Annotated, Any, Literal, Protocol

import msgspec

from schemas.catalogue import kinds
from schemas.record import Record

STRICT = {"strict": True, "extra_fields_behavior": "forbid", "allow_inf_nan": False}
BOUNDS = ({"ge"}, {"le", "lt"})
LENGTHS = ({"min_length"}, {"max_length"})
CONSTRAINTS: Mapping[str, tuple[type, tuple[set[str], set[str]]]] = {
    "int": (int, BOUNDS),
    "float": (float, BOUNDS),
    "str": (str, LENGTHS),
}


class Observation(Protocol):
    """The envelope of a decoded record; its kind's own fields are attributes beside it."""

    @property
    def kind(self) -> str: ...
    @property
    def id(self) -> str: ...
    @property
    def feed(self) -> str: ...
    @property
    def source(self) -> str: ...
    @property
    def place(self) -> str: ...
    @property
    def observed_at_ms(self) -> int: ...
    @property
    def simulated(self) -> bool: ...
    @property
    def recording(self) -> str | None: ...


@cache
def structs() -> Mapping[str, type[msgspec.Struct]]:
    """The struct of every record kind by name. Raises TypeError as `struct_for` does."""
    return MappingProxyType({name: struct_for(model) for name, model in kinds().items()})


def struct_for(model: type[Record]) -> type[msgspec.Struct]:
    """One kind's struct. Raises TypeError when it cannot be generated exactly."""
    kind: str = model.model_fields["kind"].default
    plan: Mapping[str, Any] = model.__pydantic_core_schema__
    config = plan.get("config", {})
    if plan["type"] != "model" or any(config.get(key) != value for key, value in STRICT.items()):
        raise TypeError(f"{kind}: only a strict model without validators can be generated")
    fields = plan["schema"]["fields"]
    return msgspec.defstruct(
        model.__name__,
        [_field(f"{kind}.{name}", name, field) for name, field in fields.items() if name != "kind"],
        tag_field="kind",
        tag=kind,
        forbid_unknown_fields=True,
        omit_defaults=True,
        kw_only=True,
        frozen=True,
        gc=False,  # holds scalars only, so it cannot be part of a cycle
        namespace={"kind": kind, "__doc__": model.__doc__},
    )


def _field(
    where: str, name: str, field: Mapping[str, Any]
) -> tuple[str, Any] | tuple[str, Any, Any]:
    _only(where, field, {"type", "schema", "metadata"})
    plan = field["schema"]
    if plan["type"] != "default":
        return name, _type(where, plan)
    _only(where, plan, {"type", "schema", "metadata", "default"})
    return name, _type(where, plan["schema"]), plan["default"]


def _type(where: str, plan: Mapping[str, Any]) -> Any:
    """The annotation that makes msgspec check what `plan` makes pydantic check."""
    match plan["type"]:
        case "nullable":
            _only(where, plan, {"type", "schema", "metadata"})
            return _type(where, plan["schema"]) | None
        case "bool":
            _only(where, plan, {"type", "metadata"})
            return bool
        case "literal" if all(isinstance(value, str) for value in plan["expected"]):
            _only(where, plan, {"type", "expected", "metadata"})
            return Literal[tuple(plan["expected"])]
        case "int" | "float" | "str" as kind:
            plain, (lower, upper) = CONSTRAINTS[kind]
            _only(where, plan, {"type", "metadata"} | lower | upper)
            if not (plan.keys() & lower and plan.keys() & upper):
                raise TypeError(f"{where}: a {kind} needs one of {lower} and one of {upper}")
            meta = msgspec.Meta(**{key: plan[key] for key in plan.keys() & (lower | upper)})
            return Annotated[plain, meta]
        case other:
            raise TypeError(f"{where}: {other} cannot be generated")


def _only(where: str, plan: Mapping[str, Any], known: set[str]) -> None:
    unknown = plan.keys() - known
    if unknown:
        raise TypeError(f"{where}: {sorted(unknown)} cannot be generated")
