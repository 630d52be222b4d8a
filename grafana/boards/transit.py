"""Transit: metro lines, arrivals, ranks and car parks."""

from __future__ import annotations

from grafana import alerts, scales
from grafana.basis import Basis
from grafana.board import DEPARTMENTS, Board, Row
from grafana.chart import chart
from grafana.header import header
from grafana.palette import falling, rising
from grafana.panel import Panel
from grafana.table import measured, table, trust
from grafana.tile import measured_wall, tile

STRETCHED = rising((1.3, 1.6, 2, 3))
"""headway ÷ scheduled headway"""
LOADED = rising((0.7, 0.9, 1.0, 1.2))
DELAYED = rising((0.2, 0.3, 0.5))
LATE = rising((15, 30, 60))
RANK_WAIT = rising((10, 20, 30, 45))
FULL = rising((0.8, 0.9, 0.95, 1.0))
TO_FULL = falling((60, 30, 15, 5))


def board(basis: Basis) -> Board:
    lines = basis.sourced("transit_service")
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
            Row(4, _signs(basis)),
            Row(10, (_lines(basis, lines), _last(basis, lines)), "地铁", "Metro"),
            Row(7, _line_trends(basis, lines)),
            Row(7, _arrivals(basis), "到达", "Arrivals"),
            Row(10, (_ranks(basis), _parks(basis)), "出租、公交与停车", "Ranks and parking"),
            Row(
                7,
                (
                    alerts.open_alerts(
                        basis, rules="(transit|rank|parking|air|rail)[.].*", width=24
                    ),
                ),
            ),
        ),
    )


def _signs(basis: Basis) -> tuple[Panel, ...]:
    hub = basis.hub
    return (
        tile(
            basis,
            "transit.headway_adherence_ratio",
            hub,
            "最差线路的实际间隔与计划间隔之比。",
            title=("间隔兑现", "Headway ratio"),
            scale=STRETCHED,
        ),
        tile(
            basis,
            "transit.load_ratio",
            hub,
            "最满线路到站时的满载率。",
            title=("最高满载", "Fullest line"),
            scale=LOADED,
        ),
        tile(
            basis,
            "transit.onward_capacity_per_5min",
            hub,
            "未来5分钟地铁可带走的人数。",
            title=("地铁运力", "Metro capacity"),
        ),
        tile(
            basis,
            "dispersal.minutes_to_last_departure",
            hub,
            "下一个结束服务的离站方式。",
            title=("末班倒计时", "Last departure"),
            scale=scales.LAST_DEPARTURE,
        ),
        tile(
            basis,
            "arrivals.expected_passengers_30min",
            hub,
            "未来30分钟到达旅客数。",
            title=("30分钟到达", "Arriving"),
        ),
        tile(
            basis,
            "arrivals.delayed_ratio",
            hub,
            "延误班次占比。",
            title=("延误率", "Delayed"),
            scale=DELAYED,
        ),
        tile(
            basis,
            "arrivals.mean_delay_minutes",
            hub,
            "平均延误分钟。",
            title=("平均延误", "Mean delay"),
            scale=LATE,
        ),
        tile(
            basis,
            "rank.wait_minutes",
            hub,
            "枢纽内候车最久的站点。",
            title=("候车最久", "Longest rank"),
            scale=RANK_WAIT,
        ),
    )


def _lines(basis: Basis, lines: tuple[str, ...]) -> Panel:
    return table(
        "线路",
        "Lines",
        "每行一条线路方向：实际与计划间隔、满载率、未来5分钟运力、末班。",
        "A row a line and direction: headway against schedule, load, capacity of the next 5 min, "
        "last departure.",
        (
            measured(basis, "transit.headway_seconds", lines, title="间隔 Headway"),
            measured(basis, "transit.scheduled_headway_seconds", lines, title="计划 Scheduled"),
            measured(
                basis,
                "transit.headway_adherence_ratio",
                lines,
                title="兑现比 Ratio",
                scale=STRETCHED,
                cell="fill",
            ),
            measured(
                basis,
                "transit.load_ratio",
                lines,
                title="满载率 Load",
                scale=LOADED,
                cell="bar",
                highest=1.3,
                width=160,
            ),
            measured(basis, "transit.onward_capacity_per_5min", lines, title="运力 Capacity"),
            measured(basis, "transit.last_departure_ms", lines, title="末班 Last", width=110),
            *trust("transit.headway_seconds", lines),
        ),
        key="place",
        key_title="线路 Line",
        names=basis.names(lines),
        width=16,
    )


def _last(basis: Basis, lines: tuple[str, ...]) -> Panel:
    return measured_wall(
        basis,
        "transit.minutes_to_last_departure",
        lines,
        "距末班发车的分钟数；0 表示末班已发出。",
        title=("末班倒计时", "Minutes to last departure"),
        scale=scales.LAST_DEPARTURE,
        size=24,
        width=8,
    )


def _line_trends(basis: Basis, lines: tuple[str, ...]) -> tuple[Panel, ...]:
    return (
        chart(
            basis,
            "transit.headway_adherence_ratio",
            lines,
            "实际间隔 ÷ 计划间隔，1 为准点。",
            title=("间隔兑现比", "Headway ratio"),
            scale=STRETCHED,
            width=8,
        ),
        chart(
            basis,
            "transit.load_ratio",
            lines,
            "到站满载率。",
            title=("满载率", "Load"),
            scale=LOADED,
            width=8,
        ),
        chart(
            basis,
            "transit.onward_capacity_per_5min",
            lines,
            "各线路未来5分钟可带走的人数（叠加）。",
            title=("后续运力", "Onward capacity"),
            stacked=True,
            width=8,
        ),
    )


def _arrivals(basis: Basis) -> tuple[Panel, ...]:
    arriving = basis.sourced("arrival")
    return (
        chart(
            basis,
            "arrivals.expected_passengers_30min",
            arriving,
            "未来30分钟到达旅客数（叠加）。",
            title=("未来30分钟到达", "Arriving in 30 min"),
            stacked=True,
            width=8,
        ),
        chart(
            basis,
            "arrivals.delayed_ratio",
            arriving,
            "延误班次占比。",
            title=("延误率", "Delayed services"),
            scale=DELAYED,
            width=8,
        ),
        chart(
            basis,
            "arrivals.mean_delay_minutes",
            arriving,
            "平均延误。",
            title=("平均延误", "Mean delay"),
            scale=LATE,
            width=8,
        ),
    )


def _ranks(basis: Basis) -> Panel:
    ranks = basis.sourced("rank_service")
    return table(
        "候车点",
        "Ranks",
        "出租车、网约车、公交与长途候车点。",
        "Taxi, ride-hail, bus and coach ranks.",
        (
            measured(
                basis,
                "rank.wait_minutes",
                ranks,
                title="等候 Wait",
                scale=RANK_WAIT,
                cell="fill",
                width=92,
            ),
            measured(basis, "rank.waiting_persons", ranks, title="候车人 Persons", width=110),
            measured(basis, "rank.waiting_vehicles", ranks, title="待客车 Vehicles", width=118),
            measured(basis, "rank.vehicles_per_min", ranks, title="发车 Leaving", width=112),
            measured(
                basis, "rank.throughput_persons_per_min", ranks, title="疏散 Taken", width=104
            ),
            *trust("rank.vehicles_per_min", ranks),
        ),
        key="place",
        key_title="候车点 Rank",
        names=basis.names(ranks),
        sort="等候 Wait",
        width=13,
    )


def _parks(basis: Basis) -> Panel:
    parks = basis.sourced("parking_count")
    return table(
        "停车场",
        "Car parks",
        "占用率与预计满位时间。",
        "Occupancy and minutes until full.",
        (
            measured(
                basis,
                "parking.occupancy_ratio",
                parks,
                title="占用 Occupancy",
                scale=FULL,
                cell="bar",
                highest=1,
                width=170,
            ),
            measured(basis, "parking.occupied_vehicles", parks, title="在停 Parked", width=100),
            measured(
                basis,
                "parking.minutes_to_full",
                parks,
                title="距满 To full",
                scale=TO_FULL,
                width=100,
            ),
            *trust("parking.occupied_vehicles", parks),
        ),
        key="place",
        key_title="停车场 Car park",
        names=basis.names(parks),
        sort="占用 Occupancy",
        width=11,
    )
