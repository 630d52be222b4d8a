"""The strip on top of every board: how bad, how many alerts, how blind, what time, is it real."""

from __future__ import annotations

from grafana import palette
from grafana.basis import Basis
from grafana.board import Row
from grafana.field import SILENT_TEXT, Word, mappings, override, properties
from grafana.level import OPERATING_WORDS
from grafana.palette import Scale, falling, rising
from grafana.panel import Caption, Panel
from grafana.query import Query, one_of
from grafana.tile import Look, number, stat_options, tile
from grafana.unit import COUNT, SHARE, Unit

HEIGHT = 3
SPEED_STEP = 0.5
CLOCK = Unit("time:MM-DD HH:mm:ss")
BLIND_LEGEND = "▨ 缺数据"
LEVEL_NAMES = {4: "红", 3: "橙", 2: "黄", 1: "蓝"}
SIMULATED_WORDS = (
    Word(0, "实况 LIVE", palette.NORMAL),
    Word(1, "模拟 SIMULATED", palette.SUSPECT),
)
BLIND = rising((0.05, 0.15, 0.3), (palette.QUIET, palette.UNKNOWN, palette.YELLOW, palette.ORANGE))
FRESH = 'sum(hubwatch_sources{state="fresh"}) / sum(hubwatch_sources{state!="maintenance"})'

OPERATING = Caption(
    "运行等级",
    "Operating level",
    "全站运行等级建议值：各项标准中最高者。不等于气象预警颜色，也不等于已启动的响应级别。",
)
UNKNOWN = Caption(
    "未知占比",
    "Unknown",
    "状态为“未知”的数值占全部数值的比例。未知显示为灰色，绝不等于正常。",
    "Share of all values whose status is unknown. Unknown is grey; it never means normal.",
)
SOURCES = Caption(
    "新鲜源",
    "Fresh",
    "两个周期内有数据的传感器占比（维护中的不计）。",
    "Share of sources heard within two cadences, those in maintenance aside.",
)
TIME = Caption(
    "现场时间",
    "Site time",
    "平台所依据的现场时钟，及其为墙钟的几倍速；模拟时快于墙钟。图表横轴与告警“自”均为墙钟。",
    "The clock the platform goes by, and how many times as fast as the wall clock it runs: ×1 is "
    "live. Charts and the onsets of alerts go by the wall clock.",
)
NATURE = Caption(
    "数据性质",
    "Nature",
    "只要有任一进程使用模拟时钟，即标为模拟。",
    "Simulated as soon as one process runs on a simulated clock.",
)
ALERTS = Caption(
    "未解除告警",
    "Open alerts by level",
    "各级别未解除的态势告警数，4 级（红）最高；数据中断的告警保持原级别。"
    "▨ 为数据缺失类告警数，单独计。",
    "Alerts not cleared about the situation, by level; 4 (red) is the highest. One without data "
    "keeps its level. ▨ counts those about missing data, which are in no level here.",
)


def header(basis: Basis) -> Row:
    return Row(
        HEIGHT,
        (
            tile(
                basis,
                "site.operating_level",
                basis.site.key,
                OPERATING,
                words=OPERATING_WORDS,
                width=4,
                opens="hubwatch-hub",
            ),
            _alerts(basis, width=7),
            number(
                UNKNOWN,
                "site:hubwatch_status_unknown:ratio",
                Look(SHARE, BLIND),
                size=30,
                opens="hubwatch-feeds",
            ),
            number(
                SOURCES,
                FRESH,
                Look(SHARE, falling((0.95, 0.9, 0.8))),
                size=30,
                opens="hubwatch-feeds",
            ),
            site_time(width=4),
            nature(width=3, size=20),
        ),
    )


def site_time(*, width: int) -> Panel:
    now = "max(hubwatch_site_time_seconds) * 1000"
    faster = f"round(max(deriv(hubwatch_site_time_seconds[30s])), {SPEED_STEP})"
    speed = f'count_values("speed", {faster})'
    return number(
        TIME,
        f"{now} * on () group_left (speed) {speed} or on () {now}",
        Look(CLOCK),
        width=width,
        size=16,
        legend="×{{speed}} · 图表为墙钟",
    )


def nature(*, width: int, size: int) -> Panel:
    look = Look(COUNT, words=SIMULATED_WORDS)
    return number(NATURE, "max(hubwatch_simulated)", look, width=width, size=size)


def _alerts(basis: Basis, *, width: int) -> Panel:
    """Open alerts by level, worst first, then those about missing data; none stays dark."""
    blind = f'rule=~"{one_of(basis.blind_rules)}"'
    counted = {
        str(level): f'sum(hubwatch_alerts_open{{level="{level}",{blind.replace("=~", "!~")}}})'
        for level in LEVEL_NAMES
    }
    counted[BLIND_LEGEND] = f"sum(hubwatch_alerts_open{{{blind}}})"
    overrides = [
        override(
            str(level),
            properties(name=f"{name} L{level}", scale=_lit(palette.LEVELS[level])),
        )
        for level, name in LEVEL_NAMES.items()
    ]
    overrides.append(override(BLIND_LEGEND, properties(scale=_lit(palette.UNKNOWN))))
    return Panel(
        kind="stat",
        caption=ALERTS,
        queries=tuple(
            Query(expr=expr, legend=legend, instant=True) for legend, expr in counted.items()
        ),
        width=width,
        defaults=Look(COUNT).defaults() | {"mappings": mappings(unknown=SILENT_TEXT)},
        overrides=tuple(overrides),
        options=stat_options("value_and_name", value=30),
        opens="hubwatch-hub",
    )


def _lit(colour: str) -> Scale:
    """Dark for none, `colour` from one on."""
    return rising((1,), (palette.QUIET, colour))
