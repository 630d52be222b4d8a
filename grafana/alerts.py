"""Open alerts as a table, and places as a wall of tiles coloured by their worst alert."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from grafana import palette
from grafana.basis import Basis
from grafana.field import (
    LEVEL_WORDS,
    UNKNOWN_TEXT,
    Json,
    Word,
    mappings,
    named,
    override,
    properties,
    thresholds,
)
from grafana.panel import Panel
from grafana.query import Query, worst_in
from grafana.tile import wall
from grafana.unit import COUNT

FROZEN_WORDS = (Word(0, " ", "transparent"), Word(1, "▨ 数据中断", palette.UNKNOWN))


def open_alerts(basis: Basis, *, width: int, rules: str = ".*", places: str = ".*") -> Panel:
    """Alerts of matching rules and places, the worst first; empty while there are none."""
    chosen = f'rule=~"{rules}",place=~"{places}"'
    level = f"max by (rule, place) (hubwatch_alert_level{{{chosen}}}) > 0"
    frozen = (
        f"max by (rule, place) (hubwatch_alert_frozen{{{chosen}}})"
        f" and on (rule, place) hubwatch_alert_level > 0"
    )
    names = {place.key: place.name_zh for place in basis.site.places.values()}
    rule_names = {rule.key: rule.title_zh for rule in basis.rules}
    return Panel(
        kind="table",
        title_zh="未解除告警",
        title_en="Open alerts",
        about_zh="按级别排列。数据中断时告警保持原级别，不会因无数据而解除。原因与处置见操作台。",
        about_en="Worst first. An alert whose data stopped keeps its level; it never clears by "
        "silence. The console tells why and takes actions.",
        queries=(
            Query(expr=level, instant=True, table=True),
            Query(expr=frozen, instant=True, table=True),
        ),
        width=width,
        defaults={
            "custom": {"align": "auto", "displayMode": "auto"},
            "thresholds": thresholds(palette.STATELESS),
            "color": {"mode": "thresholds"},
            "mappings": mappings(unknown=UNKNOWN_TEXT),
            "noValue": "无未解除告警 · no open alert",
        },
        overrides=(
            _filled("级别 Level", LEVEL_WORDS, 96),
            _filled("数据 Data", FROZEN_WORDS, 108),
            _text("地点 Place", names),
            _text("规则 Rule", rule_names),
        ),
        options={
            "showHeader": True,
            "cellHeight": "sm",
            "footer": {"show": False},
            "sortBy": [{"displayName": "级别 Level", "desc": True}],
        },
        transformations=(
            {"id": "merge", "options": {}},
            {
                "id": "organize",
                "options": {
                    "excludeByName": {"Time": True},
                    "indexByName": {"Value #A": 0, "place": 1, "rule": 2, "Value #B": 3},
                    "renameByName": {
                        "Value #A": "级别 Level",
                        "Value #B": "数据 Data",
                        "place": "地点 Place",
                        "rule": "规则 Rule",
                    },
                },
            },
        ),
    )


def facilities(
    basis: Basis, title_zh: str, title_en: str, cells: Sequence[str], *, width: int, opens: str = ""
) -> Panel:
    """A tile a facility: its worst alert, grey when it is unknown, and when it was last heard."""
    return wall(
        title_zh,
        title_en,
        "每块为一个设施：颜色为其最高告警级别；多数数值未知时为灰色。后缀为距最近数据的秒数。",
        "A tile a facility: coloured by its worst alert, grey when most of it is unknown; the number "
        "is the time since it was last heard.",
        [
            Query(expr=worst_in(cell), legend=f"{basis.name(cell)}　{{{{age}}}}s", instant=True)
            for cell in cells
        ],
        width=width,
        unit=COUNT,
        words=LEVEL_WORDS,
        size=17,
        place_label="cell",
        opens=opens,
    )


def _filled(title: str, words: Sequence[Word], width: int) -> Json:
    return override(
        title,
        properties(words=words, width=width, cell="color-background-solid")
        | {"custom.align": "center"},
    )


def _text(title: str, names: Mapping[str, str]) -> Json:
    return override(title, {"mappings": named(names), "custom.displayMode": "auto"})
