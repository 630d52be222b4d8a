"""Passengers and dispersal balance: who arrives, how they can go on, and until when."""

from __future__ import annotations

from grafana import alerts, forecast, palette, scales
from grafana.basis import Basis
from grafana.board import OPERATIONS, Board, Row
from grafana.chart import Axis, Line, chart, lines, timeline
from grafana.header import header
from grafana.palette import falling, rising
from grafana.panel import Caption, Panel
from grafana.query import known, oldest, states, statuses, values
from grafana.table import Column, Key, measured, table, trust
from grafana.tile import measured_wall, tile
from grafana.unit import UNITS

SATURATION = (
    (
        "dispersal.minutes_to_saturation_earliest",
        Caption("最早饱和", "Earliest", "不利情形：到达取 p90、运力取 p10。"),
    ),
    (
        "dispersal.minutes_to_saturation",
        Caption("可能饱和", "Likely", "最可能情形：首个方式达到候车上限。"),
    ),
    (
        "dispersal.minutes_to_saturation_latest",
        Caption("最晚饱和", "Latest", "有利情形：到达取 p10、运力取 p90。"),
    ),
    (
        "dispersal.minutes_to_all_saturated",
        Caption("全部饱和", "All full", "所有设上限的方式同时达到上限。"),
    ),
)
BALANCE = (
    (
        "dispersal.stranded_persons",
        Caption("滞留预测", "Stranded", "末班结束后无法离站的旅客预测数。"),
        scales.STRANDED,
    ),
    (
        "dispersal.deficit_per_5min",
        Caption(
            "运力缺口",
            "Deficit",
            "未来5分钟各方式缺口之和；一方式的余量不抵另一方式的缺口。",
        ),
        rising((1, 100, 300, 600)),
    ),
    (
        "dispersal.queue_persons",
        Caption("候车人数", "Waiting", "各方式候车人数之和。"),
        palette.STATELESS_TILE,
    ),
    (
        "dispersal.forecast_hit_ratio",
        Caption(
            "预测命中",
            "Hit rate",
            "30分钟前的预测区间包含实际候车人数的比例，越近权重越大。",
        ),
        falling((0.8, 0.6, 0.4)),
    ),
)
RULES = "(crowd|dispersal|rank|rail|air|parking)[.].*"
LIKELY = "可能 Likely"
CROWDED = ("concourse", "platform", "walkway", "waiting_room")


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
            Row(4, _signs(basis)),
            Row(6, (alerts.open_alerts(basis, rules=RULES, width=24),)),
            Row(
                13,
                (forecast.saturation(basis, width=16), _last_departures(basis, width=8)),
                "离站方式",
                "Onward modes",
            ),
            Row(12, (_modes(basis),)),
            Row(8, _supply(basis)),
            Row(8, _passengers(basis), "客流", "Passengers"),
            Row(18, _crowding(basis)),
        ),
    )


def _signs(basis: Basis) -> tuple[Panel, ...]:
    return (
        *(
            tile(
                basis,
                measure,
                basis.hub,
                caption,
                scale=scales.TO_SATURATION,
                words=scales.BEYOND_HORIZON,
            )
            for measure, caption in SATURATION
        ),
        *(
            tile(basis, measure, basis.hub, caption, scale=scale)
            for measure, caption, scale in BALANCE
        ),
    )


def _last_departures(basis: Basis, *, width: int) -> Panel:
    return measured_wall(
        basis,
        "transit.minutes_to_last_departure",
        basis.sourced("transit_service"),
        Caption(
            "末班倒计时",
            "Minutes to last departure",
            "距各线路末班发车的分钟数；0 表示末班已发出。",
        ),
        scale=scales.LAST_DEPARTURE,
        size=26,
        width=width,
    )


def _modes(basis: Basis) -> Panel:
    modes = basis.modes
    limited = tuple(mode.place for mode in basis.settings.dispersal.modes if mode.waiting)
    columns = (
        _likely(modes, limited),
        _of_limited(basis, "dispersal.minutes_to_saturation_earliest", limited, "最早 Earliest"),
        _of_limited(basis, "dispersal.minutes_to_saturation_latest", limited, "最晚 Latest"),
        measured(basis, "dispersal.demand_per_5min", modes, "需求 Demand", width=112),
        measured(basis, "dispersal.capacity_per_5min", modes, "运力 Capacity", width=116),
        measured(
            basis,
            "dispersal.deficit_per_5min",
            modes,
            "缺口 Deficit",
            scale=scales.POSITIVE,
            width=104,
        ),
        _of_limited(basis, "dispersal.queue_persons", limited, "候车 Waiting"),
        _of_limited(basis, "dispersal.waiting_limit_persons", limited, "上限 Limit"),
        measured(
            basis,
            "dispersal.stranded_persons",
            modes,
            "滞留 Stranded",
            scale=scales.POSITIVE,
            width=116,
        ),
        _last(modes),
        *trust("dispersal.demand_per_5min", modes),
    )
    return table(
        Caption(
            "各方式平衡",
            "Balance by mode",
            "每行一种离站方式，最先饱和者在前：需求、运力、缺口、候车与上限、最早／可能／最晚饱和、"
            "滞留与末班。停车场与步道不设候车上限（–）。",
            "A row a mode, the first to fill first: demand, capacity, deficit, queue and limit, "
            "saturation at the earliest, likely and latest, stranded persons, minutes to the last "
            "departure. Car parks and walkways have no waiting limit (–).",
        ),
        Key(label="place", title="方式 Mode", names=basis.titles(modes)),
        columns,
        sort=LIKELY,
        lowest_first=True,
        width=24,
    )


def _likely(modes: tuple[str, ...], limited: tuple[str, ...]) -> Column:
    """Minutes to saturation; numbers of their own put unknown modes and those without a limit last.

    Without them a table that has the lowest first would begin with what it does not know.
    """
    likely = "dispersal.minutes_to_saturation"
    free = tuple(mode for mode in modes if mode not in limited)
    unknown = known(likely, limited, str(scales.UNKNOWN_LAST))
    never = f"{statuses('dispersal.demand_per_5min', free)} * 0 + {scales.NEVER}"
    return Column(
        title=LIKELY,
        expr=f"{unknown} or {never}",
        unit=UNITS["min"],
        scale=scales.TO_SATURATION,
        words=(*scales.BEYOND_HORIZON, *scales.LAST_WORDS),
        cell="fill",
        width=100,
    )


def _of_limited(basis: Basis, measure: str, limited: tuple[str, ...], title: str) -> Column:
    """A number only modes with a waiting limit have."""
    return Column(
        title=title,
        expr=known(measure, limited),
        unit=basis.unit(measure),
        words=scales.BEYOND_HORIZON_TEXT if basis.row(measure).unit == "min" else (),
        width=108,
        absent="–",
    )


def _last(modes: tuple[str, ...]) -> Column:
    """Minutes to the last departure; a mode without one runs all day."""
    last = "dispersal.minutes_to_last_departure"
    none = (
        f"{statuses('dispersal.demand_per_5min', modes)} unless on (place) {statuses(last, modes)}"
    )
    return Column(
        title="末班 Last",
        expr=f"{values(last, modes)} or ({none}) * 0 + {scales.ALL_DAY_MINUTES}",
        unit=UNITS["min"],
        scale=scales.LAST_DEPARTURE,
        words=scales.ALL_DAY,
        cell="fill",
        width=92,
    )


def _supply(basis: Basis) -> tuple[Panel | tuple[Panel, ...], ...]:
    return (
        forecast.waiting(
            Caption(
                "未来90分钟候车人数（全部方式）",
                "Waiting ahead, all modes",
                "每5分钟三柱：有利、最可能、不利情形的候车人数；未知的方式不计入。",
                "Three bars a step: the best, the likely and the worst case. Modes that are "
                "unknown are not in it.",
            ),
            basis.modes,
            width=7,
        ),
        forecast.supply(
            Caption(
                "未来90分钟供需（全部方式）",
                "Balance ahead, all modes",
                "每5分钟的离站需求与运力，单位为人。",
                "Persons per 5-minute step: demand and capacity of all modes.",
            ),
            basis.modes,
            width=7,
        ),
        forecast.supply(
            Caption(
                "未来90分钟供需（轨道）",
                "Balance ahead, metro",
                "仅轨道交通；末班之后运力为零。",
                "Metro only; capacity is zero after the last departure.",
            ),
            basis.kind("metro_line", under=basis.hub),
            width=7,
        ),
        (
            tile(
                basis,
                "dispersal.demand_per_5min",
                basis.hub,
                Caption("需求", "Demand", "未来5分钟离站需求。"),
            ),
            tile(
                basis,
                "dispersal.capacity_per_5min",
                basis.hub,
                Caption("运力", "Capacity", "未来5分钟离站运力。"),
            ),
        ),
    )


def _passengers(basis: Basis) -> tuple[Panel, ...]:
    entered, left = "crowd.entered_per_min", "crowd.left_per_min"
    colours = palette.SERIES
    return (
        chart(
            basis,
            "arrivals.expected_passengers_30min",
            basis.sourced("arrival"),
            Caption(
                "未来30分钟到达",
                "Arriving in 30 min",
                "未来30分钟到达旅客数（叠加），按航班、列车、班车动态推算。",
            ),
            stacked=True,
            width=8,
        ),
        chart(
            basis,
            "crowd.occupancy_persons",
            basis.measuring("crowd.occupancy_persons", basis.under(basis.hub)),
            Caption("在场人数", "Persons inside", "由闸机进出累计的在场人数。"),
            width=8,
        ),
        lines(
            Caption(
                "进出枢纽速率",
                "Entering and leaving the hub",
                "全枢纽每分钟进入（实线）与离开（虚线）人数。",
                f"{basis.about(entered)} Solid: in; dashed: out.",
            ),
            (
                Line(expr=values(entered, basis.hub), name="进入 in", colour=colours[0]),
                Line(expr=values(left, basis.hub), name="离开 out", colour=colours[1], dashed=True),
            ),
            Axis(unit=UNITS["persons/min"]),
            age=oldest(entered, basis.hub),
            width=8,
        ),
    )


def _crowding(basis: Basis) -> tuple[Panel, ...]:
    service = "crowd.level_of_service"
    crowded = basis.measuring(service, basis.kind(*CROWDED, under=basis.hub))
    return (
        timeline(
            Caption(
                "服务水平",
                "Level of service",
                "各大厅、站台、通道的服务水平，A 畅通至 F 拥塞；灰色为未知。",
                basis.about(service),
            ),
            states(service, crowded),
            "place",
            basis.titles(crowded),
            scales.SERVICE_WORDS,
            age=oldest(service, crowded),
            width=24,
        ),
    )
