"""The state of one place: its groups of sources, its values, and what follows from them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from schemas.value import ArrivalBin, Value
from streams.fusion.group import Group
from streams.fusion.measure import Catalogue, Derived, RollUp
from streams.rules.vigil import Vigil
from streams.site.model import Place


@dataclass(frozen=True, slots=True)
class RollUpRow:
    """A measure a parent takes from its children."""

    measure: str
    how: RollUp
    children: tuple[PlaceState, ...]


class Delay(NamedTuple):
    """A record as it was found when clocks were compared at `compared_ms`. Unix ms."""

    compared_ms: int
    feed: str
    received_ms: int
    observed_ms: int


class PlaceState:
    """`values` holds the newest value of every measure the place has, unknown before any data.

    `vigils` are those kept over its measures by ladders. `derived` are the rows that follow from
    the records of one kind, and under "" those that follow from several or from places within;
    `roll_up_ms` is the look at which these are due, 0 while nothing has changed. `delays` tell how
    late its records were, at the half minutes of some time past.
    """

    __slots__ = (
        "arrivals",
        "available",
        "delays",
        "depth",
        "derived",
        "groups",
        "parent",
        "place",
        "roll_up_ms",
        "roll_ups",
        "values",
        "vigils",
    )

    def __init__(self, place: Place) -> None:
        self.place = place
        self.parent: PlaceState | None = None
        self.delays: list[Delay] = []
        self.depth = 0
        self.groups: dict[str, Group] = {}
        self.values: dict[str, Value] = {}
        self.arrivals: tuple[ArrivalBin, ...] = ()
        self.available: set[str] = set()
        self.derived: dict[str, tuple[Derived, ...]] = {}
        self.roll_ups: tuple[RollUpRow, ...] = ()
        self.roll_up_ms = 0
        self.vigils: dict[str, Vigil] = {}

    def own_measures(self) -> dict[str, str]:
        """Measures read or accumulated from the place's own sources, with the record kind."""
        return {
            key: group.kind
            for group in self.groups.values()
            for key in (
                *(row.key for row in group.rows),
                *(accumulation.row.key for accumulation in group.accumulations),
            )
        }


def by_origin(
    derived: Iterable[Derived], origin: Mapping[str, str]
) -> dict[str, tuple[Derived, ...]]:
    """Rows by the record kind all their inputs come from, "" for none or several; in order."""
    origins = dict(origin)
    rows: dict[str, list[Derived]] = {"": [], **{kind: [] for kind in origin.values()}}
    for row in derived:
        kinds = {origins[key] for key in (*row.inputs, *row.optional) if key in origins}
        origins[row.key] = kinds.pop() if len(kinds) == 1 else ""
        rows[origins[row.key]].append(row)
    return {kind: tuple(found) for kind, found in rows.items()}


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
        origin = own | {row.measure: "" for row in state.roll_ups}
        derived = catalogue.applicable(state.place, origin)
        derived = tuple(row for row in derived if row.key not in origin)
        state.available = {*origin, *(row.key for row in derived)}
        state.derived = by_origin(derived, origin)


def _roll_ups(
    catalogue: Catalogue, own: Mapping[str, str], below: list[PlaceState]
) -> Iterable[RollUpRow]:
    for measure in sorted({key for child in below for key in child.available} - own.keys()):
        how = catalogue.rolling(measure)
        if how is not None:
            having = tuple(child for child in below if measure in child.available)
            yield RollUpRow(measure, how, having)
