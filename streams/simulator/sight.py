"""What a faultless platform would read of the world: true values of measures at places."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from statistics import fmean

from streams.simulator.crowd import at
from streams.simulator.day import MINUTE_MS
from streams.simulator.simulation import Simulation
from streams.simulator.timetable import Arriving
from streams.site.model import Place

MEAN_MINUTES = 5
"""over which rates at ranks, gates and security checks are averaged"""
AHEAD_MS, BACK_MS = 90 * MINUTE_MS, 60 * MINUTE_MS
"""services in play: due this soon, and over no longer than that"""
LONGEST_MINUTES = 240.0
NEVER_FULL_MINUTES = 1440.0
SILENT_CADENCES = 5
COLOURS = ("blue", "yellow", "orange", "red")


class Sight:
    """A simulation seen without sensors. Times are Unix ms."""

    def __init__(self, simulation: Simulation) -> None:
        self.simulation = simulation
        self.world = simulation.world
        self.site = simulation.world.site

    # -- rain ------------------------------------------------------------------------------

    def rain_mm(self, place: Place, at_ms: int, hours: float) -> float | None:
        """Fallen at the wettest station of a place, as far back as it has been watched."""
        stations = [p.key for p in self._below(place) if p.kind == "rain_station"]
        minute = (at_ms - self.simulation.start_ms) / MINUTE_MS
        fallen = (
            at(self._rain[key], minute) - at(self._rain[key], minute - hours * 60)
            for key in stations
        )
        return max(fallen, default=None)

    @cached_property
    def _rain(self) -> Mapping[str, list[float]]:
        """Running totals by station and minute since the start, for a day."""
        start_ms, water = self.simulation.start_ms, self.world.water
        totals: dict[str, list[float]] = {}
        for place in self.site.places.values():
            if place.kind == "rain_station":
                total = totals[place.key] = [0.0]
                for minute in range(24 * 60):
                    from_ms = start_ms + minute * MINUTE_MS
                    total.append(total[-1] + water.rain_mm(place.key, from_ms, from_ms + MINUTE_MS))
        return totals

    def rain_level(self, place: Place, at_ms: int, factor: float) -> float | None:
        """Worst colour of which a local threshold is reached, by what has fallen × factor."""
        levels = [0]
        for level, colour in enumerate(COLOURS, start=1):
            for hours in (1, 6):
                row = self.site.standard(f"water.rain.local.{colour}_mm_{hours}h", at_ms)
                fallen = self.rain_mm(place, at_ms, hours)
                if row is None or fallen is None:
                    return None
                levels.append(level if fallen * factor >= row.value else 0)
        return float(max(levels))

    # -- people ----------------------------------------------------------------------------

    def density(self, place: Place, at_ms: int) -> float | None:
        counted = self._has("crowd_count", place)
        if not counted or not place.area_m2:
            return None
        return self.world.persons(place.key, at_ms) / place.area_m2

    def walkway_service(self, place: Place, at_ms: int, factor: float) -> float | None:
        """1 = A … 6 = F after Fruin's walkway table, by density × factor."""
        density = self.density(place, at_ms)
        rows = [self.site.standard(f"crowd.walkway.los_{g}_per_m2", at_ms) for g in "bcdef"]
        if density is None:
            return None
        return 1.0 + sum(density * factor > row.value for row in rows if row)

    def inside(self, place: Place, at_ms: int) -> float | None:
        return self.world.inside(place.key, at_ms) if self._has("gate_count", place) else None

    def inside_ratio(self, place: Place, at_ms: int) -> float | None:
        inside = self.inside(place, at_ms)
        return inside / place.capacity if inside is not None and place.capacity else None

    def minutes_to_full(self, place: Place, at_ms: int) -> float | None:
        inside, before = self.inside(place, at_ms), self.inside(place, at_ms - 5 * MINUTE_MS)
        if inside is None or before is None or not place.capacity:
            return None
        filling = (inside - before) / MEAN_MINUTES
        free = max(0.0, place.capacity - inside)
        return free / filling if filling * NEVER_FULL_MINUTES > free else NEVER_FULL_MINUTES

    def security_wait(self, place: Place, at_ms: int) -> float | None:
        day = self.world.day(at_ms)
        group = day.checks.get(place.key)
        if group is None:
            return None
        minute = day.hub.minute(at_ms)
        return _wait(at(group.queue, minute), _recent(group.passed, minute))

    def rank_wait(self, place: Place, at_ms: int) -> float | None:
        hub = self.world.day(at_ms).hub
        way = hub.ways.get(place.key)
        if way is None or place.key not in self.world.ranks:
            return None
        waiting = self.world.persons(place.key, at_ms)
        return _wait(waiting, _recent(way.boarded, hub.minute(at_ms)))

    # -- services --------------------------------------------------------------------------

    def mean_delay(self, place: Place, at_ms: int) -> float | None:
        delays = self._delays(place, at_ms)
        return fmean(delays) if delays else None

    def _delays(self, place: Place, at_ms: int) -> list[float]:
        """Minutes late, as known at an instant, of the services in play."""
        known = ((s, _due_ms(s, at_ms)) for s in self._services.get(place.key, ()))
        return [
            max(0, due_ms - s.scheduled_ms) / MINUTE_MS
            for s, due_ms in known
            if min(s.scheduled_ms, due_ms) < at_ms + AHEAD_MS and due_ms >= at_ms - BACK_MS
        ]

    @cached_property
    def _services(self) -> Mapping[str, list[Arriving]]:
        """Services by place that the boards have told of since the start."""
        day = self.world.days.at(self.simulation.start_ms)
        found: dict[str, list[Arriving]] = {}
        for each in (day, day.next):
            for service in self.world.arrivals(each):
                if service.leaves_board_ms > self.simulation.start_ms:
                    found.setdefault(service.carrier.place, []).append(service)
        return found

    # -- roads, lines, parking ---------------------------------------------------------------

    def speed(self, place: Place, at_ms: int) -> float | None:
        traffic = self.world.traffic
        return traffic.passing(place.key, at_ms).speed_kmh if place.key in traffic else None

    def congestion(self, place: Place, at_ms: int) -> float | None:
        """0 … 100: share of the free-flow speed lost, mean of the segments."""
        segments = [p for p in self._below(place) if p.key in self.world.traffic]
        lost = [
            1.0 - (self.speed(p, at_ms) or 0.0) / (p.number("free_flow_kmh") or 1.0)
            for p in segments
        ]
        return 100.0 * max(0.0, fmean(lost)) if lost else None

    def headway_ratio(self, place: Place, at_ms: int) -> float | None:
        if place.key not in self.world.lines:
            return None
        running = self.world.lines.running(place.key, at_ms)
        return running.headway_seconds / running.scheduled_headway_seconds

    def load(self, place: Place, at_ms: int) -> float | None:
        lines = self.world.lines
        return lines.running(place.key, at_ms).load_ratio if place.key in lines else None

    def parked_ratio(self, place: Place, at_ms: int) -> float | None:
        if not self.world.knows("parking_count", place.key) or not place.capacity:
            return None
        return self.world.parked(place.key, at_ms).vehicles / place.capacity

    # -- water -----------------------------------------------------------------------------

    def depth(self, place: Place, at_ms: int) -> float | None:
        """Of whatever water a gauge stands in: on a road or in a pump well."""
        if not self._has("water_level", place):
            return None
        if place.kind == "pumping_station":
            return self.world.water.well_cm(place.key, at_ms)
        return self.world.water.ponding_cm(place.key, at_ms)

    def ponding(self, place: Place, at_ms: int) -> float | None:
        """Of water where none should be; a pump well has none."""
        return None if place.kind == "pumping_station" else self.depth(place, at_ms)

    def unpumped(self, place: Place, at_ms: int) -> float | None:
        depth = self.ponding(place, at_ms)
        if depth is None:
            return None
        return 0.0 if self.world.water.pump_runs(place.key, at_ms) else depth

    # -- told and silent ---------------------------------------------------------------------

    def warning_level(self, place: Place, at_ms: int) -> float | None:
        """Of the worst warning in force."""
        script = self.world.script
        newest: dict[str, float] = {}
        for row in self.simulation.scenario.warnings:
            if row.place != place.key or script.at_ms(row.at) > at_ms:
                continue
            ended = row.status == "lifted" or (
                row.expires is not None and script.at_ms(row.expires) <= at_ms
            )
            newest[row.warning_id] = 0.0 if ended else 1.0 + COLOURS.index(row.colour)
        return max(newest.values(), default=None)

    def worst_emergency(self, place: Place, at_ms: int) -> float | None:
        script = self.world.script
        open_ = [
            row.severity
            for row in self.simulation.scenario.emergencies
            if row.place in {p.key for p in self._below(place)}
            and script.at_ms(row.at) <= at_ms
            and (row.closed is None or at_ms < script.at_ms(row.closed))
        ]
        return float(max(open_, default=0))

    def silent_share(self, kind: str, place: Place, at_ms: int) -> float | None:
        """Share of the sensors of a kind that have been silent for five cadences."""
        sensors = self.simulation.stations_at(kind, place.key)
        if not sensors:
            return None
        return sum(station.is_silent(at_ms, SILENT_CADENCES) for station in sensors) / len(sensors)

    def online(self, place: Place, at_ms: int) -> float | None:
        """Share of the devices of a place, or of those below it, that are heard of."""
        own = self.simulation.stations_at("device_heartbeat", place.key)
        below = [
            station
            for p in self._below(place)
            for station in self.simulation.stations_at("device_heartbeat", p.key)
        ]
        devices = own or below
        if not devices:
            return None
        return 1.0 - sum(d.is_silent(at_ms, SILENT_CADENCES) for d in devices) / len(devices)

    # -- finding ---------------------------------------------------------------------------

    def _below(self, place: Place) -> tuple[Place, ...]:
        """The place and everything under it."""
        found = self._families.get(place.key)
        if found is None:
            under = (
                p for child in self.site.children.get(place.key, ()) for p in self._below(child)
            )
            found = self._families[place.key] = (place, *under)
        return found

    @cached_property
    def _families(self) -> dict[str, tuple[Place, ...]]:
        return {}

    def _has(self, kind: str, place: Place) -> bool:
        return bool(self.simulation.stations_at(kind, place.key))


def _due_ms(service: Arriving, at_ms: int) -> int:
    """When a service is expected, by what is known at an instant."""
    return service.actual_ms if at_ms >= service.known_late_ms else service.scheduled_ms


def _wait(waiting: float, per_minute: float) -> float:
    """Little's law, bounded."""
    if waiting < 0.5:
        return 0.0
    return min(LONGEST_MINUTES, waiting / per_minute) if per_minute > 0 else LONGEST_MINUTES


def _recent(series: list[float], minute: float) -> float:
    """Mean of the last minutes."""
    return fmean(at(series, minute - back) for back in range(MEAN_MINUTES))
