"""One place: everything known of it, and how far it can be trusted. Other boards lead here."""

from __future__ import annotations

from grafana import alerts, palette
from grafana.basis import Basis
from grafana.board import OPERATIONS, Board, Row, choice
from grafana.chart import Line, lines_panel, timeline
from grafana.field import (
    LEVEL_WORDS,
    STATUS_WORDS,
    Json,
    mappings,
    named,
    override,
    properties,
    thresholds,
)
from grafana.header import header
from grafana.panel import Panel
from grafana.query import Query, metric
from grafana.table import AGE_SCALE
from grafana.unit import AGE, COUNT, SHARE

PLACE = 'place="$place"'
INSIDE = 'place=~"$place([.].*)?"'
NAMED = '"measure", "$1.$2", "__name__", "hubwatch_([a-z]+)_(.+)"'


def board(basis: Basis) -> Board:
    first = basis.hub
    others = [key for key in basis.site.places if key != first]
    return Board(
        key="place",
        folder=OPERATIONS,
        title_zh="地点详情",
        title_en="Place",
        about_zh="一个地点的全部数值及其状态、数据龄、覆盖率，以及它的告警。",
        about_en="All values of one place with status, age and coverage, and its alerts.",
        timezone=basis.site.timezone,
        variables=(
            choice("place", "地点 Place", basis.titles([first, *others])),
            choice("series", "度量 Measure", _series(basis)),
        ),
        rows=(
            header(basis),
            Row(21, (_values(basis), (_history(basis), _levels(basis), _alerts(basis)))),
        ),
    )


def _values(basis: Basis) -> Panel:
    domains = "|".join(sorted({key.partition(".")[0] for key in basis.measures}))
    value = f'{{__name__=~"hubwatch_({domains})_.+",{PLACE}}}'
    return Panel(
        kind="table",
        title_zh="全部数值",
        title_en="All values",
        about_zh="数值为空即未知。单位见度量名末尾。",
        about_en="A value that is empty is unknown. The unit ends the measure's name.",
        queries=(
            Query(
                expr=f"max by (measure) (label_replace({value}, {NAMED}))", instant=True, table=True
            ),
            Query(expr=f"max by (measure) (hubwatch_status{{{PLACE}}})", instant=True, table=True),
            Query(
                expr=f"max by (measure) (hubwatch_age_seconds{{{PLACE}}})", instant=True, table=True
            ),
            Query(
                expr=f"max by (measure) (hubwatch_coverage_ratio{{{PLACE}}})",
                instant=True,
                table=True,
            ),
        ),
        width=13,
        defaults={
            "custom": {"align": "auto", "displayMode": "auto"},
            "thresholds": thresholds(palette.STATELESS),
            "color": {"mode": "thresholds"},
            "mappings": mappings(),
        },
        overrides=(
            override("度量 Measure", {"mappings": named(_titles(basis))}),
            override("数值 Value", {"decimals": 2, "custom.width": 120}),
            override(
                "可信度 Status",
                properties(words=STATUS_WORDS, width=100, cell="color-background-solid")
                | {"custom.align": "center"},
            ),
            override(
                "数据龄 Age", properties(unit=AGE, scale=AGE_SCALE, width=96, cell="color-text")
            ),
            override(
                "覆盖 Coverage",
                properties(
                    unit=SHARE,
                    scale=((palette.Step(None, palette.SERIES[0])),),
                    width=150,
                    cell="gradient-gauge",
                    extra={"min": 0, "max": 1},
                ),
            ),
        ),
        options={
            "showHeader": True,
            "cellHeight": "sm",
            "footer": {"show": False},
            "sortBy": [{"displayName": "度量 Measure", "desc": False}],
        },
        transformations=(
            {"id": "merge", "options": {}},
            {
                "id": "organize",
                "options": {
                    "excludeByName": {"Time": True},
                    "indexByName": {
                        "measure": 0,
                        "Value #A": 1,
                        "Value #B": 2,
                        "Value #C": 3,
                        "Value #D": 4,
                    },
                    "renameByName": {
                        "measure": "度量 Measure",
                        "Value #A": "数值 Value",
                        "Value #B": "可信度 Status",
                        "Value #C": "数据龄 Age",
                        "Value #D": "覆盖 Coverage",
                    },
                },
            },
        ),
    )


def _history(basis: Basis) -> Panel:
    inside = f'{{__name__="$series",{INSIDE}}}'
    return lines_panel(
        "所选度量",
        "Chosen measure",
        "上方所选度量在此地点及其下级地点的变化；断线处为未知。",
        "The measure chosen above at this place and those within; a gap is unknown.",
        (Line(expr=f"max by (place) ({inside})", label="place"),),
        unit=COUNT,
        names=basis.names(basis.site.places),
        age=f"max(hubwatch_age_seconds{{{PLACE}}})",
        legend="right",
        width=11,
    )


def _alerts(basis: Basis) -> Panel:
    return alerts.open_alerts(basis, places="$place([.].*)?", width=11)


def _series(basis: Basis) -> dict[str, str]:
    """Titles of all measures by the names of their series, waits first."""
    first = "security.wait_minutes"
    keys = (first, *(key for key in basis.measures if key != first))
    return {metric(key): basis.row(key).title_zh + " " + basis.row(key).title_en for key in keys}


def _levels(basis: Basis) -> Panel:
    return timeline(
        "告警级别变化",
        "Alert levels over time",
        "每条规则在此地点的级别随时间变化；没有规则时为空。",
        "Level of each rule at this place over time; empty where no rule watches it.",
        f"max by (rule) (hubwatch_alert_level{{{PLACE}}})",
        "rule",
        {rule.key: rule.title_zh for rule in basis.rules},
        LEVEL_WORDS,
        width=11,
    )


def _titles(basis: Basis) -> dict[str, str]:
    rows = {key: basis.row(key) for key in basis.measures}
    return {key: f"{row.title_zh} {row.title_en} · {row.unit}" for key, row in rows.items()}
