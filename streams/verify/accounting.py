"""Ledger against topics, in plain code: nothing here knows how a record is judged."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from streams.partition.mark import Counts, Mark
from streams.partition.rows import CellSnapshot
from streams.verify.evidence import At, Evidence, Message, Where
from streams.verify.finding import Finding
from streams.verify.ledger import ACCEPTED, Entry, digest
from streams.verify.told import Reasons, reasons


@dataclass(frozen=True, slots=True)
class Refusals:
    """What a replay refuses. `due` is by topic and partition the offset before which all of it must
    be in the quarantine by now; the rest may be on its way."""

    reasons: Reasons
    due: Mapping[At, int]

    def is_due(self, where: Where) -> bool:
        topic, partition, offset = where
        return offset < self.due[topic, partition]


def place_of(entry: Entry) -> Where:
    """Where the broker said it stands."""
    return entry.topic, entry.partition, entry.offset


def name(where: Where) -> str:
    topic, partition, offset = where
    return f"{topic}/{partition}@{offset}"


def named(entry: Entry) -> str:
    """A record of the ledger as the person on duty would look it up."""
    return f"{name(place_of(entry))} {entry.feed} {entry.source} {entry.id}".rstrip()


def acknowledged_is_stored(ledger: Sequence[Entry], evidence: Evidence) -> Finding:
    """I5: byte for byte at the offset the broker gave, for every reader."""
    stored: dict[Where, Message] = dict(evidence.records())
    offenders = [
        f"不在日志中 not in the log: {named(e)}" for e in ledger if place_of(e) not in stored
    ]
    offenders += [
        f"内容不同 other bytes in the log: {named(entry)}"
        for entry in ledger
        if place_of(entry) in stored and digest(stored[place_of(entry)].value) != entry.digest
    ]
    offenders += [
        f"仅部分读者可见 not seen by every reader: {topic}/{partition}, {count}"
        for (topic, partition), count in evidence.hidden.items()
        if count
    ]
    known = {place_of(entry) for entry in ledger}
    counts = {"ledger": len(ledger), "log": len(stored), "unlisted": len(stored.keys() - known)}
    return Finding("I5", counts, offenders)


def accounted_for(
    ledger: Sequence[Entry], evidence: Evidence, marks: Mapping[int, Mark], again: Refusals
) -> Finding:
    """I1: each record of the log has been taken up, and stands in the quarantine for the right
    reason, or not at all."""
    quarantined, refused = reasons(evidence), again.reasons
    offenders: list[str] = []
    for entry in ledger:
        found = quarantined.get(place_of(entry), set())
        wanted = set() if entry.expected == ACCEPTED else {entry.expected}
        if entry.expected and found != wanted and (found or again.is_due(place_of(entry))):
            offenders.append(
                f"应为 should be {entry.expected}, 实为 is {_said(found)}: {named(entry)}"
            )
    listed = {place_of(entry) for entry in ledger if entry.expected}
    for where in sorted((quarantined.keys() | refused.keys()) - listed):
        if where[2] >= _read_to(evidence, where):
            continue  # it came while the inboxes had been read already
        found, wanted = quarantined.get(where, set()), refused.get(where, set())
        if found != wanted and (found or again.is_due(where)):
            offenders.append(
                f"重放为 replay says {_said(wanted)}, 实为 is {_said(found)}: {name(where)}"
            )
    offenders += _not_taken_up(evidence, marks)
    records = sum(map(len, evidence.inboxes.values()))
    counts = {
        "records": records,
        "processed": records - len(quarantined),
        "quarantined": len(quarantined),
        "quarantine_repeats": sum(map(len, evidence.quarantine.values())) - len(quarantined),
    }
    return Finding("I1", counts, offenders)


def _read_to(evidence: Evidence, where: Where) -> int:
    """The offset after the last record that was read of an inbox."""
    messages = evidence.inboxes[where[0], where[1]]
    return messages[-1].offset + 1 if messages else 0


def _said(found: set[str]) -> str:
    return "+".join(sorted(found)) or ACCEPTED


def _not_taken_up(evidence: Evidence, marks: Mapping[int, Mark]) -> Iterator[str]:
    for (topic, partition), messages in evidence.inboxes.items():
        mark = marks.get(partition)
        position = mark.positions.get(topic, 0) if mark else 0
        end = evidence.ends[topic, partition]
        left = sum(position <= message.offset < end for message in messages)
        if left:
            where = f"{topic}/{partition}@{position}"
            yield f"尚未纳入持久状态 in no durable state: {left} from {where} on"


def counted(
    ledger: Sequence[Entry], evidence: Evidence, stored: Counts, replayed: Counts
) -> Finding:
    """I6: what the stored counters say of each feed and each reason.

    By the ledger alone where it says what to expect of every record, else by the replay.
    """
    records = [where for where, _ in evidence.records()]
    complete = len(ledger) == len(records) and all(entry.expected for entry in ledger)
    # what has come since the proof began is in no counter yet
    complete = complete and all(offset < evidence.ends[t, n] for t, n, offset in records)
    wanted = _by_ledger(ledger) if complete else _by_counters(replayed)
    found = _by_counters(stored)
    offenders = [
        f"{' '.join(filter(None, key))}: 应为 should be {wanted[key]}, 实为 is {found[key]}"
        for key in sorted(wanted.keys() | found.keys())
        if wanted[key] != found[key]
    ]
    counts = {"counted": found.total(), "rows": len(wanted), "by_ledger": int(complete)}
    return Finding("I6", counts, offenders)


def _by_ledger(ledger: Sequence[Entry]) -> Counter[tuple[str, str]]:
    """Accepted by feed, refused by topic and reason."""
    rows = ((e.feed, ACCEPTED) if e.expected == ACCEPTED else (e.topic, e.expected) for e in ledger)
    return Counter(rows)


def _by_counters(counts: Counts) -> Counter[tuple[str, str]]:
    found = Counter({(feed, ACCEPTED): count for feed, count in counts.processed.items()})
    for (department, _, reason), count in counts.quarantined.items():
        found[f"inbox.{department}", reason] += count
    return found


def newest_heard(ledger: Sequence[Entry], cells: Mapping[str, CellSnapshot]) -> list[str]:
    """Sources whose newest accepted record by the ledger is not the newest their state knows of."""
    newest: dict[tuple[str, str], int] = {}
    for entry in ledger:
        if entry.expected == ACCEPTED:
            key = entry.feed, entry.source
            newest[key] = max(newest.get(key, 0), entry.observed_at_ms)
    known = {(s.feed, s.source): s.newest_ms for cell in cells.values() for s in cell.sources}
    return [
        f"最新记录未纳入 newest record not in the state: {feed} {source}, {newest_ms}"
        for (feed, source), newest_ms in newest.items()
        if known.get((feed, source), 0) < newest_ms
    ]


def committed_is_durable(evidence: Evidence, marks: Mapping[int, Mark]) -> Finding:
    """I8: for each inbox topic and partition."""

    def durable(where: At) -> int:
        topic, partition = where
        return marks[partition].positions.get(topic, 0) if partition in marks else 0

    offenders = [
        f"{at[0]}/{at[1]}: 已提交 committed {offset}, 已落盘 durable {durable(at)}"
        for at, offset in sorted(evidence.committed.items())
        if offset > durable(at)
    ]
    return Finding("I8", {"partitions": len(evidence.committed)}, offenders)
