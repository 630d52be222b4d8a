"""Messages told in a line each: one way a topic."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import msgspec

from schemas.alert import Alert
from schemas.value import Situation
from streams.cli.reader import Message, decoded
from streams.cli.reasons import in_words
from streams.cli.text import UNKNOWN, harmless, local_time, number, shortened
from streams.gate.reasons import REASONS, Reason
from streams.runtime.topics import ALERTS, QUARANTINE, SITUATION
from streams.site.model import Site

SHOWN_CHARACTERS = 160
SHOWN_VALUES = 4
ENVELOPE = ("kind", "id", "feed", "source", "place", "observed_at_ms", "simulated", "recording")

_situation_of = msgspec.json.Decoder(Situation).decode
_alert_of = msgspec.json.Decoder(Alert).decode


@dataclass(frozen=True, slots=True)
class Told:
    """A message in words; `place` is what it speaks of, "" where that cannot be read."""

    message: Message
    place: str
    line: str

    def json(self) -> str:
        """The message as one line of JSON; bytes that are no JSON stand as text under `raw`."""
        message = self.message
        value = _json_of(message.value)
        return json.dumps(
            {
                "topic": message.topic,
                "partition": message.partition,
                "offset": message.offset,
                "at_ms": message.at_ms,
                "key": message.key,
                "headers": dict(message.headers),
                "value": value,
                **({"raw": message.value.decode(errors="replace")} if value is None else {}),
            },
            ensure_ascii=False,
        )


Teller = Callable[[Message], Told | None]
"""None: nothing worth a line."""


def teller(topic: str, site: Site) -> Teller:
    """How messages of a topic are told; those of an unknown one as they are."""
    return partial(TELLERS.get(topic, tell_record), site)


def within(site: Site, place: str) -> frozenset[str]:
    """A place and all places in it."""
    inside = [key for key in site.places if place in {a.key for a in site.ancestors(key)}]
    return frozenset((place, *inside))


def tell_record(site: Site, message: Message) -> Told:
    """A record of an inbox topic: what it says, of which place, from which source."""
    record = _json_of(message.value)
    at = local_time(message.at_ms, site.timezone)
    if not isinstance(record, dict):
        return Told(message, "", f"{at}  不是 JSON not JSON: {_shown(message.value)}")
    fields = " ".join(f"{key}={value}" for key, value in record.items() if key not in ENVELOPE)
    words = [str(record.get(key, "?")) for key in ("kind", "place", "source")]
    place = str(record.get("place", ""))
    return Told(message, place, harmless("  ".join((at, *words, fields))))


def tell_situation(site: Site, message: Message) -> Told | None:
    """How the values of a place stand, those first that are not ok; no signs of life."""
    situation = decoded(message, _situation_of)
    if situation.sign_of_life:
        return None
    values = sorted(situation.values.values(), key=lambda value: value.status == "ok")
    counts = Counter(value.status for value in values)
    told = [
        f"{value.measure}={UNKNOWN if value.value is None else number(value.value)}"
        + (f" ({value.status}: {in_words(value.reason)})" if value.status != "ok" else "")
        for value in values[:SHOWN_VALUES]
    ]
    more = len(values) - len(told)
    line = "  ".join(
        (
            local_time(situation.at_ms, site.timezone),
            message.key,
            " ".join(f"{count} {status}" for status, count in sorted(counts.items())),
            *told,
            *((f"… +{more}",) if more > 0 else ()),
        )
    )
    return Told(message, situation.place, harmless(line))


def tell_alert(site: Site, message: Message) -> Told:
    """One version of an alert."""
    alert = decoded(message, _alert_of)
    words = (
        local_time(alert.detected_at_ms, site.timezone),
        f"{alert.state} {alert.level}",
        alert.rule,
        alert.place,
        f"v{alert.version} {alert.id}",
        f"{alert.text_zh} {alert.text_en}",
    )
    return Told(message, alert.place, harmless("  ".join(words)))


def tell_refusal(site: Site, message: Message) -> Told:
    """A quarantined message: why, from whom, where it stood, and its bytes."""
    headers = message.headers
    reason = headers.get("reason", "?")
    known = REASONS.get(Reason(reason)) if reason in set(Reason) else None
    record = _json_of(message.value)
    place = str(record.get("place", "")) if isinstance(record, dict) else ""
    words = (
        local_time(int(headers.get("received_at_ms", message.at_ms)), site.timezone),
        f"{reason} {known.zh} {known.en}" if known else reason,
        headers.get("department", "?"),
        headers.get("detail", ""),
        f"{headers.get('topic', '?')}/{headers.get('partition', '?')}@{headers.get('offset', '?')}",
        _shown(message.value),
    )
    return Told(message, place, harmless("  ".join(words)))


TELLERS: Mapping[str, Callable[[Site, Message], Told | None]] = {
    SITUATION: tell_situation,
    ALERTS: tell_alert,
    QUARANTINE: tell_refusal,
}


def _json_of(value: bytes) -> Any:
    try:
        return json.loads(value)
    except ValueError:
        return None


def _shown(value: bytes) -> str:
    return harmless(shortened(value.decode(errors="replace"), SHOWN_CHARACTERS))
