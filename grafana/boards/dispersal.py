"""Passengers and dispersal balance: who arrives, how they can go on, and until when."""

from __future__ import annotations

from grafana import alerts, forecast, palette, scales
from grafana.basis import Basis
from grafana.board import OPERATIONS, Board, Row
from grafana.chart import Line, chart, lines_panel, states, timeline
from grafana.header import header
from grafana.palette import falling, rising
from grafana.panel import Panel
from grafana.query import oldest, values
from grafana.table import measured, table, trust
from grafana.tile import age_tile, measured_wall, tile
from grafana.unit import UNITS

DEMAND, CAPACITY, QUEUE = palette.SERIES[1], palette.SERIES[5], palette.SERIES[4]


def board(basis: Basis) -> Board:
    return Board(
        key="dispersal",
        folder=OPERATIONS,
        title_zh="客流与疏散平衡",
        title_en="Passengers and dispersal",
        about_zh="到达客流与离站运力的平衡：各方式何时饱和、末班何时结束、会滞留多少人。",
        about_en="Arrivals against onward capacity: when each mode saturates, when its last "
        "departure goes, how many are stranded.",
        timezone=basis.site.timezone,
        rows=(
            header(basis),
            Row(4, _balance(basis)),
            Row(
                13,
                (
                    forecast.saturation(basis, width=15),
                    _last_departures(basis, width=9),
                ),
                "离站方式",
                "Onward modes",
            ),
            Row(12, (_modes(basis),)),
            Row(
                8,
                (
                    forecast.curve(
                        "未来90分钟供需（全部方式）",
                        "Demand and capacity ahead, all modes",
                        "每5分钟的离站需求与运力，单位为人。",
                        "Persons per 5-minute step: demand and capacity of all modes.",
                        (
                            ("demand", "需求 demand", DEMAND),
                            ("capacity", "运力 capacity", CAPACITY),
                        ),
                        width=11,
                    ),
                    forecast.curve(
                        "未来90分钟供需（轨道）",
                        "Demand and capacity ahead, metro",
                        "仅轨道交通；末班之后运力为零。",
                        "Metro only; capacity is zero after the last departure.",
                        (
                            ("demand", "需求 demand", DEMAND),
                            ("capacity", "运力 capacity", CAPACITY),
                        ),
                        modes=basis.kind("metro_line", under=basis.hub),
                        width=11,
                    ),
                    age_tile("dispersal.demand_per_5min", basis.modes),
                ),
            ),
            Row(8, _passengers(basis), "客流", "Passengers"),
            Row(18, _crowding(basis)),
        ),
    )


def _balance(basis: Basis) -> tuple[Panel, ...]:
    hub = basis.hub
    return (
        tile(
            basis,
            "dispersal.minutes_to_saturation_earliest",
            hub,
            "不利情形：到达取 p90、运力取 p10。",
            title=("最早饱和", "Earliest"),
            scale=scales.TO_SATURATION,
            words=scales.BEYOND_HORIZON,
        ),
        tile(
            basis,
            "dispersal.minutes_to_saturation",
            hub,
            "最可能情形：首个方式达到候车上限。",
            title=("可能饱和", "Likely"),
            scale=scales.TO_SATURATION,
            words=scales.BEYOND_HORIZON,
        ),
        tile(
            basis,
            "dispersal.minutes_to_saturation_latest",
            hub,
            "有利情形：到达取 p10、运力取 p90。",
            title=("最晚饱和", "Latest"),
            scale=scales.TO_SATURATION,
            words=scales.BEYOND_HORIZON,
        ),
        tile(
            basis,
            "dispersal.minutes_to_all_saturated",
            hub,
            "所有设上限的方式同时达到上限。",
            title=("全部饱和", "All modes full"),
            scale=scales.TO_SATURATION,
            words=scales.BEYOND_HORIZON,
        ),
        tile(
            basis,
            "dispersal.stranded_persons",
            hub,
            "末班结束后无法离站的旅客预测数。",
            title=("滞留预测", "Stranded"),
            scale=scales.STRANDED,
        ),
        tile(
            basis,
            "dispersal.deficit_per_5min",
            hub,
            "未来5分钟各方式缺口之和；一方式的余量不抵另一方式的缺口。",
            title=("运力缺口", "Deficit"),
            scale=rising((1, 100, 300, 600)),
        ),
        tile(
            basis,
            "dispersal.queue_persons",
            hub,
            "各方式候车人数之和。",
            title=("候车人数", "Waiting"),
        ),
        tile(
            basis,
            "dispersal.forecast_hit_ratio",
            hub,
            "30分钟前的预测区间包含实际候车人数的比例，越近权重越大。",
            title=("预测命中率", "Forecast hits"),
            scale=falling((0.8, 0.6, 0.4)),
        ),
    )


def _last_departures(basis: Basis, *, width: int) -> Panel:
    return measured_wall(
        basis,
        "transit.minutes_to_last_departure",
        basis.sourced("transit_service"),
        "距各线路末班发车的分钟数；0 表示末班已发出。",
        title=("末班倒计时", "Minutes to last departure"),
        scale=scales.LAST_DEPARTURE,
        size=26,
        width=width,
        opens="hubwatch-transit",
    )


def _modes(basis: Basis) -> Panel:
    modes = basis.modes
    ended = scales.LAST_DEPARTURE
    return table(
        "各方式平衡",
        "Balance by mode",
        "每行一种离站方式：需求、运力、缺口、候车与上限、最早／可能／最晚饱和、滞留与末班。",
        "A row a mode: demand, capacity, deficit, queue and limit, saturation at the earliest, "
        "likely and latest, stranded persons, minutes to the last departure.",
        (
            measured(
                basis,
                "dispersal.minutes_to_saturation",
                modes,
                title="可能饱和 Likely",
                scale=scales.TO_SATURATION,
                words=scales.BEYOND_HORIZON,
                cell="fill",
            ),
            measured(
                basis,
                "dispersal.minutes_to_saturation_earliest",
                modes,
                title="最早 Earliest",
                words=scales.BEYOND_HORIZON_TEXT,
            ),
            measured(
                basis,
                "dispersal.minutes_to_saturation_latest",
                modes,
                title="最晚 Latest",
                words=scales.BEYOND_HORIZON_TEXT,
            ),
            measured(basis, "dispersal.demand_per_5min", modes, title="需求 Demand"),
            measured(basis, "dispersal.capacity_per_5min", modes, title="运力 Capacity"),
            measured(
                basis,
                "dispersal.deficit_per_5min",
                modes,
                title="缺口 Deficit",
                scale=scales.POSITIVE,
            ),
            measured(basis, "dispersal.queue_persons", modes, title="候车 Waiting"),
            measured(basis, "dispersal.waiting_limit_persons", modes, title="上限 Limit"),
            measured(
                basis,
                "dispersal.stranded_persons",
                modes,
                title="滞留 Stranded",
                scale=scales.POSITIVE,
            ),
            measured(
                basis,
                "dispersal.minutes_to_last_departure",
                modes,
                title="末班 Last",
                scale=ended,
                cell="fill",
            ),
            *trust("dispersal.demand_per_5min", modes),
        ),
        key="place",
        key_title="方式 Mode",
        names=basis.titles(modes),
        key_width=340,
        width=24,
    )


def _passengers(basis: Basis) -> tuple[Panel, ...]:
    arriving = basis.sourced("arrival")
    return (
        chart(
            basis,
            "arrivals.expected_passengers_30min",
            arriving,
            "未来30分钟到达旅客数，按航班、列车、班车动态推算。",
            title=("未来30分钟到达", "Arriving in 30 min"),
            stacked=True,
            width=8,
        ),
        chart(
            basis,
            "crowd.occupancy_persons",
            basis.measuring(
                "crowd.occupancy_persons",
                basis.kind(
                    "terminal",
                    "rail_station",
                    "building",
                    "square",
                    "coach_station",
                    under=basis.hub,
                ),
            ),
            "由闸机进出累计的在场人数。",
            title=("在场人数", "Persons inside"),
            width=8,
        ),
        lines_panel(
            "进出枢纽速率",
            "Entering and leaving the hub",
            "全枢纽每分钟进入与离开人数。",
            f"{basis.about('crowd.entered_per_min')} Solid: in; dashed: out.",
            (
                Line(
                    expr=values("crowd.entered_per_min", basis.hub),
                    name="进入 in",
                    colour=palette.SERIES[0],
                ),
                Line(
                    expr=values("crowd.left_per_min", basis.hub),
                    name="离开 out",
                    colour=palette.SERIES[1],
                    dashed=True,
                ),
            ),
            unit=UNITS["persons/min"],
            age=oldest("crowd.entered_per_min", basis.hub),
            width=8,
        ),
    )


def _crowding(basis: Basis) -> tuple[Panel, ...]:
    crowded = basis.measuring(
        "crowd.level_of_service",
        basis.kind("concourse", "platform", "walkway", "waiting_room", under=basis.hub),
    )
    return (
        timeline(
            "服务水平",
            "Level of service",
            "各大厅、站台、通道的服务水平，A 畅通至 F 拥塞；灰色为未知。",
            basis.about("crowd.level_of_service"),
            states("crowd.level_of_service", crowded),
            "place",
            basis.names(crowded),
            scales.SERVICE_WORDS,
            width=14,
        ),
        alerts.open_alerts(basis, rules="(crowd|dispersal|rank|rail|air|parking)[.].*", width=10),
    )
