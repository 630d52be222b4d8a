"""What boards are built from: the site, the measure tables, and lookups over both."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from grafana.unit import TIMES, Unit, unit_of
from streams.domains import catalogue
from streams.fusion.measure import Accumulated, Catalogue, Derived, HubMeasure, Measure
from streams.hub.load import HubSettings, load_hub
from streams.rules.load import load_rules
from streams.rules.rule import Operator, Rule
from streams.site import load_site
from streams.site.model import Site

NO_SHARES = {
    "road.travel_time_index",
    "security.lane_balance_ratio",
    "transit.headway_adherence_ratio",
}
"""ratios of two of a kind, around 1; all other ratios are shares of a whole"""

ABOUT_DATA = {"device.online_ratio", "site.blindness_ratio"}
"""measures of what is heard, not of what happens"""

Row = Measure | Derived | Accumulated | HubMeasure


@dataclass(frozen=True, slots=True)
class Basis:
    """A site with its measures, its rules and the settings of its hub."""

    site: Site
    catalogue: Catalogue
    rules: tuple[Rule, ...]
    settings: HubSettings

    @classmethod
    def load(cls, site_dir: Path, standards_dir: Path | None = None) -> Self:
        """All of a site folder. Raises SiteError or RuleError with every mistake in it."""
        site = load_site(site_dir, standards_dir)
        rows = catalogue()
        rules = load_rules(site_dir / "rules.yaml", site, rows).rules
        return cls(site, rows, rules, load_hub(site_dir, site, rows))

    @property
    def hub(self) -> str:
        """The place that carries the totals of the dispersal balance."""
        return self.settings.dispersal.hub

    @property
    def modes(self) -> tuple[str, ...]:
        """Places of the onward modes, in the order of the site's settings."""
        return tuple(mode.place for mode in self.settings.dispersal.modes)

    @property
    def measures(self) -> tuple[str, ...]:
        """Keys of everything that has a series: what cells compute, then what the hub does."""
        return (*self.catalogue.cell_keys(), *self.catalogue.hub)

    def row(self, measure: str) -> Row:
        """Raises KeyError for a measure that no domain has."""
        return self.catalogue.row(measure)

    def unit(self, measure: str) -> Unit:
        return TIMES if measure in NO_SHARES else unit_of(self.row(measure).unit)

    def about(self, measure: str) -> str:
        """What the measure is, in English, with its key and unit."""
        row = self.row(measure)
        return f"{row.title_en}: {row.description}. Measure `{row.key}`, {row.unit}."

    def kind(self, *kinds: str, under: str = "") -> tuple[str, ...]:
        """Keys of the places of these kinds in the site's order, below `under` if given."""
        return tuple(
            place.key
            for place in self.site.places.values()
            if place.kind in kinds and (not under or place.key.startswith(f"{under}."))
        )

    def sourced(self, kind: str) -> tuple[str, ...]:
        """Keys of the places that have a source of this record kind, in the site's order."""
        found = {
            source.place
            for source in self.site.sources.values()
            if self.site.feeds[source.feed].kind == kind
        }
        return tuple(key for key in self.site.places if key in found)

    def under(self, parent: str) -> tuple[str, ...]:
        """Keys of the children of a place."""
        return tuple(place.key for place in self.site.children[parent])

    def measuring(self, measure: str, places: Iterable[str]) -> tuple[str, ...]:
        """Those of `places` where the measure's record kind has a source, there or below."""
        row = self.row(measure)
        while isinstance(row, Derived):
            row = self.row(row.inputs[0])
        heard = self.sourced(row.kind) if isinstance(row, Measure | Accumulated) else ()
        return tuple(key for key in places if any(f"{one}.".startswith(f"{key}.") for one in heard))

    @property
    def blind_rules(self) -> tuple[str, ...]:
        """Keys of the rules that tell of missing data; all others tell of the situation."""
        return tuple(
            rule.key
            for rule in self.rules
            if rule.operator is Operator.ABSENCE or rule.measure in ABOUT_DATA
        )

    def name(self, place: str) -> str:
        return self.site.places[place].name_zh

    def names(self, places: Iterable[str]) -> Mapping[str, str]:
        """Chinese names by key."""
        return {key: self.name(key) for key in places}

    def titles(self, places: Iterable[str]) -> Mapping[str, str]:
        """Names in both languages by key."""
        found = (self.site.places[key] for key in places)
        return {place.key: f"{place.name_zh} · {place.name_en}" for place in found}

    def standard(self, key: str) -> float | None:
        """The number that holds once every row known today is in force; None where none does."""
        newest = max(row.valid_from_ms for row in self.site.standards)
        row = self.site.standard(key, newest)
        return row.value if row else None

    def standards(self, *keys: str) -> tuple[float | None, ...]:
        return tuple(self.standard(key) for key in keys)
