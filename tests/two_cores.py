"""Half an hour of the real site's evening, lived in two halves by processes of their own.

`python -m tests.two_cores FOLDER begin` leaves its snapshots in a folder, from which
`python -m tests.two_cores FOLDER go-on` lives on. Each prints how the core ran, how many alerts it
raised, and the digest of all it said and keeps.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

import msgspec

from schemas.codec import decode, explain
from schemas.emission import Emission
from schemas.structs import structs
from streams import COMPILED
from streams.domains import catalogue
from streams.partition import Inflow, Partition, snapshot
from streams.partition.recovery import recover
from streams.rules.load import load_rules
from streams.runtime.settings import Settings
from streams.simulator.ordinary import load_ordinary
from streams.simulator.scenario import load_scenario
from streams.simulator.simulation import Simulation
from streams.site import load_site

HALF_MS = 900_000
FETCH_MS = 7_000
UNEVEN = 1.000_000_123_4


class Arrived(NamedTuple):
    offset: int
    timestamp: int
    key: bytes | None
    value: bytes


def uneven(value: bytes) -> bytes:
    """The same record with numbers that no instrument has rounded; what is damaged stays so."""
    try:
        record = json.loads(value)
    except ValueError:
        return value
    if not isinstance(record, dict):
        return value
    return json.dumps(
        {k: v * UNEVEN if isinstance(v, float) and 1 < v < 90 else v for k, v in record.items()}
    ).encode()


class Life:
    def __init__(self) -> None:
        settings = Settings.load()
        site = load_site(settings.site_dir, settings.standards_dir)
        self.inboxes = {d.key: d.inbox for d in site.departments.values()}
        self.departments = {inbox: key for key, inbox in self.inboxes.items()}
        self.partition = Partition(
            0,
            site.cells,
            site=site,
            catalogue=catalogue(),
            rules=load_rules(settings.site_dir / "rules.yaml", site, catalogue()),
            decode=decode,
            explain=explain,
            record_types=structs(),
        )
        scenario = load_scenario(settings.site_dir, "evening-storm", site)
        self.simulation = Simulation(site, load_ordinary(settings.site_dir), scenario, seed=1)
        self.told = hashlib.sha256()
        self.alerts = 0

    def live(self, emissions: Iterable[Emission]) -> None:
        inflow = Inflow(self.partition, self.departments)
        offsets = dict(inflow.offered)
        nothing_unread = dict.fromkeys(self.departments, 0)
        for turn, group in groupby(emissions, key=lambda each: each.at_ms // FETCH_MS):
            by_topic: dict[str, list[Arrived]] = {}
            for each in group:
                topic = self.inboxes[each.department]
                value, key = uneven(each.encoded()), each.cell_key.encode()
                arrived = Arrived(offsets[topic], each.at_ms, key, value)
                by_topic.setdefault(topic, []).append(arrived)
                offsets[topic] += 1
            for topic, batch in sorted(by_topic.items()):
                inflow.offer(topic, batch)
            for topic, output in inflow.advance(nothing_unread, (turn + 1) * FETCH_MS):
                self.alerts += len(output.alerts)
                refused = [(each.reason, each.detail) for each in output.refused]
                self.say([topic, output.alerts, output.situations, output.processed, refused])

    def say(self, what: object) -> None:
        self.told.update(msgspec.json.encode(what))

    def kept(self) -> dict[str, bytes]:
        return {cell: snapshot.take(self.partition, cell) for cell in sorted(self.partition.cells)}


def half(emissions: Iterator[Emission], start_ms: int, *, second: bool) -> Iterator[Emission]:
    for each in emissions:
        if each.at_ms >= start_ms + 2 * HALF_MS:
            return
        if (each.at_ms >= start_ms + HALF_MS) == second:
            yield each


def main(folder: Path, part: str) -> None:
    life = Life()
    if second := part == "go-on":
        cells = {file.name: file.read_bytes() for file in folder.glob("cell.*")}
        mark = snapshot.read_mark((folder / "mark").read_bytes())
        recover(life.partition, mark, {name[5:]: raw for name, raw in cells.items()})
    simulation = life.simulation
    life.live(half(simulation.emissions(), simulation.start_ms, second=second))
    kept = life.kept()
    life.say(sorted(kept.items()))
    if not second:
        for cell, raw in kept.items():
            (folder / f"cell.{cell}").write_bytes(raw)
        (folder / "mark").write_bytes(snapshot.mark(life.partition))
    core = "compiled" if COMPILED else "interpreted"
    sys.stdout.write(f"{core} {life.alerts} {life.told.hexdigest()}\n")


main(Path(sys.argv[1]), sys.argv[2])
