"""What the hub says in one step: values for the topic, series for boards, reasons and options."""

from __future__ import annotations

import msgspec

from schemas.value import Status, Value


class Profile(msgspec.Struct, frozen=True):
    """One mode over the horizon, in persons; index k is 5·k minutes ahead.

    Demand and capacity are of the step that begins there; queues, at that instant, have one entry
    more. `queue_low` and `queue_high` are those of the latest and the earliest run. What is unknown
    is empty.
    """

    mode: str
    kind: str
    status: Status
    reason: str
    limit: float | None
    demand: tuple[float, ...] = ()
    capacity: tuple[float, ...] = ()
    queue: tuple[float, ...] = ()
    queue_low: tuple[float, ...] = ()
    queue_high: tuple[float, ...] = ()


class Contributor(msgspec.Struct, frozen=True):
    """A part of those who wait at the first saturated step.

    `source` with the start of its 5-minute arrival bin; "" and None for the queue at the start.
    `via`: they wanted this mode, which is closed then.
    """

    source: str
    arrived_at_ms: int | None
    via: str
    persons: float
    share: float


class OptionEffect(msgspec.Struct, frozen=True):
    """The likely run with an option taken, against the one without.

    Minutes are those to the hub's first saturation; the horizon stands for "not within it".
    `held_persons` wait inside a source instead.
    """

    key: str
    title_zh: str
    title_en: str
    ready_after_minutes: float
    minutes_to_saturation: float
    minutes_change: float
    stranded_persons: float
    stranded_change: float
    held_persons: float


class Reason(msgspec.Struct, frozen=True):
    """A criterion at the operating level, and the way down to the place that put it there.

    `held`: it is lower by now, and kept up for a while. `unknown`: what decided it is unknown now,
    so that its level is the last one known.
    """

    criterion: str
    title_zh: str
    title_en: str
    level: int
    impact_zh: str
    impact_en: str
    measure: str
    value: float | None
    threshold: float | None
    path: tuple[str, ...]
    held: bool = False
    unknown: bool = False


class OperatingLevel(msgspec.Struct, frozen=True):
    """`criteria` has the level of every criterion; `reasons` those at the site's level. `at_least`:
    less than half of what a criterion looks at is known, so that it may be worse.

    `unjudged` are the criteria whose normal level means nothing: too few of their places are known.
    """

    level: int
    at_least: bool
    reasons: tuple[Reason, ...]
    criteria: dict[str, int]
    unjudged: tuple[str, ...] = ()


class HubPicture(msgspec.Struct, frozen=True):
    """One step of the hub. `at_ms` is the instant it speaks of.

    `at_least`: a mode with a real share of the demand is unknown, so that the hub is at least this
    bad. `split` and `kernel` say of each source what they rest on: `counted` or `prior`.
    """

    site: str
    at_ms: int
    values: dict[str, dict[str, Value]]
    profiles: tuple[Profile, ...]
    first_saturated: str
    contributors: tuple[Contributor, ...]
    options: tuple[OptionEffect, ...]
    operating: OperatingLevel
    at_least: bool
    unknown_modes: tuple[str, ...]
    split: dict[str, str]
    kernel: dict[str, str]
