"""One module a domain, data first: MEASURES, DERIVED and ACCUMULATED, with their formulas.

`dispersal` has HUB_MEASURES instead: what only the whole site can know.

Adding a measure is adding a row to a table; `catalogue` finds every module of this package.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from streams.fusion.measure import Accumulated, Catalogue, Derived, HubMeasure, Measure


@cache
def catalogue() -> Catalogue:
    """All rows of all domain modules. Raises ValueError when a key appears twice."""
    measures: dict[str, Measure] = {}
    derived: dict[str, Derived] = {}
    accumulated: dict[str, Accumulated] = {}
    hub: dict[str, HubMeasure] = {}
    for found in iter_modules(__path__):
        module = import_module(f"{__name__}.{found.name}")
        for row in (
            *getattr(module, "MEASURES", ()),
            *getattr(module, "DERIVED", ()),
            *getattr(module, "ACCUMULATED", ()),
            *getattr(module, "HUB_MEASURES", ()),
        ):
            if any(row.key in rows for rows in (measures, derived, accumulated, hub)):
                raise ValueError(f"measure {row.key} is declared twice, again in {found.name}")
            match row:
                case Measure():
                    measures[row.key] = row
                case Derived():
                    derived[row.key] = row
                case Accumulated():
                    accumulated[row.key] = row
                case HubMeasure():
                    hub[row.key] = row
    return Catalogue(measures=measures, derived=derived, accumulated=accumulated, hub=hub)
