"""Charts over time: thin lines, quiet fill, gaps where a value is unknown, its age in the legend."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from grafana import palette
from grafana.basis import Basis
from grafana.field import SILENT_TEXT, Json, Word, mappings, override, properties, thresholds
from grafana.palette import Scale
from grafana.panel import Panel
from grafana.query import AGE_NAME, UNKNOWN, Query, known, oldest, oldest_legend, values
from grafana.unit import Unit


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line, or with `label` a family of them, named by a label's value."""

    expr: str
    name: str = ""
    label: str = ""
    colour: str = ""
    dashed: bool = False


def chart(
    basis: Basis,
    measure: str,
    places: Sequence[str],
    about_zh: str,
    *,
    width: int,
    title: tuple[str, str] | None = None,
    scale: Scale | None = None,
    legend: str = "bottom",
    stacked: bool = False,
    highest: float | None = None,
) -> Panel:
    """One measure at several places over time. A line is broken while the value is unknown.

    `scale` is drawn as dashed lines at its thresholds.
    """
    row = basis.row(measure)
    title_zh, title_en = title or (row.title_zh, row.title_en)
    lines = [Line(expr=values(measure, places), label="place")]
    return lines_panel(
        title_zh,
        title_en,
        about_zh,
        basis.about(measure),
        lines,
        unit=basis.unit(measure),
        width=width,
        names=basis.names(places),
        age=oldest(measure, places),
        scale=scale,
        legend=legend,
        stacked=stacked,
        highest=highest,
    )


def lines_panel(
    title_zh: str,
    title_en: str,
    about_zh: str,
    about_en: str,
    lines: Sequence[Line],
    *,
    unit: Unit,
    width: int,
    names: Mapping[str, str] | None = None,
    age: str = "",
    scale: Scale | None = None,
    legend: str = "bottom",
    stacked: bool = False,
    lowest: float = 0.0,
    highest: float | None = None,
    palette_mode: bool = False,
) -> Panel:
    """Lines of PromQL expressions. `names` are titles of label values, colours go in their order.

    `palette_mode` leaves the colours to Grafana, where the label values are not known beforehand.

    `age` is an expression in seconds that is shown in the legend only.
    """
    queries = [Query(expr=one.expr, legend=one.name or f"{{{{{one.label}}}}}") for one in lines]
    overrides = [_named(key, name, i) for i, (key, name) in enumerate((names or {}).items())]
    overrides += [_drawn(one) for one in lines if one.name]
    if age:
        queries.append(oldest_legend(age))
        overrides.append(_age_in_legend())
    return Panel(
        kind="timeseries",
        title_zh=title_zh,
        title_en=title_en,
        about_zh=about_zh,
        about_en=about_en,
        queries=tuple(queries),
        width=width,
        defaults=_defaults(
            unit,
            scale,
            stacked=stacked,
            many=len(names or lines) > 2,
            lowest=lowest,
            highest=highest,
        )
        | ({"color": {"mode": "palette-classic"}} if palette_mode else {}),
        overrides=tuple(overrides),
        options={
            "legend": {
                "showLegend": True,
                "displayMode": "list" if legend == "bottom" else "table",
                "placement": legend,
                "calcs": [] if legend == "bottom" else ["lastNotNull"],
                "sortBy": "Last *",
                "sortDesc": True,
            },
            "tooltip": {"mode": "multi", "sort": "desc"},
        },
    )


def timeline(
    title_zh: str,
    title_en: str,
    about_zh: str,
    about_en: str,
    expr: str,
    label: str,
    names: Mapping[str, str],
    words: Sequence[Word],
    *,
    width: int,
) -> Panel:
    """States over time, one bar a value of `label`. UNKNOWN needs a word of its own."""
    return Panel(
        kind="state-timeline",
        title_zh=title_zh,
        title_en=title_en,
        about_zh=about_zh,
        about_en=about_en,
        queries=(Query(expr=expr, legend=f"{{{{{label}}}}}"),),
        width=width,
        defaults={
            "custom": {"fillOpacity": 90, "lineWidth": 0},
            # by thresholds, numbers would be replaced by the names of their spans
            "color": {"mode": "fixed", "fixedColor": palette.QUIET},
            "mappings": mappings(words),
            "noValue": SILENT_TEXT,
        },
        overrides=tuple(override(key, properties(name=name)) for key, name in names.items()),
        options={
            "mergeValues": True,
            "showValue": "never",
            "alignValue": "left",
            "rowHeight": 0.82,
            "legend": {"showLegend": True, "displayMode": "list", "placement": "bottom"},
            "tooltip": {"mode": "single", "sort": "none"},
        },
    )


def states(measure: str, places: Sequence[str]) -> str:
    """A level, grade or state at each place, UNKNOWN where it is unknown: for a timeline."""
    return known(measure, places, str(UNKNOWN))


def _defaults(
    unit: Unit,
    scale: Scale | None,
    *,
    stacked: bool,
    many: bool,
    lowest: float,
    highest: float | None,
) -> Json:
    found: Json = {
        "unit": unit.key,
        "min": lowest,
        "color": {"mode": "fixed", "fixedColor": palette.SERIES[0]},
        "thresholds": thresholds(scale or palette.STATELESS),
        "custom": {
            "drawStyle": "line",
            "lineInterpolation": "linear",
            "lineWidth": 1.5 if not stacked else 1,
            "fillOpacity": 45 if stacked else 0 if many else 12,
            "gradientMode": "none",
            "showPoints": "never",
            "spanNulls": False,
            "axisBorderShow": False,
            "axisSoftMin": lowest,
            "stacking": {"mode": "normal" if stacked else "none", "group": "A"},
            "thresholdsStyle": {"mode": "dashed" if scale else "off"},
        },
    }
    if highest is not None:
        found["custom"]["axisSoftMax"] = highest
    return found


def _named(key: str, name: str, index: int) -> Json:
    colour = palette.SERIES[index % len(palette.SERIES)]
    return override(key, properties(name=name, colour=colour))


def _drawn(line: Line) -> Json:
    extra: Json = {}
    if line.dashed:
        extra["custom.lineStyle"] = {"fill": "dash", "dash": [8, 6]}
        extra["custom.fillOpacity"] = 0
    return override(line.name, properties(colour=line.colour, extra=extra))


def _age_in_legend() -> Json:
    hidden = {
        "custom.hideFrom": {"viz": True, "tooltip": True, "legend": False},
        "custom.axisPlacement": "hidden",
        "custom.stacking": {"mode": "none", "group": "age"},
    }
    return override(f"/^{AGE_NAME}/", properties(colour=palette.UNKNOWN, extra=hidden), "byRegexp")
