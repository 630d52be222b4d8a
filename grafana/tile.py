"""Tiles: one number large, its state as the background, its age beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from grafana import palette
from grafana.basis import Basis
from grafana.field import SILENT_TEXT, Json, Word, mappings, thresholds
from grafana.palette import Scale
from grafana.panel import Caption, Panel
from grafana.query import Query, aged, highest
from grafana.unit import Unit

AGE_LEGEND = "数据龄 {{age}}"
NARROW = 3
"""up to this width the age stands above the number, beyond it to the left"""


@dataclass(frozen=True, slots=True)
class Look:
    """A number's unit, the colours it takes, and words said instead of it."""

    unit: Unit
    scale: Scale = palette.STATELESS_TILE
    words: Sequence[Word] = ()

    def defaults(self) -> Json:
        return {
            "unit": self.unit.key,
            "decimals": self.unit.decimals,
            "thresholds": thresholds(self.scale),
            "color": {"mode": "thresholds"},
            "mappings": mappings(self.words),
            "noValue": SILENT_TEXT,
        }


def stat_options(text: str, *, value: int, title: int = 13, justify: str = "center") -> Json:
    return {
        "colorMode": "background",
        "graphMode": "none",
        "justifyMode": justify,
        "orientation": "auto",
        "reduceOptions": {"calcs": ["lastNotNull"], "fields": "", "values": False},
        "text": {"titleSize": title, "valueSize": value},
        "textMode": text,
    }


def number(
    caption: Caption,
    expr: str,
    look: Look,
    *,
    width: int = NARROW,
    size: int = 34,
    legend: str = "",
    opens: str = "",
) -> Panel:
    """A tile of one PromQL expression; `legend` is the small line that goes with the number."""
    return Panel(
        kind="stat",
        caption=caption,
        queries=(Query(expr=expr, legend=legend, instant=True),),
        width=width,
        defaults=look.defaults(),
        options=stat_options(
            "value_and_name" if legend else "value",
            value=size,
            justify="center" if width <= NARROW else "auto",
        ),
        opens=opens,
    )


def tile(
    basis: Basis,
    measure: str,
    place: str,
    caption: Caption,
    *,
    scale: Scale = palette.STATELESS_TILE,
    words: Sequence[Word] = (),
    width: int = NARROW,
    opens: str = "",
    vouched_by: str = "",
) -> Panel:
    """A tile of one measure at one place: grey while it is unknown, with its age.

    `vouched_by` is a measure without which it is not believed, and whose age is shown.
    """
    where = basis.site.places[place].name_en
    return number(
        caption.described(f"{basis.about(measure)} At: {where}."),
        aged(measure, place, vouched_by),
        Look(basis.unit(measure), scale, words),
        width=width,
        legend=AGE_LEGEND,
        opens=opens,
    )


def highest_tile(
    basis: Basis,
    measure: str,
    places: Sequence[str],
    caption: Caption,
    *,
    scale: Scale,
    opens: str = "",
) -> Panel:
    """A tile of the highest value of several places, for what no parent sums up."""
    return number(
        caption.described(basis.about(measure)),
        highest(measure, places),
        Look(basis.unit(measure), scale),
        legend=AGE_LEGEND,
        opens=opens,
    )


def wall(
    caption: Caption,
    queries: Sequence[Query],
    look: Look,
    *,
    width: int,
    size: int = 18,
    place_label: str = "",
    justify: str = "center",
) -> Panel:
    """An annunciator: a small tile a query, in their order, named by its legend.

    `place_label` is the label with the place that a click on the tile opens.
    """
    links = [_place_link(place_label)] if place_label else []
    return Panel(
        kind="stat",
        caption=caption,
        queries=tuple(queries),
        width=width,
        defaults=look.defaults() | {"links": links},
        options=stat_options("value_and_name", value=size, title=12, justify=justify),
    )


def measured_wall(
    basis: Basis,
    measure: str,
    places: Sequence[str],
    caption: Caption,
    *,
    width: int,
    scale: Scale = palette.STATELESS_TILE,
    size: int = 18,
    vouched_by: str = "",
) -> Panel:
    """An annunciator of one measure: a tile a place, with its age."""
    queries = [
        Query(
            expr=aged(measure, place, vouched_by),
            legend=f"{basis.name(place)}　{{{{age}}}}",
            instant=True,
        )
        for place in places
    ]
    return wall(
        caption.described(basis.about(measure)),
        queries,
        Look(basis.unit(measure), scale),
        width=width,
        size=size,
        place_label="place",
    )


def _place_link(label: str) -> Json:
    return {
        "title": "地点详情 · Place",
        "url": f"/d/hubwatch-place?var-place=${{__field.labels.{label}}}&${{__url_time_range}}",
    }
