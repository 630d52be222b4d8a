"""Commands against a real broker, on the real site."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from kafka import KafkaProducer

from connectors.replay.recording import recordings_folder
from schemas.alert import Alert
from schemas.value import Situation, Value
from streams.runtime.messages import (
    alert_message,
    hub_message,
    sign_of_life,
    situation_message,
)
from streams.runtime.outbox import Outgoing
from streams.runtime.topics import partition_of
from tests.cli.conftest import Hubwatch
from tests.waiting import LIMIT_SECONDS

pytestmark = pytest.mark.servers

PLACE = "hub.t2.waiting_north"
CELL = "hub.t2"
COUNT = "crowd.count_persons"
DENSITY = "crowd.density_per_m2"
RECORDINGS = recordings_folder().resolve()
Send = Callable[[Outgoing], None]


@pytest.fixture(scope="module")
def send(own_broker: str) -> Iterator[Send]:
    producer = KafkaProducer(bootstrap_servers=own_broker)

    def one(message: Outgoing) -> None:
        producer.send(
            message.topic,
            key=message.key,
            value=message.value,
            partition=message.partition,
            headers=list(message.headers),
        ).get(60)

    yield one
    producer.close()


def told(at_ms: int, count: Value) -> Situation:
    density = Value(DENSITY, count.status, reason=f"input:{COUNT}" if count.reason else "")
    return Situation("hongqiao", PLACE, CELL, at_ms, {COUNT: count, DENSITY: density})


def alert(version: int, text: str = "text") -> Alert:
    return Alert(
        "a1", version, "hongqiao", "crowd.blind", PLACE, "raised", 2, 2, COUNT, None, 1.0, "",
        1_784_118_600_000, 1_784_118_600_000, 1_784_118_600_000, "enter", "摄像机无数据", text,
    )  # fmt: skip


def test_topics_are_told_to_be_missing_then_made_then_well(on_broker: Hubwatch) -> None:
    before = on_broker("topics", "--json")
    assert before.status == 1
    assert {row["status"] for row in before.json} == {"missing"}
    assert on_broker("doctor", "--json").json["topics"]["fix"] == "hubwatch topics --create"
    assert on_broker("state", PLACE).status == 2
    made = on_broker("topics", "--create", "--publisher-stamps")
    assert made.status == 0, made.out
    assert on_broker("topics", "--publisher-stamps").status == 0
    other = on_broker("topics", "--json")
    assert other.status == 1
    wrong = [row["name"] for row in other.json if row["status"] != "ok"]
    assert wrong
    assert all(name.startswith("inbox.") for name in wrong)


def test_a_place_nobody_speaks_of_is_unknown_and_never_blank(on_broker: Hubwatch) -> None:
    done = on_broker("state", PLACE)
    assert done.status == 0
    assert "未知 unknown: 尚无任何数据" in done.out


def test_state_tells_values_causes_and_alerts(on_broker: Hubwatch, send: Send) -> None:
    partition = partition_of(CELL, 4)
    now_ms = int(time.time() * 1000)
    count = Value(COUNT, "unknown", heard=1, expected=5, reason="coverage")
    send(situation_message(told(now_ms - 9000, Value(COUNT, "ok", 7.0, now_ms)), partition))
    send(situation_message(told(now_ms, count), partition))
    queue = Value("dispersal.queue_persons", "suspect", 12.5, now_ms - 90_000, at_least=True)
    send(hub_message(Situation("hongqiao", PLACE, "", now_ms, {queue.measure: queue})))
    send(sign_of_life("hongqiao", partition, now_ms))
    send(alert_message(alert(1, "down\x1b[2J\u202e")))
    done = on_broker("state", PLACE)
    rows = {line.split()[0]: line for line in done.out.splitlines() if "." in line.split(" ")[0]}
    assert "未知 unknown" in rows[COUNT]
    assert "1/5" in rows[COUNT]
    assert f"{COUNT} ← 在线设备不足 too few sources are fresh 1/5" in rows[DENSITY]
    assert "≥ 12.5 persons" in rows["dispersal.queue_persons"]
    assert "2 min" in rows["dispersal.queue_persons"]
    assert r"摄像机无数据 down\x1b[2J\u202e" in done.out
    assert "\x1b" not in done.out

    found = on_broker("state", PLACE, "--json", "--measure", DENSITY).json
    assert [value["measure"] for value in found["values"]] == [DENSITY]
    assert found["values"][0]["why"][0]["reason"] == "coverage"
    assert [each["id"] for each in found["alerts"]] == ["a1"]

    wrong = on_broker("state", PLACE, "--measure", "crowd.count")
    assert wrong.status == 2
    assert f"did you mean {COUNT}" in wrong.err


def test_tail_decodes_each_topic(on_broker: Hubwatch, send: Send) -> None:
    refused = {"reason": b"schema", "detail": b"speed_kmh is -5", "department": b"police"}
    send(
        Outgoing("quarantine", b"police", b'{"place": "hub.t2"\x1b', headers=list(refused.items()))
    )
    send(Outgoing("inbox.police", CELL.encode(), b"no \xff json"))
    record = {"kind": "crowd_count", "place": PLACE, "source": "cam-1", "count": 5, "id": "x"}
    send(Outgoing("inbox.police", CELL.encode(), json.dumps(record).encode()))

    situations = on_broker("tail", "situation", "--from-start", "--count", "3").out.splitlines()
    assert [line.split("  ")[1] for line in sorted(situations)] != []
    assert all("partition/" not in line for line in situations)
    alerts = on_broker("tail", "alerts", "--from-start", "--count", "1").out
    assert "raised 2  crowd.blind  hub.t2.waiting_north  v1 a1" in alerts
    refusal = on_broker("tail", "quarantine", "--from-start", "--count", "1").out
    assert "schema 字段不符合记录格式" in refusal
    assert r'speed_kmh is -5  ?/?@?  {"place": "hub.t2"\x1b' in refusal
    inbox = on_broker("tail", "inbox.police", "--from-start", "--count", "2").out.splitlines()
    assert "not JSON: no � json" in inbox[0]
    assert inbox[1].endswith(f"crowd_count  {PLACE}  cam-1  count=5")
    only = on_broker(
        "tail", "inbox.police", "--from-start", "--count", "1", "--place", CELL, "--json"
    )
    assert json.loads(only.out)["value"] == record


def test_tail_begins_where_it_is_told_and_ends_with_ctrl_c(
    on_broker: Hubwatch, own_broker: str, send: Send, tmp_path: Path
) -> None:
    send(alert_message(alert(2)))
    recent = on_broker("tail", "alerts", "--since", "1h", "--count", "2").out
    assert [" v1 " in line or " v2 " in line for line in recent.splitlines()] == [True, True]
    environment = {**os.environ, "HUBWATCH_BOOTSTRAP_SERVERS": own_broker}
    command = [sys.executable, "-m", "streams.cli", "tail", "alerts"]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment, cwd=tmp_path
    )
    assert process.stdout
    assert process.stderr
    os.set_blocking(process.stdout.fileno(), False)
    deadline = time.monotonic() + LIMIT_SECONDS
    line, version = b"", 3
    while not line and time.monotonic() < deadline:
        send(alert_message(alert(version)))
        version += 1
        time.sleep(0.3)
        line = process.stdout.readline() or b""
    process.send_signal(signal.SIGINT)
    assert process.wait(LIMIT_SECONDS) == 130
    assert b"crowd.blind" in line
    assert process.stderr.read() == b""
    process.stdout.close()
    process.stderr.close()


def test_a_message_of_another_version_is_named(on_broker: Hubwatch, send: Send) -> None:
    send(Outgoing("alerts", b"a9", b'{"id": "a9"}', partition=0))
    done = on_broker("state", PLACE)
    assert done.status == 2
    assert done.err.startswith("error: HW-5006 message alerts/0@")


def test_simulate_publishes_what_its_truth_says(on_broker: Hubwatch, tmp_path: Path) -> None:
    truth = tmp_path / "truth.json"
    arguments = ("--speed", "max", "--duration", "2m", "--truth", str(truth), "--json")
    first = on_broker("simulate", "--seed", "7", *arguments)
    assert first.status == 0, first.err
    found = first.json
    expected = json.loads(truth.read_text(encoding="utf-8"))
    assert (expected["seed"], expected["start_ms"]) == (7, found["start_ms"])
    assert found["published"] == sum(found["by_feed"].values()) == sum(expected["records"].values())
    counts = {row["name"]: row["messages"] for row in on_broker("topics", "--json").json}
    inboxes = sum(count for name, count in counts.items() if name.startswith("inbox."))
    assert inboxes == found["published"] + 2  # those of test_tail


@pytest.mark.recordings
@pytest.mark.skipif(not RECORDINGS.is_dir(), reason="no recordings, see HUBWATCH_RECORDINGS")
def test_replay_accounts_for_every_line(
    on_broker: Hubwatch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HUBWATCH_RECORDINGS", str(RECORDINGS))
    found = on_broker("replay", "road-ndw", "--speed", "max", "--json").json
    assert found["lines"] == 68_400
    assert found["lines"] == found["told"] + sum(found["left_out"].values())
    assert found["records"] == found["published"] == 34_200
    assert found["accounted"] is True
