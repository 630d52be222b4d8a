"""The points of the scaling benchmark measure what they name."""

from __future__ import annotations

from streams.bench.scaling import BATCHES_AN_INBOX, ROUNDS, SOURCES, points
from streams.bench.step import batches


def test_every_inbox_fills_batches_and_every_source_speaks_again_after_the_warm_up():
    for point in points(SOURCES[-1]):
        assert point.records >= ROUNDS * point.sources
        assert point.batch_records * 2 * point.partitions * BATCHES_AN_INBOX <= point.records


def test_every_partition_of_a_point_has_records():
    for point in points(1000):
        if point.axis == "partitions":
            found = batches(point.load, 2 * point.sources, 10)
            assert {batch.partition for batch in found} == set(range(point.partitions))
