"""The state of one place: its groups of sources, its values, and what follows from them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from schemas.value import ArrivalBin, Value
from streams.fusion.group import Group
from streams.fusion.measure import Catalogue, Derived, HubMeasure, RollUp
from streams.site.model import Place


@dataclass(frozen=True, slots=True)
class RollUpRow:
    """A measure a parent takes from its children."""

    measure: str
    how: RollUp
    children: tuple[PlaceState, ...]


class PlaceState:
    """`values` holds the newest value of every measure the place has, unknown before any data.

    `restless` are the measures of which a ladder may be awake; `watched` says that ladders watch
    the place or one above it.
    """

    __slots__ = (
        "arrivals",
        "available",
        "changed",
        "depth",
        "derived",
        "groups",
        "parent",
        "place",
        "restless",
        "roll_up_step",
        "roll_ups",
        "values",
        "watched",
    )

    def __init__(self, place: Place) -> None:
        self.place = place
        self.parent: PlaceState | None = None
        self.depth = 0
        self.groups: dict[str, Group] = {}
        self.values: dict[str, Value] = {}
        self.arrivals: tuple[ArrivalBin, ...] = ()
        self.available: set[str] = set()
        self.derived: dict[str, tuple[Derived, ...]] = {}
        self.roll_ups: tuple[RollUpRow, ...] = ()
        self.roll_up_step = 0
        self.changed = False
        self.restless: set[str] = set()
        self.watched = True

    def own_measures(self) -> set[str]:
        """Measures read or accumulated from the place's own sources."""
        return {
            key
            for group in self.groups.values()
            for key in (
                *(row.key for row in group.rows),
                *(accumulation.row.key for accumulation in group.accumulations),
            )
        }


def applicable(catalogue: Catalogue, place: Place, available: Iterable[str]) -> tuple[Derived, ...]:
    """The derived rows a place can have, in an order in which each finds its inputs computed."""
    have = set(available)
    found: list[Derived] = []
    waiting = [
        row
        for row in catalogue.derived.values()
        if not row.place_kinds or place.kind in row.place_kinds
    ]
    while True:
        ready = [row for row in waiting if have.issuperset(row.inputs)]
        if not ready:
            return tuple(found)
        found += ready
        have.update(row.key for row in ready)
        waiting = [row for row in waiting if row.key not in have]


def following(derived: tuple[Derived, ...], changed: Iterable[str]) -> tuple[Derived, ...]:
    """Those of `derived` that depend, directly or not, on the changed measures."""
    touched = set(changed)
    rows: list[Derived] = []
    for row in derived:
        if touched.intersection((*row.inputs, *row.optional)):
            touched.add(row.key)
            rows.append(row)
    return tuple(rows)


def wire(states: Mapping[str, PlaceState], catalogue: Catalogue, depth: Mapping[str, int]) -> None:
    """Works out, children before parents, which measures each place has and what follows what.

    A place takes a measure from its children only when no source of its own measures it.
    """
    children: dict[str, list[PlaceState]] = {}
    for state in states.values():
        parent = states.get(state.place.parent or "")
        if parent is not None:
            state.parent = parent
            children.setdefault(parent.place.key, []).append(state)
    for key in sorted(states, key=lambda key: -depth[key]):
        state = states[key]
        state.depth = depth[key]
        own = state.own_measures()
        below = children.get(key, [])
        state.roll_ups = tuple(_roll_ups(catalogue, own, below))
        rolled = {row.measure for row in state.roll_ups}
        base = own | rolled
        derived = applicable(catalogue, state.place, base)
        derived = tuple(row for row in derived if row.key not in base)
        state.available = base | {row.key for row in derived}
        for group in state.groups.values():
            changed = [row.key for row in group.rows]
            changed += [accumulation.row.key for accumulation in group.accumulations]
            state.derived[group.kind] = following(derived, changed)
        state.derived[""] = following(derived, rolled)


def _roll_ups(catalogue: Catalogue, own: set[str], below: list[PlaceState]) -> Iterable[RollUpRow]:
    for measure in sorted({key for child in below for key in child.available} - own):
        how = rolling(catalogue, measure)
        if how is not None:
            having = tuple(child for child in below if measure in child.available)
            yield RollUpRow(measure, how, having)


def rolling(catalogue: Catalogue, measure: str) -> RollUp | None:
    """How a measure rolls up, None when it does not."""
    row = catalogue.row(measure)
    return None if isinstance(row, HubMeasure) else row.roll_up
