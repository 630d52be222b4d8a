"""A ladder written independently: it keeps every value and starts from scratch each time."""

from __future__ import annotations

from dataclasses import dataclass, field

from streams.rules.rule import Rule, Step

from .pond import CADENCE_MS

Told = tuple[str, int, int, str]
"""(state, level, version, why)"""


@dataclass
class Naive:
    """What semantics.md says of a ladder, read off the whole history at every step."""

    rule: Rule
    level: int = 0
    onset_ms: int = 0
    version: int = 0
    history: list[tuple[int, float]] = field(default_factory=list)
    moves: list[int] = field(default_factory=list)
    moved_ms: int = 0
    cleared_ms: int = 0
    told: tuple[int, float, bool] = (0, 0.0, False)
    unknown_ms: int | None = None
    unknown_told: bool = False
    chattering: bool = False

    def entered(self, step: Step, number: float) -> bool:
        return number >= step.enter if self.rule.rising else number <= step.enter

    def left(self, step: Step, number: float) -> bool:
        return number <= step.exit if self.rule.rising else number >= step.exit

    def since(self, step: Step, *, entering: bool, after_ms: int) -> int | None:
        """Start of the unbroken run that ends with the newest value."""
        start = later_ms = None
        for at_ms, number in reversed(self.history):
            held = self.entered(step, number) if entering else self.left(step, number)
            gap = later_ms is not None and later_ms - at_ms > 2 * CADENCE_MS
            if not held or gap or at_ms < after_ms:
                break
            start = later_ms = at_ms
        return start

    def known(self, at_ms: int, number: float, suspect: bool) -> Told | None:
        if self.history and self.history[-1][0] == at_ms and self.moved_ms != at_ms:
            self.history.pop()
        self.history.append((at_ms, number))
        if self.chattering and at_ms - self.moves[-1] >= 30 * 60_000:
            self.chattering = False
        frozen, self.unknown_ms = self.unknown_told, None
        self.unknown_told = False
        return (
            self.rise(at_ms, number, suspect)
            or self.fall(at_ms, number, suspect)
            or self.report(at_ms, number, suspect, frozen=frozen)
        )

    def rise(self, at_ms: int, number: float, suspect: bool) -> Told | None:
        runs = []
        for step in self.rule.steps:
            start = self.since(step, entering=True, after_ms=self.cleared_ms + 1)
            if start is not None and at_ms - start >= step.for_seconds * 1000:
                runs.append((step.level, start))
        if not runs or runs[-1][0] <= self.level:
            return None
        if not self.level:
            self.onset_ms, self.version = runs[0][1], 0
        state = "changed" if self.level else "raised"
        self.level = runs[-1][0]
        self.move(at_ms)
        return self.tell(at_ms, number, suspect, state, "enter")

    def fall(self, at_ms: int, number: float, suspect: bool) -> Told | None:
        held = next((step for step in self.rule.steps if step.level == self.level), None)
        start = held and self.since(held, entering=False, after_ms=self.moved_ms)
        if held is None or start is None:
            return None
        if at_ms - start < held.hold_seconds * 1000 * (2 if self.chattering else 1):
            return None
        below = [step.level for step in self.rule.steps if step.level < self.level]
        kept = [s.level for s in self.rule.steps if s.level in below and not self.left(s, number)]
        self.level = max(kept, default=0)
        self.move(at_ms)
        told = self.tell(at_ms, number, suspect, "changed" if self.level else "cleared", "exit")
        if not self.level:
            self.cleared_ms = at_ms
        return told

    def report(self, at_ms: int, number: float, suspect: bool, *, frozen: bool) -> Told | None:
        if not self.level:
            return None
        if frozen:
            return self.tell(at_ms, number, suspect, "changed", "resumed")
        if suspect != self.told[2]:
            return self.tell(at_ms, number, suspect, "changed", "status")
        if at_ms - self.told[0] >= 60_000 and number != self.told[1]:
            return self.tell(at_ms, number, suspect, "changed", "evidence")
        return None

    def unknown(self, now_ms: int) -> Told | None:
        self.history.clear()
        if not self.level:
            return None
        self.unknown_ms = self.unknown_ms or now_ms
        return self.tick(now_ms)

    def tick(self, now_ms: int) -> Told | None:
        if self.unknown_ms is None or self.unknown_told or now_ms - self.unknown_ms < 120_000:
            return None
        self.unknown_told = True
        self.version += 1
        return "unknown", self.level, self.version, "unknown"

    def move(self, at_ms: int) -> None:
        self.moved_ms = at_ms
        self.moves.append(at_ms)
        if len([ms for ms in self.moves if at_ms - ms <= 15 * 60_000]) > 4:
            self.chattering = True

    def tell(self, at_ms: int, number: float, suspect: bool, state: str, why: str) -> Told:
        self.version += 1
        self.told = (at_ms, number, suspect)
        return state, self.level, self.version, why
