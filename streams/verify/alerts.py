"""The alert topic against the replay, and as a reader sees it who drops what it has."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from schemas.alert import Alert
from streams.domains import catalogue
from streams.verify.evidence import Evidence
from streams.verify.finding import Finding
from streams.verify.replay import Replay
from streams.verify.told import told

Version = tuple[str, int]
"""alert id and version: what a reader drops by"""


def version(alert: Alert) -> Version:
    return alert.id, alert.version


def named(alert: Alert) -> str:
    """An alert as the person on duty knows it."""
    return f"{alert.rule} {alert.place} v{alert.version} {alert.state} ({alert.id})"


def complete(evidence: Evidence, replay: Replay) -> Finding:
    """I2: what workers tell; what the hub computes is not in the inbox topics."""
    by_hub = [alert for alert in told(evidence) if _of_the_hub(alert, replay)]
    found = {version(a): a for a in told(evidence) if not _of_the_hub(a, replay)}
    due = {version(alert): alert for alert in replay.truth.due}
    allowed = due | {version(alert): alert for alert in replay.truth.later}
    offenders = [f"缺少 missing: {named(due[key])}" for key in sorted(due.keys() - found.keys())]
    offenders += [
        f"多余 not of the log: {named(found[key])}" for key in sorted(found.keys() - allowed.keys())
    ]
    offenders += [
        f"与重放不同 {_difference(found[key], allowed[key])}: {named(found[key])}"
        for key in sorted(found.keys() & allowed.keys())
        if found[key] != allowed[key]
    ]
    counts = {"expected": len(due), "told": len(found), "of_the_hub": len(by_hub)}
    return Finding("I2", counts, offenders)


def _of_the_hub(alert: Alert, replay: Replay) -> bool:
    """It computes some measures of places that workers watch."""
    return alert.measure in catalogue().hub or alert.place not in replay.places


def _difference(found: Alert, wanted: Alert) -> str:
    fields = found.__struct_fields__
    differing = [name for name in fields if getattr(found, name) != getattr(wanted, name)]
    return "differs from the replay in " + ", ".join(
        f"{name} {getattr(found, name)!r}, not {getattr(wanted, name)!r}" for name in differing
    )


def unambiguous(evidence: Evidence) -> Finding:
    """I3: whichever of several messages of a version a reader keeps, it knows the same."""
    contents: dict[Version, dict[Alert, None]] = defaultdict(dict)
    everything = told(evidence)
    for alert in everything:
        contents[version(alert)][alert] = None
    offenders = [
        f"两种内容 two contents: {named(next(iter(found)))}"
        for found in contents.values()
        if len(found) > 1
    ]
    repeats = len(everything) - len(contents)
    return Finding("I3", {"versions": len(contents), "identical_repeats": repeats}, offenders)


def ordered(evidence: Evidence) -> Finding:
    """I4: for a reader who drops the versions it has."""
    episodes: dict[str, list[Alert]] = defaultdict(list)
    for alert in _first_seen(told(evidence)):
        episodes[alert.id].append(alert)
    offenders = [line for found in episodes.values() for line in _disorder(found)]
    return Finding("I4", {"alerts": len(episodes)}, offenders)


def _first_seen(alerts: Iterable[Alert]) -> Iterator[Alert]:
    seen: set[Version] = set()
    for alert in alerts:
        if version(alert) not in seen:
            seen.add(version(alert))
            yield alert


def _disorder(episode: Sequence[Alert]) -> Iterator[str]:
    if episode[0].version != 1:
        yield f"缺首个版本 does not begin with version 1: {named(episode[0])}"
    newest = episode[0]
    for alert in episode[1:]:
        if alert.version < newest.version:
            yield f"旧版本后到 an older version after v{newest.version}: {named(alert)}"
        elif newest.state == "cleared":
            yield f"解除后仍有版本 a version after the cleared one: {named(alert)}"
        newest = max(newest, alert, key=lambda each: each.version)
