"""Time as acknowledgements tell it."""

from __future__ import annotations

from aiokafka.structs import RecordMetadata, TopicPartition

from streams.runtime.brokertime import BrokerTime


def acknowledged(stamp_ms: int, *, kind: int = 1) -> RecordMetadata:
    return RecordMetadata("t", 0, TopicPartition("t", 0), 7, stamp_ms, kind, 0)


def test_it_is_what_a_broker_stamped_and_goes_on_by_spans() -> None:
    span = iter([100.0, 200.0])
    told = BrokerTime(lambda: next(span))
    assert told.at_ms(99.0) == 0, "nothing is known before a broker has spoken"
    told.hear(acknowledged(1_000_000))
    assert (told.at_ms(100.0), told.at_ms(101.5), told.at_ms(99.5)) == (
        1_000_000,
        1_001_500,
        999_500,
    )
    told.hear(acknowledged(500, kind=0))
    assert told.at_ms(100.0) == 1_000_000, "a stamp of the sender's own tells nothing"
    told.hear(acknowledged(7_000_000))
    assert told.at_ms(200.0) == 7_000_000
