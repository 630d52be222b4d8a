"""The invariants by name, and what was found of each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

SHOWN = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Invariant:
    """What must hold, whatever died on the way."""

    key: str
    zh: str
    en: str


INVARIANTS: Mapping[str, Invariant] = {
    row.key: row
    for row in (
        Invariant(
            key="I1",
            zh="每条记录不是已处理就是已隔离",
            en="every record is processed or quarantined, as it should be",
        ),
        Invariant(key="I2", zh="告警不缺不多", en="every alert of the log is told, and no other"),
        Invariant(key="I3", zh="同一版本内容唯一", en="no version of an alert says two things"),
        Invariant(key="I4", zh="版本只增，解除为末", en="versions count up, cleared is the last"),
        Invariant(key="I5", zh="已确认的都在日志中", en="what was acknowledged is in the log"),
        Invariant(key="I6", zh="计数与台账一致", en="the counts are those of the ledger"),
        Invariant(key="I7", zh="状态与重放一致", en="the state is that of a clean replay"),
        Invariant(
            key="I8",
            zh="提交位置不超过已落盘状态",
            en="no committed offset is beyond the durable state",
        ),
    )
}


@dataclass(frozen=True, slots=True)
class Finding:
    """What was counted for an invariant, and whatever violates it, in words."""

    key: str
    counts: Mapping[str, int]
    offenders: list[str] = field(default_factory=list)

    @property
    def holds(self) -> bool:
        return not self.offenders


def shown(offenders: Iterable[str]) -> list[str]:
    """The first few, and how many more there are."""
    found = list(offenders)
    more = len(found) - SHOWN
    return found if more <= 0 else [*found[:SHOWN], f"另有 and {more} 项 more"]
