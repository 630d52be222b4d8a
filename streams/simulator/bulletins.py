"""What is told when it happens, not at a cadence: services, warnings, emergencies."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from heapq import merge

from schemas.emission import Emission
from streams.simulator.day import MINUTE_MS, Day
from streams.simulator.instruments import Fields
from streams.simulator.noise import Noise
from streams.simulator.scenario import Emergency, Scenario, Signal
from streams.simulator.sending import Sender
from streams.simulator.timetable import Arriving
from streams.simulator.world import World
from streams.site.model import Feed, Site

NOTICE_MS = 125 * MINUTE_MS
"""how long before the scheduled arrival a service appears on the board"""
REFRESH_MS = 5 * MINUTE_MS
SPACING_MS = 40
"""between the services when the board is told as a whole"""
ESTIMATE_ERROR = 0.04
"""of the time still to go"""
TOLD_AFTER_MS = 900
"""from what happens to the record of it, and from that to the broker"""

DAY_MS = 86_400_000
TEST_SPACING_MS = 700
TESTS: dict[str, Fields] = {
    "emergency_report": {
        "report_id": "test",
        "category": "other",
        "severity": 1,
        "status": "closed",
    },
    "authority_warning": {
        "warning_id": "test",
        "hazard": "test",
        "colour": "blue",
        "status": "lifted",
        "area": "test",
    },
}
"""what a desk and a warning centre send to show that they are reached"""

Told = tuple[int, str, Fields]
"""(observed_at_ms, what it is about, fields)"""


class Board:
    """A timetable system: what it tells of the services that arrive at a place.

    Each service is told when it appears, at every milestone, and with every refresh of the board;
    at `first_told_ms` the whole board is told at once, as to a reader who has just come.
    """

    def __init__(self, world: World, feed: Feed, place: str, first_told_ms: int) -> None:
        self._first_told_ms = first_told_ms
        self._world = world
        self._place = place
        self._noise = Noise(world.seed, f"board|{feed.key}|{place}")
        self._sender = sender_at(world.site, feed, place)

    def emissions(self, start_ms: int) -> Iterator[Emission]:
        """Messages sent from an instant on, in order, without end."""
        day = self._world.days.at(start_ms).before
        while True:
            yield from _send(self._sender, _one_at_a_time(self._told(day)), start_ms)
            day = day.next

    def _told(self, day: Day) -> Iterator[Told]:
        services = [s for s in self._world.arrivals(day) if s.carrier.place == self._place]
        lives = (self._life(service, index) for index, service in enumerate(services))
        # the board is wiped at the end of the day, before the next day's services appear
        return (told for told in merge(*lives, key=_when) if told[0] < day.end_ms)

    def _life(self, service: Arriving, index: int) -> list[Told]:
        appears_ms = service.scheduled_ms - NOTICE_MS
        leaves_ms = service.leaves_board_ms
        first_ms = appears_ms + int(self._noise.uniform(index) * REFRESH_MS)
        instants = {appears_ms, service.actual_ms, *range(first_ms, leaves_ms, REFRESH_MS)}
        whole_board_ms = self._first_told_ms + index * SPACING_MS
        milestones = (service.left_ms, service.known_late_ms, whole_board_ms)
        instants |= {ms for ms in milestones if appears_ms < ms < leaves_ms}
        return [(ms, service.service, self._known(service, ms, index)) for ms in sorted(instants)]

    def _known(self, service: Arriving, at_ms: int, index: int) -> Fields:
        """The fields of a service as far as they are known at an instant."""
        carrier = service.carrier
        arrived = at_ms >= service.actual_ms
        under_way = at_ms >= service.left_ms
        estimated_ms = service.scheduled_ms
        if at_ms >= service.known_late_ms:
            error = ESTIMATE_ERROR * self._noise.spread(index) * (service.actual_ms - at_ms)
            estimated_ms = max(service.actual_ms + round(error / MINUTE_MS) * MINUTE_MS, at_ms)
        fields: Fields = {
            "mode": carrier.mode,
            "service": service.service,
            "scheduled_at_ms": service.scheduled_ms,
            "estimated_at_ms": service.actual_ms if arrived else estimated_ms,
            "capacity_persons": carrier.capacity_persons,
            "status": "arrived" if arrived else "airborne" if under_way else "scheduled",
        }
        if arrived:
            fields["actual_at_ms"] = service.actual_ms
        if service.declared:
            fields["passengers"] = service.passengers
        return fields


def warnings(world: World, scenario: Scenario, start_ms: int) -> Iterator[Emission]:
    """What authorities issue in a scenario, in order."""
    told: dict[str, list[Told]] = {}
    for signal in scenario.warnings:
        at_ms = world.script.at_ms(signal.at)
        told.setdefault(signal.place, []).append((at_ms, signal.warning_id, _warned(signal, world)))
    return _all(world.site, "authority_warning", told, start_ms)


def emergencies(world: World, scenario: Scenario, start_ms: int) -> Iterator[Emission]:
    """What emergency desks report in a scenario, in order."""
    told: dict[str, list[Told]] = {}
    for emergency in scenario.emergencies:
        at_place = told.setdefault(emergency.place, [])
        for clock, status in ((emergency.at, "open"), (emergency.closed, "closed")):
            if clock is not None:
                fields = {**_reported(emergency), "status": status}
                at_place.append((world.script.at_ms(clock), emergency.report_id, fields))
    return _all(world.site, "emergency_report", told, start_ms)


def tests(world: World, scenario: Scenario, start_ms: int) -> Iterator[Emission]:
    """Messages that only show that a way is open: once at the scenario's start, then daily.

    Who speaks only when something happens would otherwise be taken for not connected.
    """
    site = world.site
    testers = [
        (Sender(site, site.feeds[source.feed], source.key, site.places[source.place]), fields)
        for source in site.sources.values()
        if (fields := TESTS.get(site.feeds[source.feed].kind))
    ]
    day_ms = scenario.start_ms
    while True:
        for index, (sender, fields) in enumerate(testers):
            told = (day_ms + (index + 1) * TEST_SPACING_MS, "test", fields)
            yield from _send(sender, [told], start_ms)
        day_ms += DAY_MS


def _warned(signal: Signal, world: World) -> Fields:
    fields: Fields = signal.model_dump(include={"warning_id", "hazard", "colour", "status", "area"})
    if signal.expires is not None:
        fields["expires_at_ms"] = world.script.at_ms(signal.expires)
    return fields


def _reported(emergency: Emergency) -> Fields:
    names = {"report_id", "category", "severity", "persons_affected"}
    return emergency.model_dump(include=names, exclude_none=True)


def _all(site: Site, kind: str, told: dict[str, list[Told]], start_ms: int) -> Iterator[Emission]:
    """Everything told of all places, each by the feed that may speak of it."""
    streams = []
    for place, words in told.items():
        feed = next(f for f in site.feeds.values() if f.kind == kind and place in f.places)
        in_order = _one_at_a_time(sorted(words, key=_when))
        streams.append(_send(sender_at(site, feed, place), in_order, start_ms))
    return merge(*streams, key=lambda emission: emission.at_ms)


def sender_at(site: Site, feed: Feed, place: str) -> Sender:
    """The sender of the feed's registered source at a place."""
    source = next(
        (s.key for s in site.sources.values() if s.feed == feed.key and s.place == place),
        f"{feed.key}-{place}",
    )
    return Sender(site, feed, source, site.places[place])


def _send(sender: Sender, told: Iterable[Told], start_ms: int) -> Iterator[Emission]:
    for observed_ms, about, fields in told:
        if observed_ms + TOLD_AFTER_MS >= start_ms:
            yield sender.told(observed_ms + TOLD_AFTER_MS, observed_ms, about, fields)


def _one_at_a_time(told: Iterable[Told]) -> Iterator[Told]:
    """The same, no two at one instant: a source says one thing at a time."""
    before = 0
    for observed_ms, about, fields in told:
        before = max(observed_ms, before + 1)
        yield before, about, fields


def _when(told: Told) -> int:
    return told[0]
