"""The operating level 1–5: the highest of the criteria, up at once, down after a time.

Never mixed with the colour an authority issued or the response level a command body declared.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from schemas.value import Value
from streams.fusion.rollup import MINIMUM_SHARE_KNOWN
from streams.hub.criteria import NORMAL, Criterion, Operating
from streams.hub.picture import OperatingLevel, Reason
from streams.hub.state import CriterionMemory

MS_A_MINUTE = 60_000
Read = Callable[[str, str], Value]
"""(place, measure) → value"""


@dataclass(frozen=True, slots=True)
class Finding:
    """What a criterion says now. `place` decided; `unknown` when what decided it is not known.

    `judged`: enough of its places are known to call it normal.
    """

    level: int
    place: str
    value: float | None
    unknown: bool
    judged: bool


def operating_level(
    operating: Operating,
    places: Mapping[str, Sequence[str]],
    read: Read,
    memory: dict[str, CriterionMemory],
    now_ms: int,
) -> OperatingLevel:
    """The level at `now_ms`; `places` are those of each criterion, `memory` is kept up to date."""
    hold_ms = int(operating.hold_minutes * MS_A_MINUTE)
    levels: dict[str, int] = {}
    reasons: list[Reason] = []
    unjudged: list[str] = []
    at_least = False
    for criterion in operating.criteria:
        kept = memory.setdefault(criterion.key, CriterionMemory(seen=[]))
        finding = find(criterion, places[criterion.key], read, kept)
        level = hold(kept, finding.level, now_ms, hold_ms)
        levels[criterion.key] = level
        if level == NORMAL and not finding.judged:
            unjudged.append(criterion.key)
        at_least |= finding.unknown or not finding.judged
        reasons.append(_reason(criterion, finding, level, read))
    site = max(levels.values())
    return OperatingLevel(
        level=site,
        at_least=at_least,
        unjudged=tuple(unjudged),
        reasons=tuple(r for r in reasons if r.level == site) if site > NORMAL else (),
        criteria=levels,
    )


def find(
    criterion: Criterion, places: Sequence[str], read: Read, memory: CriterionMemory
) -> Finding:
    """The level of one criterion before any hold.

    It does not sink below the last known level while a place that gave it is unknown, nor while no
    place is known.
    """
    values = [(place, read(place, criterion.measure).value) for place in places]
    values = [(place, value) for place, value in values if _counts(criterion, place, read)]
    known = sorted((value, place) for place, value in values if value is not None)
    silent = {place for place, value in values if value is None}
    number = _number(criterion, [value for value, _ in known])
    level = criterion.level(number)
    sunk = level < memory.known and silent.intersection(memory.deciders)
    judged = len(known) >= MINIMUM_SHARE_KNOWN * len(values)
    if silent and (sunk or not known):
        return Finding(memory.known, _first(memory.deciders), None, unknown=True, judged=False)
    over = criterion.counts_from if criterion.read == "count" else None
    deciders = [place for value, place in reversed(known) if over is not None and value >= over]
    memory.known, memory.deciders = level, deciders or [place for _, place in known[-1:]]
    return Finding(level, _first(memory.deciders), number, unknown=False, judged=judged)


def _counts(criterion: Criterion, place: str, read: Read) -> bool:
    """False where there is too little for the measure to mean much; unknown is not little."""
    if criterion.enough is None:
        return True
    other = read(place, criterion.enough.measure).value
    return other is None or other >= criterion.enough.at_least


def _first(places: Sequence[str]) -> str:
    return places[0] if places else ""


def _number(criterion: Criterion, values: Sequence[float]) -> float | None:
    """The number compared with the thresholds, from values in rising order; None for no value."""
    if not values:
        return None
    if criterion.read == "count" and criterion.counts_from is not None:
        return float(sum(value >= criterion.counts_from for value in values))
    return values[-1]


def hold(memory: CriterionMemory, level: int, now_ms: int, hold_ms: int) -> int:
    """The highest level seen within the hold time.

    When nobody looked for longer than that, the level seen last may have lasted until now.
    """
    if memory.seen and now_ms - memory.seen[-1][0] > hold_ms:
        memory.seen[-1] = (now_ms, memory.seen[-1][1])
    while memory.seen and memory.seen[-1][1] <= level:
        memory.seen.pop()
    memory.seen.append((now_ms, level))
    while memory.seen[0][0] + hold_ms <= now_ms and len(memory.seen) > 1:
        memory.seen.pop(0)
    return memory.seen[0][1]


def _reason(criterion: Criterion, finding: Finding, level: int, read: Read) -> Reason:
    meant = next((row for row in criterion.levels if row.level == level), None)
    return Reason(
        criterion=criterion.key,
        title_zh=criterion.title_zh,
        title_en=criterion.title_en,
        level=level,
        impact_zh=meant.impact_zh if meant else "",
        impact_en=meant.impact_en if meant else "",
        measure=criterion.measure,
        value=finding.value,
        threshold=meant.at if meant else None,
        path=_path(finding.place, criterion.measure, read),
        held=level > finding.level,
        unknown=finding.unknown,
    )


def _path(place: str, measure: str, read: Read) -> tuple[str, ...]:
    """From the place down through whatever decided its value."""
    path: list[str] = []
    while place and place not in path:
        path.append(place)
        place = read(place, measure).decided_by
    return tuple(path)
