"""A run in memory holds; whatever is then taken away, repeated or changed is found, and named."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from schemas.alert import Alert
from schemas.codec import decode, explain
from schemas.structs import structs
from streams.domains import catalogue
from streams.partition import Inflow, Partition, snapshot
from streams.rules.load import load_rules
from streams.runtime.messages import alert_message, quarantine_message
from streams.runtime.settings import Settings
from streams.runtime.topics import ALERTS, QUARANTINE
from streams.site import load_site
from streams.verify.evidence import At, Evidence, Message
from streams.verify.finding import Finding
from streams.verify.ledger import Entry, digest
from streams.verify.proof import prove
from tests.faults.load import Sensors
from tests.faults.town import write_town

ROUNDS = 40
START_MS = 1_784_118_600_000


class Run:
    """The town in one partition, through the core, with everything a worker would have stored."""

    def __init__(self, folder: Path) -> None:
        write_town(folder, 2)
        self.site = load_site(folder, Settings().standards_dir)
        self.rules = load_rules(folder / "rules.yaml", self.site, catalogue())
        self.departments = {d.inbox: d.key for d in self.site.departments.values()}
        inboxes: dict[At, list[Message]] = {(topic, 0): [] for topic in self.departments}
        self.ledger: list[Entry] = []
        sensors = Sensors(seed=7, each=2)
        for number in range(ROUNDS):
            now_ms = START_MS + number * 1000
            for each in sensors.round(number, now_ms):
                log = inboxes[each.topic, 0]
                log.append(Message(len(log), now_ms + 20, each.key, each.value))
                self.ledger.append(
                    Entry(
                        topic=each.topic,
                        partition=0,
                        offset=len(log) - 1,
                        at_ms=now_ms + 20,
                        digest=digest(each.value),
                        expected=each.expected,
                        feed=each.feed,
                        source=each.source,
                        id=each.id,
                        observed_at_ms=each.observed_at_ms,
                    )
                )
        self.evidence = self._step(inboxes)

    def _step(self, inboxes: dict[At, list[Message]]) -> Evidence:
        partition = Partition(
            0,
            self.site.cells,
            site=self.site,
            catalogue=catalogue(),
            rules=self.rules,
            decode=decode,
            explain=explain,
            record_types=structs(),
        )
        inflow = Inflow(partition, self.departments)
        for topic in self.departments:
            inflow.offer(topic, inboxes[topic, 0])
        alerts: list[Message] = []
        refused: list[Message] = []
        for topic, output in inflow.advance({}, 0):
            alerts += [message(len(alerts) + n, alert) for n, alert in enumerate(output.alerts)]
            for refusal in output.refused:
                out = quarantine_message(refusal, topic, 0)
                refused.append(Message(len(refused), 0, out.key, out.value, tuple(out.headers)))
        cells = {cell.encode(): snapshot.take(partition, cell) for cell in partition.cells}
        return Evidence(
            partitions=1,
            ends={at: len(log) for at, log in inboxes.items()},
            inboxes=inboxes,
            alerts={(ALERTS, 0): alerts},
            quarantine={(QUARANTINE, 0): refused},
            snapshots={0: {**cells, b"partition/0": snapshot.mark(partition)}},
            committed={(topic, 0): offset for topic, offset in partition.positions.items()},
            hidden={},
        )

    def prove(self, evidence: Evidence | None = None) -> dict[str, Finding]:
        findings = prove(self.ledger, evidence or self.evidence, self.site, self.rules)
        return {finding.key: finding for finding in findings}


def message(offset: int, alert: Alert) -> Message:
    out = alert_message(alert)
    return Message(offset, 0, out.key, out.value)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return Run(tmp_path_factory.mktemp("verify") / "town")


def alerts_of(evidence: Evidence) -> list[Message]:
    return evidence.alerts[ALERTS, 0]


def with_alerts(evidence: Evidence, messages: list[Message]) -> Evidence:
    return replace(evidence, alerts={(ALERTS, 0): messages})


def changed(told: Message, **fields: object) -> Message:
    alert = msgspec.json.decode(told.value or b"", type=Alert)
    return replace(told, value=msgspec.json.encode(msgspec.structs.replace(alert, **fields)))


def test_an_undisturbed_run_holds(run: Run) -> None:
    found = run.prove()
    assert {key: finding.offenders for key, finding in found.items() if not finding.holds} == {}
    assert found["I2"].counts["told"] > 20
    assert found["I1"].counts["quarantined"] > 20
    assert found["I6"].counts["by_ledger"] == 1


def test_what_the_hub_says_of_a_place_is_not_held_against_workers(run: Run) -> None:
    told = alerts_of(run.evidence)
    measure = next(iter(catalogue().hub))
    by_hub = changed(told[0], id="of-the-hub", rule="dispersal", measure=measure)
    found = run.prove(with_alerts(run.evidence, [*told, by_hub]))["I2"]
    assert (found.holds, found.counts["of_the_hub"]) == (True, 1)


def test_repeats_hold(run: Run) -> None:
    """At least once is what is promised."""
    evidence = with_alerts(run.evidence, [*alerts_of(run.evidence), *alerts_of(run.evidence)])
    refused = run.evidence.quarantine[QUARANTINE, 0]
    evidence = replace(evidence, quarantine={(QUARANTINE, 0): [*refused, *refused]})
    found = run.prove(evidence)
    assert all(finding.holds for finding in found.values())
    assert found["I3"].counts["identical_repeats"] == len(alerts_of(run.evidence))


def test_what_has_come_since_is_not_asked_for(run: Run) -> None:
    """Of a site that goes on, what the proof does not know yet may be on its way, or be there."""
    since = {
        at: [*log, replace(log[-1], offset=len(log), value=b"no record")]
        for at, log in run.evidence.inboxes.items()
    }
    assert all(
        finding.holds for finding in run.prove(replace(run.evidence, inboxes=since)).values()
    )


def lost_alert(evidence: Evidence) -> Evidence:
    return with_alerts(evidence, alerts_of(evidence)[:-1])


def invented_alert(evidence: Evidence) -> Evidence:
    told = alerts_of(evidence)
    return with_alerts(evidence, [*told, changed(told[0], id="f" * 24)])


def contradicted_alert(evidence: Evidence) -> Evidence:
    told = alerts_of(evidence)
    return with_alerts(evidence, [*told, changed(told[0], value=-1.0)])


def older_after_newer(evidence: Evidence) -> Evidence:
    return with_alerts(evidence, alerts_of(evidence)[::-1])


def lost_refusal(evidence: Evidence) -> Evidence:
    return replace(evidence, quarantine={(QUARANTINE, 0): evidence.quarantine[QUARANTINE, 0][:-1]})


def lost_record(evidence: Evidence) -> Evidence:
    (first, log), *others = evidence.inboxes.items()
    return replace(evidence, inboxes={first: log[:-1], **dict(others)})


def hidden_record(evidence: Evidence) -> Evidence:
    return replace(evidence, hidden={("inbox.police", 0): 1})


def altered_value(evidence: Evidence) -> Evidence:
    newest = dict(evidence.snapshots[0])
    cell = snapshot.read(newest[b"hall0"])
    cell.places[0].values[0] = msgspec.structs.replace(cell.places[0].values[0], value=-1.0)
    newest[b"hall0"] = msgspec.msgpack.encode(cell)
    return replace(evidence, snapshots={0: newest})


def counted_twice(evidence: Evidence) -> Evidence:
    newest = dict(evidence.snapshots[0])
    cell = snapshot.read(newest[b"hall0"])
    cell.counts.processed["police.crowd"] += 1
    newest[b"hall0"] = msgspec.msgpack.encode(cell)
    return replace(evidence, snapshots={0: newest})


def committed_too_far(evidence: Evidence) -> Evidence:
    return replace(evidence, committed={at: n + 1 for at, n in evidence.committed.items()})


def never_saved(evidence: Evidence) -> Evidence:
    return replace(evidence, snapshots={0: {}})


FAULTS: tuple[tuple[Callable[[Evidence], Evidence], set[str], str], ...] = (
    (lost_alert, {"I2"}, "missing"),
    (invented_alert, {"I2"}, "not of the log"),
    (contradicted_alert, {"I2", "I3"}, "two contents"),
    (older_after_newer, {"I4"}, "older version"),
    (lost_refusal, {"I1"}, "is accepted"),
    (lost_record, {"I5"}, "not in the log"),
    (hidden_record, {"I5"}, "every reader"),
    (altered_value, {"I7"}, "hall0"),
    (counted_twice, {"I6"}, "police.crowd"),
    (committed_too_far, {"I8"}, "durable"),
    (never_saved, {"I1", "I8"}, "in no durable state"),
)


@pytest.mark.parametrize(
    ("fault", "keys", "words"), FAULTS, ids=lambda each: getattr(each, "__name__", "")
)
def test_a_fault_is_found_and_named(
    fault: Callable[[Evidence], Evidence], keys: set[str], words: str, run: Run
) -> None:
    found = {key: f for key, f in run.prove(fault(run.evidence)).items() if not f.holds}
    assert keys <= found.keys()
    assert any(words in line for key in keys for line in found[key].offenders)
