"""Security check: waits, lanes, throughput, and where they are out of balance."""

from __future__ import annotations

from grafana import alerts, scales
from grafana.basis import Basis
from grafana.board import DEPARTMENTS, Board, Row
from grafana.chart import chart
from grafana.header import header
from grafana.palette import rising
from grafana.panel import Panel
from grafana.table import measured, table, trust
from grafana.tile import measured_wall, tile

BALANCE = rising((1.5, 2, 3))
REJECTED = rising((0.03, 0.05, 0.08))


def board(basis: Basis) -> Board:
    groups = basis.sourced("security_lane")
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
            Row(
                7,
                (
                    measured_wall(
                        basis,
                        "security.wait_minutes",
                        groups,
                        "每块为一组安检通道：此刻加入队伍的旅客平均需等几分钟。",
                        title=("各安检点等候", "Wait at each check"),
                        scale=scales.security_wait(basis),
                        width=24,
                        size=22,
                    ),
                ),
            ),
            Row(14, (_groups(basis, groups), _waits(basis))),
            Row(8, _flows(basis)),
        ),
    )


def _signs(basis: Basis) -> tuple[Panel, ...]:
    hub = basis.hub
    return (
        tile(
            basis,
            "security.wait_minutes",
            hub,
            "枢纽内等候最久的安检区；目标见虚线。",
            title=("最长等候", "Longest wait"),
            scale=scales.security_wait(basis),
        ),
        tile(
            basis,
            "security.queue_persons",
            hub,
            "枢纽内安检排队总人数。",
            title=("排队总数", "In queues"),
        ),
        tile(
            basis,
            "security.longest_queue_persons",
            hub,
            "排队最长的一条通道。",
            title=("最长通道", "Longest lane"),
        ),
        tile(
            basis,
            "security.open_lanes",
            hub,
            "枢纽内开放的安检通道数。",
            title=("开放通道", "Lanes open"),
        ),
        tile(
            basis,
            "security.passed_per_min",
            hub,
            "每分钟通过安检人数，五分钟平均。",
            title=("通过速率", "Passing"),
        ),
        tile(
            basis,
            "security.lane_balance_ratio",
            hub,
            "最长队与平均队之比，越大越不均衡。",
            title=("通道均衡", "Lane balance"),
            scale=BALANCE,
        ),
        tile(
            basis,
            "security.reject_ratio",
            hub,
            "被退回或复检者占比。",
            title=("复检率", "Re-checked"),
            scale=REJECTED,
        ),
        tile(
            basis,
            "security.wait_minutes",
            basis.kind("exhibition")[0],
            "国展安检等候。",
            title=("国展等候", "NECC wait"),
            scale=scales.security_wait(basis),
        ),
    )


def _groups(basis: Basis, groups: tuple[str, ...]) -> Panel:
    return table(
        "各安检点",
        "Security checks",
        "每行一组安检通道，按等候时间排序。等候 = 排队人数 ÷ 通过速率（利特尔法则）。",
        "A row a group of lanes, longest wait first. Wait = queue ÷ throughput (Little's law).",
        (
            measured(
                basis,
                "security.wait_minutes",
                groups,
                title="等候 Wait",
                scale=scales.security_wait(basis),
                cell="fill",
                width=96,
            ),
            measured(basis, "security.queue_persons", groups, title="排队 Queue", width=96),
            measured(basis, "security.open_lanes", groups, title="开放 Open", width=92),
            measured(basis, "security.passed_per_min", groups, title="通过 Passed", width=116),
            measured(
                basis,
                "security.lane_balance_ratio",
                groups,
                title="均衡 Balance",
                scale=BALANCE,
                width=112,
            ),
            measured(
                basis,
                "security.reject_ratio",
                groups,
                title="复检 Re-check",
                scale=REJECTED,
                width=116,
            ),
            *trust("security.wait_minutes", groups),
        ),
        key="place",
        key_title="安检点 Check",
        names=basis.names(groups),
        sort="等候 Wait",
        width=15,
    )


def _waits(basis: Basis) -> tuple[Panel, ...]:
    facilities = basis.measuring(
        "security.wait_minutes", (*basis.under(basis.hub), *basis.kind("exhibition"))
    )
    return (
        chart(
            basis,
            "security.wait_minutes",
            facilities,
            "各设施安检等候；虚线为最优、黄、红目标。",
            title=("安检等候趋势", "Wait over time"),
            scale=scales.security_wait(basis),
            width=9,
        ),
        alerts.open_alerts(basis, rules="security[.].*", width=9),
    )


def _flows(basis: Basis) -> tuple[Panel, ...]:
    facilities = basis.measuring(
        "security.queue_persons", (*basis.under(basis.hub), *basis.kind("exhibition"))
    )
    return (
        chart(
            basis,
            "security.queue_persons",
            facilities,
            "各设施安检排队人数（叠加）。",
            title=("排队人数", "Persons in queues"),
            stacked=True,
            width=8,
        ),
        chart(
            basis,
            "security.passed_per_min",
            facilities,
            "各设施每分钟通过人数（叠加）。",
            title=("通过速率", "Persons passed"),
            stacked=True,
            width=8,
        ),
        chart(
            basis,
            "security.open_lanes",
            facilities,
            "各设施开放通道数。",
            title=("开放通道", "Lanes open"),
            width=8,
        ),
    )
