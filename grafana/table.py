"""Tables: one row a place, feed or department; states as filled cells, shares as bars."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from grafana import palette
from grafana.basis import Basis
from grafana.field import (
    STATUS_WORDS,
    UNKNOWN_TEXT,
    Json,
    Word,
    mappings,
    named,
    override,
    properties,
    thresholds,
)
from grafana.palette import Scale, Step, rising
from grafana.panel import Caption, Panel, references
from grafana.query import ages, column, statuses, values
from grafana.unit import AGE, COUNT, Unit

Cell = Literal["text", "fill", "bar"]

AGE_SCALE = rising((90, 180, 600), (palette.TEXT, palette.YELLOW, palette.ORANGE, palette.UNKNOWN))
CELLS: Mapping[Cell, str] = {"text": "color-text", "fill": "color-background-solid", "bar": "basic"}
BRIGHTER: Mapping[Cell, str] = {
    "text": palette.TEXT,
    "fill": palette.NORMAL,
    "bar": palette.NORMAL_LINE,
}
"""normal, where a dark green would not be read"""
PLACE_LINK: Json = {
    "title": "地点详情 · Place",
    "url": "/d/hubwatch-place?var-place=${__value.raw}&${__url_time_range}",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One instant query that becomes a column; what has no sample in it is unknown.

    `bar` columns run from 0 to `highest`.
    """

    title: str
    expr: str
    unit: Unit
    scale: Scale = palette.STATELESS
    words: Sequence[Word] = ()
    cell: Cell = "text"
    width: int | None = None
    highest: float = 1.0
    absent: str = ""
    """said where there is no sample at all; for a column whose unknown values are NaN"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """What a row is: the label the columns are joined by, and names for its values."""

    label: str
    title: str
    names: Mapping[str, str]
    least: int = 110
    """its width, px; it gets what the columns leave"""


def table(
    caption: Caption,
    key: Key,
    columns: Sequence[Column],
    *,
    width: int,
    sort: str = "",
    lowest_first: bool = False,
) -> Panel:
    """Columns joined by a key. `sort` is the title of the column that orders the rows."""
    return joined(
        caption,
        {key.label: key.title},
        [(one.title, one.expr) for one in columns],
        [_key_column(key), *map(_column, columns)],
        width=width,
        sort=sort,
        lowest_first=lowest_first,
    )


def joined(
    caption: Caption,
    keys: Mapping[str, str],
    columns: Sequence[tuple[str, str]],
    overrides: Sequence[Json],
    *,
    width: int,
    sort: str = "",
    lowest_first: bool = False,
    order: Sequence[str] = (),
    nothing: str = UNKNOWN_TEXT,
) -> Panel:
    """Instant queries, (title, expression) each, merged where all `keys` are the same.

    `keys` are titles by label. `order` names all titles from left to right; without it keys come
    first. `nothing` is shown where there is no value.
    """
    names = [f"Value #{ref}" for ref in references(len(columns))] if len(columns) > 1 else ["Value"]
    titles = {**keys, **{name: title for name, (title, _) in zip(names, columns, strict=True)}}
    ordered = sorted(titles, key=lambda name: order.index(titles[name])) if order else [*titles]
    plain = [override(title, {"mappings": []}) for title in keys.values()]
    return Panel(
        kind="table",
        caption=caption,
        queries=tuple(column(expr) for _, expr in columns),
        width=width,
        defaults={
            "custom": {"align": "auto", "displayMode": "auto", "minWidth": 72},
            "thresholds": thresholds(palette.STATELESS),
            "color": {"mode": "thresholds"},
            "mappings": mappings(unknown=nothing),
            "noValue": nothing,
        },
        overrides=(*plain, *overrides),
        options={
            "showHeader": True,
            "cellHeight": "sm",
            "footer": {"show": False, "reducer": ["sum"], "fields": ""},
            "sortBy": [{"displayName": sort, "desc": not lowest_first}] if sort else [],
        },
        transformations=(
            {"id": "merge", "options": {}},
            {
                "id": "organize",
                "options": {
                    "excludeByName": {"Time": True},
                    "indexByName": {name: index for index, name in enumerate(ordered)},
                    "renameByName": titles,
                },
            },
        ),
    )


def measured(
    basis: Basis,
    measure: str,
    places: str | Sequence[str],
    title: str,
    *,
    scale: Scale = palette.STATELESS,
    words: Sequence[Word] = (),
    cell: Cell = "text",
    width: int | None = None,
    highest: float = 1.0,
) -> Column:
    """A column of a measure at places."""
    return Column(
        title=title,
        expr=values(measure, places),
        unit=basis.unit(measure),
        scale=scale,
        words=words,
        cell=cell,
        width=width,
        highest=highest,
    )


def trust(measure: str, places: str | Sequence[str]) -> tuple[Column, Column]:
    """The two columns every table of values ends with: status and age of its first measure."""
    return (
        Column(
            title="可信 Trust",
            expr=statuses(measure, places),
            unit=COUNT,
            words=STATUS_WORDS,
            cell="fill",
            width=88,
        ),
        Column(
            title="龄 Age",
            expr=ages(measure, places),
            unit=AGE,
            scale=AGE_SCALE,
            width=76,
        ),
    )


def _key_column(key: Key) -> Json:
    extra: Json = {"mappings": named(key.names)}
    if key.label == "place":
        extra["links"] = [PLACE_LINK]
    extra["custom.minWidth"] = key.least
    return override(key.title, properties(cell="auto", extra=extra))


def _column(one: Column) -> Json:
    extra: Json = {"custom.align": "right" if one.cell == "text" else "center"}
    if one.cell == "bar":
        extra |= {"min": 0, "max": one.highest, "mappings": mappings(unknown="▨")}
    if one.absent:
        extra["mappings"] = mappings(one.words, absent=one.absent)
    found = properties(
        unit=one.unit,
        scale=_readable(one.scale, BRIGHTER[one.cell]),
        words=one.words,
        width=one.width,
        cell=CELLS[one.cell],
        extra=extra,
    )
    return override(one.title, found)


def _readable(scale: Scale, normal: str) -> Scale:
    return tuple(
        Step(step.start, normal) if step.colour == palette.NORMAL else step for step in scale
    )
