"""The platform's own alerts, as Alertmanager tells them: the set that fires now.

Alertmanager repeats what fires every minute, and says when something is resolved, but not when it
holds an alert back because of a graver one. So an alert is over when it is resolved, or when it is
no longer told although the heartbeat, which always fires, is.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Literal

import msgspec
import structlog
from msgspec import Meta, Struct

from streams.runtime.gateway.errors import RequestError, UnavailableError

log = structlog.get_logger()

NOTICE_LIMIT_BYTES = 1_048_576
NOTICE_LIMIT = 500
"""alerts in one notice; `max_alerts` of alertmanager.yml.template"""
HELD_LIMIT = 5_000
HEARTBEAT = "Heartbeat"
ALL_TOLD_MS = 90_000
"""everything that fires is told within so long: a minute, and the time between two looks"""
SILENT_MS = 180_000
SEVERITIES = ("critical", "warning", "info")

Labels = Mapping[str, str]


class Told(Struct, frozen=True, rename="camel"):
    """One alert in a notice."""

    status: Literal["firing", "resolved"]
    labels: Labels
    annotations: Labels
    starts_at: datetime
    fingerprint: Annotated[str, Meta(pattern="^[0-9a-f]{1,16}$")]

    @property
    def heartbeat(self) -> bool:
        return self.status == "firing" and self.labels.get("alertname") == HEARTBEAT


class Notice(Struct, frozen=True, rename="camel"):
    """What Alertmanager posts to a webhook."""

    version: Literal["4"]
    alerts: list[Told]
    truncated_alerts: int = 0


class PlatformAlert(Struct, frozen=True):
    """One that fires, since and last told when; `id` is Alertmanager's fingerprint."""

    id: str
    since_ms: int
    told_ms: int
    labels: Labels
    annotations: Labels


class Standing(Struct, frozen=True):
    """`monitored` False: the heartbeat is not heard, or not for long enough to have been told all.

    Then more may fire than `alerts`, which were told last.
    """

    monitored: bool
    alerts: tuple[PlatformAlert, ...]


class PlatformAlerts:
    """Times are Unix ms of the wall clock."""

    def __init__(self) -> None:
        self._held: dict[str, PlatformAlert] = {}
        self._heard_ms = 0
        self._heard_since_ms = 0

    def take(self, body: bytes, now_ms: int) -> None:
        """Takes in a notice. Raises RequestError; then nothing of it is taken."""
        told = _alerts_of(body)
        held = {alert.id: alert for alert in self._firing(now_ms)}
        for each in told:
            if each.status == "resolved":
                held.pop(each.fingerprint, None)
            elif not each.heartbeat:
                held[each.fingerprint] = _held(each, now_ms)
        if len(held) > HELD_LIMIT:
            raise UnavailableError(f"more than {HELD_LIMIT} alerts fire", status=503)
        self._held = held
        if any(each.heartbeat for each in told):
            self._hear(now_ms)

    def standing(self, now_ms: int) -> Standing:
        """What fires, the gravest first."""
        all_told = now_ms - self._heard_since_ms >= ALL_TOLD_MS
        return Standing(
            monitored=self._heard(now_ms) and all_told,
            alerts=tuple(sorted(self._firing(now_ms), key=_gravity)),
        )

    def _firing(self, now_ms: int) -> list[PlatformAlert]:
        held = self._held.values()
        if not self._heard(now_ms):
            return list(held)
        since_ms = self._heard_since_ms
        return [a for a in held if now_ms - max(a.told_ms, since_ms) <= SILENT_MS]

    def _hear(self, now_ms: int) -> None:
        if not self._heard(now_ms):
            self._heard_since_ms = now_ms
        self._heard_ms = now_ms

    def _heard(self, now_ms: int) -> bool:
        return now_ms - self._heard_ms <= SILENT_MS


def _alerts_of(body: bytes) -> list[Told]:
    try:
        notice = msgspec.json.decode(body, type=Notice)
    except msgspec.DecodeError as error:
        raise RequestError(f"not a notice of Alertmanager: {error}", status=400) from error
    if len(notice.alerts) > NOTICE_LIMIT:
        raise RequestError(
            f"{len(notice.alerts)} alerts in one notice",
            status=413,
            hint=f"set max_alerts of the webhook to at most {NOTICE_LIMIT}",
        )
    if notice.truncated_alerts:
        log.warning("Alertmanager left alerts out of a notice", number=notice.truncated_alerts)
    return notice.alerts


def _held(told: Told, now_ms: int) -> PlatformAlert:
    return PlatformAlert(
        id=told.fingerprint,
        since_ms=int(told.starts_at.timestamp() * 1000),
        told_ms=now_ms,
        labels=told.labels,
        annotations=told.annotations,
    )


def _gravity(alert: PlatformAlert) -> tuple[int, int, str]:
    severity = alert.labels.get("severity", "")
    rank = SEVERITIES.index(severity) if severity in SEVERITIES else len(SEVERITIES)
    return rank, alert.since_ms, alert.id
