"""The 90 minutes ahead: persons by minutes from now, and the matrix of modes filling up."""

from __future__ import annotations

from collections.abc import Sequence

from grafana import palette
from grafana.basis import Basis
from grafana.field import SILENT_TEXT, Json, Word, mappings, named, override, properties, thresholds
from grafana.panel import Caption, Panel, references
from grafana.query import ages, column, one_of, statuses, values
from grafana.scales import FILLING
from grafana.table import AGE_SCALE, PLACE_LINK
from grafana.unit import AGE, COUNT, SHARE, UNITS

PROFILE = "hubwatch_dispersal_profile_persons"
AHEAD = "ahead_minutes"
AHEAD_TITLE = "分钟后 min ahead"
LIMIT = "dispersal.waiting_limit_persons"
QUEUE = "dispersal.queue_persons"
AGE_COLUMN = "-1"
"""sorts before the first step"""
FULL = (Word(1, "满", palette.RED, to=1000),)
SERIES = (
    ("demand", "需求 demand", palette.SERIES[1]),
    ("capacity", "运力 capacity", palette.SERIES[5]),
)
SATURATION = Caption(
    "未来90分钟候车饱和度",
    "Queue ÷ waiting limit, next 90 min",
    "每行一种离站方式，每列为若干分钟之后：预测候车人数占候车上限的比例，“满”即饱和。"
    "未知的方式整行为灰色。",
    "A row a mode, a column a step ahead: forecast queue as a share of the waiting limit; 满 is "
    "saturated. A mode that is unknown is grey.",
)


def supply(caption: Caption, modes: Sequence[str], *, width: int) -> Panel:
    """Bars by minutes from now: demand and capacity, summed over the modes."""
    names = [f"Value #{ref}" for ref in references(len(SERIES))]
    titles = {name: title for name, (_, title, _) in zip(names, SERIES, strict=True)}
    return Panel(
        kind="barchart",
        caption=caption,
        queries=tuple(column(_profile(key, modes)) for key, _, _ in SERIES),
        width=width,
        defaults={
            "unit": UNITS["persons"].key,
            "decimals": 0,
            "min": 0,
            "thresholds": thresholds(palette.STATELESS),
            "mappings": mappings(),
            "noValue": SILENT_TEXT,
            "custom": {"fillOpacity": 85, "lineWidth": 0, "gradientMode": "none"},
        },
        overrides=(
            override(AHEAD_TITLE, properties(unit=COUNT)),
            *(override(title, properties(colour=colour)) for _, title, colour in SERIES),
        ),
        options={
            "orientation": "vertical",
            "xField": AHEAD_TITLE,
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
            *_in_order(),
            _converted("string"),
            {
                "id": "organize",
                "options": {
                    "excludeByName": {"Time": True},
                    "renameByName": {AHEAD: AHEAD_TITLE, **titles},
                },
            },
        ),
    )


def saturation(basis: Basis, *, width: int) -> Panel:
    """The matrix of modes filling up: queue ÷ waiting limit, a column a step."""
    return Panel(
        kind="table",
        caption=SATURATION,
        queries=(column(_filling(basis.modes)),),
        width=width,
        defaults={
            "unit": SHARE.key,
            "decimals": 0,
            "custom": {"align": "center", "displayMode": "color-background-solid", "width": 50},
            "thresholds": thresholds(FILLING),
            "color": {"mode": "thresholds"},
            "mappings": mappings(FULL),
            "noValue": SILENT_TEXT,
        },
        overrides=(_mode_column(basis), _age_column()),
        options={
            "showHeader": True,
            "cellHeight": "sm",
            "footer": {"show": False},
            "sortBy": [{"displayName": "90", "desc": True}],
        },
        transformations=(
            *_in_order(),
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


def _mode_column(basis: Basis) -> Json:
    extra = {
        "mappings": named(basis.names(basis.modes)),
        "custom.align": "left",
        "links": [PLACE_LINK],
    }
    found = properties(name="方式 Mode ＼ min", width=176, cell="auto", extra=extra)
    return override(f"mode\\{AHEAD}", found)


def _age_column() -> Json:
    found = properties(
        name="数据龄",
        unit=AGE,
        scale=AGE_SCALE,
        width=66,
        cell="color-text",
        extra={"mappings": mappings()},
    )
    return override(AGE_COLUMN, found)


def _profile(series: str, modes: Sequence[str]) -> str:
    """One series of the forecast, summed over the modes, by minutes ahead."""
    chosen = f'series="{series}",mode=~"{one_of(modes)}"'
    return f"sum by ({AHEAD}) (max by (mode, {AHEAD}) ({PROFILE}{{{chosen}}}))"


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


def _in_order() -> tuple[Json, Json]:
    """Steps come as text; sorted as text, 10 would stand before 5."""
    return (
        _converted("number"),
        {"id": "sortBy", "options": {"sort": [{"field": AHEAD}]}},
    )


def _converted(kind: str) -> Json:
    conversion = {"targetField": AHEAD, "destinationType": kind}
    return {"id": "convertFieldType", "options": {"conversions": [conversion], "fields": {}}}
