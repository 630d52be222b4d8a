"""What the platform says of a place: values that know how far they can be trusted."""

from __future__ import annotations

from typing import Literal

import msgspec

Status = Literal["ok", "suspect", "unknown"]
"""ok: enough fresh sources, none doubtful. suspect: a contributor is doubtful, or part is imputed
or missing. unknown: too few fresh sources; `value` is then None, never a default."""

STATUS_CODE: dict[Status, int] = {"ok": 0, "suspect": 1, "unknown": 2}
CONTRIBUTORS_SHOWN = 8


class Value(msgspec.Struct, frozen=True, omit_defaults=True):
    """One measure at one place. Times are Unix ms, event time.

    `heard`/`expected` count sources (fresh / registered and not in maintenance). `at_least` marks a
    sum with sources missing: a lower bound. `oldest_ms` is the oldest observation the value rests
    on, where that is another than `observed_at_ms`, the instant it is of. `decided_by` is the child
    place that determined a roll-up. `reason` is a short code when status is not ok (`no-source`,
    `coverage`, `frozen`, `skewed`, `implausible`, `imputed`, `input:<measure>`).
    """

    measure: str
    status: Status
    value: float | None = None
    observed_at_ms: int | None = None
    heard: int = 0
    expected: int = 0
    contributors: tuple[str, ...] = ()
    reason: str = ""
    version: int = 1
    revised: bool = False
    at_least: bool = False
    simulated: bool = False
    decided_by: str = ""
    oldest_ms: int | None = None

    @property
    def aged_from_ms(self) -> int | None:
        """The instant its age counts from; None while unknown."""
        return self.observed_at_ms if self.oldest_ms is None else self.oldest_ms

    @property
    def coverage(self) -> float:
        """Fresh sources ÷ expected sources, 0..1; 0 when none is expected."""
        return min(1.0, self.heard / self.expected) if self.expected else 0.0

    def says_the_same(self, other: Value) -> bool:
        """Equal in everything but the version and who contributed."""
        return (
            self.value == other.value
            and self.observed_at_ms == other.observed_at_ms
            and self.status == other.status
            and self.heard == other.heard
            and self.expected == other.expected
            and self.reason == other.reason
            and self.revised == other.revised
            and self.decided_by == other.decided_by
            and self.at_least == other.at_least
            and self.simulated == other.simulated
            and self.oldest_ms == other.oldest_ms
        )

    def following(self, before: Value) -> Value:
        """This value as the successor of `before`: versions count up by one."""
        return msgspec.structs.replace(self, version=before.version + 1)


class ArrivalBin(msgspec.Struct, frozen=True, array_like=True):
    """Passengers expected to arrive in one 5-minute step, `start_ms` inclusive.

    `passengers_low`/`passengers_high` are the p10/p90 the declared or imputed loads allow.
    """

    start_ms: int
    services: int
    passengers: float
    imputed_passengers: float
    passengers_low: float
    passengers_high: float


class Situation(msgspec.Struct, frozen=True, omit_defaults=True):
    """All values of one place that one writer keeps. Topic `situation`, compacted.

    The worker writes under the key `<place>`; the hub processor, whose `cell` is "", under
    `hub/<place>` what it adds to the place. A worker's partition also gives a sign of life under
    `partition/<n>`, without values: everything up to `at_ms` has been told.
    """

    site: str
    place: str
    cell: str
    at_ms: int
    values: dict[str, Value]
    arrivals: tuple[ArrivalBin, ...] = ()

    @property
    def sign_of_life(self) -> bool:
        return not self.values
