"""Energy: how complete and how right the data is, by station and building, and the load."""

from __future__ import annotations

from grafana import palette
from grafana.basis import Basis
from grafana.board import DEPARTMENTS, Board, Row
from grafana.chart import Line, chart, lines_panel
from grafana.header import header
from grafana.palette import Scale, falling
from grafana.panel import Panel
from grafana.query import oldest, values
from grafana.table import measured, table, trust
from grafana.tile import measured_wall, tile
from grafana.unit import SHARE

TARGETS = {
    "energy.access_ratio": "energy.access_ratio.target",
    "energy.normal_ratio": "energy.normal_ratio.target",
}


def board(basis: Basis) -> Board:
    metered = basis.sourced("energy_meter")
    return Board(
        key="energy",
        folder=DEPARTMENTS,
        title_zh="能源数据质量",
        title_en="Energy data quality",
        about_zh="低碳能效平台的接入率（目标 95%）与数据正常率（目标 90%），按能源站与楼宇。",
        about_en="Access rate (target 95 %) and data-normal rate (target 90 %) of the low-carbon "
        "energy platform, by station and building.",
        timezone=basis.site.timezone,
        rows=(
            header(basis),
            Row(4, _signs(basis)),
            Row(7, (_wall(basis, metered),)),
            Row(16, (_meters(basis, metered), _trends(basis))),
        ),
    )


def _target(basis: Basis, measure: str) -> Scale:
    """Normal at the target; blue, yellow, orange 3, 10 and 25 points below it."""
    goal = basis.standard(TARGETS[measure]) or 1.0
    return falling((goal, goal - 0.03, goal - 0.1, goal - 0.25))


def _signs(basis: Basis) -> tuple[Panel, ...]:
    site = basis.site.key
    access, normal = "energy.access_ratio", "energy.normal_ratio"
    return (
        tile(
            basis,
            access,
            site,
            "24小时内至少有一个有效值的表计占比；目标 95%。",
            title=("接入率", "Access rate"),
            scale=_target(basis, access),
            width=4,
        ),
        tile(
            basis,
            normal,
            site,
            "通过全部校验的数值占应收数值之比；目标 90%。",
            title=("数据正常率", "Data-normal rate"),
            scale=_target(basis, normal),
            width=4,
        ),
        tile(
            basis,
            "energy.meters_reporting",
            site,
            "有数据的表计数。",
            title=("在报表计", "Meters reporting"),
            width=4,
        ),
        tile(
            basis,
            "energy.values_expected_24h",
            site,
            "24小时内应收数值数。",
            title=("应收数值", "Values expected"),
            width=4,
        ),
        tile(basis, "energy.power_kw", site, "全站功率合计。", title=("总功率", "Power"), width=4),
        tile(
            basis,
            "energy.energy_kwh_1h",
            site,
            "一小时用电量。",
            title=("1小时用能", "Energy 1 h"),
            width=4,
        ),
    )


def _wall(basis: Basis, metered: tuple[str, ...]) -> Panel:
    return measured_wall(
        basis,
        "energy.normal_ratio",
        metered,
        "每块为一座能源站或楼宇的数据正常率。",
        title=("各站点数据正常率", "Data-normal rate by station and building"),
        scale=_target(basis, "energy.normal_ratio"),
        size=18,
        width=24,
    )


def _meters(basis: Basis, metered: tuple[str, ...]) -> Panel:
    access, normal = "energy.access_ratio", "energy.normal_ratio"
    return table(
        "能源站与楼宇",
        "Stations and buildings",
        "每行一座；接入率 = 24小时内有有效值的表计 ÷ 登记表计，正常率 = 通过校验的数值 ÷ 应收数值。",
        "Access = meters with a valid value in 24 h ÷ meters registered; normal = values that pass "
        "every check ÷ values expected.",
        (
            measured(
                basis,
                access,
                metered,
                title="接入率 Access",
                scale=_target(basis, access),
                cell="bar",
                highest=1,
                width=170,
            ),
            measured(
                basis,
                normal,
                metered,
                title="正常率 Normal",
                scale=_target(basis, normal),
                cell="bar",
                highest=1,
                width=170,
            ),
            measured(basis, "energy.power_kw", metered, title="功率 Power", width=104),
            measured(basis, "energy.energy_kwh_1h", metered, title="1小时 1 h", width=104),
            *trust("energy.power_kw", metered),
        ),
        key="place",
        key_title="站点 Station",
        names=basis.names(metered),
        sort="正常率 Normal",
        rising_first=True,
        width=14,
    )


def _trends(basis: Basis) -> tuple[Panel, ...]:
    site = basis.site.key
    lines = [
        Line(
            expr=values("energy.access_ratio", site), name="接入率 access", colour=palette.SERIES[0]
        ),
        Line(
            expr=values("energy.normal_ratio", site), name="正常率 normal", colour=palette.SERIES[2]
        ),
    ]
    for measure, name, colour in (
        ("energy.access_ratio", "接入目标 target", palette.SERIES[0]),
        ("energy.normal_ratio", "正常目标 target", palette.SERIES[2]),
    ):
        goal = basis.standard(TARGETS[measure])
        lines.append(Line(expr=f"vector({goal})", name=name, colour=colour, dashed=True))
    return (
        lines_panel(
            "接入率与正常率",
            "Access and normal rates",
            "全站两项指标；虚线为规划目标。",
            "Both rates of the site; dashed: the plan's targets.",
            lines,
            unit=SHARE,
            age=oldest("energy.access_ratio", site),
            lowest=0.7,
            highest=1.0,
            width=10,
        ),
        chart(
            basis,
            "energy.power_kw",
            basis.kind("energy_station"),
            "各能源站功率（叠加）。",
            title=("能源站功率", "Power of the stations"),
            stacked=True,
            width=10,
        ),
    )
