"""A run depends on its seed and nothing else, and can be joined anywhere."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from collections.abc import Iterable
from itertools import dropwhile, islice, pairwise, takewhile

import pytest

from schemas.codec import validate
from schemas.emission import Emission
from streams.simulator.scenario import Scenario
from streams.simulator.simulation import Simulation
from streams.site.model import Site
from tests.simulator.conftest import FOLDER, NewSimulation

SAMPLE = 8_000
MINUTE_MS = 60_000


def digest(emissions: Iterable[Emission]) -> str:
    found = hashlib.sha256()
    for emission in emissions:
        found.update(f"{emission.at_ms}|{emission.department}|{emission.cell_key}|".encode())
        found.update(emission.encoded())
    return found.hexdigest()


ELSEWHERE = f"""
from itertools import islice
from pathlib import Path
from streams.simulator.ordinary import load_ordinary
from streams.simulator.scenario import load_scenario
from streams.simulator.simulation import Simulation
from streams.site import load_site
from tests.simulator.test_simulation import digest
folder = Path({str(FOLDER)!r})
site = load_site(folder)
plan = load_scenario(folder, "evening-storm", site)
emissions = Simulation(site, load_ordinary(folder), plan, seed=1).emissions()
print(digest(islice(emissions, {SAMPLE})))
"""


def test_the_same_bytes_in_another_process(simulation: Simulation) -> None:
    here = digest(islice(simulation.emissions(), SAMPLE))
    environment = {**os.environ, "PYTHONHASHSEED": "4711"}
    there = subprocess.run(
        [sys.executable, "-c", ELSEWHERE],
        capture_output=True,
        text=True,
        check=True,
        env=environment,
        cwd=FOLDER.parents[2],
    )
    assert there.stdout.strip() == here


def test_another_seed_gives_other_bytes(
    simulation: Simulation, new_simulation: NewSimulation
) -> None:
    one, other = (digest(islice(s.emissions(), 500)) for s in (simulation, new_simulation(seed=2)))
    assert one != other


@pytest.mark.parametrize("minutes", [0.013, 8.5, 22.77])
def test_a_run_that_starts_later_goes_on_identically(
    simulation: Simulation, new_simulation: NewSimulation, storm: Scenario, minutes: float
) -> None:
    join_ms = storm.start_ms + round(minutes * MINUTE_MS)
    rest = dropwhile(lambda emission: emission.at_ms < join_ms, simulation.emissions())
    joined = new_simulation(seed=1, start_ms=join_ms).emissions()
    assert digest(islice(joined, 4_000)) == digest(islice(rest, 4_000))


def test_a_run_that_starts_the_day_after(
    new_simulation: NewSimulation, working_day: Scenario
) -> None:
    """Midnight, the model's own night at three, and a second day lie between."""
    join_ms = working_day.start_ms + 23 * 60 * MINUTE_MS
    early = new_simulation(working_day, seed=1, start_ms=join_ms - 2 * MINUTE_MS)
    rest = dropwhile(lambda emission: emission.at_ms < join_ms, early.emissions())
    late = new_simulation(working_day, seed=1, start_ms=join_ms)
    assert digest(islice(late.emissions(), 2_000)) == digest(islice(rest, 2_000))


def test_messages_are_in_order_and_no_older_than_the_network_makes_them(
    simulation: Simulation,
) -> None:
    emissions = list(islice(simulation.emissions(), SAMPLE))
    assert all(before.at_ms <= after.at_ms for before, after in pairwise(emissions))
    undamaged = [emission for emission in emissions if emission.payload is None]
    assert all(0 < e.at_ms - e.record.observed_at_ms <= 3_000 for e in undamaged)


def test_every_record_is_valid_granted_and_marked(simulation: Simulation, site: Site) -> None:
    until_ms = simulation.start_ms + 12 * MINUTE_MS
    for emission in takewhile(lambda e: e.at_ms < until_ms, simulation.emissions()):
        record, feed = emission.record, site.feeds[emission.record.feed]
        assert record.simulated
        assert record.recording is None
        assert emission.department == feed.department
        assert record.kind == feed.kind
        assert record.place in feed.places
        if emission.payload is None:
            assert validate(emission.encoded()) == record
            astray = emission.cell_key != site.places[record.place].cell
            assert not astray or record.source == "rank-taxi-t1"  # a fault of the scenario


def test_every_registered_source_is_heard(new_simulation: NewSimulation, site: Site) -> None:
    simulation = new_simulation(seed=3)
    until_ms = simulation.start_ms + 3 * MINUTE_MS
    emissions = takewhile(lambda e: e.at_ms < until_ms, simulation.emissions())
    heard = {(e.record.feed, e.record.source) for e in emissions}
    assert set(site.sources) - heard == set()
