"""One module a domain, data first: MEASURES, DERIVED and ACCUMULATED, with their formulas.

`dispersal` has HUB_MEASURES instead: what only the whole site can know.

Adding a measure is adding a row to a table; `catalogue` finds every module of this package.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

from streams.fusion.measure import Accumulated, Catalogue, Derived, HubMeasure, Measure


@cache
def catalogue() -> Catalogue:
    """All rows of all domain modules. Raises ValueError when a key appears twice."""
    found: dict[type, dict[str, Any]] = {
        kind: {} for kind in (Measure, Derived, Accumulated, HubMeasure)
    }
    for each in iter_modules(__path__):
        module = import_module(f"{__name__}.{each.name}")
        for table in ("MEASURES", "DERIVED", "ACCUMULATED", "HUB_MEASURES"):
            for row in getattr(module, table, ()):
                if any(row.key in rows for rows in found.values()):
                    raise ValueError(f"measure {row.key} is declared twice, again in {each.name}")
                found[type(row)][row.key] = row
    return Catalogue(
        measures=found[Measure],
        derived=found[Derived],
        accumulated=found[Accumulated],
        hub=found[HubMeasure],
    )
