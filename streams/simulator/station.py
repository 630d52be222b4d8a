"""A registered sensor in its place: what it sees, when it reports, how its messages are made."""

from __future__ import annotations

from collections.abc import Iterator
from heapq import merge
from itertools import takewhile
from operator import attrgetter
from pathlib import Path

from schemas.emission import Emission
from streams.simulator.instruments import INSTRUMENTS, Instrument
from streams.simulator.names import matches
from streams.simulator.noise import Noise
from streams.simulator.reporting import Report, Reporter, Trouble
from streams.simulator.scenario import Scenario
from streams.simulator.sending import Sender
from streams.simulator.world import World
from streams.site.mistake import Mistake, SiteError
from streams.site.model import Source

_by_time = attrgetter("at_ms")


class Station:
    """One sensor; its messages follow from the world, its name and the seed."""

    def __init__(
        self, world: World, source: Source, troubles: tuple[Trouble, ...], index: int, peers: int
    ) -> None:
        site = world.site
        self.feed = site.feeds[source.feed]
        self.place = source.place
        noise = Noise(world.seed, f"{source.feed}/{source.key}")
        self._read = INSTRUMENTS[self.feed.kind]
        self._instrument = Instrument(
            world=world, source=source, index=index, peers=peers, noise=noise
        )
        self._reporter = Reporter(round(source.cadence_seconds * 1000), noise, troubles)
        self._sender = Sender(site, self.feed, source.key, site.places[source.place])

    def sent(self, start_ms: int, end_ms: int) -> Iterator[Report]:
        """What it sends in a span, and with what trouble; not in order."""
        for reports in (self._reporter.reports(start_ms), self._reporter.late(start_ms)):
            yield from takewhile(lambda report: report.at_ms < end_ms, reports)

    def is_silent(self, at_ms: int, cadences: int) -> bool:
        """Whether it has not been heard for so many cadences."""
        age_ms = at_ms - self._reporter.last_told_ms(at_ms)
        return age_ms > cadences * self._reporter.cadence_ms

    def emissions(self, start_ms: int) -> Iterator[Emission]:
        """Its messages from an instant on, in order, without end."""
        reports = merge(
            self._reporter.reports(start_ms), self._reporter.late(start_ms), key=_by_time
        )
        return map(self._emission, reports)

    def _emission(self, report: Report) -> Emission:
        fields = self._read(self._instrument, report.seen)
        return self._sender.emission(report, fields)


def stations(world: World, scenario: Scenario) -> tuple[Station, ...]:
    """All sensors of the site that report at a cadence.

    Raises SiteError where the ordinary day says nothing of what one of them looks at.
    """
    site = world.site
    by_group: dict[tuple[str, str], list[Source]] = {}
    for source in site.sources.values():
        kind = site.feeds[source.feed].kind
        if kind in INSTRUMENTS:
            by_group.setdefault((kind, source.place), []).append(source)
    unknown = [group for group in by_group if not world.knows(*group)]
    if unknown:
        raise SiteError(Path(site.key), [_missing(kind, place) for kind, place in unknown])
    return tuple(
        Station(world, source, _troubles(world, scenario, source), index, len(group))
        for group in by_group.values()
        for index, source in enumerate(group)
    )


def _missing(kind: str, place: str) -> Mistake:
    allowed = f"say what a {kind} sensor sees there"
    return Mistake("ordinary.yaml", 1, "places", place, allowed)


def _troubles(world: World, scenario: Scenario, source: Source) -> tuple[Trouble, ...]:
    return tuple(
        Trouble(
            kind=fault.fault,
            from_ms=world.script.at_ms(fault.span[0]),
            until_ms=world.script.at_ms(fault.span[1]),
            every=fault.every,
            field=fault.field,
            value=fault.value,
        )
        for fault in scenario.faults
        if fault.feed == source.feed and matches(source.key, fault.sources)
    )
