"""A hub restored from a snapshot goes on as if nothing had happened."""

from __future__ import annotations

from typing import Any

import msgspec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from streams.hub.picture import HubPicture
from streams.hub.state import HubState
from tests.hub.conftest import MINUTE_MS, NOW_MS, NewHub, Tell, bin_of, number

moments = st.lists(
    st.fixed_dictionaries(
        {
            "line": st.sampled_from([None, 60.0, 200.0]),
            "rank": st.sampled_from([None, 30.0]),
            "waiting": st.tuples(st.sampled_from([None, 40]), st.sampled_from([None, 90])),
            "passengers": st.sampled_from([None, 0, 500, 2000]),
            "minutes": st.sampled_from([0, 1, 5, 7, 120]),
        }
    ),
    min_size=2,
    max_size=12,
)


@settings(
    deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(moments, st.data())
def test_a_restart_changes_nothing(
    new_hub: NewHub, tell: Tell, told: list[dict[str, Any]], data: Any
) -> None:
    cut = data.draw(st.integers(1, len(told) - 1))
    counts = {"metro": [{"place": "hub.line", "measure": "crowd.entered_per_min"}]}
    air = {"exit_gates": ["hub.air"], "counts": counts}
    one, other = new_hub(air=air), new_hub(air=air)
    now_ms = NOW_MS
    for index, moment in enumerate(told):
        now_ms += moment["minutes"] * MINUTE_MS
        situations = tell(
            now_ms,
            line=moment["line"],
            rank=moment["rank"],
            waiting=moment["waiting"],
            air=None if moment["passengers"] is None else (bin_of(now_ms, moment["passengers"]),),
            more={
                "hub.air": {"crowd.left_per_min": number("crowd.left_per_min", 30)},
                "hub.line": {"crowd.entered_per_min": number("crowd.entered_per_min", 20)},
            },
        )
        if index == cut:
            raw = msgspec.msgpack.encode(other.state)
            other = new_hub(air=air)
            other.state = msgspec.msgpack.decode(raw, type=HubState)
        first, second = one.step(situations, now_ms), other.step(situations, now_ms)
        assert first == second
        assert msgspec.json.decode(msgspec.json.encode(first), type=HubPicture) == first
    assert one.state == other.state


@settings(
    deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(moments)
def test_the_likely_queue_lies_within_its_band(
    new_hub: NewHub, tell: Tell, told: list[dict[str, Any]]
) -> None:
    hub, now_ms = new_hub(), NOW_MS
    for moment in told:
        now_ms += moment["minutes"] * MINUTE_MS
        coming = moment["passengers"]
        situations = tell(
            now_ms,
            line=moment["line"],
            rank=moment["rank"],
            waiting=moment["waiting"],
            air=None if coming is None else (bin_of(now_ms, coming),),
        )
        for row in hub.step(situations, now_ms).profiles:
            band = zip(row.queue_low, row.queue, row.queue_high, strict=True)
            assert all(low <= queue + 1e-6 and queue <= high + 1e-6 for low, queue, high in band)


def test_the_state_is_small(new_hub: NewHub, tell: Tell) -> None:
    """It does not grow with time: nothing but queues, scores and what was learnt is in it."""
    hub = new_hub()
    sizes = []
    for step in range(300):
        now_ms = NOW_MS + step * 5 * MINUTE_MS
        hub.step(tell(now_ms, air=(bin_of(now_ms, 300 * (step % 4)),), waiting=(10, 10)), now_ms)
        sizes.append(len(msgspec.msgpack.encode(hub.state)))
    assert max(sizes) < 2_000
    assert max(sizes[150:]) <= max(sizes[:150]) + 50
