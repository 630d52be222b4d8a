"""Water: what the authority warns of, what has fallen, where it stands, what pumps."""

from __future__ import annotations

from grafana import alerts, palette, scales
from grafana.basis import Basis
from grafana.board import DEPARTMENTS, Board, Row
from grafana.chart import chart, timeline
from grafana.field import LEVEL_WORDS, Word
from grafana.header import header
from grafana.palette import rising
from grafana.panel import Caption, Panel
from grafana.query import how_many, states, values
from grafana.table import Key, measured, table, trust
from grafana.tile import Look, highest_tile, measured_wall, number, tile
from grafana.unit import COUNT

PONDING, DEPTH = "water.ponding_cm", "water.depth_cm"
RAIN_1H, RAIN_6H = "water.rain_mm_1h", "water.rain_mm_6h"
WARNING_WORDS = (
    Word(0, "无预警", palette.NORMAL),
    Word(1, "蓝色预警", palette.BLUE),
    Word(2, "黄色预警", palette.YELLOW),
    Word(3, "橙色预警", palette.ORANGE),
    Word(4, "红色预警", palette.RED),
)


def board(basis: Basis) -> Board:
    passages = basis.kind("underpass", "tunnel")
    gauges = basis.kind("rain_station")
    return Board(
        key="water",
        folder=DEPARTMENTS,
        title_zh="防汛",
        title_en="Water",
        about_zh="气象部门预警、实测雨量、下立交积水与泵站。预警颜色与平台计算的等级分别显示，"
        "互不替代。",
        about_en="The authority's warning, rain measured, ponding in underpasses, pumps. The "
        "authority's colour and our computed level are shown apart and never mixed.",
        timezone=basis.site.timezone,
        rows=(
            header(basis),
            Row(4, (*_levels(basis), *_signs(basis, passages), _closed(basis, passages))),
            Row(5, (alerts.open_alerts(basis, rules="(water|rain|warning)[.].*", width=24),)),
            Row(4, (_passages(basis, passages),)),
            Row(9, _trends(basis, passages, gauges)),
            Row(
                10,
                (
                    _rain(basis, gauges),
                    _pumps(basis),
                ),
            ),
        ),
    )


def _levels(basis: Basis) -> tuple[Panel, ...]:
    return (
        tile(
            basis,
            "warning.level",
            basis.site.key,
            Caption(
                "气象预警",
                "Authority warning",
                "气象部门发布的最高预警颜色，由发布方决定，平台从不改写。",
            ),
            words=WARNING_WORDS,
            width=4,
        ),
        tile(
            basis,
            "water.rain_warning_level",
            basis.site.key,
            Caption("雨量等级", "Level, computed", "按实测雨量计算的等级，仅供参考。"),
            words=LEVEL_WORDS,
            width=4,
        ),
    )


def _signs(basis: Basis, passages: tuple[str, ...]) -> tuple[Panel, ...]:
    hour, six, ponding = scales.rain(basis, "1h"), scales.rain(basis, "6h"), scales.ponding(basis)
    deepest = Caption("最深积水", "Deepest", "下立交与隧道中最深的积水。")
    unpumped = Caption("未抽排", "No pump on", "没有水泵运行的通道中最深的积水。")
    return (
        tile(
            basis,
            RAIN_1H,
            basis.site.key,
            Caption("1小时雨量", "Rain 1 h", "全站最大1小时雨量。"),
            scale=hour,
        ),
        tile(
            basis,
            RAIN_6H,
            basis.site.key,
            Caption("6小时雨量", "Rain 6 h", "全站最大6小时雨量。"),
            scale=six,
        ),
        highest_tile(basis, PONDING, passages, deepest, scale=ponding),
        highest_tile(basis, "water.unpumped_cm", passages, unpumped, scale=ponding),
    )


def _closed(basis: Basis, passages: tuple[str, ...]) -> Panel:
    depth = basis.standard("water.underpass.close_cm") or 0
    caption = Caption(
        "应封闭通道",
        "To be closed",
        f"积水达到 {depth:g} cm（下立交封闭深度）的通道数。",
        f"Passages with ponding of {depth:g} cm, the depth at which underpasses are closed.",
    )
    count = how_many(values(PONDING, passages), f">= {depth:g}")
    return number(caption, count, Look(COUNT, rising((None, None, 1, 3))), width=4)


def _passages(basis: Basis, passages: tuple[str, ...]) -> Panel:
    return measured_wall(
        basis,
        PONDING,
        passages,
        Caption(
            "下立交与隧道积水",
            "Ponding in underpasses and tunnels",
            "每块为一处下立交或隧道的积水深度。",
        ),
        scale=scales.ponding(basis),
        size=30,
        width=24,
    )


def _trends(basis: Basis, passages: tuple[str, ...], gauges: tuple[str, ...]) -> tuple[Panel, ...]:
    return (
        chart(
            basis,
            RAIN_1H,
            gauges,
            Caption(
                "1小时雨量", "Rain in 1 h", "各雨量站1小时雨量；虚线为本市预警信号蓝、黄、橙、红。"
            ),
            scale=scales.rain(basis, "1h"),
            width=8,
        ),
        chart(
            basis,
            PONDING,
            passages,
            Caption("积水深度", "Ponding", "虚线为四个告警级别。"),
            scale=scales.ponding(basis),
            width=8,
        ),
        timeline(
            Caption(
                "积水等级",
                "Ponding level",
                "各通道积水等级随时间变化；灰色为未知。",
                basis.about("water.ponding_level"),
            ),
            states("water.ponding_level", passages),
            "place",
            basis.names(passages),
            LEVEL_WORDS,
            width=8,
        ),
    )


def _rain(basis: Basis, gauges: tuple[str, ...]) -> Panel:
    hour, six = scales.rain(basis, "1h"), scales.rain(basis, "6h")
    columns = (
        measured(basis, RAIN_1H, gauges, "1 h", scale=hour, cell="fill", width=76),
        measured(basis, "water.rain_mm_3h", gauges, "3 h", width=76),
        measured(basis, RAIN_6H, gauges, "6 h", scale=six, width=76),
        *trust(RAIN_1H, gauges),
    )
    return table(
        Caption(
            "雨量站",
            "Rain stations",
            "各站累计雨量；按1小时雨量排序。",
            "Rain fallen at each station, the wettest hour first.",
        ),
        Key(label="place", title="雨量站 Station", names=basis.titles(gauges)),
        columns,
        sort="1 h",
        width=12,
    )


def _pumps(basis: Basis) -> Panel:
    pumps = basis.kind("pumping_station")
    columns = (
        measured(basis, DEPTH, pumps, "水位 Level", width=96),
        measured(
            basis,
            "water.pump_running_ratio",
            pumps,
            "运行 Running",
            cell="bar",
            scale=scales.BAR,
            width=110,
        ),
        *trust(DEPTH, pumps),
    )
    return table(
        Caption(
            "泵站",
            "Pumping stations",
            "集水井水位与水泵运行比例。",
            "Level in the wet well and share of pumps that run.",
        ),
        Key(label="place", title="泵站 Station", names=basis.titles(pumps)),
        columns,
        sort="水位 Level",
        width=12,
    )
