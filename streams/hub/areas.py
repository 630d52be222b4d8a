"""Values of the places above the cells: areas, districts, the hub as a whole, the site."""

from __future__ import annotations

from collections.abc import Mapping

from schemas.value import Value
from streams.fusion.derive import derive
from streams.fusion.measure import Catalogue, Context, Derived, RollUp
from streams.fusion.rollup import roll_up
from streams.site.model import Place, Site

Values = Mapping[str, Value]


class Areas:
    """The part of the place tree that no cell holds; knows which children each parent waits for.

    A parent takes a measure from those of its children that can ever have it, so that a child not
    heard of counts as unknown.
    """

    def __init__(self, site: Site, catalogue: Catalogue, expected: Mapping[str, set[str]]) -> None:
        self._site = site
        self._how = {key: how for key in catalogue.cell_keys() if (how := catalogue.rolling(key))}
        self.places = tuple(
            place
            for place in sorted(
                site.places.values(), key=lambda place: -len(site.ancestors(place.key))
            )
            if place.cell not in site.cells
        )
        self._expected: dict[str, set[str]] = {key: set(found) for key, found in expected.items()}
        self._rows: dict[str, tuple[tuple[str, RollUp, tuple[Place, ...]], ...]] = {}
        self._derived: dict[str, tuple[Derived, ...]] = {}
        for place in self.places:
            self._rows[place.key] = tuple(self._plan(place))
            rolled = {measure for measure, *_ in self._rows[place.key]}
            derived = catalogue.applicable(place, rolled)
            self._derived[place.key] = tuple(row for row in derived if row.key not in rolled)
            self._expected[place.key] = rolled | {row.key for row in derived}

    def _plan(self, place: Place) -> list[tuple[str, RollUp, tuple[Place, ...]]]:
        children = self._site.children.get(place.key, ())
        measures = {m for child in children for m in self._expected.get(child.key, ())}
        return [
            (
                measure,
                self._how[measure],
                tuple(c for c in children if measure in self._expected.get(c.key, ())),
            )
            for measure in sorted(measures & self._how.keys())
        ]

    def values(self, known: Mapping[str, Values], at_ms: int) -> dict[str, dict[str, Value]]:
        """Values of every place above the cells, from those of the places below, by place key."""
        found: dict[str, dict[str, Value]] = {}
        for place in self.places:
            found[place.key] = {
                measure: roll_up(
                    measure, how, [(child, _value(child, measure, known, found)) for child in below]
                )
                for measure, how, below in self._rows[place.key]
            }
            context = Context(site=self._site, place=place, at_ms=at_ms)
            for row in self._derived[place.key]:
                found[place.key][row.key] = derive(row, found[place.key], context)
        return found


def _value(
    child: Place, measure: str, known: Mapping[str, Values], above: Mapping[str, Values]
) -> Value:
    values = above.get(child.key) or known.get(child.key) or {}
    return values.get(measure) or Value(measure=measure, status="unknown", reason="not-heard")
