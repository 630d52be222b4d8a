"""All record kinds, found by looking into `schemas.kinds`."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from types import MappingProxyType, ModuleType

from schemas import kinds as package
from schemas.record import Record


@cache
def kinds() -> Mapping[str, type[Record]]:
    """Every record kind by name, in alphabetical order. Raises TypeError as `kind_in` does."""
    names = sorted(found.name for found in iter_modules(package.__path__))
    return MappingProxyType(
        {name: kind_in(import_module(f"{package.__name__}.{name}")) for name in names}
    )


def kind_in(module: ModuleType) -> type[Record]:
    """The kind a module holds. Raises TypeError unless it is exactly one, of the module's name."""
    name = module.__name__.rpartition(".")[2]
    found = [
        value
        for value in vars(module).values()
        if isinstance(value, type)
        and issubclass(value, Record)
        and value.__module__ == module.__name__
    ]
    if [model.model_fields["kind"].default for model in found] != [name]:
        raise TypeError(f"{module.__name__} must hold one Record whose kind is {name!r}")
    return found[0]
