"""The picture read from the topics themselves, so that no gateway is needed."""

from __future__ import annotations

import msgspec

from schemas.alert import Alert
from schemas.value import Situation
from streams.cli.reader import Reader, decoded
from streams.runtime.clock import SiteClock
from streams.runtime.picture import Picture
from streams.runtime.topics import ALERTS, SITUATION

_situation_of = msgspec.json.Decoder(Situation).decode
_alert_of = msgspec.json.Decoder(Alert).decode


def read_picture(reader: Reader, clock: SiteClock) -> Picture:
    """Reads both topics from their start to their present end. Raises UnreadableError."""
    picture = Picture(len(reader.partitions((SITUATION,))), clock)
    for message in reader.past(SITUATION, ALERTS):
        if message.topic == ALERTS:
            picture.take_alert(decoded(message, _alert_of))
        else:
            picture.take(decoded(message, _situation_of), message.partition, message.at_ms)
    return picture
