"""The site of Hongqiao, its ordinary day and its scenarios, as shipped."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from streams.simulator.ordinary import Ordinary, load_ordinary
from streams.simulator.scenario import Scenario, load_scenario
from streams.simulator.simulation import Simulation
from streams.site import load_site
from streams.site.model import Site

FOLDER = Path(__file__).parents[2] / "deploy/sites/hongqiao"

NewSimulation = Callable[..., Simulation]


@pytest.fixture(scope="session")
def site() -> Site:
    return load_site(FOLDER)


@pytest.fixture(scope="session")
def ordinary() -> Ordinary:
    return load_ordinary(FOLDER)


@pytest.fixture(scope="session")
def storm(site: Site) -> Scenario:
    return load_scenario(FOLDER, "evening-storm", site)


@pytest.fixture(scope="session")
def working_day(site: Site) -> Scenario:
    return load_scenario(FOLDER, "working-day", site)


@pytest.fixture(scope="session")
def simulation(site: Site, ordinary: Ordinary, storm: Scenario) -> Simulation:
    """The evening storm with seed 1. It keeps the days it has worked out; nothing else."""
    return Simulation(site, ordinary, storm, seed=1)


@pytest.fixture(scope="session")
def new_simulation(site: Site, ordinary: Ordinary, storm: Scenario) -> NewSimulation:
    """`new_simulation(seed=2, start_ms=…)`; `scenario=` for another than the evening storm."""

    def make(scenario: Scenario = storm, **chosen: int) -> Simulation:
        return Simulation(site, ordinary, scenario, **chosen)

    return make
