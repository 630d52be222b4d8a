"""Who should report, counted as values roll up."""

from __future__ import annotations

from collections.abc import Callable

from streams.domains import device, energy
from streams.domains.registered import count_due, due_sources
from streams.fusion.measure import Context

NewContext = Callable[..., Context]
NOW_MS = 1_784_118_600_000


def test_sources_in_maintenance_are_not_due(new_context: NewContext) -> None:
    sources = [
        ("a", "energy_meter", 60, "here"),
        ("b", "energy_meter", 60, "here", (NOW_MS, NOW_MS + 1)),
        ("c", "energy_meter", 60, "here", (NOW_MS - 9, NOW_MS)),  # its end is not included
        ("d", "device_heartbeat", 60, "here"),
    ]
    context = new_context(sources=sources)
    assert [source.key for source in due_sources(context, "energy_meter")] == ["a", "c"]
    assert count_due(context, "energy_meter") == 2


def test_a_place_without_sources_of_its_own_counts_those_below(new_context: NewContext) -> None:
    below = [("a", "energy_meter", 60, "below"), ("b", "energy_meter", 60, "below")]
    assert count_due(new_context(sources=below), "energy_meter") == 2
    both = [*below, ("c", "energy_meter", 60, "here")]
    assert count_due(new_context(sources=both), "energy_meter") == 1


def test_shares_of_what_is_registered(new_context: NewContext) -> None:
    four = [(name, "energy_meter", 60, "below") for name in "abcd"]
    assert energy.access_ratio(new_context(sources=four), 3.0) == 0.75
    assert energy.access_ratio(new_context(), 0.0) is None
    assert energy.normal_ratio(new_context(), 90.0, 100.0) == 0.9
    assert energy.normal_ratio(new_context(), 0.0, 0.0) is None
    two = [(name, "device_heartbeat", 60, "here") for name in "ab"]
    assert device.online_ratio(new_context(sources=two), 1.0) == 0.5
    assert device.online_ratio(new_context(), 0.0) is None
