"""Now, as acknowledgements tell it."""

from __future__ import annotations

import time

from aiokafka.structs import RecordMetadata, TopicPartition

from streams.runtime.brokertime import REMEMBERED_SECONDS, BrokerTime
from streams.runtime.clock import Segment, SiteClock

SENDER, BROKER = 0, 1
NOON_MS = 1_784_174_400_000


class Spans:
    """A clock that only measures spans."""

    seconds = 100.0

    def __call__(self) -> float:
        return self.seconds


def acknowledged(stamp_ms: int, kind: int = BROKER, *, offset: int = 7) -> RecordMetadata:
    return RecordMetadata("t", 0, TopicPartition("t", 0), offset, stamp_ms, kind, 0)


def by_this_machine(told: BrokerTime) -> bool:
    return abs(told.wall_ms() - time.time() * 1000) < 60_000


def test_it_is_what_a_broker_stamped_and_goes_on_by_spans() -> None:
    spans = Spans()
    told = BrokerTime(SiteClock(), spans)
    assert told.wall_ms() == told.now_ms() == 0, "nobody has told"
    told.hear(acknowledged(NOON_MS))
    spans.seconds += 1.5
    assert told.wall_ms() == told.now_ms() == NOON_MS + 1500
    told.hear(acknowledged(NOON_MS + 1000))
    assert told.wall_ms() == NOON_MS + 1500, "this one was on its way for longer"
    told.hear(acknowledged(NOON_MS + 3_600_000))
    assert told.wall_ms() == NOON_MS + 3_600_000, "it slept, and measured no span meanwhile"


def test_a_clock_of_the_brokers_that_was_set_back_is_followed() -> None:
    spans = Spans()
    told = BrokerTime(SiteClock(), spans)
    told.hear(acknowledged(NOON_MS))
    spans.seconds += REMEMBERED_SECONDS + 1
    told.hear(acknowledged(NOON_MS - 5000))
    assert told.wall_ms() == NOON_MS - 5000


def test_where_the_sender_stamps_it_is_the_clock_of_this_machine() -> None:
    told = BrokerTime(SiteClock(), Spans())
    told.hear(acknowledged(-1, SENDER, offset=-1))
    assert told.wall_ms() == 0, "the answer to a repetition says nothing of the topic"
    told.hear(acknowledged(NOON_MS, SENDER))
    assert by_this_machine(told)
    told.hear(acknowledged(NOON_MS))
    assert told.wall_ms() == NOON_MS, "the topic was altered"
    told.hear(acknowledged(NOON_MS, SENDER))
    assert by_this_machine(told), "and altered back, or it was the sender's own stamp, repeated"


def test_a_simulated_clock_maps_the_clock_of_this_machine() -> None:
    begin_ms = time.time_ns() // 1_000_000
    told = BrokerTime(SiteClock(Segment(begin_ms, NOON_MS, 60.0)), Spans())
    told.hear(acknowledged(NOON_MS))
    assert by_this_machine(told)
    assert NOON_MS <= told.now_ms() < NOON_MS + 60 * 60_000
