"""What a rule says in the form in which its ladders ask, the same at all of its places."""

from __future__ import annotations

from hashlib import sha256

import msgspec

from streams.rules.rule import Rule


class Terms:
    """The steps, lowest first. A falling ladder is a rising one of the negated value: `enters` and
    `exits` are to be compared with the reading times `sign`.

    `digest` changes when a rule decides differently; new words or new places are no such change.
    """

    __slots__ = ("digest", "enters", "exits", "for_ms", "hold_ms", "levels", "sign")

    def __init__(self, rule: Rule) -> None:
        self.sign = sign = 1.0 if rule.rising else -1.0
        self.levels = [step.level for step in rule.steps]
        self.enters = [sign * step.enter for step in rule.steps]
        self.exits = [sign * step.exit for step in rule.steps]
        self.for_ms = [round(step.for_seconds * 1000) for step in rule.steps]
        self.hold_ms = [round(step.hold_seconds * 1000) for step in rule.steps]
        self.digest = _digest(rule)


def _digest(rule: Rule) -> str:
    decisive = (rule.measure, rule.operator, rule.rising, rule.window_seconds, rule.minimum_points)
    steps = [msgspec.to_builtins(step) for step in rule.steps]
    return sha256(msgspec.json.encode((decisive, steps))).hexdigest()[:12]
