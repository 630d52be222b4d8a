"""Open alerts as a table, and facilities as a wall of tiles coloured by their worst alert.

Alerts about missing data stand apart: grey, one row a rule with the number of places, below all
that tells of the situation.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from grafana import palette
from grafana.basis import Basis
from grafana.field import (
    ALARM_WORDS,
    LEVEL_WORDS,
    SILENT_TEXT,
    Json,
    Word,
    named,
    override,
    properties,
    texts,
)
from grafana.panel import Caption, Panel
from grafana.query import BLINDED, Query, metric, one_of, worst_within
from grafana.spoken import NOW, spoken
from grafana.table import AGE_SCALE, joined
from grafana.tile import Look, wall
from grafana.unit import AGE, COUNT, Unit
from streams.rules.rule import Operator

NO_ALERT = "无未解除告警 · no open alert"
LEVEL, PLACE, RULE, VALUE, SINCE = "级别 Level", "地点 Place", "规则 Rule", "现值 Now", "自 Since"
AGED = "龄 Age"
CLOCK = Unit("time:HH:mm")
VALUES_FROM, BOTH_LANGUAGES_FROM = 10, 12
"""columns of the board a table needs to hold values, and names in two languages"""
LAST = 10
"""moves the levels of missing data below all others"""
BLIND_WORDS = tuple(
    Word(word.value - LAST, f"▨ {word.text[:2]}", palette.UNKNOWN)
    for word in LEVEL_WORDS
    if word.value > 0
)
NOTHING = [
    {
        "type": "special",
        "options": {"match": "null+nan", "result": {"text": "–", "color": palette.TEXT}},
    }
]
PLACES_COUNTED = {
    "type": "regex",
    "options": {"pattern": "^(\\d+)$", "result": {"text": "$1 处 places", "index": 0}},
}
OPEN = Caption(
    "未解除告警",
    "Open alerts",
    "态势告警在前，按级别排列；▨ 为数据中断而保持原级别者。灰色行为数据缺失类告警，按规则合并计数。"
    "“自”为进入当前级别的墙钟时刻。原因与处置见操作台。",
    "The situation first, by level; ▨: its data stopped, so it keeps its level. Grey rows tell of "
    "missing data, one a rule with the number of places. Since: wall time it reached this level. "
    "The console tells why and takes actions.",
)
FACILITY_ZH = (
    "每块为一个设施：颜色为其最高态势告警级别。▨ 灰色为数据缺失：大部分数值未知，或有传感器失明；"
    "有告警且失明时级别后加 ▨。后缀为距最近数据的秒数。"
)
FACILITY_EN = (
    "A tile a facility, coloured by its worst alert about the situation. Grey ▨: most of it is "
    "unknown, or a part has gone blind; an alert whose place is blind keeps its colour and gets a "
    "▨. The number is the seconds since it was last heard."
)


def open_alerts(basis: Basis, *, width: int, rules: str = ".*", places: str = ".*") -> Panel:
    """Alerts of matching rules and places, the worst first, those about missing data last."""
    blind = f'rule=~"{one_of(basis.blind_rules)}"'
    chosen = f'rule=~"{rules}",place=~"{places}"'
    seen = f"{chosen},{blind.replace('=~', '!~')}"
    valued = width >= VALUES_FROM
    wide = width >= BOTH_LANGUAGES_FROM
    place_names = basis.titles(basis.site.places) if wide else basis.names(basis.site.places)
    rule_names = {
        rule.key: f"{rule.title_zh} · {rule.title_en}" if wide else rule.title_zh
        for rule in basis.rules
    }
    return joined(
        OPEN,
        {"place": PLACE, "rule": RULE, **({NOW: VALUE} if valued else {})},
        [
            (LEVEL, f"{_situation(seen)} or {_missing(f'{chosen},{blind}')}"),
            (SINCE, _since(seen, f"{chosen},{blind}")),
            *([(AGED, _now(basis, rules, places, seen))] if valued else []),
        ],
        [
            _level_column(),
            override(SINCE, properties(unit=CLOCK, width=72, extra={"mappings": NOTHING})),
            *(_value_columns() if valued else ()),
            override(PLACE, {"mappings": [*named(place_names), PLACES_COUNTED]}),
            override(RULE, {"mappings": named(rule_names)}),
        ],
        width=width,
        sort=LEVEL,
        order=(LEVEL, PLACE, RULE, VALUE, AGED, SINCE),
        nothing=SILENT_TEXT,
    )


def _situation(chosen: str) -> str:
    """Level by rule and place, with BLINDED where the data stopped; 0 says: there is none."""
    levels = f"max by (rule, place) (hubwatch_alert_level{{{chosen}}})"
    frozen = f"max by (rule, place) (hubwatch_alert_frozen{{{chosen}}})"
    return f"({levels} > 0) + {BLINDED} * {frozen} or {_calm(levels)}"


def _calm(levels: str) -> str:
    """A row that says so: an empty table looks the same with nobody there to raise an alert."""
    none = f"count({levels}) * 0 unless count({levels} > 0)"
    return f'label_replace({none}, "rule", "{NO_ALERT}", "", "")'


def _missing(chosen: str) -> str:
    """Level − LAST by rule, with the number of places as the label `place`."""
    worst = f"(max by (rule) (hubwatch_alert_level{{{chosen}}} > 0) - {LAST})"
    return f"{worst} * on (rule) group_right () {_counted(chosen)}"


def _counted(chosen: str) -> str:
    places = f"count by (rule) (max by (rule, place) (hubwatch_alert_level{{{chosen}}}) > 0)"
    return f'count_values by (rule) ("place", {places})'


def _since(seen: str, blind: str) -> str:
    """When it reached its level, in wall time (ms): Prometheus' mirror of the site's alerts."""
    mirror = 'ALERTS_FOR_STATE{layer="site",alertname=~"SiteAlertLevel.",'
    each = f"min by (rule, place) ({mirror}{seen}}})"
    grouped = f"min by (rule) ({mirror}{blind}}}) * on (rule) group_right () {_counted(blind)}"
    return f"1000 * ({each} or {grouped}) or {_without_value(seen)}"


def _without_value(chosen: str) -> str:
    """A row an open alert, and the calm one, with no number."""
    levels = f"max by (rule, place) (hubwatch_alert_level{{{chosen}}})"
    return f"(({levels} > 0) or {_calm(levels)}) * NaN"


def _now(basis: Basis, rules: str, places: str, seen: str) -> str:
    """The age of the value behind each open alert, with the value as text."""
    said = [
        _of_rule(basis, rule.key, rule.measure, places)
        for rule in basis.rules
        if rule.operator is Operator.VALUE
        and rule.key not in basis.blind_rules
        and re.fullmatch(rules, rule.key)
    ]
    opened = f"max by (rule, place) (hubwatch_alert_level{{{seen}}}) > 0"
    known = f"({' or '.join(said)}) and on (rule, place) {opened}"
    return f"{known} or on (rule, place) {_without_value(seen)}"


def _of_rule(basis: Basis, rule: str, measure: str, places: str) -> str:
    value = f'max by (place) ({metric(measure)}{{place=~"{places}"}})'
    age = f'max by (place) (hubwatch_age_seconds{{place=~"{places}",measure="{measure}"}})'
    said = f"({spoken(basis, measure, value, 'place')}) * 0 + on (place) group_left () {age}"
    return f'label_replace({said}, "rule", "{rule}", "", "")'


def _value_columns() -> tuple[Json, Json]:
    aged = properties(unit=AGE, scale=AGE_SCALE, width=72, cell="color-text")
    said = {"mappings": texts("–", palette.TEXT), "custom.width": 88, "custom.align": "right"}
    return override(VALUE, said), override(AGED, aged | {"mappings": NOTHING})


def _level_column() -> Json:
    found = properties(words=(*ALARM_WORDS, *BLIND_WORDS), width=92, cell="color-background-solid")
    return override(LEVEL, found | {"custom.align": "center"})


def facilities(
    basis: Basis, title_zh: str, title_en: str, cells: Sequence[str], *, width: int
) -> Panel:
    """A tile a facility: its worst alert, grey when it is unknown, and when it was last heard."""
    return wall(
        Caption(title_zh, title_en, FACILITY_ZH, FACILITY_EN),
        [
            Query(
                expr=worst_within(cell, basis.blind_rules),
                legend=f"{basis.name(cell)}　{{{{age}}}}",
                instant=True,
            )
            for cell in cells
        ],
        Look(COUNT, words=ALARM_WORDS),
        width=width,
        size=17,
        place_label="cell",
    )
