"""places.csv: the tree of places and who owns their partitions."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from streams.site.entry import Entry, read_csv
from streams.site.kinds import KINDS
from streams.site.mistake import Mistake, one_of
from streams.site.model import Place
from streams.site.rows import PlaceRow, check

COLUMNS = {name: field.is_required() for name, field in PlaceRow.model_fields.items()}


@dataclass(frozen=True, slots=True)
class Places:
    """`found` holds the places whose rows are right, in file order; `written` the keys of all."""

    found: dict[str, Place]
    written: frozenset[str]

    @property
    def broken(self) -> frozenset[str]:
        """Places whose own row is to be corrected first, before what refers to them."""
        return self.written - self.found.keys()


def read_places(path: Path, root: str, mistakes: list[Mistake]) -> Places:
    """The tree below the place `root`, which stands for the site itself."""
    written = _by_key(read_csv(path, COLUMNS, mistakes), mistakes)
    if root not in written:
        mistakes.append(Mistake(path.name, 1, "key", "", f"one place {root}: the site itself"))
    places: dict[str, Place] = {}
    rows: dict[str, Entry] = {}
    for key, entry in written.items():
        place = _place(entry, mistakes)
        if place is not None:
            places[key] = place
            rows[key] = entry
    for key, place in places.items():
        _check_parent(place, root, rows[key], written, mistakes)
    ways = {key: _way_up(key, places) for key in places}
    for key in [key for key, way in ways.items() if len(way) > 1 and way[-1] == key]:
        allowed = f"a parent that leads up to {root}; this one leads {' → '.join(ways[key])}"
        mistakes.append(rows[key].mistake(("parent",), allowed))
        del places[key]
    for key, place in places.items():
        _check_cell(place, places, rows[key], mistakes)
    return Places(places, frozenset(written))


def _by_key(entries: list[Entry], mistakes: list[Mistake]) -> dict[str, Entry]:
    found: dict[str, Entry] = {}
    for entry in entries:
        key = entry.data.get("key")
        if key is None:
            check(entry, PlaceRow, mistakes)
            continue
        if key in found:
            allowed = f"each key once; it stands on line {found[key].line()} already"
            mistakes.append(entry.mistake(("key",), allowed))
        found.setdefault(key, entry)
    return found


def _place(entry: Entry, mistakes: list[Mistake]) -> Place | None:
    row = check(entry, PlaceRow, mistakes)
    if row is None:
        return None
    if row.kind not in KINDS:
        mistakes.append(entry.mistake(("kind",), one_of(KINDS, row.kind)))
        return None
    return Place(
        key=row.key,
        parent=row.parent,
        kind=row.kind,
        cell=row.cell,
        name_zh=row.name_zh,
        name_en=row.name_en,
        capacity=row.capacity,
        area_m2=row.area_m2,
        latitude=row.latitude,
        longitude=row.longitude,
        attributes=_attributes(row, entry, mistakes),
    )


def _attributes(row: PlaceRow, entry: Entry, mistakes: list[Mistake]) -> dict[str, str | float]:
    allowed = {attribute.key: attribute for attribute in KINDS[row.kind].attributes}
    found: dict[str, str | float] = {}
    for part in filter(None, row.attributes.split(";")):
        name, equals, text = part.partition("=")
        below = ("attributes", name)
        if not equals:
            mistakes.append(entry.mistake(("attributes",), "name=value;name=value", part))
        elif name not in allowed:
            choice = one_of(allowed, name) if allowed else f"nothing: a {row.kind} has none"
            mistakes.append(entry.mistake(below, choice, name))
        elif name in found:
            mistakes.append(entry.mistake(below, "each attribute once", part))
        else:
            try:
                found[name] = allowed[name].read(text)
            except ValueError as error:
                found[name] = text
                mistakes.append(entry.mistake(below, str(error), text))
    mistakes.extend(
        entry.mistake(("attributes", attribute.key), attribute.allowed, "")
        for attribute in allowed.values()
        if attribute.required and attribute.key not in found
    )
    return found


def _check_parent(
    place: Place, root: str, entry: Entry, written: dict[str, Entry], mistakes: list[Mistake]
) -> None:
    if (place.kind == "site") != (place.key == root):
        allowed = "site" if place.key == root else f"any but site; the site is {root}"
        mistakes.append(entry.mistake(("kind",), allowed))
    if place.key == root:
        if place.parent is not None:
            mistakes.append(entry.mistake(("parent",), "nothing: the site has no parent"))
    elif place.parent is None:
        mistakes.append(entry.mistake(("parent",), f"a place; only the site {root} has no parent"))
    elif place.parent not in written:
        mistakes.append(entry.mistake(("parent",), one_of(written, place.parent)))


def _way_up(key: str, places: dict[str, Place]) -> list[str]:
    """Keys from a place up to the root, to a parent that is not there, or to the first repeated."""
    way = [key]
    while (parent := places[way[-1]].parent) is not None and parent in places:
        way.append(parent)
        if parent in way[:-1]:
            break
    return way


def _check_cell(
    place: Place, places: dict[str, Place], entry: Entry, mistakes: list[Mistake]
) -> None:
    """A cell is the topmost place below the aggregates, so that a value has one writer."""
    parent = places.get(place.parent) if place.parent else None
    if KINDS[place.kind].aggregate or parent is None or KINDS[parent.kind].aggregate:
        expected = place.key
    else:
        expected = parent.cell
    if parent is not None and not KINDS[parent.kind].aggregate and KINDS[place.kind].aggregate:
        allowed = f"below a site, district, area or hub; {parent.key} is a {parent.kind}"
        mistakes.append(entry.mistake(("parent",), allowed))
    elif place.cell != expected and (parent is not None or place.parent is None):
        allowed = f"{expected}: the place itself or the facility above it, one cell a facility"
        mistakes.append(entry.mistake(("cell",), allowed))
