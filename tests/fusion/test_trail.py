"""A trail is the list of its samples."""

from __future__ import annotations

from bisect import bisect_right, insort

from hypothesis import given
from hypothesis import strategies as st

from streams.fusion.trail import Sample, Trail, measured, row_of, unpacked

FIELDS = ("speed_kmh", "flow_veh_h")
numbers = st.none() | st.floats(allow_nan=False) | st.integers(-(2**53), 2**53)
samples = st.tuples(st.integers(0, 2**45), numbers, numbers)


@given(found=st.lists(samples, unique_by=lambda each: each[0]), asked=st.data())
def test_a_trail_is_the_list_of_its_samples(found: list[Sample], asked: st.DataObject) -> None:
    trail = Trail(row_of(FIELDS))
    kept: list[Sample] = []
    for sample in found:
        if kept and sample[0] < kept[-1][0]:
            trail.insert(sample)
        else:
            trail.append(sample)
        insort(kept, sample, key=lambda each: each[0])
    gone = asked.draw(st.integers(0, len(kept)))
    trail.forget(gone)
    del kept[:gone]
    assert (len(trail), unpacked(row_of(FIELDS), trail.rows)) == (len(kept), kept)
    if kept:
        first = asked.draw(st.integers(0, len(kept) - 1))
        times, *fields = trail.columns(first)
        assert list(times) == [each[0] for each in kept[first:]]
        assert [[measured(n) for n in column] for column in fields] == [
            [each[at] for each in kept[first:]] for at in (1, 2)
        ]
    at_ms = asked.draw(st.integers(0, 2**45) | st.sampled_from([0, *(each[0] for each in kept)]))
    assert trail.after(at_ms) == bisect_right(kept, at_ms, key=lambda each: each[0])
    again = Trail(row_of(FIELDS))
    again.fill(kept)
    assert again.rows == trail.rows
