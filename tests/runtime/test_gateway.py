"""The gateway over a real broker: what it stores, what it refuses, what it tells."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from kafka import KafkaConsumer, KafkaProducer, TopicPartition

from schemas.alert import Alert
from schemas.value import Situation, Value
from streams.runtime.gateway.ingest import BODY_LIMIT_BYTES, RECORDS_LIMIT
from streams.runtime.gateway.keys import Keys
from streams.runtime.messages import (
    alert_message,
    hub_message,
    sign_of_life,
    situation_message,
)
from streams.runtime.outbox import Outgoing
from streams.runtime.servers import Broker
from streams.runtime.servers.ports import free_ports
from streams.runtime.settings import Settings, SettingsError
from streams.runtime.topics import create_topics, partition_of, topics
from tests.partition.stream import body
from tests.runtime.gateway_client import Client, serving
from tests.town import T0_MS, TOPIC, town
from tests.waiting import wait_for

pytestmark = pytest.mark.servers

PARTITIONS = 2
RECORDS = "/v1/feeds/transport.crowd/records"
COUNT = "crowd.count_persons"
SILENT_SECONDS = 8.0
"""a gateway that waits so long for a worker, not thirty seconds"""


@pytest.fixture(scope="module")
def settings(own_broker: Broker, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    (port,) = free_ports(1)
    wanted = topics(town(), PARTITIONS, simulated_clock=False)
    create_topics(own_broker.bootstrap_servers, wanted, 1)
    return Settings(
        bootstrap_servers=own_broker.bootstrap_servers,
        partitions=PARTITIONS,
        data_dir=tmp_path_factory.mktemp("gateway"),
        gateway_port=port,
    )


@pytest.fixture(scope="module")
def client(settings: Settings) -> Iterator[Client]:
    with serving(settings) as running:
        yield running


Tell = Callable[[Outgoing], None]


@pytest.fixture(scope="module")
def tell(settings: Settings) -> Iterator[Tell]:
    """As the worker and the hub do."""
    producer = KafkaProducer(bootstrap_servers=settings.bootstrap_servers)
    yield lambda m: producer.send(m.topic, m.value, m.key, partition=m.partition).get(60) and None
    producer.close()


def stored(settings: Settings) -> list[tuple[int, bytes, bytes]]:
    """(partition, key, value) of everything in the inbox."""
    consumer = KafkaConsumer(bootstrap_servers=settings.bootstrap_servers)
    parts = [TopicPartition(TOPIC, n) for n in range(PARTITIONS)]
    consumer.assign(parts)
    consumer.seek_to_beginning(*parts)
    ends = consumer.end_offsets(parts)
    found: list[tuple[int, bytes, bytes]] = []
    while any(consumer.position(part) < end for part, end in ends.items()):
        for records in consumer.poll(timeout_ms=200).values():
            found += [(record.partition, record.key, record.value) for record in records]
    consumer.close()
    return found


def line(n: int, **changed: object) -> bytes:
    content = body("transport.crowd", "cam-3", "hall.west", T0_MS + n, count=n)
    return json.dumps({**content, **changed}).encode()


def test_what_is_accepted_is_stored_before_the_answer(settings: Settings, client: Client) -> None:
    """Good ones beside bad ones; each bad one is named by its line, with what is wrong."""
    good = [line(n) for n in range(3)]
    bad = [
        b"no json",
        line(5, count=-1),
        line(6, place="hall.north"),
        line(7, place="road.one"),
        line(8, feed="police.crowd"),
    ]
    before = stored(settings)
    status, told = client.ask("POST", RECORDS, b"\n".join([good[0], *bad, b"", *good[1:]]))
    assert (status, told["accepted"]) == (202, 3)
    assert [(row["index"], row["reason"]) for row in told["rejected"]] == [
        (1, "not-json"),
        (2, "schema"),
        (3, "unknown-place"),
        (4, "not-granted"),
        (5, "unknown-feed"),
    ]
    assert all(row["detail"] for row in told["rejected"])
    where = partition_of("hall", PARTITIONS)
    assert stored(settings)[len(before) :] == [(where, b"hall", raw) for raw in good]


@pytest.mark.parametrize(
    ("path", "content", "status", "said"),
    [
        ("/v1/feeds/nobody/records", line(1), 404, "nobody"),
        (RECORDS, b"\n", 400, "no record"),
        (RECORDS, b"no json", 422, "no record is accepted"),
        (RECORDS, b"x" * (BODY_LIMIT_BYTES + 1), 413, "1048576 bytes"),
        (RECORDS, b"\n".join([b"{}"] * (RECORDS_LIMIT + 1)), 413, f"{RECORDS_LIMIT + 1} records"),
    ],
)
def test_what_cannot_be_taken_as_a_whole_stores_nothing(
    settings: Settings, client: Client, path: str, content: bytes, status: int, said: str
) -> None:
    before = stored(settings)
    answered, problem = client.ask("POST", path, content)
    assert (answered, problem["status"]) == (status, status)
    assert said in problem["detail"]
    assert stored(settings) == before


@pytest.mark.parametrize(
    ("method", "path", "status", "said"),
    [
        ("GET", "/nowhere", 404, "GET /nowhere"),
        ("GET", "/docs", 404, "GET /docs"),
        ("PUT", "/v1/alerts", 405, "PUT /v1/alerts"),
        ("GET", "/v1/alerts?open_only=perhaps", 400, "open_only"),
        ("GET", "/v1/alerts?level=abc", 400, "no parameter 'level'"),
    ],
)
def test_every_error_is_a_problem(
    client: Client, method: str, path: str, status: int, said: str
) -> None:
    answered, problem = client.ask(method, path)
    assert (answered, problem["status"]) == (status, status)
    assert said in problem["detail"]


def test_what_is_rejected_is_named_even_when_nothing_is_taken(client: Client) -> None:
    _, problem = client.ask("POST", RECORDS, b"no json")
    assert [(row["index"], row["reason"]) for row in problem["rejected"]] == [(0, "not-json")]


def test_the_index_leads_to_what_answers(client: Client) -> None:
    status, index = client.ask("GET", "/")
    assert status == 200
    answers = client.ask("GET", index["openapi"])[1]["paths"]
    assert {*index.values()} - {index["openapi"]} <= {*answers}


def test_a_key_opens_the_feeds_of_its_department(settings: Settings, tmp_path: Path) -> None:
    keys = tmp_path / "keys.yaml"
    hashes = {name: hashlib.sha256(name.encode()).hexdigest() for name in ("police", "transport")}
    keys.write_text("".join(f"{name}: [{digest}]\n" for name, digest in hashes.items()))
    (port,) = free_ports(1)
    locked = settings.model_copy(update={"api_keys_file": keys, "gateway_port": port})
    with serving(locked) as client:
        for given in ({}, {"x_api_key": "police"}, {"x_api_key": "guess"}):
            assert client.ask("POST", RECORDS, line(1), **given)[0] == 403
        assert client.ask("POST", RECORDS, line(1), x_api_key="transport")[0] == 202


def alert(n: int, version: int, state: Any = "raised", level: int = 1) -> Alert:
    return Alert(
        id=f"a{n}",
        version=version,
        site="town",
        rule="crowd",
        place="hall.west",
        state=state,
        level=level,
        level_peak=level,
        measure=COUNT,
        value=1.0,
        threshold=1.0,
        unit="",
        onset_ms=T0_MS + n,
        observed_at_ms=T0_MS,
        detected_at_ms=T0_MS,
        why="enter",
        text_zh="人多",
        text_en="crowded",
    )


def test_a_reader_of_alerts_goes_on_after_its_last_one(client: Client, tell: Tell) -> None:
    """Every version once, wherever one starts; a version told again is no news."""
    versions = [alert(n, version) for version in (1, 2) for n in range(4)]
    with client.events() as following:
        for each in versions[:5]:
            tell(alert_message(each))
        tell(alert_message(versions[0]))
        first = following(5)
    for each in versions[5:]:
        tell(alert_message(each))
    identities = [(each["id"], each["version"]) for _, each in first]
    assert sorted(identities) == sorted((each.id, each.version) for each in versions[:5])
    for seen in range(5):
        with client.events(after=first[seen][0]) as resumed:
            rest = [(each["id"], each["version"]) for _, each in resumed(8 - seen - 1)]
        assert sorted([*identities[: seen + 1], *rest]) == sorted(
            (each.id, each.version) for each in versions
        )

    tell(alert_message(alert(9, 1, "cleared", level=0)))
    tell(alert_message(alert(8, 1, level=3)))
    wait_for(lambda: len(client.ask("GET", "/v1/alerts?open_only=false")[1]) == 6, "all six")
    told = client.ask("GET", "/v1/alerts")[1]
    assert [(each["id"], each["version"]) for each in told] == [
        ("a8", 1),
        ("a0", 2),
        ("a1", 2),
        ("a2", 2),
        ("a3", 2),
    ]
    assert told[0]["text_zh"] == "人多"


def test_the_state_of_a_place_is_what_worker_and_hub_say_of_it(client: Client, tell: Tell) -> None:
    assert client.ask("GET", "/v1/state/hall.west")[0] == 404
    count = Value(COUNT, "ok", 7.0, T0_MS)
    added = Value("dispersal.queue_persons", "unknown", reason="silent")
    cell = Situation("town", "hall.west", "hall", T0_MS, {COUNT: count})
    own = partition_of("hall", PARTITIONS)
    tell(situation_message(cell, own))
    tell(hub_message(Situation("town", "hall.west", "", T0_MS + 5, {added.measure: added})))
    tell(sign_of_life("town", own, T0_MS + 60_000))
    wait_for(lambda: client.ask("GET", "/v1/state/hall.west")[1].get("at_ms") == T0_MS + 5, "both")
    told = client.ask("GET", "/v1/state/hall.west")[1]
    assert told["values"][COUNT]["value"] == 7.0
    assert told["values"][added.measure]["status"] == "unknown"
    assert "value" not in told["values"][added.measure]
    assert client.ask("GET", "/v1/state/partition/0")[0] == 404


def test_nothing_is_told_as_of_now_for_a_worker_that_is_silent(
    settings: Settings, client: Client, tell: Tell, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other cell's worker goes on; who reads the topics only later comes to the same."""
    count = Value(COUNT, "ok", 7.0, T0_MS)
    own = partition_of("hall", PARTITIONS)
    monkeypatch.setattr("streams.runtime.picture.SILENT_WALL_SECONDS", SILENT_SECONDS)
    told_at = time.monotonic()
    tell(situation_message(Situation("town", "hall.west", "hall", T0_MS, {COUNT: count}), own))
    tell(hub_message(Situation("town", "town", "", T0_MS, {"site.operating_level": count})))

    def told() -> Any:
        tell(sign_of_life("town", 1 - own, T0_MS))
        return client.ask("GET", "/v1/state/hall.west")[1]["values"][COUNT]

    wait_for(lambda: told().get("status") == "ok", "what was told")
    wait_for(lambda: client.ask("GET", "/health/ready") == (200, "ok"), "all of it")
    wait_for(lambda: told()["status"] != "ok", "its silence")
    assert time.monotonic() - told_at >= SILENT_SECONDS
    assert told()["reason"] == "silent-cell"
    assert "value" not in told()
    said = f"the worker of partition {own} has told nothing for "
    status, reason = client.ask("GET", "/health/ready")
    assert (status, reason[: len(said)]) == (503, said)
    assert "hub" not in reason
    (port,) = free_ports(1)
    with serving(settings.model_copy(update={"gateway_port": port})) as later:
        assert later.ask("GET", "/v1/state/hall.west")[1]["values"][COUNT]["status"] == "unknown"
    tell(sign_of_life("town", own, T0_MS))
    wait_for(lambda: told()["status"] == "ok", "its return")


def test_its_own_health_and_counts(client: Client) -> None:
    assert client.ask("GET", "/health/live")[0] == 200
    accepted = 'hubwatch_gateway_records_total{verdict="accepted"} '
    before = number_after(accepted, client.ask("GET", "/metrics")[1])
    client.ask("POST", RECORDS, line(20))
    assert number_after(accepted, client.ask("GET", "/metrics")[1]) == before + 1


def number_after(prefix: str, page: str) -> float:
    (found,) = [text for text in page.splitlines() if text.startswith(prefix)]
    return float(found.removeprefix(prefix))


@pytest.mark.parametrize(
    "token", ["x", "0:", "0:1:2", "0:-1", "0:1,,1:2", "2:5", "0:" + "9" * 5000]
)
def test_an_id_that_was_never_given_out_is_refused(client: Client, token: str) -> None:
    status, said = client.ask("GET", "/v1/alerts/stream", last_event_id=token)
    assert (status, said["status"]) == (400, 400)
    assert "Last-Event-ID" in said["detail"]
    assert "none to begin with the oldest" in said["detail"]


def test_a_caller_without_an_address_needs_a_key(
    settings: Settings, client: Client, tmp_path: Path
) -> None:
    """Who comes by a proxy or by a unix socket may be anybody."""
    for told in ("unknown", "_hidden", "203.0.113.9"):
        status, said = client.ask("POST", RECORDS, line(1), x_forwarded_for=told)
        assert (status, said["status"]) == (403, 403)
    assert client.ask("GET", "/v1/alerts", x_forwarded_for="unknown")[0] == 200

    with serving(settings, path=tmp_path / "gateway.sock") as local:
        status, said = local.ask("POST", RECORDS, line(1))
        assert status == 403
        assert "HUBWATCH_API_KEYS_FILE" in said["detail"]
        assert local.ask("GET", "/v1/alerts")[0] == 200


DIGEST = hashlib.sha256(b"police").hexdigest()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (f"- {DIGEST}", "keys.yaml:1 file: must be a mapping"),
        (f"police: [{DIGEST}]\npolise: [{DIGEST}]", ":2 polise: must be one of platform, police, "),
        (f"police: {DIGEST}", ":1 police: must be a list of SHA-256 hashes"),
        ("police: []", ":1 police: must be a list of SHA-256 hashes"),
        (f"police:\n  - {DIGEST}\n  - secret-of-police", ":3 police.1: must be a SHA-256 hash"),
        (f"police: [{DIGEST.upper()}]", ":1 police.0: must be a SHA-256 hash"),
        ("police: [7]", ":1 police.0: must be a SHA-256 hash"),
        (f"police: [{DIGEST}]\npolice: [{DIGEST}]", ":2 police: must be each key once"),
        (f"police: [{DIGEST}", ":1 file: must be valid YAML"),
        (None, ":1 file: must be a readable UTF-8 file"),
    ],
)
def test_a_file_of_keys_that_is_none_is_told_by_line(
    text: str | None, said: str, tmp_path: Path
) -> None:
    """What is written there is not shown: it may be the key itself."""
    file = tmp_path / "keys.yaml"
    if text is not None:
        file.write_text(text)
    with pytest.raises(SettingsError) as caught:
        Keys.read(file, ("police", "transport"))
    assert said in str(caught.value)
    assert "secret-of-police" not in str(caught.value)
    assert DIGEST not in str(caught.value).lower()
