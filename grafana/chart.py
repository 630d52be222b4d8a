"""Charts over time: thin lines, gaps where a value is unknown, its age in the legend."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from grafana import palette
from grafana.basis import Basis
from grafana.field import SILENT_TEXT, Json, Word, mappings, override, properties, thresholds
from grafana.palette import Scale
from grafana.panel import Caption, Panel
from grafana.query import AGE_NAME, Query, oldest, oldest_legend, values
from grafana.unit import Unit

FEW = 4
MANY = 2
"""beyond so many lines areas would only hide each other"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line with a name, or with `label` a family of them, named by a label's value."""

    expr: str
    name: str = ""
    label: str = ""
    colour: str = ""
    dashed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Axis:
    """What is measured upwards. `scale` is drawn as dashed lines at its thresholds."""

    unit: Unit
    scale: Scale | None = None
    stacked: bool = False
    lowest: float = 0.0
    highest: float | None = None


def chart(
    basis: Basis,
    measure: str,
    places: Sequence[str],
    caption: Caption,
    *,
    width: int,
    scale: Scale | None = None,
    stacked: bool = False,
    legend: str = "bottom",
) -> Panel:
    """One measure at several places over time. A line is broken while the value is unknown."""
    return lines(
        caption.described(basis.about(measure)),
        [Line(expr=values(measure, places), label="place")],
        Axis(unit=basis.unit(measure), scale=scale, stacked=stacked),
        width=width,
        names=_legend_names(basis, places, width),
        age=oldest(measure, places),
        legend=legend,
    )


def lines(
    caption: Caption,
    drawn: Sequence[Line],
    axis: Axis,
    *,
    width: int,
    names: Mapping[str, str] | None = None,
    age: str = "",
    legend: str = "bottom",
) -> Panel:
    """Lines of PromQL expressions. `names` are titles of label values, colours go in their order.

    `age` is an expression in seconds that is shown in the legend only.
    """
    queries = [Query(expr=one.expr, legend=one.name or f"{{{{{one.label}}}}}") for one in drawn]
    overrides = [_named(key, name, i) for i, (key, name) in enumerate((names or {}).items())]
    overrides += [_drawn(one) for one in drawn if one.name]
    if age:
        queries.append(oldest_legend(age))
        overrides.append(_age_in_legend())
    return Panel(
        kind="timeseries",
        caption=caption,
        queries=tuple(queries),
        width=width,
        defaults=_defaults(axis, many=len(names or drawn) > MANY),
        overrides=tuple(overrides),
        options={"legend": _legend(legend), "tooltip": {"mode": "multi", "sort": "desc"}},
    )


def timeline(
    caption: Caption,
    expr: str,
    label: str,
    names: Mapping[str, str],
    words: Sequence[Word],
    *,
    width: int,
    age: str = "",
) -> Panel:
    """States over time, one bar a value of `label`. UNKNOWN needs a word of its own.

    `age` is an expression in seconds that names an empty bar.
    """
    queries = [Query(expr=expr, legend=f"{{{{{label}}}}}")]
    overrides = [override(key, properties(name=name)) for key, name in names.items()]
    if age:
        queries.append(oldest_legend(age))
        overrides.append(override(f"/^{AGE_NAME}/", _empty_bar(), matcher="byRegexp"))
    return Panel(
        kind="state-timeline",
        caption=caption,
        queries=tuple(queries),
        width=width,
        defaults={
            "custom": {"fillOpacity": 90, "lineWidth": 0},
            # by thresholds, numbers would be replaced by the names of their spans
            "color": {"mode": "fixed", "fixedColor": palette.QUIET},
            "mappings": mappings(words),
            "noValue": SILENT_TEXT,
        },
        overrides=tuple(overrides),
        options={
            "mergeValues": True,
            "showValue": "never",
            "alignValue": "left",
            "rowHeight": 0.82,
            "legend": {"showLegend": True, "displayMode": "list", "placement": "bottom"},
            "tooltip": {"mode": "single", "sort": "none"},
        },
    )


def _defaults(axis: Axis, *, many: bool) -> Json:
    custom: Json = {
        "drawStyle": "line",
        "lineInterpolation": "linear",
        "lineWidth": 1 if axis.stacked else 1.5,
        "fillOpacity": 45 if axis.stacked else 0 if many else 12,
        "gradientMode": "none",
        "showPoints": "never",
        "spanNulls": False,
        "axisSoftMin": axis.lowest,
        "stacking": {"mode": "normal" if axis.stacked else "none", "group": "A"},
        "thresholdsStyle": {"mode": "dashed" if axis.scale else "off"},
    }
    if axis.highest is not None:
        custom["axisSoftMax"] = axis.highest
    return {
        "unit": axis.unit.key,
        "min": axis.lowest,
        "color": {"mode": "fixed", "fixedColor": palette.SERIES[0]},
        "thresholds": thresholds(axis.scale or palette.STATELESS),
        "custom": custom,
    }


def _legend_names(basis: Basis, places: Sequence[str], width: int) -> Mapping[str, str]:
    """In both languages where they fit below the chart, else in Chinese."""
    fits = width >= 8 and len(places) <= FEW
    return basis.titles(places) if fits else basis.names(places)


def _legend(placement: str) -> Json:
    beside = placement == "right"
    return {
        "showLegend": True,
        "displayMode": "table" if beside else "list",
        "placement": placement,
        "calcs": ["lastNotNull"] if beside else [],
        "sortBy": "Last *",
        "sortDesc": True,
    }


def _named(key: str, name: str, index: int) -> Json:
    colour = palette.SERIES[index % len(palette.SERIES)]
    return override(key, properties(name=name, colour=colour))


def _drawn(line: Line) -> Json:
    extra: Json = {}
    if line.dashed:
        extra["custom.lineStyle"] = {"fill": "dash", "dash": [8, 6]}
        extra["custom.fillOpacity"] = 0
    return override(line.name, properties(colour=line.colour, extra=extra))


def _empty_bar() -> Json:
    return {"mappings": mappings((Word(0, " ", "transparent"),), " ")}


def _age_in_legend() -> Json:
    hidden = {
        "custom.hideFrom": {"viz": True, "tooltip": True, "legend": False},
        "custom.axisPlacement": "hidden",
        "custom.stacking": {"mode": "none", "group": "age"},
    }
    found = properties(colour=palette.UNKNOWN, extra=hidden)
    return override(f"/^{AGE_NAME}/", found, matcher="byRegexp")
