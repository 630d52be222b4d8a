"""The strip on top of every board: how bad, how many alerts, how blind, what time, is it real."""

from __future__ import annotations

from grafana import palette
from grafana.basis import Basis
from grafana.board import Row
from grafana.field import SILENT_TEXT, Word, mappings, override, properties
from grafana.level import OPERATING_WORDS
from grafana.palette import falling, rising
from grafana.panel import Caption, Panel
from grafana.query import Query
from grafana.tile import Look, number, stat_options, tile
from grafana.unit import COUNT, SHARE, Unit

HEIGHT = 3
CLOCK = Unit("time:MM-DD HH:mm:ss")
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
    "新鲜数据源",
    "Fresh sources",
    "两个周期内有数据的传感器占比（维护中的不计）。",
    "Share of sources heard within two cadences, those in maintenance aside.",
)
TIME = Caption(
    "现场时间",
    "Site time",
    "平台所依据的现场时钟；模拟时快于墙上时钟。",
    "The clock the platform goes by; in a simulation it runs faster than the wall clock.",
)
NATURE = Caption(
    "数据性质",
    "Nature of data",
    "只要有任一进程使用模拟时钟，即标为模拟。",
    "Simulated as soon as one process runs on a simulated clock.",
)
ALERTS = Caption(
    "未解除告警",
    "Open alerts by level",
    "各级别未解除的告警数。4 级（红）最高。数据中断的告警保持原级别。",
    "Alerts not cleared, by level; 4 (red) is the highest. One without data keeps its level.",
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
            _alerts(width=8),
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
            site_time(width=3),
            nature(width=3, size=20),
        ),
    )


def site_time(*, width: int) -> Panel:
    return number(TIME, "max(hubwatch_site_time_seconds) * 1000", Look(CLOCK), width=width, size=20)


def nature(*, width: int, size: int) -> Panel:
    look = Look(COUNT, words=SIMULATED_WORDS)
    return number(NATURE, "max(hubwatch_simulated)", look, width=width, size=size)


def _alerts(width: int) -> Panel:
    """Open alerts by level, worst first; a level with none stays dark."""
    overrides = [
        override(
            str(level),
            properties(
                name=f"{name} L{level}",
                scale=rising((1,), (palette.QUIET, palette.LEVELS[level])),
            ),
        )
        for level, name in LEVEL_NAMES.items()
    ]
    return Panel(
        kind="stat",
        caption=ALERTS,
        queries=tuple(
            Query(
                expr=f'level:hubwatch_alerts_open:sum{{level="{level}"}}',
                legend=str(level),
                instant=True,
            )
            for level in LEVEL_NAMES
        ),
        width=width,
        defaults=Look(COUNT).defaults() | {"mappings": mappings(unknown=SILENT_TEXT)},
        overrides=tuple(overrides),
        options=stat_options("value_and_name", value=30),
        opens="hubwatch-hub",
    )
