"""Tiles: one number large, its state as the background, its age below."""

from __future__ import annotations

from collections.abc import Sequence

from grafana import palette
from grafana.basis import Basis
from grafana.field import SILENT_TEXT, Json, Word, mappings, thresholds
from grafana.palette import Scale, rising
from grafana.panel import Panel
from grafana.query import Query, aged, oldest
from grafana.unit import AGE, Unit

AGE_LEGEND = "数据龄 {{age}} s"
AGE_SCALE = rising((90, 180, 600), (palette.QUIET, palette.YELLOW, palette.ORANGE, palette.UNKNOWN))


def stat_options(text_mode: str, *, value: int, title: int = 13, justify: str = "center") -> Json:
    return {
        "colorMode": "background",
        "graphMode": "none",
        "justifyMode": justify,
        "orientation": "auto",
        "reduceOptions": {"calcs": ["lastNotNull"], "fields": "", "values": False},
        "text": {"titleSize": title, "valueSize": value},
        "textMode": text_mode,
    }


def number(
    title_zh: str,
    title_en: str,
    about_zh: str,
    about_en: str,
    expr: str,
    *,
    unit: Unit,
    scale: Scale = palette.STATELESS_TILE,
    words: Sequence[Word] = (),
    width: int = 3,
    size: int = 34,
    legend: str = "",
    opens: str = "",
) -> Panel:
    """A tile of one PromQL expression; `legend` is the small line that goes with the number."""
    return Panel(
        kind="stat",
        title_zh=title_zh,
        title_en=title_en,
        about_zh=about_zh,
        about_en=about_en,
        queries=(Query(expr=expr, legend=legend, instant=True),),
        width=width,
        defaults={
            "unit": unit.key,
            "decimals": unit.decimals,
            "thresholds": thresholds(scale),
            "color": {"mode": "thresholds"},
            "mappings": mappings(words),
            "noValue": SILENT_TEXT,
        },
        options=stat_options(
            "value_and_name" if legend else "value",
            value=size,
            justify="auto" if width > 3 else "center",
        ),
        opens=opens,
    )


def tile(
    basis: Basis,
    measure: str,
    place: str,
    about_zh: str,
    *,
    scale: Scale = palette.STATELESS_TILE,
    words: Sequence[Word] = (),
    title: tuple[str, str] | None = None,
    width: int = 3,
    opens: str = "",
) -> Panel:
    """A tile of one measure at one place: grey while it is unknown, with its age below."""
    row = basis.row(measure)
    title_zh, title_en = title or (row.title_zh, row.title_en)
    return number(
        title_zh,
        title_en,
        about_zh,
        f"{basis.about(measure)} At {basis.site.places[place].name_en}.",
        aged(measure, place),
        unit=basis.unit(measure),
        scale=scale,
        words=words,
        width=width,
        legend=AGE_LEGEND,
        opens=opens,
    )


def age_tile(measure: str, places: Sequence[str], *, width: int = 2) -> Panel:
    """The age of what stands beside it, for panels that cannot show their own."""
    return number(
        "数据龄",
        "Age",
        "同排面板所用数据中最旧者的秒数。",
        "Seconds since the oldest observation behind the panels of this row.",
        oldest(measure, places),
        unit=AGE,
        scale=AGE_SCALE,
        width=width,
        size=24,
    )


def wall(
    title_zh: str,
    title_en: str,
    about_zh: str,
    about_en: str,
    queries: Sequence[Query],
    *,
    width: int,
    unit: Unit,
    scale: Scale = palette.STATELESS_TILE,
    words: Sequence[Word] = (),
    size: int = 18,
    place_label: str = "",
    justify: str = "center",
    opens: str = "",
) -> Panel:
    """An annunciator: a small tile a query, in their order, named by its legend.

    `place_label` is the label with the place that a click on the tile opens.
    """
    return Panel(
        kind="stat",
        title_zh=title_zh,
        title_en=title_en,
        about_zh=about_zh,
        about_en=about_en,
        queries=tuple(queries),
        width=width,
        defaults={
            "unit": unit.key,
            "decimals": unit.decimals,
            "thresholds": thresholds(scale),
            "color": {"mode": "thresholds"},
            "mappings": mappings(words),
            "noValue": SILENT_TEXT,
            "links": [_place_link(place_label)] if place_label else [],
        },
        options=stat_options("value_and_name", value=size, title=12, justify=justify),
        opens=opens,
    )


def measured_wall(
    basis: Basis,
    measure: str,
    places: Sequence[str],
    about_zh: str,
    *,
    width: int,
    title: tuple[str, str] | None = None,
    scale: Scale = palette.STATELESS_TILE,
    words: Sequence[Word] = (),
    size: int = 18,
    opens: str = "",
) -> Panel:
    """An annunciator of one measure: a tile a place, with its age."""
    row = basis.row(measure)
    title_zh, title_en = title or (row.title_zh, row.title_en)
    return wall(
        title_zh,
        title_en,
        about_zh,
        basis.about(measure),
        [
            Query(
                expr=aged(measure, place), legend=f"{basis.name(place)}　{{{{age}}}}s", instant=True
            )
            for place in places
        ],
        width=width,
        unit=basis.unit(measure),
        scale=scale,
        words=words,
        size=size,
        place_label="place",
        opens=opens,
    )


def _place_link(label: str) -> Json:
    return {
        "title": "地点详情 · Place",
        "url": f"/d/hubwatch-place?var-place=${{__field.labels.{label}}}&${{__url_time_range}}",
    }
