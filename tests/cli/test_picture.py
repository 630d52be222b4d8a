"""What several writers say of a place, and what is left of it when one falls silent."""

from __future__ import annotations

import time

import msgspec

from schemas.alert import Alert
from schemas.value import Situation, Value
from streams.cli.picture import HUB, Picture
from streams.cli.reader import Message
from streams.runtime.topics import ALERTS, SITUATION, partition_of

PARTITIONS = 4
CELL = "hub.t2"
OWN = partition_of(CELL, PARTITIONS)


def message(
    content: Situation | Alert, *, seconds_ago: float = 0.0, partition: int = OWN
) -> Message:
    topic = ALERTS if isinstance(content, Alert) else SITUATION
    at_ms = int((time.time() - seconds_ago) * 1000)
    return Message(topic, partition, 0, at_ms, "", msgspec.json.encode(content), {})


def situation(cell: str, *measures: str, place: str = CELL, at_ms: int = 1) -> Situation:
    values = {key: Value(key, "ok", 5.0, at_ms, heard=1, expected=1) for key in measures}
    return Situation("town", place, cell, at_ms, values)


def picture(*messages: Message) -> Picture:
    made = Picture(PARTITIONS)
    for each in messages:
        made.take(each)
    return made


def test_the_hub_adds_to_what_the_worker_says() -> None:
    found = picture(
        message(situation(CELL, "crowd.count_persons")),
        message(situation("", "dispersal.queue_persons", at_ms=2), partition=0),
    )
    assert set(found.values(CELL)) == {"crowd.count_persons", "dispersal.queue_persons"}
    assert all(value.status == "ok" for value in found.values(CELL).values())
    assert found.at_ms(CELL) == 2


def test_what_a_silent_worker_said_is_unknown_and_never_a_number() -> None:
    old = message(situation(CELL, "crowd.count_persons"), seconds_ago=60)
    hub = message(situation("", "dispersal.queue_persons"), partition=0)
    values = picture(old, hub).values(CELL)
    assert values["dispersal.queue_persons"].status == "ok"
    silent = values["crowd.count_persons"]
    assert (silent.status, silent.value, silent.reason) == ("unknown", None, "silent-cell")


def test_a_sign_of_life_keeps_a_cell_that_has_nothing_new_to_say() -> None:
    life = situation("partition/x", place="partition/x")
    assert life.sign_of_life
    found = picture(message(situation(CELL, "crowd.count_persons"), seconds_ago=60), message(life))
    assert found.values(CELL)["crowd.count_persons"].status == "ok"
    assert found.silent_for_ms(CELL) is None
    assert "partition/x" not in found.told
    assert found.silent_for_ms(HUB) is not None


def test_the_newest_version_of_an_alert_counts_however_it_arrives() -> None:
    def alert(key: str, version: int, level: int) -> Message:
        state = "raised" if level else "cleared"
        return message(
            Alert(
                key,
                version,
                "town",
                "rule",
                CELL,
                state,
                level,
                3,
                "m",
                1.0,
                1.0,
                "",
                1,
                1,
                1,
                "enter",
                "文",
                "text",
            )
        )

    found = picture(
        alert("a", 2, 3), alert("a", 1, 1), alert("b", 1, 4), alert("c", 1, 2), alert("c", 2, 0)
    )
    assert [(a.id, a.level) for a in found.open_alerts(CELL)] == [("b", 4), ("a", 3)]
    assert found.open_alerts("elsewhere") == []
