"""Hub overview: the one board that stays on the wall."""

from __future__ import annotations

from grafana import alerts, forecast, level, scales
from grafana.basis import Basis
from grafana.board import OPERATIONS, Board, Row
from grafana.chart import chart
from grafana.header import header
from grafana.panel import Caption, Panel
from grafana.tile import highest_tile, tile


def board(basis: Basis) -> Board:
    return Board(
        key="hub",
        folder=OPERATIONS,
        title_zh="枢纽总览",
        title_en="Hub overview",
        about_zh="全站一屏：运行等级、告警、疏散平衡、安检、道路、防汛与各设施状态。",
        about_en="The site on one screen: operating level, alerts, dispersal, security, roads, "
        "water and the state of each facility.",
        timezone=basis.site.timezone,
        rows=(
            header(basis),
            Row(4, (*_dispersal(basis), *_hub(basis), *_site(basis))),
            Row(3, (level.criteria(basis, width=24),)),
            Row(8, (forecast.saturation(basis, width=14), alerts.open_alerts(basis, width=10))),
            Row(6, _facilities(basis)),
            Row(6, _trends(basis)),
        ),
    )


def _dispersal(basis: Basis) -> tuple[Panel, ...]:
    return (
        tile(
            basis,
            "dispersal.minutes_to_saturation",
            basis.hub,
            Caption("距饱和", "Saturation", "首个离站方式达到候车上限前的分钟数（可能值）。"),
            scale=scales.TO_SATURATION,
            words=scales.BEYOND_HORIZON,
            opens="hubwatch-dispersal",
        ),
        tile(
            basis,
            "dispersal.stranded_persons",
            basis.hub,
            Caption("滞留预测", "Stranded", "末班结束后无法离站的旅客预测数。"),
            scale=scales.STRANDED,
            opens="hubwatch-dispersal",
        ),
        tile(
            basis,
            "dispersal.minutes_to_last_departure",
            basis.hub,
            Caption("末班倒计时", "Last", "下一个结束服务的离站方式还剩多少分钟。"),
            scale=scales.LAST_DEPARTURE,
            opens="hubwatch-transit",
        ),
    )


def _hub(basis: Basis) -> tuple[Panel, ...]:
    return (
        tile(
            basis,
            "security.wait_minutes",
            basis.hub,
            Caption("安检等候", "Security", "枢纽内等候最久的安检区。"),
            scale=scales.security_wait(basis),
            opens="hubwatch-security",
        ),
        tile(
            basis,
            "crowd.level_of_service",
            basis.hub,
            Caption("服务水平", "LOS", "枢纽内最拥挤区域的服务水平，A 畅通至 F 拥塞。"),
            words=scales.SERVICE_WORDS,
            opens="hubwatch-dispersal",
        ),
    )


def _site(basis: Basis) -> tuple[Panel, ...]:
    return (
        tile(
            basis,
            "road.congestion_index",
            basis.site.key,
            Caption("拥堵指数", "Congestion", "上海道路交通状态指数，路网平均。"),
            scale=scales.congestion(basis),
            opens="hubwatch-roads",
        ),
        tile(
            basis,
            "water.rain_mm_1h",
            basis.site.key,
            Caption("小时雨量", "Rain 1 h", "全站最大小时雨量。"),
            scale=scales.rain(basis, "1h"),
            opens="hubwatch-water",
        ),
        highest_tile(
            basis,
            "water.ponding_cm",
            basis.kind("underpass", "tunnel"),
            Caption("最深积水", "Ponding", "下立交与隧道中最深的积水。"),
            scale=scales.ponding(basis),
            opens="hubwatch-water",
        ),
    )


def _facilities(basis: Basis) -> tuple[Panel, ...]:
    water = basis.kind("underpass", "tunnel", "pumping_station")
    return (
        alerts.facilities(basis, "枢纽设施", "Hub facilities", basis.under(basis.hub), width=8),
        alerts.facilities(basis, "道路", "Roads", basis.kind("road"), width=8),
        alerts.facilities(basis, "下立交与泵站", "Underpasses and pumps", water, width=8),
    )


def _trends(basis: Basis) -> tuple[Panel, ...]:
    return (
        chart(
            basis,
            "crowd.occupancy_persons",
            basis.kind("terminal", "rail_station", under=basis.hub),
            Caption("在场人数", "Persons inside", "航站楼与火车站在场人数。"),
            width=6,
        ),
        chart(
            basis,
            "security.wait_minutes",
            basis.measuring("security.wait_minutes", basis.under(basis.hub)),
            Caption("安检等候", "Security wait", "各设施安检等候时间；虚线为目标。"),
            width=6,
            scale=scales.security_wait(basis),
        ),
        chart(
            basis,
            "road.congestion_index",
            basis.kind("area"),
            Caption("拥堵指数", "Congestion index", "各片区拥堵指数；虚线为状态界线。"),
            width=6,
            scale=scales.congestion(basis),
        ),
        chart(
            basis,
            "water.ponding_cm",
            basis.kind("underpass"),
            Caption("下立交积水", "Ponding in underpasses", "虚线为四个告警级别。"),
            width=6,
            scale=scales.ponding(basis),
        ),
    )
