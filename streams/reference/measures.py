"""The page of all measures: what each is, how it is made, and by which formula."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from streams.fusion.measure import (
    Accumulated,
    Catalogue,
    Derived,
    HubMeasure,
    Measure,
    OverTime,
)

DOTTED_KEY = re.compile(r"(?<!\w)[a-z]*(?:\.[a-z0-9_<>]+)+")
Row = Measure | Derived | Accumulated | HubMeasure

INTRODUCTION = """\
# Measures

<!-- written by scripts/reference; change the tables in streams/domains instead -->

What is known of a place, by domain. A measure is *read* from the records of its sources, *kept* by
a fold that remembers more than a window, or *derived* from other measures of the same place; the
hub computes what only the whole site can know. A place without sources of its own takes the value
of the places below it, in the way given under *rolls up*. What cannot be computed, for want of
data, of a standard or of an attribute of the place, is unknown.

Dotted keys inside a formula, such as `crowd.queue.los_b_per_m2`, are those of `deploy/standards`,
where each number stands with its source, its area and its dates.
"""


def measures_page(catalogue: Catalogue) -> str:
    """docs/reference/measures.md as Markdown, domains and keys in alphabetical order."""
    rows: list[Row] = [
        *catalogue.measures.values(),
        *catalogue.accumulated.values(),
        *catalogue.derived.values(),
        *catalogue.hub.values(),
    ]
    domains: dict[str, list[Row]] = {}
    for row in sorted(rows, key=lambda row: row.key):
        domains.setdefault(row.key.partition(".")[0], []).append(row)
    sections = ("\n".join(_section(domain, found)) for domain, found in domains.items())
    return "\n".join((INTRODUCTION, *sections))


def _section(domain: str, rows: Iterable[Row]) -> Iterator[str]:
    yield f"## {domain}\n"
    for row in rows:
        yield f"### `{row.key}`\n"
        unit = f" [{row.unit}]" if row.unit else ""
        yield f"{row.title_zh} · {row.title_en}{unit}: {row.description}.\n"
        yield from (f"- {line}" for line in _details(row))
        yield ""


def _details(row: Row) -> Iterator[str]:
    if isinstance(row, HubMeasure):
        yield "computed for the whole site"
        return
    if isinstance(row, Measure):
        yield from _reading(row)
    elif isinstance(row, Accumulated):
        yield f"kept from `{row.kind}`: {_text(row.read)}"
        if not row.coverage:
            yield "known from the first record on, since silence is normal"
    else:
        yield f"derived from {_keys(row.inputs)}: {_text(row.formula)}"
        if row.optional:
            yield f"uses, where known, {_keys(row.optional)}"
    if not isinstance(row, Measure) and row.place_kinds:
        yield f"at places of kind {', '.join(row.place_kinds)}"
    if row.roll_up:
        yield f"rolls up as the {row.roll_up}"
    if row.critical:
        yield "critical: unknown counts towards the site's blindness"


def _reading(row: Measure) -> Iterator[str]:
    yield f"read from `{row.kind}.{row.field}`: {_reducers(row)}"
    yield f"known when at least {row.minimum_coverage:.0%} of the sources are fresh"
    if row.varies:
        yield "unchanged for too long, a source is frozen"
    if row.jump is not None:
        yield f"a step of more than {row.jump:g} {row.unit} is implausible"


def _reducers(row: Measure) -> str:
    if row.over_time is OverTime.LAST:
        over_time = "the newest"
    else:
        over_time = f"the {row.over_time} of {_duration(row.window_seconds)}"
    weight = f" by `{row.weight}`" if row.weight else ""
    return f"{over_time} of each source, then the {row.over_sources} of the sources{weight}"


def _duration(seconds: float) -> str:
    if seconds >= 3600:
        return f"{seconds / 3600:g} h"
    return f"{seconds / 60:g} min"


def _keys(keys: Iterable[str]) -> str:
    return ", ".join(f"`{key}`" for key in keys)


def _text(function: Callable[..., Any]) -> str:
    told = " ".join((function.__doc__ or "").split()).removesuffix(".")
    return DOTTED_KEY.sub(r"`\g<0>`", told)
