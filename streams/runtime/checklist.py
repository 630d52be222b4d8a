"""What must have happened before a site can be called up, ticked off as it happens."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from streams.runtime.observation import Observation


@dataclass(frozen=True, slots=True)
class Tick:
    """`done` judges one look at the running site; a tick once made stays."""

    key: str
    zh: str
    en: str
    done: Callable[[Observation], bool]


CHECKLIST = (
    Tick("broker_ready", "消息总线就绪", "broker ready", lambda _: True),
    Tick("topics", "主题已创建", "topics created", lambda _: True),
    Tick("feeds_flowing", "数据流入", "feeds flowing", lambda seen: seen.flowing),
    Tick("first_fused_state", "首个融合状态", "first fused state", lambda s: s.states["ok"] > 0),
    Tick("first_alert", "首个告警", "first alert", lambda seen: seen.alerting),
    Tick("metrics_scraped", "指标已采集", "metrics scraped", lambda seen: seen.scraped),
)
"""The first two are ticked by whoever starts the broker and creates the topics."""

BY_HAND = ("broker_ready", "topics")


class Checklist:
    """Which ticks have been made, in order of the list; those of `may_lack` need not be."""

    def __init__(self, may_lack: frozenset[str] = frozenset()) -> None:
        self.made: dict[str, bool] = {tick.key: False for tick in CHECKLIST}
        self._may_lack = may_lack

    @property
    def lacking(self) -> tuple[Tick, ...]:
        """What must still happen."""
        return tuple(tick for tick in self._open() if tick.key not in self._may_lack)

    @property
    def not_seen(self) -> tuple[Tick, ...]:
        """What has not happened and need not."""
        return tuple(tick for tick in self._open() if tick.key in self._may_lack)

    def _open(self) -> list[Tick]:
        return [tick for tick in CHECKLIST if not self.made[tick.key]]

    def make(self, key: str) -> Tick:
        self.made[key] = True
        return next(tick for tick in CHECKLIST if tick.key == key)

    def take(self, seen: Observation) -> list[Tick]:
        """Makes the ticks this look allows; returns the new ones."""
        return [
            self.make(tick.key)
            for tick in self._open()
            if tick.key not in BY_HAND and tick.done(seen)
        ]
