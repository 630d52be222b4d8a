"""A trail is the list of its samples."""

from __future__ import annotations

from bisect import bisect_right, insort

from hypothesis import given
from hypothesis import strategies as st

from streams.fusion.trail import SPARSE, Sample, Trail

numbers = st.none() | st.floats(allow_nan=False) | st.integers(-(2**53), 2**53) | st.booleans()
samples = st.tuples(st.integers(0, 2**45), numbers, numbers)


@given(
    found=st.lists(samples, unique_by=lambda each: each[0]),
    spare=st.integers(0, 5),
    asked=st.data(),
)
def test_a_trail_is_the_list_of_its_samples(
    found: list[Sample], spare: int, asked: st.DataObject
) -> None:
    """Also where the ring has gone round: so many are forgotten as soon as there are more."""
    trail = Trail(3)
    kept: list[Sample] = []
    for sample in found:
        if kept and sample[0] < kept[-1][0]:
            trail.insert(sample)
        else:
            trail.append(sample)
        insort(kept, sample, key=lambda each: each[0])
        gone = asked.draw(st.integers(0, 2)) if len(kept) > 2 + spare else 0
        trail.forget(gone)
        del kept[:gone]
    assert trail.newest(len(kept) + 1) == kept
    assert trail.newest(2) == kept[-2:]
    first = asked.draw(st.integers(0, len(kept)))
    assert [trail.column(at, first) for at in range(3)] == [
        [each[at] for each in kept[first:]] for at in range(3)
    ]
    at_ms = asked.draw(st.integers(0, 2**45) | st.sampled_from([0, *(each[0] for each in kept)]))
    assert trail.after(at_ms) == bisect_right(kept, at_ms, key=lambda each: each[0])
    assert len(trail.numbers) <= 3 * SPARSE * (len(kept) + 2), "room is given back"
    again = Trail(3)
    again.unpack(trail.packed())
    assert again.newest(len(kept)) == kept
    again.append((2**46, 1.0, None))
    again.forget(len(kept))
    assert again.newest(2) == [(2**46, 1.0, None)]


def test_a_burst_leaves_no_room_behind() -> None:
    trail = Trail(3)
    for n in range(10_000):
        trail.append((n, 1.0, 2.0))
    assert len(trail.numbers) < 3 * 10_000 * 1.3
    trail.forget(9_998)
    assert len(trail.numbers) < 3 * 10
    assert trail.newest(9) == [(9_998, 1.0, 2.0), (9_999, 1.0, 2.0)]
