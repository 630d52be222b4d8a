"""Transit: metro lines, arrivals, ranks and car parks."""

from __future__ import annotations

from grafana import alerts, palette, scales
from grafana.basis import Basis
from grafana.board import DEPARTMENTS, Board, Row
from grafana.chart import chart
from grafana.header import header
from grafana.palette import falling, rising
from grafana.panel import Caption, Panel
from grafana.table import Key, measured, table, trust
from grafana.tile import measured_wall, tile

RATIO, LOAD = "transit.headway_adherence_ratio", "transit.load_ratio"
CAPACITY = "transit.onward_capacity_per_5min"
EXPECTED = "arrivals.expected_passengers_30min"
DELAYED, DELAY = "arrivals.delayed_ratio", "arrivals.mean_delay_minutes"

USED = "占用 Used"
STRETCHED = rising((1.3, 1.6, 2, 3))
"""headway ÷ scheduled headway"""
LOADED = rising((0.7, 0.9, 1.0, 1.2))
MANY_DELAYED = rising((0.2, 0.3, 0.5))
LATE = rising((15, 30, 60))
RANK_WAIT = rising((10, 20, 30, 45))
FULL = rising((0.8, 0.9, 0.95, 1.0))
TO_FULL = falling((60, 30, 15, 5))

SIGNS = (
    (RATIO, Caption("间隔兑现", "Headway", "最差线路的实际与计划间隔之比。"), STRETCHED),
    (LOAD, Caption("最高满载", "Fullest", "最满线路到站时的满载率。"), LOADED),
    (
        CAPACITY,
        Caption("地铁运力", "Metro", "未来5分钟地铁可带走的人数。"),
        palette.STATELESS_TILE,
    ),
    (
        "dispersal.minutes_to_last_departure",
        Caption("末班倒计时", "Last", "下一个结束服务的离站方式。"),
        scales.LAST_DEPARTURE,
    ),
    (
        EXPECTED,
        Caption("30分钟到达", "Arriving", "未来30分钟到达旅客数。"),
        palette.STATELESS_TILE,
    ),
    (DELAYED, Caption("延误率", "Delayed", "延误班次占比。"), MANY_DELAYED),
    (DELAY, Caption("平均延误", "Mean delay", "平均延误分钟。"), LATE),
    (
        "rank.wait_minutes",
        Caption("候车最久", "Rank", "枢纽内候车最久的站点。"),
        RANK_WAIT,
    ),
)


def board(basis: Basis) -> Board:
    served = basis.sourced("transit_service")
    return Board(
        key="transit",
        folder=DEPARTMENTS,
        title_zh="轨道与接驳",
        title_en="Transit",
        about_zh="地铁线路、航班与列车到达、出租网约与公交候车、停车。",
        about_en="Metro lines, flights and trains arriving, ranks and car parks.",
        timezone=basis.site.timezone,
        rows=(
            header(basis),
            Row(
                4,
                tuple(
                    tile(basis, measure, basis.hub, caption, scale=scale)
                    for measure, caption, scale in SIGNS
                ),
            ),
            Row(
                5,
                (
                    alerts.open_alerts(
                        basis, rules="(transit|rank|parking|air|rail)[.].*", width=24
                    ),
                ),
            ),
            Row(10, (_lines(basis, served), _last(basis, served)), "地铁", "Metro"),
            Row(8, _line_trends(basis, basis.kind("metro_line", under=basis.hub))),
            Row(8, _arrivals(basis), "到达", "Arrivals"),
            Row(10, (_ranks(basis), _parks(basis)), "出租、公交与停车", "Ranks and parking"),
        ),
    )


def _lines(basis: Basis, served: tuple[str, ...]) -> Panel:
    columns = (
        measured(basis, "transit.headway_seconds", served, "间隔 Headway", width=108),
        measured(basis, "transit.scheduled_headway_seconds", served, "计划 Plan", width=88),
        measured(basis, RATIO, served, "比值 Ratio", scale=STRETCHED, cell="fill", width=88),
        measured(
            basis, LOAD, served, "满载率 Load", scale=LOADED, cell="bar", highest=1.3, width=130
        ),
        measured(basis, CAPACITY, served, "运力 Capacity", width=116),
        measured(basis, "transit.last_departure_ms", served, "末班 Last", width=88),
        *trust("transit.headway_seconds", served),
    )
    return table(
        Caption(
            "线路",
            "Lines",
            "每行一条线路方向：实际与计划间隔、满载率、未来5分钟运力、末班。",
            "A row a line and direction: headway against schedule, load, capacity of the next "
            "5 min, last departure.",
        ),
        Key(label="place", title="线路 Line", names=basis.titles(served)),
        columns,
        width=17,
    )


def _last(basis: Basis, served: tuple[str, ...]) -> Panel:
    return measured_wall(
        basis,
        "transit.minutes_to_last_departure",
        served,
        Caption(
            "末班倒计时", "Minutes to last departure", "距末班发车的分钟数；0 表示末班已发出。"
        ),
        scale=scales.LAST_DEPARTURE,
        size=24,
        width=7,
    )


def _line_trends(basis: Basis, served: tuple[str, ...]) -> tuple[Panel, ...]:
    return (
        chart(
            basis,
            RATIO,
            served,
            Caption("间隔兑现比", "Headway ratio", "实际间隔 ÷ 计划间隔，1 为准点。"),
            scale=STRETCHED,
            width=8,
        ),
        chart(
            basis,
            LOAD,
            served,
            Caption("满载率", "Load", "到站满载率。"),
            scale=LOADED,
            width=8,
        ),
        chart(
            basis,
            CAPACITY,
            served,
            Caption("后续运力", "Onward capacity", "各线路未来5分钟可带走的人数（叠加）。"),
            stacked=True,
            width=8,
        ),
    )


def _arrivals(basis: Basis) -> tuple[Panel, ...]:
    arriving = basis.sourced("arrival")
    return (
        chart(
            basis,
            EXPECTED,
            arriving,
            Caption("未来30分钟到达", "Arriving in 30 min", "未来30分钟到达旅客数（叠加）。"),
            stacked=True,
            width=8,
        ),
        chart(
            basis,
            DELAYED,
            arriving,
            Caption("延误率", "Delayed services", "延误班次占比。"),
            scale=MANY_DELAYED,
            width=8,
        ),
        chart(
            basis,
            DELAY,
            arriving,
            Caption("平均延误", "Mean delay", "平均延误。"),
            scale=LATE,
            width=8,
        ),
    )


def _ranks(basis: Basis) -> Panel:
    ranks = basis.sourced("rank_service")
    columns = (
        measured(
            basis, "rank.wait_minutes", ranks, "等候 Wait", scale=RANK_WAIT, cell="fill", width=92
        ),
        measured(basis, "rank.waiting_persons", ranks, "候车人 Persons", width=118),
        measured(basis, "rank.waiting_vehicles", ranks, "待客车 Vehicles", width=128),
        measured(basis, "rank.throughput_persons_per_min", ranks, "疏散 Taken", width=104),
        *trust("rank.vehicles_per_min", ranks),
    )
    return table(
        Caption(
            "候车点",
            "Ranks",
            "出租车、网约车、公交与长途候车点，等候最久者在前。",
            "Taxi, ride-hail, bus and coach ranks, the longest wait first.",
        ),
        Key(label="place", title="候车点 Rank", names=basis.titles(ranks)),
        columns,
        sort="等候 Wait",
        width=15,
    )


def _parks(basis: Basis) -> Panel:
    parks = basis.sourced("parking_count")
    columns = (
        measured(
            basis,
            "parking.occupancy_ratio",
            parks,
            USED,
            scale=FULL,
            cell="bar",
            width=120,
        ),
        measured(
            basis,
            "parking.minutes_to_full",
            parks,
            "距满 To full",
            scale=TO_FULL,
            words=scales.NOT_TODAY,
            width=100,
        ),
        *trust("parking.occupied_vehicles", parks),
    )
    return table(
        Caption(
            "停车场",
            "Car parks",
            "占用率与按当前进出速率推算的满位时间。",
            "Occupancy, and minutes until full at the present rates.",
        ),
        Key(label="place", title="停车场 Car park", names=basis.names(parks)),
        columns,
        sort=USED,
        width=9,
    )
