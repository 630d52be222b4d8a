"""What our processes have told, read back from the messages of their topics."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

import msgspec

from schemas.alert import Alert
from streams.verify.errors import ForeignMessageError
from streams.verify.evidence import At, Evidence, Message, Where

Reasons = Mapping[Where, set[str]]
"""why a record was refused, by the record; more than one reason is a contradiction"""


def told(evidence: Evidence) -> list[Alert]:
    """Every message of the topic, in order within its partition. Raises ForeignMessageError."""
    found = evidence.alerts.items()
    return [_decoded(where, message) for where, messages in found for message in messages]


def _decoded(where: At, message: Message) -> Alert:
    try:
        return msgspec.json.decode(message.value or b"", type=Alert)
    except msgspec.DecodeError as error:
        at = f"{where[0]}/{where[1]}@{message.offset}"
        raise ForeignMessageError(f"message {at}: {error}") from error


def reasons(evidence: Evidence) -> Reasons:
    """The quarantine by the record it speaks of; repetitions count once.

    Raises ForeignMessageError.
    """
    found: dict[Where, set[str]] = defaultdict(set)
    for where, messages in evidence.quarantine.items():
        for message in messages:
            headers = {key: value.decode() for key, value in message.headers}
            try:
                at = headers["topic"], int(headers["partition"]), int(headers["offset"])
                found[at].add(headers["reason"])
            except (KeyError, ValueError) as error:
                name = f"{where[0]}/{where[1]}@{message.offset}"
                raise ForeignMessageError(f"message {name}: no header {error}") from error
    return found
