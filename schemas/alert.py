"""An alert: one episode of one rule at one place, told in numbered versions."""

from __future__ import annotations

import hashlib
from typing import Literal

import msgspec

AlertState = Literal["raised", "changed", "unknown", "cleared"]


class Alert(msgspec.Struct, frozen=True, omit_defaults=True):
    """One version of an alert. Topic `alerts`, key = alert id, versions count up from 1.

    Delivered at least once: a reader drops what it has by (id, version). `level` runs 1 (lowest) to
    4 and 0 in the cleared version; `level_peak` is the highest so far. `onset_ms` is the event time
    of the first value of the run; `detected_at_ms` is when the platform stepped. `late` says that
    the onset lies further back than the lateness bound. `suspect` says that the value behind this
    version was doubtful. `why` names what made this version: `enter`, `exit`, `status`, `evidence`,
    `unknown`, `resumed`, `rule` (the rule was changed) or `withdrawn` (the rule is no more).
    """

    id: str
    version: int
    site: str
    rule: str
    place: str
    state: AlertState
    level: int
    level_peak: int
    measure: str
    value: float | None
    threshold: float
    unit: str
    onset_ms: int
    observed_at_ms: int
    detected_at_ms: int
    why: str
    text_zh: str
    text_en: str
    clause: str = ""
    audience: tuple[str, ...] = ()
    contributors: tuple[str, ...] = ()
    chattering: bool = False
    late: bool = False
    suspect: bool = False
    simulated: bool = False


def alert_id(site: str, rule: str, place: str, onset_ms: int) -> str:
    """The identity of an episode: the same onset gives the same id, whoever computes it."""
    return hashlib.sha256(f"{site}|{rule}|{place}|{onset_ms}".encode()).hexdigest()[:24]
