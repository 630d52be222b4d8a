"""The 90 minutes ahead: persons by minutes from now, and the matrix of modes filling up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from grafana import palette
from grafana.basis import Basis
from grafana.field import SILENT_TEXT, Json, Word, mappings, named, override, properties, thresholds
from grafana.panel import Caption, Panel, references
from grafana.query import ages, column, one_of, statuses, values
from grafana.scales import FILLING
from grafana.table import AGE_SCALE, PLACE_LINK
from grafana.unit import AGE, COUNT, UNITS

PROFILE = "hubwatch_dispersal_profile_persons"
AHEAD = "ahead_minutes"
AHEAD_TITLE = "分钟后 min ahead"
LIMIT = "dispersal.waiting_limit_persons"
QUEUE = "dispersal.queue_persons"
PEAK_COLUMN, AGE_COLUMN = "-1", "-2"
"""sort before the first step"""
PEAK = "最高 Peak"
FULL = (Word(100, "满", palette.RED, to=100_000),)
LAST_STEP, LAST_STEP_TITLE = "85", "85–90"
"""a step is five minutes long and named by where it begins; the last says where it ends"""
STEPS = "[1-8]?0|85"
"""ten minutes apart: a table has no column below 50 px"""
A_STEP = "/^\\d+$/"
STEP_WIDTH = 54
SERIES = (
    ("demand", "需求 demand", palette.SERIES[1]),
    ("capacity", "运力 capacity", palette.SERIES[5]),
)
BAND = (
    ("queue_low", "最少 low", palette.SERIES[5]),
    ("queue", "可能 likely", palette.SERIES[0]),
    ("queue_high", "最多 high", palette.SERIES[1]),
)
"""the three runs of the forecast"""
SATURATION = Caption(
    "未来90分钟候车饱和度",
    "Queue, % of waiting limit, next 90 min",
    "每行一种离站方式，首列为90分钟内最高值，其后每列为若干分钟之后（每10分钟一列）：预测候车人数占候车上限的百分比，“满”即饱和。"
    "未知的方式整行为灰色。",
    "A row a mode, the peak, then a column every ten minutes ahead: forecast queue in percent of "
    "the waiting limit; 满 is saturated. A mode that is unknown is grey.",
)


def supply(caption: Caption, modes: Sequence[str], *, width: int) -> Panel:
    """Bars by minutes from now: demand and capacity, summed over the modes."""
    drawn = {title: _profile(key, modes) for key, title, _ in SERIES}
    colours = [override(title, properties(colour=colour)) for _, title, colour in SERIES]
    return _bars(caption, drawn, colours, width=width)


def waiting(caption: Caption, modes: Sequence[str], *, width: int) -> Panel:
    """Three bars by minutes from now: who waits at the modes in the best, likely and worst run.

    Side by side: Grafana 9.4 draws no stack of them.
    """
    drawn = {title: _profile(key, modes) for key, title, _ in BAND}
    colours = [override(title, properties(colour=colour)) for _, title, colour in BAND]
    return _bars(caption, drawn, colours, width=width)


def _bars(
    caption: Caption,
    drawn: Mapping[str, str],
    looks: Sequence[Json],
    *,
    width: int,
) -> Panel:
    """Bars of persons at each step ahead; `drawn` has expressions by title."""
    names = [f"Value #{ref}" for ref in references(len(drawn))]
    titles = dict(zip(names, drawn, strict=True))
    return Panel(
        kind="barchart",
        caption=caption,
        queries=tuple(map(column, drawn.values())),
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
            *looks,
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
            "unit": COUNT.key,
            "decimals": 0,
            "custom": {"align": "center", "displayMode": "color-background-solid"},
            "thresholds": thresholds(FILLING),
            "color": {"mode": "thresholds"},
            "mappings": mappings(FULL),
            "noValue": SILENT_TEXT,
        },
        overrides=(
            _mode_column(basis),
            _age_column(),
            override(PEAK_COLUMN, properties(name=PEAK, unit=COUNT, width=92)),
            override(A_STEP, properties(unit=COUNT, width=STEP_WIDTH), matcher="byRegexp"),
            override(
                LAST_STEP, properties(name=LAST_STEP_TITLE, unit=COUNT, width=STEP_WIDTH + 14)
            ),
        ),
        options={
            "showHeader": True,
            "cellHeight": "sm",
            "footer": {"show": False},
            "sortBy": [{"displayName": PEAK, "desc": True}],
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
        "mappings": named(basis.titles(basis.modes)),
        "custom.align": "left",
        "custom.minWidth": 150,
        "links": [PLACE_LINK],
    }
    found = properties(name="方式 Mode ＼ min", cell="auto", extra=extra)
    return override(f"mode\\{AHEAD}", found)


def _age_column() -> Json:
    found = properties(
        name="龄 Age",
        unit=AGE,
        scale=AGE_SCALE,
        width=62,
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
    queue = f'max by (mode, {AHEAD}) ({PROFILE}{{series="queue",{AHEAD}=~"{STEPS}"}})'
    filling = f"100 * {queue} / on (mode) group_left () {limit}"
    unknown = _by_mode(f"({statuses(QUEUE, modes)} == 2) * NaN")
    return (
        f"{filling}"
        f' or label_replace(max by (mode) ({filling}), "{AHEAD}", "{PEAK_COLUMN}", "", "")'
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
