"""Outputs of a step as messages of the topics they belong to."""

from __future__ import annotations

import msgspec

from schemas.alert import Alert
from schemas.value import Situation
from streams.gate import Refusal
from streams.runtime.outbox import Outgoing
from streams.runtime.topics import ALERTS, QUARANTINE, SITUATION

_json = msgspec.json.Encoder().encode


def alert_message(alert: Alert) -> Outgoing:
    return Outgoing(ALERTS, alert.id.encode(), _json(alert))


def situation_message(situation: Situation, partition: int) -> Outgoing:
    """In the partition of its cell, so that a reader sees each worker's time go forward."""
    return Outgoing(SITUATION, situation.place.encode(), _json(situation), partition=partition)


def sign_of_life(site: str, partition: int, at_ms: int) -> Outgoing:
    """Everything of this partition up to `at_ms` has been told."""
    key = f"partition/{partition}"
    nothing = Situation(site=site, place=key, cell=key, at_ms=at_ms, values={})
    return Outgoing(SITUATION, key.encode(), _json(nothing), partition=partition)


def hub_message(situation: Situation) -> Outgoing:
    """What the hub adds to a place; always in partition 0, where it stays in order."""
    return Outgoing(SITUATION, f"hub/{situation.place}".encode(), _json(situation), partition=0)


def quarantine_message(refusal: Refusal, topic: str, partition: int) -> Outgoing:
    """The original bytes; the headers say why, and where they stood in the log."""
    incoming = refusal.incoming
    headers = {
        "reason": refusal.reason.value,
        "detail": refusal.detail[:500],
        "department": refusal.department,
        "feed": refusal.feed,
        "topic": topic,
        "partition": str(partition),
        "offset": str(incoming.offset),
        "received_at_ms": str(incoming.timestamp),
        "key": (incoming.key or b"").decode(errors="replace"),
    }
    return Outgoing(
        QUARANTINE,
        refusal.department.encode(),
        incoming.value or b"",
        headers=[(name, text.encode()) for name, text in headers.items()],
    )
