"""Contexts with the standards as shipped, and records made from the kinds' own examples."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from schemas.catalogue import kinds
from schemas.codec import struct_of
from streams.fusion.measure import Context
from streams.site.mistake import Mistake
from streams.site.model import Feed, Place, Site, Source, Standard
from streams.site.standards import read_standards

ROOT = Path(__file__).parents[2]
NOW_MS = 1_784_118_600_000  # 2026-07-15T20:30+08:00
MINUTE_MS = 60_000
HOUR_MS = 3_600_000

NewContext = Callable[..., Context]
NewRecord = Callable[..., Any]


@pytest.fixture(scope="session")
def standards() -> tuple[Standard, ...]:
    mistakes: list[Mistake] = []
    found = read_standards(ROOT / "deploy/standards", "Asia/Shanghai", mistakes)
    assert not mistakes
    return found


@pytest.fixture(scope="session")
def new_context(standards: tuple[Standard, ...]) -> NewContext:
    """`new_context("parking", capacity=10)`: a context at a place of that kind.

    `without` leaves out the standards whose keys begin so; `sources` are (name, kind, cadence in
    seconds, place, maintenance); `child` is a place below.
    """

    def create(
        kind: str = "building",
        *,
        at_ms: int = NOW_MS,
        area: str = "310112",
        timezone: str = "Asia/Shanghai",
        without: tuple[str, ...] = (),
        sources: Iterable[tuple[Any, ...]] = (),
        **fields: Any,
    ) -> Context:
        place = Place(
            key="here", parent=None, kind=kind, cell="here", name_zh="此", name_en="Here", **fields
        )
        below = Place(
            key="below", parent="here", kind=kind, cell="here", name_zh="下", name_en="Below"
        )
        feeds, found = {}, {}
        for name, record_kind, cadence, where, *maintenance in sources:
            feed = f"feed.{record_kind}"
            feeds[feed] = Feed(
                key=feed,
                department="feed",
                kind=record_kind,
                cadence_seconds=cadence,
                places=frozenset(),
            )
            found[feed, name] = Source(
                key=name,
                feed=feed,
                place=where,
                cadence_seconds=cadence,
                maintenance=tuple(maintenance),
            )
        site = Site(
            key="here",
            name_zh="此",
            name_en="Here",
            timezone=timezone,
            area=area,
            places={"here": place, "below": below},
            departments={},
            feeds=feeds,
            sources=found,
            standards=tuple(row for row in standards if not row.key.startswith(without or ("-",))),
            days={},
            day_types={},
            settings={},
        )
        return Context(site=site, place=place, at_ms=at_ms)

    return create


@pytest.fixture(scope="session")
def new_record() -> NewRecord:
    """`new_record("arrival", at_ms, status="arrived")`: the kind's example, changed."""

    def create(kind: str, at_ms: int, **changes: Any) -> Any:
        example: Any = struct_of(kinds()[kind].example())
        changes = {"feed": f"feed.{kind}", "id": f"{at_ms}", "observed_at_ms": at_ms, **changes}
        return msgspec.structs.replace(example, **changes)

    return create
