"""One place: everything known of it, and how far it can be trusted. Other boards lead here."""

from __future__ import annotations

from grafana import alerts, palette
from grafana.basis import Basis
from grafana.board import OPERATIONS, Board, Row, choice
from grafana.chart import Axis, Line, lines, timeline
from grafana.field import LEVEL_WORDS, STATUS_WORDS, Json, named, override, properties
from grafana.header import header
from grafana.palette import Step
from grafana.panel import Caption, Panel
from grafana.query import metric
from grafana.table import AGE_SCALE, joined
from grafana.unit import AGE, COUNT, SHARE

PLACE = 'place="$place"'
INSIDE = 'place=~"$place([.].*)?"'
FIRST_SHOWN = "security.wait_minutes"
MEASURE, VALUE, STATUS = "度量 Measure", "数值 Value", "可信度 Status"
AGED, COVERAGE = "数据龄 Age", "覆盖 Coverage"


def board(basis: Basis) -> Board:
    places = (basis.hub, *(key for key in basis.site.places if key != basis.hub))
    measures = (FIRST_SHOWN, *(key for key in basis.measures if key != FIRST_SHOWN))
    series = {metric(key): _title(basis, key) for key in measures}
    return Board(
        key="place",
        folder=OPERATIONS,
        title_zh="地点详情",
        title_en="Place",
        about_zh="一个地点的全部数值及其状态、数据龄、覆盖率，以及它的告警。",
        about_en="All values of one place with status, age and coverage, and its alerts.",
        timezone=basis.site.timezone,
        variables=(
            choice("place", "地点 Place", basis.titles(places)),
            choice("series", MEASURE, series),
        ),
        rows=(
            header(basis),
            Row(21, (_values(basis), (_history(basis), _levels(basis), _alerts(basis)))),
        ),
    )


def _values(basis: Basis) -> Panel:
    domains = "|".join(sorted({key.partition(".")[0] for key in basis.measures}))
    value = f'{{__name__=~"hubwatch_({domains})_.+",{PLACE}}}'
    named_value = (
        f'label_replace({value}, "measure", "$1.$2", "__name__", "hubwatch_([a-z]+)_(.+)")'
    )
    titles = {key: f"{_title(basis, key)} · {basis.row(key).unit}" for key in basis.measures}
    return joined(
        Caption(
            "全部数值",
            "All values",
            "数值为空即未知。单位见度量名末尾。",
            "A value that is empty is unknown. The unit ends the measure's name.",
        ),
        {"measure": MEASURE},
        [
            (VALUE, f"max by (measure) ({named_value})"),
            (STATUS, f"max by (measure) (hubwatch_status{{{PLACE}}})"),
            (AGED, f"max by (measure) (hubwatch_age_seconds{{{PLACE}}})"),
            (COVERAGE, f"max by (measure) (hubwatch_coverage_ratio{{{PLACE}}})"),
        ],
        [override(MEASURE, {"mappings": named(titles)}), *_value_columns()],
        width=13,
        sort=MEASURE,
        lowest_first=True,
    )


def _value_columns() -> tuple[Json, ...]:
    full = {"min": 0, "max": 1}
    return (
        override(VALUE, {"decimals": 2, "custom.width": 120}),
        override(
            STATUS,
            properties(words=STATUS_WORDS, width=112, cell="color-background-solid")
            | {"custom.align": "center"},
        ),
        override(AGED, properties(unit=AGE, scale=AGE_SCALE, width=96, cell="color-text")),
        override(
            COVERAGE,
            properties(
                unit=SHARE,
                scale=(Step(None, palette.SERIES[0]),),
                width=150,
                cell="basic",
                extra=full,
            ),
        ),
    )


def _history(basis: Basis) -> Panel:
    return lines(
        Caption(
            "所选度量",
            "Chosen measure",
            "上方所选度量在此地点及其下级地点的变化；断线处为未知。",
            "The measure chosen above at this place and those within; a gap is unknown.",
        ),
        (Line(expr=f'max by (place) ({{__name__="$series",{INSIDE}}})', label="place"),),
        Axis(unit=COUNT),
        names=basis.names(basis.site.places),
        age=f"max(hubwatch_age_seconds{{{PLACE}}})",
        legend="right",
        width=11,
    )


def _levels(basis: Basis) -> Panel:
    return timeline(
        Caption(
            "告警级别变化",
            "Alert levels over time",
            "每条规则在此地点的级别随时间变化；没有规则时为空。",
            "Level of each rule at this place over time; empty where no rule watches it.",
        ),
        f"max by (rule) (hubwatch_alert_level{{{PLACE}}})",
        "rule",
        {rule.key: rule.title_zh for rule in basis.rules},
        LEVEL_WORDS,
        width=11,
    )


def _alerts(basis: Basis) -> Panel:
    return alerts.open_alerts(basis, places="$place([.].*)?", width=11)


def _title(basis: Basis, measure: str) -> str:
    row = basis.row(measure)
    return f"{row.title_zh} {row.title_en}"
