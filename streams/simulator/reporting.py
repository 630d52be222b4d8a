"""How a sensor reports: its turns, what the network adds, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from streams.simulator.fault import FAULTS, FaultKind
from streams.simulator.instruments import Turn
from streams.simulator.noise import Noise

DELAY_MS = (150, 1_200)
"""least and most a report takes from the sensor to the broker"""
AGAIN_MS = 1_500
"""after which a faulty sensor sends its extra record"""
CATCH_UP_MS = 120
"""between the records of a sensor that was cut off, once it is back"""
LONGEST_DELAY_MS = DELAY_MS[1] + AGAIN_MS
CHANGING = (FaultKind.FROZEN, FaultKind.LYING)


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """A fault of one source. `until_ms` exclusive, in times of observation."""

    kind: FaultKind
    from_ms: int
    until_ms: int
    every: int
    field: str
    value: float

    def covers(self, turn: Turn) -> bool:
        return self.from_ms <= turn.observed_ms < self.until_ms and turn.step % self.every == 0


@dataclass(frozen=True, slots=True)
class Report:
    """One message to send at `at_ms`: at `turn` the sensor tells what it saw at the turn `seen`,
    changed by a trouble where it has one."""

    at_ms: int
    turn: Turn
    trouble: Trouble | None
    seen: Turn


class Reporter:
    """A sensor with a steady cadence. All its reports follow from the number of the turn."""

    def __init__(self, cadence_ms: int, noise: Noise, troubles: tuple[Trouble, ...]) -> None:
        self.cadence_ms = cadence_ms
        self._phase_ms = int(noise.uniform(-3) * cadence_ms)
        self._noise = noise
        self._silent = tuple(t for t in troubles if t.kind is FaultKind.SILENT)
        self._held_back = tuple(t for t in troubles if t.kind is FaultKind.HELD_BACK)
        self._changed = tuple(t for t in troubles if t.kind in CHANGING)
        self._extra = tuple(t for t in troubles if FAULTS[t.kind].reason)

    def reports(self, start_ms: int) -> Iterator[Report]:
        """Reports sent from an instant on, in order, without end."""
        step = (start_ms - self._phase_ms - LONGEST_DELAY_MS) // self.cadence_ms
        while True:
            for report in self._of_step(step):
                if report.at_ms >= start_ms:
                    yield report
            step += 1

    def _of_step(self, step: int) -> Iterator[Report]:
        turn = self._turn(step)
        if _first(self._silent, turn) or _first(self._held_back, turn):
            return
        at_ms = turn.observed_ms + self._delay_ms(step)
        changed = _first(self._changed, turn)
        if changed and changed.kind is FaultKind.FROZEN:
            first = self._turn(self._step_from(changed.from_ms))
            yield Report(at_ms, turn, changed, first)
        else:
            yield Report(at_ms, turn, changed, self._resumed(turn))
        for extra in self._extra:
            if extra.covers(turn):
                yield Report(at_ms + AGAIN_MS, turn, extra, turn)

    def late(self, start_ms: int) -> Iterator[Report]:
        """What was held back and comes when the sensor is reached again, in order."""
        for trouble in self._held_back:
            step = self._step_from(trouble.from_ms)
            at_ms = trouble.until_ms
            while (turn := self._turn(step)).observed_ms < trouble.until_ms:
                at_ms += CATCH_UP_MS
                if at_ms >= start_ms:
                    yield Report(at_ms, turn, trouble, turn)
                step += 1

    def last_told_ms(self, at_ms: int) -> int:
        """When it last observed something that had been sent in time by an instant."""
        step = (at_ms - self._phase_ms) // self.cadence_ms
        for trouble in (*self._silent, *self._held_back):
            if trouble.covers(self._turn(step)):
                return self._turn(self._step_from(trouble.from_ms) - 1).observed_ms
        return self._turn(step).observed_ms

    def _turn(self, step: int) -> Turn:
        observed_ms = step * self.cadence_ms + self._phase_ms
        return Turn(step, observed_ms, observed_ms - self.cadence_ms)

    def _step_from(self, at_ms: int) -> int:
        """The first step at or after an instant."""
        return -((self._phase_ms - at_ms) // self.cadence_ms)

    def _delay_ms(self, step: int) -> int:
        shortest, longest = DELAY_MS
        return shortest + int(self._noise.uniform(2 * step + 1) * (longest - shortest))

    def _resumed(self, turn: Turn) -> Turn:
        """After a silence a sensor accounts for all the time since it was last heard."""
        before = self._turn(turn.step - 1)
        silence = _first(self._silent, before)
        if silence is None:
            return turn
        last = self._turn(self._step_from(silence.from_ms) - 1)
        return turn._replace(since_ms=last.observed_ms)


def _first(troubles: tuple[Trouble, ...], turn: Turn) -> Trouble | None:
    for trouble in troubles:
        if trouble.covers(turn):
            return trouble
    return None
