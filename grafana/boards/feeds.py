"""Feed health: how good the data of each department is. A department sees its own score here."""

from __future__ import annotations

from grafana import palette, scales
from grafana.basis import Basis
from grafana.board import DEPARTMENTS, Board, Row
from grafana.chart import Line, lines_panel
from grafana.field import SILENT_TEXT, Json, mappings, named, override, properties, thresholds
from grafana.header import header
from grafana.palette import falling, rising
from grafana.panel import Panel
from grafana.query import Query
from grafana.table import Column, table
from grafana.unit import AGE, COUNT, PER_SECOND, SECONDS, SHARE, Unit
from streams.gate.reasons import REASONS

SCORE = falling((95, 85, 70, 50))
FRESH = falling((0.95, 0.9, 0.8, 0.5))
REFUSED = rising((0.001, 0.01, 0.05, 0.2), (palette.TEXT, *palette.LEVELS[1:]))
SKEW = rising((5, 15, 30), (palette.TEXT, palette.YELLOW, palette.ORANGE, palette.SUSPECT))
POINTS = Unit("none", 0)
WORDS = {
    "fresh": "新鲜 fresh",
    "late": "迟到 late",
    "silent": "静默 silent",
    "frozen": "冻结 frozen",
    "skewed": "偏钟 skewed",
    "maintenance": "维护 maintenance",
}
DOMAINS = {
    "crowd": "客流 crowd",
    "road": "道路 road",
    "security": "安检 security",
    "transit": "轨道 transit",
    "arrivals": "到达 arrivals",
    "rank": "候车点 rank",
    "parking": "停车 parking",
    "water": "水务 water",
    "energy": "能源 energy",
    "device": "设备 device",
    "emergency": "应急 emergency",
    "warning": "预警 warning",
    "dispersal": "疏散 dispersal",
    "site": "全站 site",
}


def board(basis: Basis) -> Board:
    departments = {
        d.key: f"{_short(d.name_zh)} · {_short(d.name_en)}" for d in basis.site.departments.values()
    }
    feeds = {
        feed.key: f"{_short(basis.site.departments[feed.department].name_zh)} {feed.key.partition('.')[2]}"
        for feed in basis.site.feeds.values()
    }
    return Board(
        key="feeds",
        folder=DEPARTMENTS,
        title_zh="数据共享评分",
        title_en="Feed health",
        about_zh="各部门数据的及时性、有效性与可信度。得分 = 100 × 新鲜占比 × 接收占比。",
        about_en="Timeliness, validity and trust of each department's data. Score = 100 × share of "
        "sources fresh × share of records accepted.",
        timezone=basis.site.timezone,
        rows=(
            header(basis),
            Row(13, (_scores(departments),)),
            Row(18, (_states(feeds), _feeds(feeds), _domains())),
            Row(8, _trends({key: name.partition(" ")[0] for key, name in departments.items()})),
        ),
    )


def _scores(departments: dict[str, str]) -> Panel:
    by = "sum by (department)"
    return table(
        "部门评分",
        "Scores by department",
        "得分 = 100 × 新鲜占比 × 接收占比（近5分钟）。新鲜不含迟到、静默、冻结、偏钟。隔离的记录原样保存，修复后可重放。",
        "Score = 100 × fresh × accepted, over 5 minutes; late, silent, frozen and skewed sources are "
        "not fresh. Quarantined records are kept byte by byte and can be replayed after a fix.",
        (
            Column(
                title="得分 Score",
                expr=_of("department:hubwatch_feed_score:percent"),
                unit=POINTS,
                scale=SCORE,
                cell="bar",
                highest=100,
                width=230,
            ),
            Column(
                title="新鲜源 Fresh",
                expr=_of("department:hubwatch_sources_fresh:ratio"),
                unit=SHARE,
                scale=FRESH,
                cell="bar",
                highest=1,
                width=210,
            ),
            Column(
                title="隔离率 Quarantined",
                expr=_of("department:hubwatch_quarantined:ratio5m"),
                unit=SHARE,
                scale=REFUSED,
            ),
            Column(
                title="存疑 Doubtful",
                expr=_of("department:hubwatch_doubts:rate1m"),
                unit=PER_SECOND,
                scale=scales.POSITIVE,
            ),
            Column(
                title="时钟偏差 Skew",
                expr="max by (department) (hubwatch_feed_skew_seconds)",
                unit=SECONDS,
                scale=SKEW,
            ),
            Column(
                title="速率 Rate", expr=_of("department:hubwatch_records:rate1m"), unit=PER_SECOND
            ),
            Column(
                title="已处理 Processed",
                expr=f'{by} (hubwatch_records_total{{verdict="processed"}})',
                unit=COUNT,
            ),
            Column(
                title="已隔离 Refused",
                expr=f'{by} (hubwatch_records_total{{verdict="quarantined"}})',
                unit=COUNT,
                scale=scales.POSITIVE,
            ),
            Column(
                title="最近数据 Last heard",
                expr='min by (department) (label_replace(hubwatch_feed_last_received_seconds, "department", "$1", "feed", "([^.]+)[.].*"))',
                unit=AGE,
            ),
        ),
        key="department",
        key_title="部门 Department",
        names=departments,
        sort="得分 Score",
        rising_first=True,
        key_width=210,
        width=24,
    )


def _states(feeds: dict[str, str]) -> Panel:
    return Panel(
        kind="barchart",
        title_zh="传感器状态",
        title_en="Sources by state",
        about_zh="每条为一个数据源的传感器：新鲜、迟到（>2周期）、静默（>5周期）、冻结、偏钟、维护。",
        about_en="Sources of each feed: fresh, late (beyond 2 cadences), silent (beyond 5), frozen, "
        "skewed, in maintenance.",
        queries=(Query(expr="sum by (feed, state) (hubwatch_sources)", instant=True, table=True),),
        width=9,
        defaults={
            "unit": COUNT.key,
            "decimals": 0,
            "min": 0,
            "thresholds": thresholds(palette.STATELESS),
            "mappings": mappings(),
            "noValue": SILENT_TEXT,
            "custom": {"fillOpacity": 90, "lineWidth": 0},
        },
        overrides=(
            override("feed\\state", {"mappings": named(feeds)}),
            *(
                override(word, properties(name=WORDS[word], colour=colour))
                for word, colour in palette.FRESHNESS.items()
            ),
        ),
        options={
            "orientation": "horizontal",
            "xField": "feed\\state",
            "stacking": "percent",
            "showValue": "never",
            "groupWidth": 0.75,
            "barWidth": 0.9,
            "legend": {"showLegend": True, "displayMode": "list", "placement": "bottom"},
            "tooltip": {"mode": "multi", "sort": "none"},
        },
        transformations=(_matrix("feed", "state"), _ordered()),
    )


def _feeds(feeds: dict[str, str]) -> Panel:
    def count(state: str) -> str:
        return f'sum by (feed) (hubwatch_sources{{state="{state}"}})'

    return table(
        "数据源",
        "Feeds",
        "每行一个数据源；按最近数据时间排序，最久者在前。",
        "A row a feed; the one not heard for longest first.",
        (
            Column(
                title="最近数据 Last heard",
                expr="min by (feed) (hubwatch_feed_last_received_seconds)",
                unit=AGE,
                width=130,
            ),
            Column(
                title="新鲜 Fresh",
                expr="max by (feed) (feed:hubwatch_sources_fresh:ratio)",
                unit=SHARE,
                scale=FRESH,
                cell="bar",
                highest=1,
                width=150,
            ),
            Column(
                title="静默 Silent",
                expr=count("silent"),
                unit=COUNT,
                scale=scales.POSITIVE,
                width=90,
            ),
            Column(
                title="冻结 Frozen",
                expr=count("frozen"),
                unit=COUNT,
                scale=scales.POSITIVE,
                width=96,
            ),
            Column(
                title="记录/s",
                expr="sum by (feed) (rate(hubwatch_records_total[1m]))",
                unit=PER_SECOND,
                width=92,
            ),
        ),
        key="feed",
        key_title="数据源 Feed",
        names=feeds,
        sort="最近数据 Last heard",
        width=9,
    )


def _domains() -> Panel:
    return table(
        "各领域可信度",
        "Trust by domain",
        "每个领域中状态为未知、存疑的数值占比。",
        "Share of the values of each domain that are unknown or suspect.",
        (
            Column(
                title="未知 Unknown",
                expr="max by (domain) (domain:hubwatch_status_unknown:ratio)",
                unit=SHARE,
                scale=scales.BLIND_BAR,
                cell="bar",
                highest=0.5,
                width=120,
            ),
            Column(
                title="存疑 Suspect",
                expr="max by (domain) (domain:hubwatch_status_suspect:ratio)",
                unit=SHARE,
                scale=scales.SUSPECT_BAR,
                cell="bar",
                highest=0.5,
                width=120,
            ),
        ),
        key="domain",
        key_title="领域 Domain",
        names=DOMAINS,
        sort="未知 Unknown",
        width=6,
    )


def _trends(departments: dict[str, str]) -> tuple[Panel, ...]:
    reasons = {reason.value: text.zh for reason, text in REASONS.items()}
    return (
        lines_panel(
            "隔离：按部门",
            "Quarantined by department",
            "每秒被隔离的记录数（叠加）。",
            "Records quarantined a second, by department.",
            (
                Line(
                    expr="sum by (department) (rate(hubwatch_quarantined_total[1m]))",
                    label="department",
                ),
            ),
            unit=PER_SECOND,
            names=departments,
            stacked=True,
            width=8,
        ),
        lines_panel(
            "隔离：按原因",
            "Quarantined by reason",
            "每秒被隔离的记录数（叠加）；原因代码见参考文档。",
            "Records quarantined a second, by the reason the gate gave.",
            (Line(expr="sum by (reason) (rate(hubwatch_quarantined_total[1m]))", label="reason"),),
            unit=PER_SECOND,
            names=reasons,
            stacked=True,
            width=8,
        ),
        lines_panel(
            "存疑：按原因",
            "Doubtful by reason",
            "每秒被判为存疑的数值数（叠加）。",
            "Values found doubtful a second, by reason.",
            (Line(expr="sum by (reason) (rate(hubwatch_doubts_total[1m]))", label="reason"),),
            unit=PER_SECOND,
            names=reasons,
            stacked=True,
            width=8,
        ),
    )


def _of(record: str) -> str:
    """A recorded series without its own name, which would keep it from being joined."""
    return f"max by (department) ({record})"


def _short(name: str) -> str:
    """A name without what stands in parentheses."""
    return name.partition("（")[0].partition(" (")[0]


def _matrix(row: str, column: str) -> Json:
    options = {"rowField": row, "columnField": column, "valueField": "Value", "emptyValue": "null"}
    return {"id": "groupingToMatrix", "options": options}


def _ordered() -> Json:
    order = {"feed\\state": 0} | {word: i + 1 for i, word in enumerate(WORDS)}
    return {"id": "organize", "options": {"indexByName": order}}
