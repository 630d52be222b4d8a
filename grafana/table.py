"""Tables: one row a place, feed or department; states as filled cells, shares as bars."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from string import ascii_uppercase
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
from grafana.panel import Panel
from grafana.query import Query, ages, statuses, values
from grafana.unit import AGE, COUNT, Unit

AGE_SCALE = rising((90, 180, 600), (palette.TEXT, palette.YELLOW, palette.ORANGE, palette.UNKNOWN))

PLACE_LINK: Json = {
    "title": "地点详情 · Place",
    "url": "/d/hubwatch-place?var-place=${__value.raw}&${__url_time_range}",
}
CELLS = {"text": "color-text", "fill": "color-background-solid", "bar": "basic"}
BRIGHTER = {"text": palette.TEXT, "fill": palette.NORMAL, "bar": palette.NORMAL_LINE}
"""normal, where a dark green would not be read"""


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
    cell: Literal["text", "fill", "bar"] = "text"
    width: int | None = None
    highest: float | None = None


def table(
    title_zh: str,
    title_en: str,
    about_zh: str,
    about_en: str,
    columns: Sequence[Column],
    *,
    key: str,
    key_title: str,
    names: Mapping[str, str],
    width: int,
    sort: str = "",
    rising_first: bool = False,
    key_width: int | None = None,
    opens: str = "",
) -> Panel:
    """Columns joined by the label `key`, whose values are shown by their `names`.

    `sort` is the title of the column that orders the rows, highest first unless `rising_first`.
    """
    letters = ascii_uppercase[: len(columns)]
    renamed = {f"Value #{ref}": col.title for ref, col in zip(letters, columns, strict=True)}
    if len(columns) == 1:
        renamed["Value"] = columns[0].title
    order = {key: 0} | {f"Value #{ref}": i + 1 for i, ref in enumerate(letters)}
    return Panel(
        kind="table",
        title_zh=title_zh,
        title_en=title_en,
        about_zh=about_zh,
        about_en=about_en,
        queries=tuple(Query(expr=col.expr, instant=True, table=True) for col in columns),
        width=width,
        defaults={
            "custom": {"align": "auto", "displayMode": "auto", "filterable": False},
            "thresholds": thresholds(palette.STATELESS),
            "color": {"mode": "thresholds"},
            "mappings": mappings(unknown=UNKNOWN_TEXT),
            "noValue": UNKNOWN_TEXT,
        },
        overrides=(_key_column(key, key_title, names, key_width), *map(_column, columns)),
        options={
            "showHeader": True,
            "cellHeight": "sm",
            "footer": {"show": False, "reducer": ["sum"], "fields": ""},
            "sortBy": [{"displayName": sort, "desc": not rising_first}] if sort else [],
        },
        transformations=(
            {"id": "merge", "options": {}},
            {
                "id": "organize",
                "options": {
                    "excludeByName": {"Time": True},
                    "indexByName": order,
                    "renameByName": {**renamed, key: key_title},
                },
            },
        ),
        opens=opens,
    )


def measured(
    basis: Basis,
    measure: str,
    places: str | Sequence[str],
    *,
    title: str = "",
    scale: Scale = palette.STATELESS,
    words: Sequence[Word] = (),
    cell: Literal["text", "fill", "bar"] = "text",
    width: int | None = None,
    highest: float | None = None,
) -> Column:
    """A column of a measure at places."""
    row = basis.row(measure)
    return Column(
        title=title or f"{row.title_zh} {row.title_en}",
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
            title="可信度 Status",
            expr=statuses(measure, places),
            unit=COUNT,
            words=STATUS_WORDS,
            cell="fill",
            width=112,
        ),
        Column(
            title="数据龄 Age",
            expr=ages(measure, places),
            unit=AGE,
            scale=AGE_SCALE,
            width=96,
        ),
    )


def _key_column(key: str, title: str, names: Mapping[str, str], width: int | None) -> Json:
    extra: Json = {"mappings": named(names)}
    if key in {"place", "cell"}:
        extra["links"] = [PLACE_LINK]
    return override(title, properties(width=width, cell="auto", extra=extra))


def _column(column: Column) -> Json:
    extra: Json = {"custom.align": "right" if column.cell == "text" else "center"}
    if column.cell == "bar":
        extra |= {"min": 0, "max": column.highest}
    found = properties(
        unit=column.unit,
        scale=_readable(column.scale, BRIGHTER[column.cell]),
        words=column.words,
        width=column.width,
        cell=CELLS[column.cell],
        extra=extra,
    )
    return override(column.title, found)


def _readable(scale: Scale, normal: str) -> Scale:
    return tuple(
        Step(step.start, normal) if step.colour == palette.NORMAL else step for step in scale
    )
