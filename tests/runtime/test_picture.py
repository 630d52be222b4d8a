"""What several writers say of a place, and what is left of it when one falls silent."""

from __future__ import annotations

import time
from typing import Any

from schemas.alert import Alert
from schemas.value import Situation, Value
from streams.runtime.clock import Segment, SiteClock
from streams.runtime.picture import HUB, HUB_SILENT_SECONDS, Picture
from streams.runtime.topics import partition_of

PARTITIONS = 4
CELL = "hub.t2"
OWN = partition_of(CELL, PARTITIONS)


def situation(cell: str, *measures: str, place: str = CELL, at_ms: int = 1) -> Situation:
    values = {key: Value(key, "ok", 5.0, at_ms, heard=1, expected=1) for key in measures}
    return Situation("town", place, cell, at_ms, values)


def picture(clock: SiteClock | None = None) -> Picture:
    return Picture(PARTITIONS, clock or SiteClock())


def tell(
    found: Picture, content: Situation, *, seconds_ago: float = 0, partition: int = OWN
) -> None:
    found.take(content, partition, int((time.time() - seconds_ago) * 1000))


def test_the_hub_adds_to_what_the_worker_says() -> None:
    found = picture()
    tell(found, situation("", "dispersal.queue_persons", at_ms=2), partition=0)
    tell(found, situation(CELL, "crowd.count_persons"))
    assert set(found.values(CELL)) == {"crowd.count_persons", "dispersal.queue_persons"}
    assert all(value.status == "ok" for value in found.values(CELL).values())
    told = found.situation(CELL)
    assert told is not None
    assert (told.cell, told.at_ms) == (CELL, 2)
    assert found.situation("elsewhere") is None


def test_what_a_silent_worker_said_is_unknown_and_never_a_number() -> None:
    found = picture()
    tell(found, situation(CELL, "crowd.count_persons"), seconds_ago=60)
    tell(found, situation("", "dispersal.queue_persons"), partition=0)
    values = found.values(CELL)
    assert values["dispersal.queue_persons"].status == "ok"
    silent = values["crowd.count_persons"]
    assert (silent.status, silent.value, silent.reason) == ("unknown", None, "silent-cell")


def test_a_sign_of_life_keeps_a_cell_that_has_nothing_new_to_say() -> None:
    life = situation("partition/x", place="partition/x")
    assert life.sign_of_life
    found = picture()
    tell(found, situation(CELL, "crowd.count_persons"), seconds_ago=60)
    tell(found, life)
    assert found.values(CELL)["crowd.count_persons"].status == "ok"
    assert found.silent_for_ms(CELL) is None
    assert "partition/x" not in found.told
    assert found.silent_for_ms(HUB) is not None


def test_who_is_silent_is_named() -> None:
    found = picture()
    for number in range(PARTITIONS - 1):
        tell(found, situation("x", place="partition/x"), partition=number, seconds_ago=45 * number)
    assert list(found.silences()) == [
        "the worker of partition 1 has told nothing for 45 s",
        "the worker of partition 2 has told nothing for 90 s",
        "the worker of partition 3 has told nothing yet",
        "the hub has told nothing yet",
    ]


def test_the_hub_has_nothing_to_say_while_the_clock_of_the_site_stands_still() -> None:
    """A scenario is over, or a minute of site time takes long: that is no silence."""
    now_ms = int(time.time() * 1000)
    late = HUB_SILENT_SECONDS + 1
    ended = SiteClock(Segment(now_ms, now_ms, speed=1.0, end_ms=now_ms))
    for clock, at_ms, silent in (
        (ended, now_ms - 60_000, False),
        (ended, now_ms - int(late * 1000), True),
        (SiteClock(), now_ms - int(late * 1000), True),
    ):
        found = picture(clock)
        tell(found, situation("", "dispersal.queue_persons", at_ms=at_ms), seconds_ago=late)
        assert (found.silent_for_ms(HUB) is not None) is silent


def test_the_newest_version_of_an_alert_counts_however_it_arrives() -> None:
    def alert(key: str, version: int, level: int) -> Alert:
        state: Any = "raised" if level else "cleared"
        return Alert(
            id=key,
            version=version,
            site="town",
            rule="rule",
            place=CELL,
            state=state,
            level=level,
            level_peak=3,
            measure="m",
            value=1.0,
            threshold=1.0,
            unit="",
            onset_ms=1,
            observed_at_ms=1,
            detected_at_ms=1,
            why="enter",
            text_zh="文",
            text_en="text",
        )

    told = [("a", 2, 3), ("a", 1, 1), ("b", 1, 4), ("c", 1, 2), ("c", 2, 0), ("c", 2, 0)]
    found = picture()
    assert [found.take_alert(alert(*each)) for each in told] == [
        True,
        False,
        True,
        True,
        True,
        False,
    ]
    assert [(a.id, a.level) for a in found.open_alerts(CELL)] == [("b", 4), ("a", 3)]
    assert found.open_alerts("elsewhere") == []
