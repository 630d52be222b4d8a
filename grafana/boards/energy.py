"""Energy: how complete and how right the data is, by station and building, and the load."""

from __future__ import annotations

from grafana import alerts, palette
from grafana.basis import Basis
from grafana.board import DEPARTMENTS, Board, Row
from grafana.chart import Axis, Line, chart, lines
from grafana.header import header
from grafana.palette import Scale, falling
from grafana.panel import Caption, Panel
from grafana.query import oldest, values, vouched
from grafana.table import Column, Key, measured, table, trust
from grafana.tile import measured_wall, tile
from grafana.unit import SHARE

ACCESS, NORMAL, POWER = "energy.access_ratio", "energy.normal_ratio", "energy.power_kw"
SIGNS = (
    ("energy.meters_reporting", Caption("在报表计", "Meters reporting", "有数据的表计数。")),
    (
        "energy.values_expected_24h",
        Caption("应收数值", "Values expected", "24小时内应收数值数。"),
    ),
    (POWER, Caption("总功率", "Power", "全站功率合计。")),
    ("energy.energy_kwh_1h", Caption("1小时用能", "Energy 1 h", "一小时用电量。")),
)


def board(basis: Basis) -> Board:
    metered = basis.sourced("energy_meter")
    return Board(
        key="energy",
        folder=DEPARTMENTS,
        title_zh="能源数据质量",
        title_en="Energy data quality",
        about_zh="低碳能效平台的接入率与数据正常率及其规划目标，按能源站与楼宇。",
        about_en="Access rate and data-normal rate of the low-carbon energy platform against the "
        "plan's targets, by station and building.",
        timezone=basis.site.timezone,
        rows=(
            header(basis),
            Row(4, _signs(basis)),
            Row(7, (_wall(basis, metered),)),
            Row(18, (_meters(basis, metered), _trends(basis))),
        ),
    )


def _target(basis: Basis, measure: str) -> float:
    return basis.standard(f"{measure}.target") or 1.0


def _against_target(basis: Basis, measure: str) -> Scale:
    """Normal at the target; blue below it, yellow and orange 3 and 10 points below."""
    goal = _target(basis, measure)
    return falling((goal, goal - 0.03, goal - 0.1, goal - 0.25))


def _signs(basis: Basis) -> tuple[Panel, ...]:
    site = basis.site.key
    rates = (
        (
            ACCESS,
            Caption(
                "接入率",
                "Access rate",
                "24小时内至少有一个有效值的表计占比；功率未知时为灰色：表计已静默，昨日的比率不能说明现在。",
            ),
        ),
        (NORMAL, Caption("数据正常率", "Data-normal rate", "通过全部校验的数值占应收数值之比。")),
    )
    return (
        *(
            tile(
                basis,
                measure,
                site,
                caption,
                scale=_against_target(basis, measure),
                width=4,
                vouched_by=POWER,
            )
            for measure, caption in rates
        ),
        *(tile(basis, measure, site, caption, width=4) for measure, caption in SIGNS),
    )


def _wall(basis: Basis, metered: tuple[str, ...]) -> Panel:
    return measured_wall(
        basis,
        NORMAL,
        metered,
        Caption(
            "各站点数据正常率",
            "Data-normal rate by station and building",
            "每块为一座能源站或楼宇的数据正常率。",
        ),
        scale=_against_target(basis, NORMAL),
        width=24,
        vouched_by=POWER,
    )


def _meters(basis: Basis, metered: tuple[str, ...]) -> Panel:
    columns = (
        *(
            Column(
                title=title,
                expr=vouched(measure, metered, POWER),
                unit=basis.unit(measure),
                scale=_against_target(basis, measure),
                cell="bar",
                width=136,
            )
            for measure, title in ((ACCESS, "接入率 Access"), (NORMAL, "正常率 Normal"))
        ),
        measured(basis, POWER, metered, "功率 Power", width=104),
        measured(basis, "energy.energy_kwh_1h", metered, "1小时 1 h", width=104),
        *trust(POWER, metered),
    )
    return table(
        Caption(
            "能源站与楼宇",
            "Stations and buildings",
            "每行一座；接入率 = 24小时内有有效值的表计 ÷ 登记表计，正常率 = 通过校验的数值 ÷ "
            "应收数值。",
            "Access = meters with a valid value in 24 h ÷ meters registered; normal = values that "
            "pass every check ÷ values expected.",
        ),
        Key(label="place", title="站点 Station", names=basis.titles(metered)),
        columns,
        sort="正常率 Normal",
        lowest_first=True,
        width=14,
    )


def _trends(basis: Basis) -> tuple[Panel, ...]:
    site = basis.site.key
    access, normal = palette.SERIES[0], palette.SERIES[2]
    drawn = (
        Line(expr=values(ACCESS, site), name="接入率 access", colour=access),
        Line(expr=values(NORMAL, site), name="正常率 normal", colour=normal),
        _goal(basis, ACCESS, "接入目标 target", access),
        _goal(basis, NORMAL, "正常目标 target", normal),
    )
    return (
        lines(
            Caption(
                "接入率与正常率",
                "Access and normal rates",
                "全站两项指标；虚线为规划目标。",
                "Both rates of the site; dashed: the plan's targets.",
            ),
            drawn,
            Axis(unit=SHARE, lowest=0.7, highest=1.02),
            age=oldest(ACCESS, site),
            width=10,
        ),
        chart(
            basis,
            POWER,
            basis.kind("energy_station"),
            Caption("能源站功率", "Power of the stations", "各能源站功率（叠加）。"),
            stacked=True,
            width=10,
        ),
        alerts.open_alerts(basis, rules="energy[.].*", width=10),
    )


def _goal(basis: Basis, measure: str, name: str, colour: str) -> Line:
    return Line(expr=f"vector({_target(basis, measure)})", name=name, colour=colour, dashed=True)
