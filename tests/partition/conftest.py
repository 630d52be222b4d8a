"""The town's partition with its rules."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest

from schemas.codec import decode, explain
from schemas.structs import structs
from streams.domains import catalogue
from streams.partition import Partition
from streams.rules.book import RuleBook
from streams.rules.rule import Rule, Step
from streams.site.model import Site
from tests.town import CADENCE_MS, town


@pytest.fixture(scope="session")
def site() -> Site:
    return town()


def rule(key: str, measure: str, places: Sequence[str], enter: float, exit_: float) -> Rule:
    return Rule(
        key=key,
        measure=measure,
        places=tuple(places),
        steps=(
            Step(level=1, enter=enter, exit=exit_),
            Step(level=2, enter=enter * 1.5, exit=enter * 1.2, for_seconds=20, hold_seconds=20),
        ),
        rising=True,
        title_zh=key,
        title_en=key,
        text_zh="{place} {value}",
        text_en="{place} {value}",
        clause="test",
        audience=("operations",),
        cadence_seconds=CADENCE_MS / 1000,
    )


def rules_of(site: Site) -> RuleBook:
    return RuleBook(
        (
            rule("crowd", "crowd.count_persons", ("hall.east", "hall.west", "hall"), 100, 80),
            rule("flow", "road.flow_veh_h", ("road.one",), 2000, 1500),
        ),
        site,
    )


def partition_of_town(site: Site, rules: RuleBook) -> Partition:
    """Of the two facilities as far as the site has them."""
    return Partition(
        0,
        site.cells & {"hall", "road"},
        site=site,
        catalogue=catalogue(),
        rules=rules,
        decode=decode,
        explain=explain,
        record_types=structs(),
    )


@pytest.fixture(scope="session")
def rules(site: Site) -> RuleBook:
    return rules_of(site)


NewPartition = Callable[[], Partition]


@pytest.fixture
def new_partition(site: Site, rules: RuleBook) -> NewPartition:
    return lambda: partition_of_town(site, rules)
