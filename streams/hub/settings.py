"""dispersal.yaml: who arrives where, how they go on, and what could be done, as checked objects.

Every prior carries its source and how far it can be relied on. Places are keys of the site model.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from schemas.record import Key
from streams.site.rows import Row, Text

ModeKind = Literal["metro", "taxi", "ride_hail", "bus", "coach", "car", "walk"]
SourceKind = Literal["air", "rail", "coach", "exhibition"]
Confidence = Literal["document", "second-hand", "general-knowledge", "ours"]
Grade = Literal["A", "B", "C", "D", "E"]

SUM_TOLERANCE = 1e-6


def _sums_to_one(shares: list[float]) -> list[float]:
    if abs(sum(shares) - 1.0) > SUM_TOLERANCE:
        raise ValueError(f"shares that sum to 1; these sum to {sum(shares):g}")
    return shares


def _split_sums_to_one(shares: dict[ModeKind, float]) -> dict[ModeKind, float]:
    _sums_to_one(list(shares.values()))
    return shares


def _at_most_one(shares: dict[str, float]) -> dict[str, float]:
    if sum(shares.values()) > 1.0 + SUM_TOLERANCE:
        raise ValueError(f"shares that sum to at most 1; these sum to {sum(shares.values()):g}")
    return shares


def _minute_of_day(text: str) -> int:
    hours, _, minutes = text.partition(":")
    return int(hours) * 60 + int(minutes)


Ratio = Annotated[float, Field(ge=0, le=1)]
Persons = Annotated[float, Field(ge=0, le=1_000_000)]
TimeOfDay = Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]
Hour = Annotated[int, Field(ge=0, le=24)]


class Prior(Row):
    """A number somebody has to answer for until the site has measured its own."""

    source: Text = Field(description="where the numbers come from")
    confidence: Confidence


class Kernel(Prior):
    """Exit delay: share of arrivals that come out in each 5 minutes after arrival."""

    shares: Annotated[list[Ratio], Field(min_length=1, max_length=12), AfterValidator(_sums_to_one)]


class Outflow(Row):
    """A crowd that leaves at its present rate until nobody is left."""

    leaving: Key = Field(description="measure with the persons leaving a minute")
    inside: Key | None = Field(default=None, description="measure with the persons still there")
    ratio: Ratio = Field(default=1, description="share of those leaving that come to the hub")
    spread: Ratio = Field(default=0.25, description="p10 and p90 lie this share below and above")


class Count(Row):
    """A measure in persons a minute."""

    place: Key
    measure: Key


class ArrivalSource(Row):
    """Where passengers come from; with `outflow` a crowd, else services with their passengers."""

    place: Key
    kind: SourceKind
    kernel: Kernel
    usual_persons_per_hour: float = Field(
        gt=0, le=1_000_000, description="weighs this source while its arrivals are unknown"
    )
    outflow: Outflow | None = None
    exit_gates: list[Key] = Field(
        default_factory=list, description="gates only its arrivals come out by"
    )
    counts: dict[ModeKind, list[Count]] = Field(
        default_factory=dict, description="who goes on by each kind, of this source and no other"
    )


class Line(Row):
    """Trains × train capacity × (1 − load on arrival), from transit.* at the place."""

    by: Literal["line"]


class Rank(Row):
    """Vehicles a minute × persons a vehicle, and the vehicles that wait there, from rank.* at the
    place; no more than its `bays` let through.
    """

    by: Literal["rank"]
    vehicles_per_min_per_bay: float | None = Field(default=None, gt=0, le=10)


class Lanes(Row):
    """Exit lanes of a car park, the `exit_lanes` of the place."""

    by: Literal["lanes"]
    vehicles_per_min_per_lane: float = Field(gt=0, le=30)
    persons_per_vehicle: float = Field(gt=0, le=10)


class Walkway(Row):
    """A way on foot, the `width_m` of the place, at the flow of a level of service (Fruin)."""

    by: Literal["walkway"]
    level_of_service: Grade


class Timetable(Row):
    """Seats that leave by plan; nobody measures them."""

    by: Literal["timetable"]
    vehicles_per_hour: float = Field(gt=0, le=500)
    seats: float = Field(gt=0, le=500)
    free_ratio: Ratio = Field(description="share of the seats free on arrival at the hub")


Capacity = Annotated[Line | Rank | Lanes | Walkway | Timetable, Field(discriminator="by")]


class Service(Row):
    """Hours in which the mode runs, local time; `last` before `first` is past midnight.

    A last departure the line reports replaces `last`.
    """

    first: TimeOfDay
    last: TimeOfDay

    @property
    def first_minute(self) -> int:
        return _minute_of_day(self.first)

    @property
    def minutes(self) -> int:
        """Length of the service, 1 to 1440."""
        return (_minute_of_day(self.last) - self.first_minute - 1) % 1440 + 1


class Waiting(Row):
    """How many may wait: a number, else an area at a level of service (Fruin, queue)."""

    limit_persons: float | None = Field(default=None, gt=0, le=1_000_000)
    areas: list[Key] = Field(default_factory=list, description="places people wait in")
    share: float = Field(default=1, gt=0, le=1, description="part of the areas for this mode")
    level_of_service: Grade = "C"


class Queue(Row):
    """A measure that counts those who wait at some places; `share` of it is for this mode.

    Who comes stays for `passing_minutes` even without a queue, until the next vehicle: so many are
    not counted as waiting for want of room.
    """

    places: list[Key] = Field(min_length=1, description="counted together")
    measure: Key
    share: float = Field(default=1, gt=0, le=1)
    passing_minutes: float = Field(default=0, ge=0, le=30)


class Mode(Row):
    """One way to go on from the hub."""

    place: Key
    kind: ModeKind
    weight: float = Field(
        default=1, ge=0, description="its part among the modes of its kind; 0: only by diversion"
    )
    serves: list[Key] = Field(default_factory=list, description="sources it takes; empty: all")
    capacity: Capacity
    planned_per_5min: Persons | None = Field(
        default=None, description="persons it takes by plan, for steps before its service begins"
    )
    service: Service | None = Field(default=None, description="absent: day and night")
    waiting: Waiting | None = Field(default=None, description="absent: never full")
    queue: Queue | None = Field(default=None, description="absent: carried by the balance")
    diverts_to: Annotated[dict[Key, Ratio], AfterValidator(_at_most_one)] = Field(
        default_factory=dict, description="share that goes elsewhere once it is closed"
    )


class Split(Prior):
    """Share of each kind of mode; the first row that fits source, day type and hour holds."""

    sources: list[SourceKind] = Field(default_factory=list, description="empty: all")
    day_types: list[str] = Field(default_factory=list, description="empty: all")
    from_hour: Hour = 0
    to_hour: Hour = Field(default=24, description="not included; below from_hour: past midnight")
    shares: Annotated[dict[ModeKind, Ratio], AfterValidator(_split_sums_to_one)]

    def holds(self, source: str, day_type: str, hour: int) -> bool:
        if self.from_hour <= self.to_hour:
            within = self.from_hour <= hour < self.to_hour
        else:
            within = hour >= self.from_hour or hour < self.to_hour
        return (
            within
            and (not self.sources or source in self.sources)
            and (not self.day_types or day_type in self.day_types)
        )


class Spread(Prior):
    """p10 and p90 of a kind's capacity as shares of the likely one."""

    low: Ratio
    high: float = Field(ge=1, le=5)


class Learning(Row):
    """When counts replace priors. Bins of arrivals reach one hour back, so kernels do at most."""

    half_life_steps: float = Field(gt=0, description="5-minute steps after which a count is halved")
    minimum_steps: float = Field(ge=1, description="weight of the counts before they are used")
    minimum_coverage: Ratio = 1.0


class OptionTitle(Row):
    key: Key
    title_zh: Text
    title_en: Text
    ready_after_minutes: float = Field(ge=0, le=90, description="from the decision to the effect")


class Reinforce(OptionTitle):
    """More vehicles: extra trains, night buses, a taxi call-up. Opens the mode if it is closed."""

    do: Literal["reinforce"]
    modes: list[Key] = Field(min_length=1)
    vehicles_per_hour: float = Field(gt=0, le=2000)
    persons_per_vehicle: float = Field(gt=0, le=3000)


class Extend(OptionTitle):
    """The last departure comes later; the line runs on as it does now."""

    do: Literal["extend"]
    modes: list[Key] = Field(min_length=1)
    by_minutes: float = Field(gt=0, le=240)


class Meter(OptionTitle):
    """Slower release at a gate: at most so many come out of a source, the rest wait inside."""

    do: Literal["meter"]
    place: Key
    at_most_per_5min: float = Field(gt=0, le=100_000)


Option = Annotated[Reinforce | Extend | Meter, Field(discriminator="do")]


class Dispersal(Row):
    """dispersal.yaml"""

    hub: Key = Field(description="place that carries the totals")
    unknown_share_ratio: Ratio = Field(
        default=0.1, description="share above which something unknown makes its sum unknown"
    )
    imputed_ratio: Ratio = Field(
        default=0.1, description="share of imputed passengers above which a mode is suspect"
    )
    flow_error_ratio: Ratio = Field(
        description="share of those who come by which a queue nobody counts gets uncertain"
    )
    sources: list[ArrivalSource] = Field(min_length=1)
    modes: list[Mode] = Field(min_length=1)
    splits: list[Split] = Field(min_length=1)
    capacity_spread: dict[ModeKind, Spread]
    learning: Learning
    options: list[Option] = Field(default_factory=list)

    def shares(
        self, source: ArrivalSource, day_type: str, hour: int
    ) -> Mapping[ModeKind, float] | None:
        """The split prior that holds; None when no row does."""
        for row in self.splits:
            if row.holds(source.kind, day_type, hour):
                return row.shares
        return None


def density_key(grade: Grade) -> str:
    """Standard with the density at the upper end of a grade, persons/m², waiting (Fruin)."""
    return f"crowd.queue.los_{_next(grade)}_per_m2"


def flow_key(grade: Grade) -> str:
    """Standard with the flow at the upper end of a grade, persons/m/min (Fruin)."""
    return f"crowd.walkway.flow_los_{_next(grade)}_per_m_min"


def _next(grade: Grade) -> str:
    """The tables name the upper end of a grade by the one that begins there."""
    return chr(ord(grade) + 1).lower()
