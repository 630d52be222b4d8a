"""Water: what the authority warns of, what has fallen, where it stands, what pumps."""

from __future__ import annotations

from grafana import alerts, palette, scales
from grafana.basis import Basis
from grafana.board import DEPARTMENTS, Board, Row
from grafana.chart import chart, states, timeline
from grafana.field import LEVEL_WORDS, Word
from grafana.header import header
from grafana.palette import rising
from grafana.panel import Panel
from grafana.query import values
from grafana.table import measured, table, trust
from grafana.tile import measured_wall, number, tile
from grafana.unit import COUNT

WARNING_WORDS = (
    Word(0, "无预警", palette.NORMAL),
    Word(1, "蓝色预警", palette.BLUE),
    Word(2, "黄色预警", palette.YELLOW),
    Word(3, "橙色预警", palette.ORANGE),
    Word(4, "红色预警", palette.RED),
)
PUMP_WORDS = (Word(0, "未运行", palette.QUIET),)


def board(basis: Basis) -> Board:
    passages = basis.kind("underpass", "tunnel")
    gauges = basis.kind("rain_station")
    pumps = basis.kind("pumping_station")
    return Board(
        key="water",
        folder=DEPARTMENTS,
        title_zh="防汛",
        title_en="Water",
        about_zh="气象部门预警、实测雨量、下立交积水与泵站。预警颜色与平台计算的等级分别显示，互不替代。",
        about_en="The authority's warning, rain measured, ponding in underpasses, pumps. The "
        "authority's colour and our computed level are shown apart and never mixed.",
        timezone=basis.site.timezone,
        rows=(
            header(basis),
            Row(4, _signs(basis, passages)),
            Row(
                4,
                (
                    measured_wall(
                        basis,
                        "water.ponding_cm",
                        passages,
                        "每块为一处下立交或隧道的积水深度。",
                        title=("下立交与隧道积水", "Ponding in underpasses and tunnels"),
                        scale=scales.ponding(basis),
                        size=30,
                        width=24,
                    ),
                ),
            ),
            Row(9, _trends(basis, passages, gauges)),
            Row(
                10,
                (
                    _rain(basis, gauges),
                    _pumps(basis, pumps),
                    alerts.open_alerts(basis, rules="(water|rain|warning)[.].*", width=8),
                ),
            ),
        ),
    )


def _signs(basis: Basis, passages: tuple[str, ...]) -> tuple[Panel, ...]:
    site = basis.site.key
    close = basis.standard("water.underpass.close_cm") or 0
    return (
        tile(
            basis,
            "warning.level",
            site,
            "气象部门发布的最高预警颜色，由发布方决定，平台从不改写。",
            title=("气象预警", "Authority warning"),
            words=WARNING_WORDS,
            width=4,
        ),
        tile(
            basis,
            "water.rain_warning_level",
            site,
            "按实测雨量计算的等级，仅供参考。",
            title=("雨量等级（计算）", "Rain level, computed"),
            words=LEVEL_WORDS,
            width=4,
        ),
        tile(
            basis,
            "water.rain_mm_1h",
            site,
            "全站最大1小时雨量。",
            title=("1小时雨量", "Rain 1 h"),
            scale=scales.rain_1h(basis),
        ),
        tile(
            basis,
            "water.rain_mm_6h",
            site,
            "全站最大6小时雨量。",
            title=("6小时雨量", "Rain 6 h"),
            scale=scales.rain_6h(basis),
        ),
        tile(
            basis,
            "water.ponding_cm",
            site,
            "全站最深积水。",
            title=("最深积水", "Deepest"),
            scale=scales.ponding(basis),
        ),
        tile(
            basis,
            "water.unpumped_cm",
            site,
            "没有水泵运行之处的最深积水。",
            title=("未抽排积水", "No pump on"),
            scale=scales.ponding(basis),
        ),
        number(
            "应封闭通道",
            "To be closed",
            f"积水达到 {close:g} cm（下立交封闭深度）的通道数。",
            f"Passages with ponding of {close:g} cm, the depth at which underpasses are closed.",
            f"count({values('water.ponding_cm', passages)} >= {close:g}) or vector(0)",
            unit=COUNT,
            scale=rising((None, None, 1, 3)),
            width=4,
        ),
    )


def _trends(basis: Basis, passages: tuple[str, ...], gauges: tuple[str, ...]) -> tuple[Panel, ...]:
    return (
        chart(
            basis,
            "water.rain_mm_1h",
            gauges,
            "各雨量站1小时雨量；虚线为上海预警信号蓝、黄、橙、红。",
            title=("1小时雨量", "Rain in 1 h"),
            scale=scales.rain_1h(basis),
            width=8,
        ),
        chart(
            basis,
            "water.ponding_cm",
            passages,
            "积水深度；虚线为 5／15／25／40 cm。",
            title=("积水深度", "Ponding"),
            scale=scales.ponding(basis),
            width=8,
        ),
        timeline(
            "积水等级",
            "Ponding level",
            "各通道积水等级随时间变化；灰色为未知。",
            basis.about("water.ponding_level"),
            states("water.ponding_level", passages),
            "place",
            basis.names(passages),
            LEVEL_WORDS,
            width=8,
        ),
    )


def _rain(basis: Basis, gauges: tuple[str, ...]) -> Panel:
    return table(
        "雨量站",
        "Rain stations",
        "各站累计雨量；按1小时雨量排序。",
        "Rain fallen at each station, the wettest hour first.",
        (
            measured(
                basis,
                "water.rain_mm_1h",
                gauges,
                title="1 h",
                scale=scales.rain_1h(basis),
                cell="fill",
                width=84,
            ),
            measured(basis, "water.rain_mm_3h", gauges, title="3 h", width=84),
            measured(
                basis,
                "water.rain_mm_6h",
                gauges,
                title="6 h",
                scale=scales.rain_6h(basis),
                width=84,
            ),
            *trust("water.rain_mm_1h", gauges),
        ),
        key="place",
        key_title="雨量站 Station",
        names=basis.names(gauges),
        sort="1 h",
        width=8,
    )


def _pumps(basis: Basis, pumps: tuple[str, ...]) -> Panel:
    return table(
        "泵站",
        "Pumping stations",
        "集水井水位与水泵运行比例。",
        "Level in the wet well and share of pumps that run.",
        (
            measured(basis, "water.ponding_cm", pumps, title="水位 Level", width=96),
            measured(
                basis,
                "water.pump_running_ratio",
                pumps,
                title="运行 Running",
                cell="bar",
                highest=1,
                scale=scales.BAR,
                width=150,
            ),
            *trust("water.ponding_cm", pumps),
        ),
        key="place",
        key_title="泵站 Station",
        names=basis.names(pumps),
        sort="水位 Level",
        width=8,
    )
