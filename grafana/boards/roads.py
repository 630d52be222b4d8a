"""Roads: congestion by road and segment, as it is and as it came about."""

from __future__ import annotations

from grafana import alerts, scales
from grafana.basis import Basis
from grafana.board import DEPARTMENTS, Board, Row
from grafana.chart import chart, timeline
from grafana.header import header
from grafana.palette import rising
from grafana.panel import Caption, Panel
from grafana.query import how_many, states, statuses, values
from grafana.table import Key, measured, table, trust
from grafana.tile import Look, measured_wall, number, tile
from grafana.unit import COUNT

INDEX, GRADE, TIME = "road.congestion_index", "road.speed_grade", "road.travel_time_index"
BLOCKED_GRADE = 5
"""the worst speed grade"""
BLOCKED = Caption(
    "堵塞路段",
    "Blocked",
    "车速等级为 5（最差）的路段数；未知路段不计入，见右侧。",
    "Segments at speed grade 5, the worst. Unknown ones are not counted here.",
)
UNKNOWN = Caption(
    "未知路段", "Unknown", "车速等级未知的路段数。", "Segments whose speed grade is unknown."
)


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
            Row(5, (alerts.open_alerts(basis, rules="road[.].*", width=24),)),
            Row(4, (_roads(basis, roads),)),
            Row(18, (_grades(basis, segments), _segments(basis, segments))),
            Row(8, _trends(basis, roads)),
        ),
    )


def _signs(basis: Basis, segments: tuple[str, ...]) -> tuple[Panel, ...]:
    site = basis.site.key
    return (
        tile(
            basis,
            INDEX,
            site,
            Caption("路网指数", "Network", "全路网拥堵指数平均。"),
            scale=scales.congestion(basis),
        ),
        measured_wall(
            basis,
            INDEX,
            basis.kind("area"),
            Caption("各片区拥堵指数", "Congestion index by area", "各片区拥堵指数。"),
            scale=scales.congestion(basis),
            size=24,
            width=12,
        ),
        tile(
            basis,
            TIME,
            site,
            Caption("行程时间比", "TTI", "最差路段的行程时间与自由流之比。"),
            scale=scales.travel_time(basis),
        ),
        number(
            BLOCKED,
            how_many(values(GRADE, segments), f">= {BLOCKED_GRADE}"),
            Look(COUNT, rising((1, 3, 8, 14))),
        ),
        number(UNKNOWN, how_many(statuses(GRADE, segments), "== 2"), Look(COUNT, scales.GREY)),
    )


def _roads(basis: Basis, roads: tuple[str, ...]) -> Panel:
    return measured_wall(
        basis,
        INDEX,
        roads,
        Caption(
            "各道路拥堵指数",
            "Congestion index by road",
            "每块为一条道路的拥堵指数，0 畅通至 100 停滞。",
        ),
        scale=scales.congestion(basis),
        size=24,
        width=24,
    )


def _grades(basis: Basis, segments: tuple[str, ...]) -> Panel:
    return timeline(
        Caption(
            "路段车速等级",
            "Speed grade by segment",
            "每条为一个路段随时间的车速等级；灰色为未知。",
            basis.about(GRADE),
        ),
        states(GRADE, segments),
        "place",
        basis.names(segments),
        scales.GRADE_WORDS,
        width=9,
    )


def _segments(basis: Basis, segments: tuple[str, ...]) -> Panel:
    columns = (
        measured(
            basis, GRADE, segments, "等级 Grade", words=scales.GRADE_WORDS, cell="fill", width=110
        ),
        measured(basis, INDEX, segments, "指数 Index", scale=scales.congestion(basis), width=88),
        measured(basis, "road.speed_kmh", segments, "车速 Speed", width=96),
        measured(basis, "road.flow_veh_h", segments, "流量 Flow", width=100),
        measured(basis, TIME, segments, "时间比 TTI", scale=scales.travel_time(basis), width=92),
        *trust("road.speed_kmh", segments),
    )
    return table(
        Caption(
            "路段",
            "Segments",
            "每行一个路段，最堵者在前。",
            "A row a segment, the most congested first.",
        ),
        Key(label="place", title="路段 Segment", names=basis.titles(segments)),
        columns,
        sort="指数 Index",
        width=15,
    )


def _trends(basis: Basis, roads: tuple[str, ...]) -> tuple[Panel, ...]:
    return (
        chart(
            basis,
            INDEX,
            roads,
            Caption(
                "道路拥堵趋势",
                "Congestion over time",
                "各道路拥堵指数；虚线为基本畅通、拥挤、堵塞的界线。",
            ),
            scale=scales.congestion(basis),
            legend="right",
            width=12,
        ),
        chart(
            basis,
            "road.speed_kmh",
            roads,
            Caption("道路车速", "Mean speed", "各道路平均车速。"),
            legend="right",
            width=12,
        ),
    )
