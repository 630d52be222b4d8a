"""One place: everything known of it, and how far it can be trusted. Other boards lead here."""

from __future__ import annotations

from collections.abc import Sequence

from grafana import alerts, palette
from grafana.basis import Basis
from grafana.board import OPERATIONS, Board, Row, choice
from grafana.chart import Axis, Line, lines, timeline
from grafana.field import (
    LEVEL_WORDS,
    STATUS_WORDS,
    UNKNOWN_TEXT,
    Json,
    named,
    override,
    properties,
    texts,
)
from grafana.header import header
from grafana.palette import Step
from grafana.panel import Caption, Panel
from grafana.query import metric, one_of
from grafana.spoken import NOW, WORDS, spoken
from grafana.table import AGE_SCALE, joined
from grafana.unit import AGE, COUNT, SHARE

PLACE = 'place="$place"'
INSIDE = 'place=~"$place([.].*)?"'
INSTANT = "transit.last_departure_ms"
"""told by the minutes that are left"""
FIRST_SHOWN = "security.wait_minutes"
MEASURE, VALUE, STATUS = "度量 Measure", "数值 Value", "可信 Trust"
AGED, COVERAGE, UNSHOWN = "龄 Age", "覆盖 Coverage", "–"


def board(basis: Basis) -> Board:
    places = (basis.hub, *(key for key in basis.site.places if key != basis.hub))
    measures = (FIRST_SHOWN, *(key for key in basis.measures if key != FIRST_SHOWN))
    series = {metric(key): f"{_title(basis, key)}（{_unit(basis, key)}）" for key in measures}
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
    shown = f'{PLACE},measure!="{INSTANT}"'
    titles = {key: _title(basis, key) for key in basis.measures}
    return joined(
        Caption(
            "全部数值",
            "All values",
            "灰色 ▨ 为未知。“>”为预测范围之外；服务水平 A 畅通至 F 拥塞。",
            "▨ is unknown. > stands for beyond the horizon of a forecast; level of service goes "
            "from A, free, to F.",
        ),
        {"measure": MEASURE, NOW: VALUE},
        [
            (UNSHOWN, _texts(basis)),
            (STATUS, f"max by (measure) (hubwatch_status{{{shown}}})"),
            (AGED, f"max by (measure) (hubwatch_age_seconds{{{shown}}})"),
            (COVERAGE, f"max by (measure) (hubwatch_coverage_ratio{{{shown}}})"),
        ],
        [override(MEASURE, {"mappings": named(titles)}), *_value_columns()],
        width=13,
        sort=MEASURE,
        lowest_first=True,
        order=(MEASURE, VALUE, STATUS, AGED, COVERAGE, UNSHOWN),
    )


def _texts(basis: Basis) -> str:
    """Values by measure, texts as the label NOW; measures said alike are asked at once."""
    alike: dict[tuple[str, tuple[str, ...]], list[str]] = {}
    for key in basis.measures:
        if key != INSTANT:
            words = tuple(word.text for word in WORDS.get(key, ()))
            alike.setdefault((basis.unit(key).key, words), []).append(key)
    return " or ".join(
        spoken(basis, keys[0], _values_of(keys), "measure") for keys in alike.values()
    )


def _values_of(keys: Sequence[str]) -> str:
    value = f'{{__name__=~"{one_of(map(metric, keys))}",{PLACE}}}'
    named_value = (
        f'label_replace({value}, "measure", "$1.$2", "__name__", "hubwatch_([a-z]+)_(.+)")'
    )
    return f"max by (measure) ({named_value})"


def _value_columns() -> tuple[Json, ...]:
    full = {"min": 0, "max": 1}
    return (
        override(UNSHOWN, {"custom.hidden": True}),
        override(
            VALUE,
            {
                "custom.width": 124,
                "custom.align": "right",
                "mappings": texts(UNKNOWN_TEXT, palette.UNKNOWN),
            },
        ),
        override(
            STATUS,
            properties(words=STATUS_WORDS, width=88, cell="color-background-solid")
            | {"custom.align": "center"},
        ),
        override(AGED, properties(unit=AGE, scale=AGE_SCALE, width=76, cell="color-text")),
        override(
            COVERAGE,
            properties(
                unit=SHARE,
                scale=(Step(None, palette.SERIES[0]),),
                width=130,
                cell="basic",
                extra=full,
            ),
        ),
    )


def _history(basis: Basis) -> Panel:
    return lines(
        Caption(
            "所选度量",
            "Chosen: ${series:text}",
            "上方所选度量在此地点及其下级地点的变化；断线处为未知。",
            "The measure chosen above at this place and those within; a gap is unknown.",
        ),
        (Line(expr=_chosen(basis), label="place"),),
        Axis(unit=COUNT),
        names=basis.names(basis.site.places),
        age=f"max(hubwatch_age_seconds{{{PLACE}}})",
        legend="right",
        width=11,
    )


def _chosen(basis: Basis) -> str:
    """The chosen measure, a share in percent."""
    shares = one_of(metric(key) for key in basis.measures if basis.unit(key).key == SHARE.key)
    chosen = f'__name__="$series",{INSIDE}'
    share = f'max by (place) ({{{chosen},__name__=~"{shares}"}})'
    return f'100 * {share} or max by (place) ({{{chosen},__name__!~"{shares}"}})'


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
    return f"{row.title_zh} · {row.title_en}"


def _unit(basis: Basis, measure: str) -> str:
    unit = basis.unit(measure)
    return "%" if unit.key == SHARE.key else basis.row(measure).unit
