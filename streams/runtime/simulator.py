"""The simulator process: plays the settings' scenario on the site's clock."""

from __future__ import annotations

from schemas.errors import HubwatchError
from streams.runtime import monitor
from streams.runtime.clock import SiteClock
from streams.runtime.publishing import Progress, Publisher
from streams.runtime.settings import Settings
from streams.simulator.ordinary import load_ordinary
from streams.simulator.scenario import load_scenario
from streams.simulator.simulation import Simulation
from streams.site import load_site


class NoSiteClockError(HubwatchError):
    """Nothing says which instant of the scenario it is."""

    code = "HW-1403"
    hint = "start the whole with hubwatch up, or play to a running broker with hubwatch simulate"


def run_simulator(settings: Settings) -> None:
    """Started again on the same data folder, it goes on after the last record it published.

    Raises NoSiteClockError, SiteError.
    """
    site = load_site(settings.site_dir, settings.standards_dir)
    scenario = load_scenario(settings.site_dir, settings.scenario, site)
    clock = SiteClock.read(settings.clock_file)
    if not clock.simulated:
        raise NoSiteClockError(f"no simulated clock in {settings.clock_file}")
    progress = Progress(
        settings.data_dir / "simulator.json", f"{settings.scenario}/{settings.seed}"
    )
    played_ms = progress.played_ms()
    simulation = Simulation(
        site,
        load_ordinary(settings.site_dir),
        scenario,
        seed=settings.seed,
        start_ms=None if played_ms is None else scenario.start_ms + played_ms + 1,
    )
    publisher = Publisher(settings, site, clock, progress, scenario.start_ms)
    monitor.serve(settings.simulator_port, publisher, publisher.ready)
    publisher.run(simulation.emissions())
