"""Places above the cells: what is known of them follows from the places below, unknown too."""

from __future__ import annotations

import pytest

from streams.domains import catalogue
from streams.hub.areas import Areas
from streams.site.model import Site
from tests.hub.conftest import NOW_MS, number

WAIT, QUEUE = "security.wait_minutes", "security.queue_persons"


def test_values_climb_and_unknown_climbs_with_them(small_site: Site) -> None:
    expected = {place: {WAIT, QUEUE} for place in ("hub.air", "hub.rail", "hub.line")}
    areas = Areas(small_site, catalogue(), expected)
    assert {place.key for place in areas.places} == {"hub", "town"}
    known = {
        "hub.air": {WAIT: number(WAIT, 9), QUEUE: number(QUEUE, 40)},
        "hub.rail": {WAIT: number(WAIT, 4), QUEUE: number(QUEUE, 100)},
    }
    above = areas.values(known, NOW_MS)
    for place, decider in (("hub", "hub.air"), ("town", "hub")):
        wait = above[place][WAIT]
        assert (wait.value, wait.decided_by, wait.at_least) == (9, decider, True)
        assert above[place][QUEUE].value == pytest.approx(140)
        assert above[place][QUEUE].status == "suspect"
    # one of three is not enough to speak for all
    assert areas.values({"hub.air": known["hub.air"]}, NOW_MS)["town"][QUEUE].value is None
    assert areas.values({}, NOW_MS)["hub"][WAIT].status == "unknown"
