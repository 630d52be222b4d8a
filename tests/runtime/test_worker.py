"""A worker process that fails, is killed and told to stop; its log stepped through in one go."""

from __future__ import annotations

import asyncio
import os
import signal
import time

import msgspec
import pytest
from msgspec.structs import replace

from schemas.codec import decode, explain
from schemas.structs import structs
from schemas.value import Situation, Value
from streams.domains import catalogue
from streams.partition import Partition, StepOutput
from streams.partition.inflow import Inflow
from streams.rules.load import load_rules
from streams.runtime import watchdog
from streams.runtime.processes import ENDING
from streams.runtime.servers import Broker
from streams.runtime.topics import QUARANTINE, SITUATION, SNAPSHOTS, partition_of
from tests.runtime.stage import BAD_ONES, PARTITIONS, Stage, new_stage, send_bad_ones
from tests.waiting import LIMIT_SECONDS, wait_for

pytestmark = pytest.mark.servers

FAILING = (
    "-c",
    """
from streams.runtime import processes, worker

decode, calls = worker.decode, []

def fail_once(raw):
    calls.append(raw)
    if len(calls) == 3000:
        raise ZeroDivisionError("a formula of the test")
    return decode(raw)

worker.decode = fail_once
processes.run("worker")
""",
)
"""a worker whose core fails in the middle, once: what follows must not be taken on a gap"""
HALF_WAY = (
    "-c",
    """
import asyncio
from streams.runtime import processes
from streams.runtime.tenure import Tenure

take_over = Tenure.take_over

async def take_over_the_first(self, bootstrap_servers):
    await take_over(self, bootstrap_servers)
    if self.number > 0:
        await asyncio.sleep(3600)

Tenure.take_over = take_over_the_first
processes.run("worker")
""",
)
"""a worker that has one of its partitions and does not come to have the other"""
PATIENT = (
    "-c",
    """
from streams.runtime import processes, transport, watchdog

transport.RELEASE_SECONDS = watchdog.END_SECONDS = 60.0
processes.run("worker")
""",
)
"""a worker that has time to end, however slow the machine is"""
MOVING = "partitions are being taken over or given back"


@pytest.fixture(scope="module")
def stage(own_broker: Broker, tmp_path_factory: pytest.TempPathFactory) -> Stage:
    return new_stage(own_broker.bootstrap_servers, tmp_path_factory.mktemp("worker"))


def in_one_go(stage: Stage) -> tuple[list[Partition], list[tuple[str, int, StepOutput]]]:
    """The pure core over the same log, each inbox in one batch."""
    rules = load_rules(stage.settings.site_dir / "rules.yaml", stage.site, catalogue())
    departments = {d.inbox: d.key for d in stage.site.departments.values()}
    partitions: list[Partition] = []
    outputs: list[tuple[str, int, StepOutput]] = []
    for n in range(PARTITIONS):
        partition = Partition(
            n,
            [c for c in stage.site.cells if partition_of(c, PARTITIONS) == n],
            site=stage.site,
            catalogue=catalogue(),
            rules=rules,
            decode=decode,
            explain=explain,
            record_types=structs(),
        )
        inflow = Inflow(partition, departments)
        for topic in departments:
            inflow.offer(topic, stage.inboxes[topic, n])
        outputs += [(topic, n, o) for topic, o in inflow.advance({}, stage.end_ms)]
        partitions.append(partition)
    return partitions, outputs


def values_of(partitions: list[Partition]) -> dict[str, Value]:
    return {
        f"{key}/{measure}": plain(value)
        for partition in partitions
        for key, state in partition.picture.places.items()
        for measure, value in state.values.items()
    }


def newest_values(stage: Stage) -> dict[str, Value]:
    """As the situations told last have it, by place and measure."""
    newest: dict[str, Situation] = {}
    for record in (r for log in stage.read(SITUATION).values() for r in log):
        situation = msgspec.json.decode(record.value, type=Situation)
        if not situation.sign_of_life:
            newest[situation.place] = situation
    return {
        f"{key}/{measure}": plain(value)
        for key, situation in newest.items()
        for measure, value in situation.values.items()
    }


def plain(value: Value) -> Value:
    """Without what tells how often it was looked at."""
    return replace(value, version=1, revised=False)


def test_failed_hung_killed_and_started_again_nothing_is_lost(
    stage: Stage,
) -> None:
    process = stage.worker(FAILING)
    try:
        assert process.wait(LIMIT_SECONDS) != 0, "an error in the core ends the process"
        assert "ZeroDivisionError: a formula of the test" in stage.log.read_text()
        process = stage.worker(FAILPOINT="batch-told:3:hang", HUBWATCH_STALLED_SECONDS="5")
        assert process.wait(LIMIT_SECONDS) == watchdog.STATUS, "a loop that hangs ends the process"
        assert "the event loop has hung" in stage.log.read_text()
        process = stage.worker()
        wait_for(lambda: sum(stage.verdicts().values()) > 0, "the first records")
        process.send_signal(signal.SIGKILL)
        process.wait()
        marks = [r for log in stage.read(SNAPSHOTS).values() for r in log]
        process = stage.worker()
        stage.await_records(process, stage.records)
        counted = stage.verdicts()
        partitions, outputs = in_one_go(stage)
        # what was told last of each place is what the core makes of the log
        expected = values_of(partitions)
        wait_for(lambda: newest_values(stage) == expected, "the end of the log to be told")
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(LIMIT_SECONDS) == 0
    assert marks, "it was killed before anything was durable"

    assert "deleted before they were read" not in stage.log.read_text()

    # the counts are the log's
    refused = {
        (topic, n, refusal.incoming.offset): refusal.reason.value
        for topic, n, output in outputs
        for refusal in output.refused
    }
    assert len(refused) >= 6 * len(stage.site.departments)
    assert counted == {
        "processed": stage.records - len(refused),
        "quarantined": len(refused),
    }

    # every refused record is in quarantine, as it was sent, with its place in the log
    found: dict[tuple[str, int, int], str] = {}
    for record in (r for log in stage.read(QUARANTINE).values() for r in log):
        told = {name: text.decode() for name, text in record.headers}
        where = told["topic"], int(told["partition"]), int(told["offset"])
        (original,) = [r for r in stage.inboxes[where[:2]] if r.offset == where[2]]
        assert record.value == (original.value or b"")
        assert int(told["received_at_ms"]) == original.timestamp
        found[where] = told["reason"]
    assert found == refused


def test_told_to_stop_all_it_has_taken_is_durable(stage: Stage, own_broker: Broker) -> None:
    """It saves once a minute: what is stored when it has ended was stored at its end, though the
    broker did not answer at once. It is not ready then."""
    asyncio.run(send_bad_ones(stage.site, stage.settings.bootstrap_servers, stage.end_ms))
    sent = len(BAD_ONES) * len(stage.site.departments) * PARTITIONS
    process = stage.worker(PATIENT, HUBWATCH_SNAPSHOT_SECONDS="60", HUBWATCH_BATCH_RECORDS="4000")
    assert own_broker.pid
    try:
        stage.await_records(process, stage.records + sent)
        assert stage.readiness() == "ok"
        os.killpg(own_broker.pid, signal.SIGSTOP)
        process.send_signal(signal.SIGTERM)
        wait_for(lambda: stage.readiness() == ENDING, "it to be told")
        time.sleep(1.0)  # its partitions are being given back
    finally:
        os.killpg(own_broker.pid, signal.SIGCONT)
        process.send_signal(signal.SIGTERM)
        status = process.wait(LIMIT_SECONDS)
    assert status == 0, stage.log.read_text()
    assert stage.durable() == stage.ends()


def test_not_ready_before_it_has_all_its_partitions(stage: Stage) -> None:
    process = stage.worker(HALF_WAY)
    told = ("ok", MOVING)
    try:
        wait_for(lambda: stage.readiness() in told, "it to take partitions over")
        wait_for(lambda: "hubwatch_snapshot_age_seconds" in stage.samples(), "the first")
        assert stage.readiness() == MOVING
    finally:
        process.kill()
        process.wait()
