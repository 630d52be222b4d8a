"""Open alerts as a table, and facilities as a wall of tiles coloured by their worst alert."""

from __future__ import annotations

from collections.abc import Sequence

from grafana import palette
from grafana.basis import Basis
from grafana.field import LEVEL_WORDS, SILENT_TEXT, Json, Word, named, override, properties
from grafana.panel import Caption, Panel
from grafana.query import Query, worst_within
from grafana.table import joined
from grafana.tile import Look, wall
from grafana.unit import COUNT

NO_ALERT = "无未解除告警 · no open alert"
LEVEL, PLACE, RULE, DATA = "级别 Level", "地点 Place", "规则 Rule", "数据 Data"
FROZEN_WORDS = (Word(0, " ", "transparent"), Word(1, "▨ 数据中断", palette.UNKNOWN))
FACILITY_ZH = "每块为一个设施：颜色为其最高告警级别；多数数值未知时为灰色。后缀为距最近数据的秒数。"
FACILITY_EN = (
    "A tile a facility: coloured by its worst alert, grey when most of it is unknown; the number "
    "is the seconds since it was last heard."
)


def open_alerts(basis: Basis, *, width: int, rules: str = ".*", places: str = ".*") -> Panel:
    """Alerts of matching rules and places, the worst first."""
    chosen = f'rule=~"{rules}",place=~"{places}"'
    levels = f"max by (rule, place) (hubwatch_alert_level{{{chosen}}})"
    frozen = f"max by (rule, place) (hubwatch_alert_frozen{{{chosen}}})"
    # A row that says so: an empty table would look the same with nobody there to raise an alert.
    none = f"count({levels}) * 0 unless count({levels} > 0)"
    calm = f'label_replace({none}, "rule", "{NO_ALERT}", "", "")'
    return joined(
        Caption(
            "未解除告警",
            "Open alerts",
            "按级别排列。数据中断时告警保持原级别，不会因无数据而解除。原因与处置见操作台。",
            "Worst first. An alert whose data stopped keeps its level; it never clears by silence. "
            "The console tells why and takes actions.",
        ),
        {"place": PLACE, "rule": RULE},
        [
            (LEVEL, f"{levels} > 0 or {calm}"),
            (DATA, f"{frozen} and on (rule, place) {levels} > 0 or {calm}"),
        ],
        [
            _filled(LEVEL, LEVEL_WORDS, 96),
            _filled(DATA, FROZEN_WORDS, 108),
            override(PLACE, {"mappings": named(basis.names(basis.site.places))}),
            override(RULE, {"mappings": named({rule.key: rule.title_zh for rule in basis.rules})}),
        ],
        width=width,
        sort=LEVEL,
        order=(LEVEL, PLACE, RULE, DATA),
        nothing=SILENT_TEXT,
    )


def facilities(
    basis: Basis, title_zh: str, title_en: str, cells: Sequence[str], *, width: int
) -> Panel:
    """A tile a facility: its worst alert, grey when it is unknown, and when it was last heard."""
    return wall(
        Caption(title_zh, title_en, FACILITY_ZH, FACILITY_EN),
        [
            Query(expr=worst_within(cell), legend=f"{basis.name(cell)}　{{{{age}}}}s", instant=True)
            for cell in cells
        ],
        Look(COUNT, words=LEVEL_WORDS),
        width=width,
        size=17,
        place_label="cell",
    )


def _filled(title: str, words: Sequence[Word], width: int) -> Json:
    found = properties(words=words, width=width, cell="color-background-solid")
    return override(title, found | {"custom.align": "center"})
