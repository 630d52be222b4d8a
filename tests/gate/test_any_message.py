"""What holds for any bytes, keys and instants whatsoever."""

from __future__ import annotations

import json
from collections.abc import Sequence
from itertools import pairwise

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from streams.gate import FUTURE_MS, REASONS, Reason
from tests.gate.conftest import Desk, NewDesk
from tests.gate.test_verdicts import COUNT
from tests.town import T0_MS, Message

SETTINGS = settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
junk = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=4,
)
instants = st.integers(T0_MS - 4_000_000, T0_MS + 100_000) | st.integers(-(2**63), 2**63 - 1)
changed = st.fixed_dictionaries(
    {},
    optional={
        "observed_at_ms": st.sampled_from([T0_MS + n * 1_000 for n in range(6)]) | instants | junk,
        "count": st.integers(0, 3) | junk,
        "id": st.sampled_from(["a", "b"]) | junk,
        "source": st.sampled_from(["cam-1", "cam-2", "cam-7"]) | junk,
        "place": st.sampled_from(["hall.east", "hall.west", "hall", "road.one"]) | junk,
        "feed": st.sampled_from(["transport.road", "police.crowd"]) | junk,
        "extra": junk,
    },
)
values = (
    st.none()
    | st.binary(max_size=20)
    | st.builds(lambda change: json.dumps({**COUNT, **change}).encode(), changed)
    | st.builds(lambda change: json.dumps({**COUNT, **change}).encode()[:-1], changed)
)
messages = st.lists(
    st.builds(
        Message,
        st.just(0),
        st.just(T0_MS + 3_000) | instants,
        st.just(b"hall") | st.none() | st.binary(max_size=4),
        values,
    ),
    max_size=12,
).map(lambda found: [Message(n, m.timestamp, m.key, m.value) for n, m in enumerate(found)])
DEEP = Message(0, T0_MS, b"hall", b'{"a":' * 5000)
HUGE = Message(0, T0_MS, b"hall", b'{"observed_at_ms":' + b"9" * 5000 + b"}")
SURROGATE = Message(0, T0_MS, b"hall", b'{"kind":"\\ud800"}')


def verdicts(desk: Desk, batches: Sequence[Sequence[Message]]) -> dict[int, Reason | None]:
    """By offset; also sees to it that each message has one verdict, in the order of the batch."""
    found: dict[int, Reason | None] = {}
    for batch in batches:
        admitted, refused = desk.judge(batch)
        assert len(admitted) + len(refused) == len(batch)
        offsets = [refusal.incoming.offset for refusal in refused]
        assert offsets == sorted(set(offsets))
        for refusal in refused:
            assert REASONS[refusal.reason].quarantined
            assert refusal.detail
        found |= {message.offset: None for message in batch}
        found |= {refusal.incoming.offset: refusal.reason for refusal in refused}
    return found


@SETTINGS
@given(batch=messages)
@example(batch=[DEEP])
@example(batch=[HUGE])
@example(batch=[SURROGATE])
def test_one_verdict_a_message_and_never_an_error(new_desk: NewDesk, batch: list[Message]) -> None:
    assert len(verdicts(new_desk(), [batch])) == len(batch)


@SETTINGS
@given(batch=messages, cut=st.sets(st.integers(1, 11)))
def test_verdicts_depend_on_the_log_only(
    new_desk: NewDesk, batch: list[Message], cut: set[int]
) -> None:
    edges = [0, *sorted(n for n in cut if n < len(batch)), len(batch)]
    pieces = [batch[start:end] for start, end in pairwise(edges)]
    assert verdicts(new_desk(), [batch]) == verdicts(new_desk(), pieces)


@SETTINGS
@given(batch=messages)
def test_what_is_refused_might_as_well_not_have_been_sent(
    new_desk: NewDesk, batch: list[Message]
) -> None:
    """Refusals leave no trace: without them the memory is the same. No sample lies in the future
    of its arrival, and those of a source are in order, one an instant.
    """
    desk, other = new_desk(), new_desk()
    found = verdicts(desk, [batch])
    good = [message for message in batch if found[message.offset] is None]
    assert set(verdicts(other, [good]).values()) <= {None}
    assert desk.memory() == other.memory()
    latest_ms = max((message.timestamp for message in good), default=0)
    for newest_ms, _, seen, samples in desk.memory().values():
        assert list(seen) == sorted(set(seen))
        assert {sample[0] for sample in samples} <= set(seen)
        assert newest_ms == max(seen, default=0) <= latest_ms + FUTURE_MS
