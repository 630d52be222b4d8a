"""Security check: waits, lanes, throughput, and where they are out of balance."""

from __future__ import annotations

from grafana import alerts, palette, scales
from grafana.basis import Basis
from grafana.board import DEPARTMENTS, Board, Row
from grafana.chart import chart
from grafana.header import header
from grafana.palette import rising
from grafana.panel import Caption, Panel
from grafana.table import Key, measured, table, trust
from grafana.tile import measured_wall, tile

WAIT = "security.wait_minutes"
BALANCE = rising((1.5, 2, 3))
REJECTED = rising((0.03, 0.05, 0.08))

SIGNS = (
    (
        "security.queue_persons",
        Caption("排队总数", "In queues", "枢纽内安检排队总人数。"),
        palette.STATELESS_TILE,
    ),
    (
        "security.longest_queue_persons",
        Caption("最长通道", "Queue", "排队最长的一条通道。"),
        palette.STATELESS_TILE,
    ),
    (
        "security.open_lanes",
        Caption("开放通道", "Lanes open", "枢纽内开放的安检通道数。"),
        palette.STATELESS_TILE,
    ),
    (
        "security.passed_per_min",
        Caption("通过速率", "Passing", "每分钟通过安检人数，五分钟平均。"),
        palette.STATELESS_TILE,
    ),
    (
        "security.lane_balance_ratio",
        Caption("通道均衡", "Balance", "最长队与平均队之比，越大越不均衡。"),
        BALANCE,
    ),
    (
        "security.reject_ratio",
        Caption("复检率", "Re-checked", "被退回或复检者占比。"),
        REJECTED,
    ),
)


def board(basis: Basis) -> Board:
    checks = basis.sourced("security_lane")
    facilities = basis.measuring(WAIT, (*basis.under(basis.hub), *basis.kind("exhibition")))
    return Board(
        key="security",
        folder=DEPARTMENTS,
        title_zh="安检",
        title_en="Security check",
        about_zh="各安检区的等候、排队、开放通道、通过与复检，及通道是否均衡。",
        about_en="Waits, queues, open lanes, throughput and re-checks of each security check, and "
        "whether its lanes are balanced.",
        timezone=basis.site.timezone,
        rows=(
            header(basis),
            Row(4, _signs(basis)),
            Row(5, (alerts.open_alerts(basis, rules="security[.].*", width=24),)),
            Row(7, (_waits(basis, checks),)),
            Row(14, (_checks(basis, checks), _trend(basis, facilities))),
            Row(8, _flows(basis, facilities)),
        ),
    )


def _signs(basis: Basis) -> tuple[Panel, ...]:
    longest = Caption("最长等候", "Longest", "枢纽内等候最久的安检区。")
    exhibition = basis.kind("exhibition")[0]
    there = Caption("国展等候", "NECC wait", "国展安检等候。")
    return (
        tile(basis, WAIT, basis.hub, longest, scale=scales.security_wait(basis)),
        *(
            tile(basis, measure, basis.hub, caption, scale=scale)
            for measure, caption, scale in SIGNS
        ),
        tile(basis, WAIT, exhibition, there, scale=scales.security_wait(basis)),
    )


def _waits(basis: Basis, checks: tuple[str, ...]) -> Panel:
    return measured_wall(
        basis,
        WAIT,
        checks,
        Caption(
            "各安检点等候",
            "Wait at each check",
            "每块为一组安检通道：此刻加入队伍的旅客平均需等几分钟。",
        ),
        scale=scales.security_wait(basis),
        width=24,
        size=22,
    )


def _checks(basis: Basis, checks: tuple[str, ...]) -> Panel:
    columns = (
        measured(
            basis,
            WAIT,
            checks,
            "等候 Wait",
            scale=scales.security_wait(basis),
            cell="fill",
            width=96,
        ),
        measured(basis, "security.queue_persons", checks, "排队 Queue", width=96),
        measured(basis, "security.open_lanes", checks, "开放 Open", width=92),
        measured(basis, "security.passed_per_min", checks, "通过 Passed", width=116),
        measured(
            basis, "security.lane_balance_ratio", checks, "均衡 Balance", scale=BALANCE, width=112
        ),
        measured(
            basis, "security.reject_ratio", checks, "复检 Re-check", scale=REJECTED, width=116
        ),
        *trust(WAIT, checks),
    )
    return table(
        Caption(
            "各安检点",
            "Security checks",
            "每行一组安检通道，按等候时间排序。等候 = 排队人数 ÷ 通过速率（利特尔法则）。",
            "A row a group of lanes, longest wait first. Wait = queue ÷ throughput (Little's law).",
        ),
        Key(label="place", title="安检点 Check", names=basis.titles(checks)),
        columns,
        sort="等候 Wait",
        width=18,
    )


def _trend(basis: Basis, facilities: tuple[str, ...]) -> Panel:
    return chart(
        basis,
        WAIT,
        facilities,
        Caption("安检等候趋势", "Wait over time", "各设施安检等候；虚线为最优、黄、红目标。"),
        scale=scales.security_wait(basis),
        width=6,
    )


def _flows(basis: Basis, facilities: tuple[str, ...]) -> tuple[Panel, ...]:
    return (
        chart(
            basis,
            "security.queue_persons",
            facilities,
            Caption("排队人数", "Persons in queues", "各设施安检排队人数（叠加）。"),
            stacked=True,
            width=8,
        ),
        chart(
            basis,
            "security.passed_per_min",
            facilities,
            Caption("通过速率", "Persons passed", "各设施每分钟通过人数（叠加）。"),
            stacked=True,
            width=8,
        ),
        chart(
            basis,
            "security.open_lanes",
            facilities,
            Caption("开放通道", "Lanes open", "各设施开放通道数（叠加）。"),
            stacked=True,
            width=8,
        ),
    )
