"""Platform health: are the processes there, do they keep up, is anything being lost."""

from __future__ import annotations

from grafana import palette, scales
from grafana.basis import Basis
from grafana.board import PLATFORM, Board, Row
from grafana.chart import Line, lines_panel
from grafana.field import (
    SILENT_TEXT,
    SWITCH_WORDS,
    Json,
    Word,
    mappings,
    override,
    properties,
    thresholds,
)
from grafana.header import CLOCK, SIMULATED_WORDS
from grafana.palette import rising
from grafana.panel import Panel
from grafana.query import Query
from grafana.tile import number
from grafana.unit import AGE, BYTES, COUNT, PER_SECOND, SECONDS, Unit

JOBS = {
    "worker": "处理 worker",
    "hub": "枢纽 hub",
    "gateway": "网关 gateway",
    "simulator": "模拟 simulator",
}
ALERTS = 'ALERTS{layer!="site",severity!="none"}'
FIRING = "alertname, severity, layer, alertstate"
SUBJECT = '"job", "feed", "department", "domain", "partition"'
MICROSECONDS = Unit("µs", 1)
SEVERITY_WORDS = {
    "critical": ("严重 critical", palette.RED),
    "warning": ("警告 warning", palette.YELLOW),
    "info": ("提示 info", palette.BLUE),
}


def board(basis: Basis) -> Board:
    departments = {f"inbox.{d.key}": d.name_zh for d in basis.site.departments.values()}
    names = {d.key: d.name_zh for d in basis.site.departments.values()}
    return Board(
        key="platform",
        folder=PLATFORM,
        title_zh="平台健康",
        title_en="Platform health",
        about_zh="进程、积压、延迟、快照与位移、资源，以及平台自身的告警。",
        about_en="Processes, lag, latency, snapshots and offsets, resources, and the platform's own "
        "alerts.",
        timezone=basis.site.timezone,
        rows=(
            Row(4, (*_processes(), *_signs())),
            Row(
                8, (_rates(names), _latency(), _lag(departments | {"situation": "态势 situation"}))
            ),
            Row(8, (_firing(), _heat())),
            Row(7, _durability()),
            Row(7, _resources()),
        ),
    )


def _processes() -> tuple[Panel, ...]:
    return tuple(
        number(
            title.partition(" ")[0],
            title.partition(" ")[2],
            "可采集的进程数；0 表示全部停止。",
            "Processes of this job that answer; 0: none.",
            f'sum(up{{job="{job}"}})',
            unit=Unit("suffix:个"),
            scale=(
                palette.Step(None, palette.RED if job != "simulator" else palette.UNKNOWN),
                palette.Step(1, palette.NORMAL),
            ),
            width=2,
            size=26,
        )
        for job, title in JOBS.items()
    )


def _signs() -> tuple[Panel, ...]:
    return (
        number(
            "平台告警",
            "Alerts",
            "正在触发的平台告警数（不含站点告警镜像与心跳）。",
            "Platform alerts firing, mirrors of site alerts and the heartbeat aside.",
            'count(ALERTS{alertstate="firing",layer!="site",severity!="none"}) or vector(0)',
            unit=COUNT,
            scale=rising((None, 1, 3, 5)),
            width=2,
            size=26,
        ),
        number(
            "事件到告警",
            "p99 latency",
            "记录到达至告警交给消息系统，p99。目标 50 毫秒。",
            "From a record's arrival to the alert handed to the broker, p99. Line to hold: 50 ms.",
            "site:hubwatch_event_to_alert_seconds:p99",
            unit=Unit("s", 0),
            scale=rising((0.05, 0.2, 0.5, 2)),
            size=26,
        ),
        number(
            "积压",
            "Lag",
            "尚未处理的记录数。",
            "Records waiting to be stepped.",
            "sum(hubwatch_lag_records > 0) or vector(0)",
            unit=COUNT,
            scale=rising((1000, 10_000, 50_000, 200_000)),
            width=2,
            size=26,
        ),
        number(
            "快照",
            "Snapshot",
            "最旧分区的快照龄。",
            "Age of the oldest partition's snapshot.",
            "max(hubwatch_snapshot_age_seconds)",
            unit=AGE,
            scale=rising((15, 30, 60, 120)),
            width=2,
            size=26,
        ),
        number(
            "提交",
            "Commit",
            "距上次提交位移，最久分区。",
            "Since offsets were last committed, oldest partition.",
            "max(hubwatch_commit_age_seconds)",
            unit=AGE,
            scale=rising((15, 30, 60, 120)),
            width=2,
            size=26,
        ),
        number(
            "现场时间",
            "Site time",
            "平台所依据的现场时钟。",
            "The clock the platform goes by.",
            "max(hubwatch_site_time_seconds) * 1000",
            unit=CLOCK,
            width=3,
            size=18,
        ),
        number(
            "性质",
            "Nature",
            "模拟或实况。",
            "Simulated or live.",
            "max(hubwatch_simulated)",
            unit=COUNT,
            words=SIMULATED_WORDS,
            width=2,
            size=16,
        ),
    )


def _rates(names: dict[str, str]) -> Panel:
    return lines_panel(
        "处理速率",
        "Records a second",
        "各部门每秒处理的记录数（叠加）。",
        "Records stepped a second, by department.",
        (Line(expr="department:hubwatch_records:rate1m", label="department"),),
        unit=PER_SECOND,
        names=names,
        stacked=True,
        width=8,
    )


def _latency() -> Panel:
    return lines_panel(
        "事件到告警",
        "Event to alert",
        "记录到达至告警交给消息系统，墙上时间；虚线为目标。",
        "From a record's arrival to the alert handed to the broker, wall time; dashed: the line to hold.",
        (
            Line(
                expr="site:hubwatch_event_to_alert_seconds:p50",
                name="p50",
                colour=palette.SERIES[0],
            ),
            Line(
                expr="site:hubwatch_event_to_alert_seconds:p99",
                name="p99",
                colour=palette.SERIES[1],
            ),
        ),
        unit=Unit("s"),
        scale=rising((0.05,), (palette.TEXT, palette.ORANGE)),
        width=8,
    )


def _lag(topics: dict[str, str]) -> Panel:
    return lines_panel(
        "积压",
        "Lag by topic",
        "各主题待处理记录数（叠加）。",
        "Records waiting, by topic.",
        (Line(expr="topic:hubwatch_lag_records:sum", label="topic"),),
        unit=COUNT,
        names=topics,
        stacked=True,
        width=8,
    )


def _firing() -> Panel:
    subject = f'label_join({ALERTS}, "subject", " ", {SUBJECT})'
    severity = [
        {
            "type": "value",
            "options": {
                key: {"text": text, "color": colour, "index": i}
                for i, (key, (text, colour)) in enumerate(SEVERITY_WORDS.items())
            },
        }
    ]
    return Panel(
        kind="table",
        title_zh="平台告警",
        title_en="Platform alerts",
        about_zh="正在触发或待触发的平台告警；处置见 docs/how-to/platform-alerts.md。",
        about_en="Platform alerts firing or pending; what to do: docs/how-to/platform-alerts.md.",
        queries=(Query(expr=f"max by ({FIRING}, subject) ({subject})", instant=True, table=True),),
        width=12,
        defaults={
            "custom": {"align": "auto", "displayMode": "auto"},
            "thresholds": thresholds(palette.STATELESS),
            "color": {"mode": "thresholds"},
            "mappings": [],
            "noValue": "无平台告警 · no platform alert",
        },
        overrides=(
            override(
                "级别 Severity",
                {
                    "mappings": severity,
                    "custom.displayMode": "color-background-solid",
                    "custom.width": 124,
                    "custom.align": "center",
                },
            ),
        ),
        options={"showHeader": True, "cellHeight": "sm", "footer": {"show": False}},
        transformations=(
            {
                "id": "organize",
                "options": {
                    "excludeByName": {"Time": True, "Value": True},
                    "indexByName": {"severity": 0, "alertname": 1, "alertstate": 2, "layer": 3},
                    "renameByName": {
                        "severity": "级别 Severity",
                        "alertname": "告警 Alert",
                        "alertstate": "状态 State",
                        "layer": "层 Layer",
                        "subject": "对象 Subject",
                    },
                },
            },
        ),
    )


def _heat() -> Panel:
    return Panel(
        kind="heatmap",
        title_zh="告警延迟分布",
        title_en="Latency of alerts",
        about_zh="事件到告警耗时的分布，颜色越亮次数越多。",
        about_en="Distribution of event-to-alert times; the brighter, the more.",
        queries=(
            Query(
                expr="sum by (le) (increase(hubwatch_event_to_alert_seconds_bucket[1m]))",
                legend="{{le}}",
                heatmap=True,
            ),
        ),
        width=12,
        defaults={"custom": {"hideFrom": {"legend": False, "tooltip": False, "viz": False}}},
        options={
            "calculate": False,
            "cellGap": 1,
            "color": {
                "mode": "scheme",
                "scheme": "Blues",
                "steps": 32,
                "reverse": False,
                "exponent": 0.5,
                "fill": palette.BLUE,
            },
            "exemplars": {"color": palette.TEXT},
            "filterValues": {"le": 1e-9},
            "legend": {"show": True},
            "rowsFrame": {"layout": "auto"},
            "tooltip": {"show": True, "yHistogram": False},
            "yAxis": {"axisPlacement": "left", "unit": "s", "reverse": False},
            "cellValues": {"unit": "none"},
        },
    )


def _durability() -> tuple[Panel, ...]:
    return (
        lines_panel(
            "快照龄",
            "Snapshot age",
            "各分区距上次持久快照。",
            "Since the last durable snapshot, by partition.",
            (Line(expr="max by (partition) (hubwatch_snapshot_age_seconds)", label="partition"),),
            unit=SECONDS,
            names={str(n): f"分区 {n}" for n in range(8)},
            width=6,
        ),
        lines_panel(
            "位移龄",
            "Commit age",
            "各分区距上次提交位移。",
            "Since offsets were last committed, by partition.",
            (Line(expr="max by (partition) (hubwatch_commit_age_seconds)", label="partition"),),
            unit=SECONDS,
            names={str(n): f"分区 {n}" for n in range(8)},
            width=6,
        ),
        lines_panel(
            "落后现场时钟",
            "Behind the site's clock",
            "各分区最新数据时间与现场时钟之差（现场秒）。",
            "Site clock minus the newest arrival folded, by partition, in seconds of the site.",
            (
                Line(
                    expr="scalar(max(hubwatch_site_time_seconds)) - max by (partition) (hubwatch_stream_time_seconds)",
                    label="partition",
                ),
            ),
            unit=SECONDS,
            names={str(n): f"分区 {n}" for n in range(8)},
            width=6,
        ),
        lines_panel(
            "未确认与失败",
            "Unacknowledged and failed",
            "已发送未确认的消息，及每分钟失败次数。",
            "Messages sent and not yet acknowledged; failed sends a minute.",
            (
                Line(expr="sum by (job) (hubwatch_unacknowledged)", label="job"),
                Line(
                    expr="sum(increase(hubwatch_publish_failures_total[1m]))",
                    name="失败/分 failed",
                    colour=palette.RED,
                ),
            ),
            unit=COUNT,
            names=JOBS,
            width=6,
        ),
    )


def _resources() -> tuple[Panel, ...]:
    return (
        lines_panel(
            "每条记录CPU",
            "CPU per record",
            "处理、融合、规则每条记录所用 CPU；目标 3.3 µs。",
            "CPU time of gate, fusion and rules per record; line to hold: 3.3 µs.",
            (
                Line(
                    expr="1e6 * site:hubwatch_step_cpu_seconds_per_record:ratio1m",
                    name="µs/条 record",
                    colour=palette.SERIES[0],
                ),
            ),
            unit=MICROSECONDS,
            scale=rising((3.3,), (palette.TEXT, palette.ORANGE)),
            width=6,
        ),
        lines_panel(
            "CPU 占用",
            "CPU",
            "各进程占用的核数。",
            "Cores used, by process.",
            (Line(expr="sum by (job) (rate(process_cpu_seconds_total[1m]))", label="job"),),
            unit=Unit("suffix:核", 2),
            names=JOBS,
            width=6,
        ),
        lines_panel(
            "内存",
            "Memory",
            "各进程常驻内存。",
            "Resident memory, by process.",
            (Line(expr="sum by (job) (process_resident_memory_bytes)", label="job"),),
            unit=BYTES,
            names=JOBS,
            width=6,
        ),
        lines_panel(
            "时间序列数",
            "Series exposed",
            "各进程每次采集的序列数；上限见告警。",
            "Samples of each scrape; see the alert on cardinality.",
            (Line(expr="job:hubwatch_samples:sum", label="job"),),
            unit=COUNT,
            names=JOBS,
            width=6,
        ),
    )
