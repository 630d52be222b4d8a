"""What a step gives back to whoever runs the partition."""

from __future__ import annotations

from dataclasses import dataclass, field

from schemas.alert import Alert
from schemas.value import Situation
from streams.gate import Refusal


@dataclass(slots=True)
class StepOutput:
    """`alerts` and `situations` in the order they arose, `refused` in the order of the batch.

    `told_ms`: with these situations, all that happened up to then has been told.

    Every record of a batch is counted in exactly one of `processed` (folded), `refused`
    (quarantined) and `held` (a restored cell contains it already).
    """

    alerts: list[Alert] = field(default_factory=list)
    situations: list[Situation] = field(default_factory=list)
    told_ms: int | None = None
    refused: list[Refusal] = field(default_factory=list)
    processed: int = 0
    held: int = 0
