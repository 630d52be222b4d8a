"""The 90 minutes ahead: persons by minutes from now, and the matrix of modes filling up."""

from __future__ import annotations

from collections.abc import Sequence

from grafana import palette
from grafana.basis import Basis
from grafana.field import SILENT_TEXT, Json, mappings, named, override, properties, thresholds
from grafana.panel import Panel
from grafana.query import Query, ages, statuses, values
from grafana.scales import FILLING
from grafana.table import AGE_SCALE, PLACE_LINK
from grafana.unit import AGE, SHARE, UNITS

PROFILE = "hubwatch_dispersal_profile_persons"
AHEAD = "ahead_minutes"
LIMIT = "dispersal.waiting_limit_persons"
QUEUE = "dispersal.queue_persons"
AGE_COLUMN = "-1"
"""sorts before the first step"""


def profile(series: str, modes: Sequence[str] = ()) -> str:
    """One series of the forecast, summed over the modes, by minutes ahead."""
    chosen = f',mode=~"{"|".join(modes)}"' if modes else ""
    return f'sum by ({AHEAD}) (max by (mode, {AHEAD}) ({PROFILE}{{series="{series}"{chosen}}}))'


def curve(
    title_zh: str,
    title_en: str,
    about_zh: str,
    about_en: str,
    series: Sequence[tuple[str, str, str]],
    *,
    modes: Sequence[str] = (),
    width: int,
) -> Panel:
    """Bars by minutes from now. `series` are (series, name, colour); no modes means all."""
    return Panel(
        kind="barchart",
        title_zh=title_zh,
        title_en=title_en,
        about_zh=about_zh,
        about_en=about_en,
        queries=tuple(
            Query(expr=profile(key, modes), instant=True, table=True) for key, _, _ in series
        ),
        width=width,
        defaults={
            "unit": UNITS["persons"].key,
            "decimals": 0,
            "min": 0,
            "thresholds": thresholds(palette.STATELESS),
            "mappings": mappings(),
            "custom": {"fillOpacity": 85, "lineWidth": 0, "gradientMode": "none"},
        },
        overrides=(
            override("分钟后 min ahead", {"unit": "none"}),
            *(override(name, properties(colour=colour)) for _, name, colour in series),
        ),
        options={
            "orientation": "vertical",
            "xField": "分钟后 min ahead",
            "xTickLabelSpacing": 0,
            "xTickLabelRotation": 0,
            "showValue": "never",
            "stacking": "none",
            "groupWidth": 0.78,
            "barWidth": 0.92,
            "barRadius": 0.1,
            "legend": {"showLegend": True, "displayMode": "list", "placement": "bottom"},
            "tooltip": {"mode": "multi", "sort": "none"},
        },
        transformations=(
            {"id": "merge", "options": {}},
            _as_numbers(),
            {"id": "sortBy", "options": {"sort": [{"field": AHEAD}]}},
            _as_text(),
            {
                "id": "organize",
                "options": {
                    "excludeByName": {"Time": True},
                    "renameByName": {AHEAD: "分钟后 min ahead"}
                    | {
                        f"Value #{ref}": name
                        for ref, (_, name, _) in zip("ABCD", series, strict=False)
                    }
                    | ({"Value": series[0][1]} if len(series) == 1 else {}),
                },
            },
        ),
    )


def saturation(basis: Basis, *, width: int) -> Panel:
    """The matrix of modes filling up: queue ÷ waiting limit, a column a step."""
    return Panel(
        kind="table",
        title_zh="未来90分钟候车饱和度",
        title_en="Queue ÷ waiting limit, next 90 min",
        about_zh="每行一种离站方式，每列为若干分钟之后：预测候车人数占候车上限的比例。100% 即饱和。"
        "未知的方式整行为灰色。",
        about_en="A row a mode, a column a step ahead: forecast queue as a share of the waiting "
        "limit. 100 % is saturated. A mode that is unknown is grey.",
        queries=(Query(expr=_filling(basis.modes), instant=True, table=True),),
        width=width,
        defaults={
            "unit": SHARE.key,
            "decimals": 0,
            "custom": {"align": "center", "displayMode": "color-background-solid", "minWidth": 40},
            "thresholds": thresholds(FILLING),
            "color": {"mode": "thresholds"},
            "mappings": mappings(),
            "noValue": SILENT_TEXT,
        },
        overrides=(
            override(
                f"mode\\{AHEAD}",
                {
                    "displayName": "方式 Mode ＼ min",
                    "mappings": named(basis.names(basis.modes)),
                    "custom.width": 184,
                    "custom.align": "left",
                    "custom.displayMode": "auto",
                    "links": [PLACE_LINK],
                },
            ),
            override(
                AGE_COLUMN,
                properties(name="数据龄", unit=AGE, scale=AGE_SCALE, width=70, cell="color-text"),
            ),
        ),
        options={
            "showHeader": True,
            "cellHeight": "sm",
            "footer": {"show": False},
            "sortBy": [{"displayName": "90", "desc": True}],
        },
        transformations=(
            _as_numbers(),
            {"id": "sortBy", "options": {"sort": [{"field": AHEAD}]}},
            {
                "id": "groupingToMatrix",
                "options": {
                    "columnField": AHEAD,
                    "rowField": "mode",
                    "valueField": "Value",
                    "emptyValue": "null",
                },
            },
        ),
    )


def _filling(modes: Sequence[str]) -> str:
    """queue ÷ limit by mode and minutes ahead; the age stands in a column before the first."""
    limit = _by_mode(values(LIMIT, modes))
    queue = f'max by (mode, {AHEAD}) ({PROFILE}{{series="queue"}})'
    unknown = _by_mode(f"({statuses(QUEUE, modes)} == 2) * NaN")
    return (
        f"{queue} / on (mode) group_left () {limit}"
        f' or label_replace({unknown}, "{AHEAD}", "0", "", "")'
        f' or label_replace({_by_mode(ages(QUEUE, modes))}, "{AHEAD}", "{AGE_COLUMN}", "", "")'
    )


def _by_mode(expr: str) -> str:
    return f'max by (mode) (label_replace({expr}, "mode", "$1", "place", "(.*)"))'


def _as_numbers() -> Json:
    return _converted("number")


def _as_text() -> Json:
    return _converted("string")


def _converted(kind: str) -> Json:
    conversion = {"targetField": AHEAD, "destinationType": kind}
    return {"id": "convertFieldType", "options": {"conversions": [conversion], "fields": {}}}
