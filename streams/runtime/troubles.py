"""What goes wrong while a site is up, in one line each: with its processes, and by the platform's
own alerts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from streams.runtime.observation import Observation
from streams.runtime.servers import Status

NOT_WORTH_A_LINE = frozenset({"waiting", "starting", "stopping", "stopped"})


class Troubles:
    """Remembers what has been told."""

    def __init__(self, logs: Path) -> None:
        self._logs = logs
        self._downs: dict[str, int] = {}
        self._troubled: set[str] = set()
        self._platform: set[str] = set()

    def of_processes(self, status: Mapping[str, Status]) -> Iterator[str]:
        """Once when one goes away, however short, or does not answer; once when it is back."""
        for name, now in status.items():
            went_down = now.went_down > self._downs.get(name, 0)
            self._downs[name] = now.went_down
            wrong = not now.healthy and now.reason not in NOT_WORTH_A_LINE
            if went_down or (wrong and name not in self._troubled):
                self._troubled.add(name)
                reason = now.last_words if went_down else now.reason
                yield f"  ✗ {name}: {reason} → {self._logs / f'{name}.log'}"
            if now.healthy and name in self._troubled:
                self._troubled.discard(name)
                yield f"  ✓ {name} 恢复 is back"

    def of_platform(self, seen: Observation) -> Iterator[str]:
        """The first of each of the platform's own alerts."""
        for alert in seen.platform_alerts:
            name, words = alert["labels"].get("alertname", ""), alert["annotations"]
            if name not in self._platform:
                self._platform.add(name)
                said = f"{words.get('summary_zh', '')} {words.get('summary_en', '')}"
                yield f"  ! {name}: {said}"
