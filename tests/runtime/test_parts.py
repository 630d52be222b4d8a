"""Large snapshots in parts: whole, or the one before, whatever was written last."""

from __future__ import annotations

from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from streams.runtime.parts import PART_BYTES, joined, split

sizes = st.sampled_from([0, 10, PART_BYTES, PART_BYTES + 1, 2 * PART_BYTES + 7, 3 * PART_BYTES])


def blob(seed: int, size: int) -> bytes:
    return b"\x87" + (Random(seed).randbytes(64) * (size // 64 + 1))[:size]


@settings(max_examples=60)
@given(sizes=st.lists(sizes, min_size=1, max_size=5), cut=st.integers(0, 4))
def test_a_snapshot_broken_off_leaves_the_one_before(sizes: list[int], cut: int) -> None:
    topic: dict[str, bytes] = {"other": b"\x80"}
    generations: dict[str, int] = {}
    for turn, size in enumerate(sizes):
        before = joined(topic)[0].get("cell")
        messages = list(split("cell", blob(turn, size), 1 - generations.get("cell", 1)))
        assert all(len(value) <= PART_BYTES + 1 for _, value in messages)
        for key, value in messages[: min(cut, len(messages) - 1)]:
            topic[key] = value
            assert joined(topic)[0].get("cell") == before
        topic.update(messages)
        found, generations = joined(topic)
        assert found == {"cell": blob(turn, size), "other": b"\x80"}


def test_parts_that_do_not_fit_together_are_no_snapshot() -> None:
    topic = dict(split("cell", blob(1, 2 * PART_BYTES), 0))
    topic["cell#0.1"] = b"of another"
    assert joined(topic) == ({}, {"cell": 0})
