"""What an ordinary working day is like at a site, as data: the file `ordinary.yaml`.

Hours are local, 0 to 24, and run past 24 after midnight. A curve is a list of [hour, value] points
with straight lines between them, repeated each day.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from schemas.record import Key
from streams.site.entry import read_yaml
from streams.site.mistake import Mistake, SiteError
from streams.site.parts import check_parts
from streams.site.rows import Row

Hour = Annotated[float, Field(ge=0, le=30)]
Share = Annotated[float, Field(ge=0, le=1)]
Positive = Annotated[float, Field(gt=0)]
Curve = Annotated[tuple[tuple[Hour, float], ...], Field(min_length=2)]
Delay = Annotated[
    tuple[float, float, float], Field(description="minutes: least, likeliest, most (triangular)")
]
Mode = Literal["air", "rail", "coach"]
Way = Literal["metro", "taxi", "ride_hail", "bus", "car", "walk"]


class Carrier(Row):
    """Long-distance services that end and begin at one place: a terminal or a station."""

    place: Key
    mode: Mode
    prefixes: tuple[str, ...] = Field(min_length=1, description="what service numbers begin with")
    services: int = Field(gt=0, description="arrivals a day; as many departures")
    capacity_persons: int = Field(gt=0)
    arriving: int = Field(gt=0, description="passengers a day who get off here")
    departing: int = Field(gt=0, description="passengers a day who get on here")
    arrivals: Curve = Field(description="how services arrive over the day, any scale")
    departures: Curve
    exit_minutes: Delay = Field(description="from the vehicle to the way onward")
    early_minutes: Delay = Field(description="how long before departure passengers come")
    board_minutes: float = Field(gt=0, description="how long before departure they have boarded")
    delay_minutes: float = Field(ge=0, description="mean delay of an arrival")
    travel_minutes: float = Field(gt=0, description="from the departure elsewhere to here")
    declared_share: Share = Field(description="share of services that declare their passengers")


class Onward(Row):
    """A way from the hub to the city and back."""

    place: Key
    kind: Way
    weight: float = Field(default=1, ge=0, description="its part among the ways of its kind")
    serves: tuple[Key, ...] = Field(default=(), description="carriers it serves; none: all")
    walk_minutes: Delay = Field(description="from the exit of the carrier to here")
    dwell_minutes: float = Field(ge=0, description="how long even without a queue")


class Line(Row):
    """Service of a metro line in one direction."""

    place: Key
    headway_seconds: Curve
    load_ratio: Curve = Field(description="load on arrival")
    first: Hour
    last: Hour = Field(description="last departure; past 24 after midnight")


class Rank(Row):
    """Vehicles that take passengers from a rank."""

    place: Key
    mode: Literal["taxi", "ride_hail", "bus"]
    vehicles_per_min: Curve = Field(description="vehicles to be had")
    persons_per_vehicle: Positive
    holding_vehicles: int = Field(ge=0, description="vehicles that wait in an idle hour")


class Passage(Row):
    """A place people cross: a share of all who come and go, for some minutes."""

    place: Key
    share: Share
    dwell_minutes: float = Field(gt=0)


class Visitors(Row):
    """People at places that are no part of the hub; `places` are patterns."""

    places: tuple[str, ...] = Field(min_length=1)
    fill: Curve = Field(description="persons ÷ capacity over the day")
    stay_minutes: float = Field(gt=0)


class Traffic(Row):
    """Traffic of a class of road."""

    road_class: str
    capacity_veh_h_lane: float = Field(gt=0)
    inbound: Curve = Field(description="demand ÷ capacity towards the hub")
    outbound: Curve


class CarPark(Row):
    """Cars at places that match."""

    places: tuple[str, ...] = Field(min_length=1)
    fill: Curve = Field(description="vehicles ÷ capacity")
    turnover_per_hour: float = Field(ge=0, description="share of the capacity that comes and goes")


class Power(Row):
    """Electric power drawn at places that match; of several rows the first holds."""

    places: tuple[str, ...] = Field(min_length=1)
    load: Curve = Field(description="power ÷ rated power")
    rated_kw: float | None = Field(default=None, gt=0, description="absent: the place's own")


class Zone(Row):
    """Each place that matches holds a share of a crowd.

    The crowd is that of a carrier, a passage or a cell, or a carrier's `:arriving` or `:departing`
    part; without a key, of the place's own cell.
    """

    places: tuple[str, ...] = Field(min_length=1)
    crowd: str
    share: Share


class Door(Row):
    """Places that match count, together, these shares of all who walk in and out of a crowd."""

    places: tuple[str, ...] = Field(min_length=1)
    crowd: str
    entered: Share = 0
    left: Share = 0


class Check(Row):
    """Security lanes: the places that match check a share of all who walk into a crowd, each in
    proportion to its lanes."""

    places: tuple[str, ...] = Field(min_length=1)
    crowd: str
    share: Share
    passes_per_min: Positive = Field(description="persons a busy lane lets through")


class Ordinary(Row):
    """ordinary.yaml"""

    carriers: tuple[Carrier, ...] = Field(min_length=1)
    onward: tuple[Onward, ...] = Field(min_length=1)
    splits: dict[Mode, dict[Way, Share]] = Field(description="how passengers go on; sums to 1")
    lines: tuple[Line, ...]
    ranks: tuple[Rank, ...]
    diversion: dict[Key, Share] = Field(description="where demand for an ended mode goes")
    commuters: int = Field(ge=0, description="metro passengers a day of the district itself")
    commute: Curve = Field(description="when they come out of the metro, any scale")
    passages: tuple[Passage, ...] = ()
    visitors: tuple[Visitors, ...] = ()
    zones: tuple[Zone, ...] = ()
    doors: tuple[Door, ...] = ()
    checks: tuple[Check, ...] = ()
    traffic: tuple[Traffic, ...] = ()
    parking: tuple[CarPark, ...] = ()
    power: tuple[Power, ...] = ()

    def share(self, carrier: Carrier, onward: Onward) -> float:
        """Share of a carrier's passengers that use a way, among those that serve it."""
        if not serves(onward, carrier):
            return 0.0
        alike = [o for o in self.onward if o.kind == onward.kind and serves(o, carrier)]
        kind_share = self.splits[carrier.mode].get(onward.kind, 0.0)
        return kind_share * onward.weight / sum(other.weight for other in alike)


def serves(onward: Onward, carrier: Carrier) -> bool:
    return not onward.serves or carrier.place in onward.serves


def load_ordinary(folder: Path) -> Ordinary:
    """The ordinary day of a site folder. Raises SiteError with every mistake found."""
    mistakes: list[Mistake] = []
    found = check_parts(read_yaml(folder / "ordinary.yaml", mistakes), Ordinary, mistakes)
    if found is None or mistakes:
        raise SiteError(folder, mistakes)
    return found
