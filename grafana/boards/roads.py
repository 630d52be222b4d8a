"""Roads: congestion by road and segment, as it is and as it came about."""

from __future__ import annotations

from grafana import alerts, scales
from grafana.basis import Basis
from grafana.board import DEPARTMENTS, Board, Row
from grafana.chart import chart, states, timeline
from grafana.header import header
from grafana.palette import rising
from grafana.panel import Panel
from grafana.query import statuses, values
from grafana.table import measured, table, trust
from grafana.tile import measured_wall, number, tile
from grafana.unit import COUNT

BLOCKED = 5
"""the worst speed grade"""
SLOWER = rising((1.2, 1.5, 1.8, 2.1))
"""bands of the travel time index"""


def board(basis: Basis) -> Board:
    roads, segments = basis.kind("road"), basis.kind("road_segment")
    return Board(
        key="roads",
        folder=DEPARTMENTS,
        title_zh="道路",
        title_en="Roads",
        about_zh="主要道路与路段的拥堵指数、车速等级与行程时间。",
        about_en="Congestion index, speed grade and travel time of the main roads and segments.",
        timezone=basis.site.timezone,
        rows=(
            header(basis),
            Row(4, _signs(basis, segments)),
            Row(
                4,
                (
                    measured_wall(
                        basis,
                        "road.congestion_index",
                        roads,
                        "每块为一条道路的拥堵指数，0 畅通至 100 停滞。",
                        title=("各道路拥堵指数", "Congestion index by road"),
                        scale=scales.congestion(basis),
                        size=24,
                        width=24,
                    ),
                ),
            ),
            Row(18, (_grades(basis, segments), _segments(basis, segments))),
            Row(8, _trends(basis, roads)),
        ),
    )


def _signs(basis: Basis, segments: tuple[str, ...]) -> tuple[Panel, ...]:
    site = basis.site.key
    areas = basis.kind("area")
    return (
        tile(
            basis,
            "road.congestion_index",
            site,
            "全路网拥堵指数平均。",
            title=("路网指数", "Network"),
            scale=scales.congestion(basis),
        ),
        measured_wall(
            basis,
            "road.congestion_index",
            areas,
            "各片区拥堵指数。",
            title=("各片区拥堵指数", "Congestion index by area"),
            scale=scales.congestion(basis),
            size=24,
            width=12,
        ),
        tile(
            basis,
            "road.travel_time_index",
            site,
            "最差路段的行程时间与自由流之比。",
            title=("行程时间比", "Travel time"),
            scale=SLOWER,
        ),
        number(
            "堵塞路段",
            "Blocked",
            "车速等级为 5（最差）的路段数；未知路段不计入，见右侧。",
            "Segments at speed grade 5, the worst. Unknown ones are not counted here.",
            f"count({values('road.speed_grade', segments)} >= {BLOCKED}) or vector(0)",
            unit=COUNT,
            scale=rising((1, 3, 8, 14)),
        ),
        number(
            "未知路段",
            "Unknown",
            "车速等级未知的路段数。",
            "Segments whose speed grade is unknown.",
            f"count({statuses('road.speed_grade', segments)} == 2) or vector(0)",
            unit=COUNT,
            scale=scales.BLIND_COUNT,
        ),
    )


def _grades(basis: Basis, segments: tuple[str, ...]) -> Panel:
    return timeline(
        "路段车速等级",
        "Speed grade by segment",
        "每条为一个路段随时间的车速等级；灰色为未知。",
        basis.about("road.speed_grade"),
        states("road.speed_grade", segments),
        "place",
        basis.names(segments),
        scales.GRADE_WORDS,
        width=12,
    )


def _segments(basis: Basis, segments: tuple[str, ...]) -> Panel:
    return table(
        "路段",
        "Segments",
        "每行一个路段，最堵者在前。",
        "A row a segment, the most congested first.",
        (
            measured(
                basis,
                "road.speed_grade",
                segments,
                title="等级 Grade",
                words=scales.GRADE_WORDS,
                cell="fill",
                width=110,
            ),
            measured(
                basis,
                "road.congestion_index",
                segments,
                title="指数 Index",
                scale=scales.congestion(basis),
                width=88,
            ),
            measured(basis, "road.speed_kmh", segments, title="车速 Speed", width=96),
            measured(basis, "road.flow_veh_h", segments, title="流量 Flow", width=100),
            measured(
                basis,
                "road.travel_time_index",
                segments,
                title="时间比 TTI",
                scale=SLOWER,
                width=92,
            ),
            *trust("road.speed_kmh", segments),
        ),
        key="place",
        key_title="路段 Segment",
        names=basis.names(segments),
        sort="指数 Index",
        width=12,
    )


def _trends(basis: Basis, roads: tuple[str, ...]) -> tuple[Panel, ...]:
    return (
        chart(
            basis,
            "road.congestion_index",
            roads,
            "各道路拥堵指数；虚线为基本畅通、拥挤、堵塞的界线。",
            title=("道路拥堵趋势", "Congestion over time"),
            scale=scales.congestion(basis),
            legend="right",
            width=9,
        ),
        chart(
            basis,
            "road.speed_kmh",
            roads,
            "各道路平均车速。",
            title=("道路车速", "Mean speed"),
            legend="right",
            width=8,
        ),
        alerts.open_alerts(basis, rules="road[.].*", width=7),
    )
