"""Feed health: how good the data of each department is. A department sees its own score here."""

from __future__ import annotations

from collections.abc import Mapping

from grafana import palette, scales
from grafana.basis import Basis
from grafana.board import DEPARTMENTS, Board, Row
from grafana.chart import Axis, Line, lines
from grafana.field import SILENT_TEXT, mappings, named, override, properties, thresholds
from grafana.header import header
from grafana.palette import falling, rising
from grafana.panel import Caption, Panel
from grafana.query import column
from grafana.table import Column, Key, table
from grafana.unit import AGE, COUNT, PER_SECOND, SHARE, Unit
from streams.gate.reasons import REASONS

SCORE = falling((95, 85, 70, 50))
FRESH = falling((0.95, 0.9, 0.8, 0.5))
REFUSED = rising((0.001, 0.01, 0.05, 0.2), (palette.TEXT, *palette.LEVELS[1:]))
SKEW = rising((5, 15, 30), (palette.TEXT, palette.YELLOW, palette.ORANGE, palette.SUSPECT))
STATES = {
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
LAST = "最近 Last"
SKEW_SECONDS = Unit("suffix: s", 1)
LAST_HEARD = "hubwatch_feed_last_received_seconds"
REFUSED_RATE = "rate(hubwatch_quarantined_total[1m])"


def board(basis: Basis) -> Board:
    departments = {
        one.key: f"{_short(one.name_zh)} · {_short(one.name_en)}"
        for one in basis.site.departments.values()
    }
    feeds = {
        feed.key: f"{_short(basis.site.departments[feed.department].name_zh)} "
        f"{feed.key.removeprefix(f'{feed.department}.')}"
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
            Row(8, _reasons(basis)),
        ),
    )


def _scores(departments: Mapping[str, str]) -> Panel:
    def recorded(name: str) -> str:
        return f"max by (department) ({name})"

    def total(verdict: str) -> str:
        return f'sum by (department) (hubwatch_records_total{{verdict="{verdict}"}})'

    rate = recorded("department:hubwatch_records:rate1m")
    heard = f'label_replace({LAST_HEARD}, "department", "$1", "feed", "([^.]+)[.].*")'
    columns = (
        Column(
            title="得分 Score",
            expr=recorded("department:hubwatch_feed_score:percent"),
            unit=COUNT,
            scale=SCORE,
            cell="bar",
            highest=100,
            width=200,
        ),
        Column(
            title="新鲜源 Fresh",
            expr=recorded("department:hubwatch_sources_fresh:ratio"),
            unit=SHARE,
            scale=FRESH,
            cell="bar",
            width=180,
        ),
        Column(
            title="隔离率 Refused",
            expr=recorded("department:hubwatch_quarantined:ratio5m"),
            unit=SHARE,
            scale=REFUSED,
            width=128,
        ),
        Column(
            title="存疑 Doubtful",
            expr=f"{recorded('department:hubwatch_doubts:rate1m')} or {rate} * 0",
            unit=PER_SECOND,
            width=124,
        ),
        Column(
            title="时钟偏差 Skew",
            expr=recorded("hubwatch_feed_skew_seconds"),
            unit=SKEW_SECONDS,
            scale=SKEW,
            width=128,
        ),
        Column(
            title="速率 Rate",
            expr=rate,
            unit=PER_SECOND,
            width=104,
        ),
        Column(title="已处理 Processed", expr=total("processed"), unit=COUNT, width=140),
        Column(
            title="隔离数 Refused",
            expr=total("quarantined"),
            unit=COUNT,
            scale=scales.POSITIVE,
            width=128,
        ),
        Column(
            title="最近 Last heard",
            expr=f"round(min by (department) ({heard}))",
            unit=AGE,
            width=132,
        ),
    )
    return table(
        Caption(
            "部门评分",
            "Scores by department",
            "得分 = 100 × 新鲜占比 × 接收占比（近5分钟）。新鲜不含迟到、静默、冻结、偏钟。"
            "隔离的记录原样保存，修复后可重放。",
            "Score = 100 × fresh × accepted, over 5 minutes; late, silent, frozen and skewed "
            "sources are not fresh. Quarantined records are kept byte by byte and can be replayed "
            "after a fix.",
        ),
        Key(label="department", title="部门 Department", names=departments),
        columns,
        sort="得分 Score",
        lowest_first=True,
        width=24,
    )


def _states(feeds: Mapping[str, str]) -> Panel:
    rows = "feed\\state"
    order = {rows: 0} | {word: index + 1 for index, word in enumerate(STATES)}
    matrix = {"rowField": "feed", "columnField": "state", "valueField": "Value"}
    return Panel(
        kind="barchart",
        caption=Caption(
            "传感器状态",
            "Sources by state",
            "每条为一个数据源的传感器：新鲜、迟到（>2周期）、静默（>5周期）、冻结、偏钟、维护。",
            "Sources of each feed: fresh, late (beyond 2 cadences), silent (beyond 5), frozen, "
            "skewed, in maintenance.",
        ),
        queries=(column("sum by (feed, state) (hubwatch_sources)"),),
        width=8,
        defaults={
            "unit": COUNT.key,
            "decimals": 0,
            "min": 0,
            "max": 1,
            "thresholds": thresholds(palette.STATELESS),
            "mappings": mappings(),
            "noValue": SILENT_TEXT,
            "custom": {"fillOpacity": 90, "lineWidth": 0},
        },
        overrides=(
            override(rows, {"mappings": named(feeds)}),
            *(
                override(word, properties(name=STATES[word], colour=colour))
                for word, colour in palette.FRESHNESS.items()
            ),
        ),
        options={
            "orientation": "horizontal",
            "xField": rows,
            "stacking": "percent",
            "showValue": "never",
            "groupWidth": 0.75,
            "barWidth": 0.9,
            "legend": {"showLegend": True, "displayMode": "list", "placement": "bottom"},
            "tooltip": {"mode": "multi", "sort": "none"},
        },
        transformations=(
            {"id": "groupingToMatrix", "options": {**matrix, "emptyValue": "null"}},
            {"id": "organize", "options": {"indexByName": order}},
        ),
    )


def _feeds(feeds: Mapping[str, str]) -> Panel:
    def count(state: str) -> str:
        return f'sum by (feed) (hubwatch_sources{{state="{state}"}})'

    columns = (
        Column(title=LAST, expr=f"round(min by (feed) ({LAST_HEARD}))", unit=AGE, width=84),
        Column(
            title="新鲜 Fresh",
            expr="max by (feed) (feed:hubwatch_sources_fresh:ratio)",
            unit=SHARE,
            scale=FRESH,
            cell="bar",
            width=116,
        ),
        Column(
            title="静默 Silent",
            expr=count("silent"),
            unit=COUNT,
            scale=scales.POSITIVE,
            width=96,
        ),
        Column(
            title="冻结 Frozen",
            expr=count("frozen"),
            unit=COUNT,
            scale=scales.POSITIVE,
            width=96,
        ),
        Column(
            title="速率 Rate",
            expr="sum by (feed) (rate(hubwatch_records_total[1m]))",
            unit=PER_SECOND,
            width=96,
        ),
    )
    return table(
        Caption(
            "数据源",
            "Feeds",
            "每行一个数据源；最久未收到数据者在前。",
            "A row a feed; the one not heard for longest first.",
        ),
        Key(label="feed", title="数据源 Feed", names=feeds),
        columns,
        sort=LAST,
        width=10,
    )


def _domains() -> Panel:
    columns = (
        Column(
            title="未知 Unknown",
            expr="max by (domain) (domain:hubwatch_status_unknown:ratio)",
            unit=SHARE,
            scale=scales.BLIND_BAR,
            cell="bar",
            highest=0.5,
            width=112,
        ),
        Column(
            title="存疑 Suspect",
            expr="max by (domain) (domain:hubwatch_status_suspect:ratio)",
            unit=SHARE,
            scale=scales.SUSPECT_BAR,
            cell="bar",
            highest=0.5,
            width=112,
        ),
    )
    return table(
        Caption(
            "各领域可信度",
            "Trust by domain",
            "每个领域中状态为未知、存疑的数值占比。",
            "Share of the values of each domain that are unknown or suspect.",
        ),
        Key(label="domain", title="领域 Domain", names=DOMAINS),
        columns,
        sort="未知 Unknown",
        width=6,
    )


def _reasons(basis: Basis) -> tuple[Panel, ...]:
    departments = {one.key: _short(one.name_zh) for one in basis.site.departments.values()}
    reasons = {reason.value: text.zh for reason, text in REASONS.items()}
    axis = Axis(unit=PER_SECOND, stacked=True)
    return (
        lines(
            Caption(
                "隔离：按部门",
                "Quarantined by department",
                "每秒被隔离的记录数（叠加）。",
                "Records quarantined a second, by department.",
            ),
            (Line(expr=f"sum by (department) ({REFUSED_RATE})", label="department"),),
            axis,
            names=departments,
            width=8,
        ),
        lines(
            Caption(
                "隔离：按原因",
                "Quarantined by reason",
                "每秒被隔离的记录数（叠加）；原因代码见参考文档。",
                "Records quarantined a second, by the reason the gate gave.",
            ),
            (Line(expr=f"sum by (reason) ({REFUSED_RATE})", label="reason"),),
            axis,
            names=reasons,
            width=8,
        ),
        lines(
            Caption(
                "存疑：按原因",
                "Doubtful by reason",
                "每秒被判为存疑的数值数（叠加）。",
                "Values found doubtful a second, by reason.",
            ),
            (Line(expr="sum by (reason) (rate(hubwatch_doubts_total[1m]))", label="reason"),),
            axis,
            names=reasons,
            width=8,
        ),
    )


def _short(name: str) -> str:
    """A name without what stands in parentheses."""
    return name.partition("（")[0].partition(" (")[0]
