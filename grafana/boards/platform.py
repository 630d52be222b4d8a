"""Platform health: are the processes there, do they keep up, is anything being lost."""

from __future__ import annotations

from collections.abc import Mapping

from grafana import header, palette
from grafana.basis import Basis
from grafana.board import PLATFORM, Board, Row
from grafana.chart import Axis, Line, lines
from grafana.field import Word, override
from grafana.palette import rising
from grafana.panel import Caption, Panel
from grafana.query import Query
from grafana.table import joined
from grafana.tile import Look, number, wall
from grafana.unit import AGE, BYTES, COUNT, PER_SECOND, SECONDS, Unit

JOBS = {
    "worker": "处理 worker",
    "hub": "枢纽 hub",
    "gateway": "网关 gateway",
    "simulator": "模拟 simulator",
}
FIRING = 'ALERTS{layer!="site",severity!="none"}'
SUBJECT = '"job", "feed", "department", "domain", "partition"'
NO_ALERT = "无平台告警 · no platform alert"
SEVERITIES = {
    "critical": ("严重 critical", palette.RED),
    "warning": ("警告 warning", palette.YELLOW),
    "info": ("提示 info", palette.BLUE),
    "none": ("正常 normal", palette.NORMAL),
}
P50, P99 = (f"site:hubwatch_event_to_alert_seconds:{which}" for which in ("p50", "p99"))
LINE_TO_HOLD_SECONDS = 0.05
LINE_TO_HOLD_MICROSECONDS = 3.3
OLD = rising((15, 30, 60, 120))

SIGNS = (
    (
        Caption(
            "告警",
            "Alert",
            "正在触发的平台告警数（不含站点告警镜像与心跳）。",
            "Platform alerts firing, mirrors of site alerts and the heartbeat aside.",
        ),
        'count(ALERTS{alertstate="firing",layer!="site",severity!="none"}) or vector(0)',
        Look(COUNT, rising((None, 1, 3, 5))),
        2,
    ),
    (
        Caption(
            "告警延迟",
            "p99",
            "记录到达至告警交给消息系统，p99。目标 50 毫秒。",
            "From a record's arrival to the alert handed to the broker, p99. Line to hold: 50 ms.",
        ),
        P99,
        Look(Unit("s"), rising((LINE_TO_HOLD_SECONDS, 0.2, 0.5, 2))),
        3,
    ),
    (
        Caption("积压", "Lag", "尚未处理的记录数。", "Records waiting to be stepped."),
        "sum(clamp_min(hubwatch_lag_records, 0))",
        Look(COUNT, rising((1000, 10_000, 50_000, 200_000))),
        2,
    ),
    (
        Caption("快照", "Snap", "最旧分区的快照龄。", "Age of the oldest partition's snapshot."),
        "max(hubwatch_snapshot_age_seconds)",
        Look(AGE, OLD),
        2,
    ),
    (
        Caption(
            "位移",
            "Saved",
            "距上次提交位移，最久的分区。",
            "Since offsets were last committed, oldest partition.",
        ),
        "max(hubwatch_commit_age_seconds)",
        Look(AGE, OLD),
        2,
    ),
)


def board(basis: Basis) -> Board:
    departments = {one.key: one.name_zh for one in basis.site.departments.values()}
    topics = {one.inbox: one.name_zh for one in basis.site.departments.values()}
    return Board(
        key="platform",
        folder=PLATFORM,
        title_zh="平台健康",
        title_en="Platform health",
        about_zh="进程、积压、延迟、快照与位移、资源，以及平台自身的告警。",
        about_en="Processes, lag, latency, snapshots and offsets, resources, and the platform's "
        "own alerts.",
        timezone=basis.site.timezone,
        rows=(
            Row(4, (_processes(), *_signs())),
            Row(8, (_rate(departments), _latency(), _lag({**topics, "situation": "态势"}))),
            Row(8, (_alerts(), _heat())),
            Row(7, _durability()),
            Row(7, _resources()),
        ),
    )


def _processes() -> Panel:
    return wall(
        Caption(
            "进程",
            "Processes",
            "有应答的进程数。",
            "Processes that answer, by job.",
        ),
        [
            Query(expr=f'sum(up{{job="{job}"}}) or vector(0)', legend=title, instant=True)
            for job, title in JOBS.items()
        ],
        Look(COUNT, rising((1,), (palette.RED, palette.NORMAL)), (Word(0, "停", palette.RED),)),
        width=6,
        size=26,
    )


def _signs() -> tuple[Panel, ...]:
    return (
        *(number(caption, expr, look, width=w, size=26) for caption, expr, look, w in SIGNS),
        header.site_time(width=4),
        header.nature(width=3, size=18),
    )


def _rate(departments: Mapping[str, str]) -> Panel:
    return lines(
        Caption(
            "处理速率",
            "Records a second",
            "各部门每秒处理的记录数（叠加）。",
            "Records stepped a second, by department.",
        ),
        (Line(expr="department:hubwatch_records:rate1m", label="department"),),
        Axis(unit=PER_SECOND, stacked=True),
        names=departments,
        width=8,
    )


def _latency() -> Panel:
    return lines(
        Caption(
            "事件到告警",
            "Event to alert",
            "记录到达至告警交给消息系统，墙上时间；虚线为目标。",
            "From a record's arrival to the alert handed to the broker, wall time; dashed: the "
            "line to hold.",
        ),
        (
            Line(expr=P50, name="p50", colour=palette.SERIES[0]),
            Line(expr=P99, name="p99", colour=palette.SERIES[1]),
        ),
        Axis(
            unit=Unit("s"),
            scale=rising((LINE_TO_HOLD_SECONDS,), (palette.TEXT, palette.ORANGE)),
        ),
        width=8,
    )


def _lag(topics: Mapping[str, str]) -> Panel:
    return lines(
        Caption(
            "积压",
            "Lag by topic",
            "各主题待处理记录数（叠加）。",
            "Records waiting, by topic.",
        ),
        (Line(expr="topic:hubwatch_lag_records:sum", label="topic"),),
        Axis(unit=COUNT, stacked=True),
        names=topics,
        width=8,
    )


def _alerts() -> Panel:
    what = "severity, alertname, alertstate, layer, subject"
    none = f'label_replace(absent({FIRING}), "alertname", "{NO_ALERT}", "", "")'
    firing = f'label_join({FIRING}, "subject", " ", {SUBJECT})'
    calm = f'label_replace({none}, "severity", "none", "", "")'
    words = {
        "type": "value",
        "options": {
            key: {"text": text, "color": colour, "index": index}
            for index, (key, (text, colour)) in enumerate(SEVERITIES.items())
        },
    }
    filled = {"custom.displayMode": "color-background-solid", "custom.align": "center"}
    return joined(
        Caption(
            "平台告警",
            "Platform alerts",
            "正在触发或待触发的平台告警；处置见 docs/how-to/platform-alerts.md。",
            "Platform alerts firing or pending; what to do: docs/how-to/platform-alerts.md.",
        ),
        {
            "severity": "级别 Severity",
            "alertname": "告警 Alert",
            "alertstate": "状态 State",
            "layer": "层 Layer",
            "subject": "对象 Subject",
        },
        [("值 Value", f"max by ({what}) ({firing}) or {calm}")],
        [
            override("级别 Severity", {"mappings": [words], "custom.width": 124, **filled}),
            override("值 Value", {"custom.hidden": True}),
        ],
        width=12,
        nothing=" ",
    )


def _heat() -> Panel:
    buckets = "sum by (le) (increase(hubwatch_event_to_alert_seconds_bucket[1m]))"
    return Panel(
        kind="heatmap",
        caption=Caption(
            "告警延迟分布",
            "Latency of alerts",
            "事件到告警耗时的分布，颜色越亮次数越多。",
            "Distribution of event-to-alert times; the brighter, the more.",
        ),
        queries=(Query(expr=buckets, legend="{{le}}", format="heatmap"),),
        width=12,
        options={
            "calculate": False,
            "cellGap": 1,
            "cellValues": {"unit": COUNT.key},
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
        },
    )


def _durability() -> tuple[Panel, ...]:
    clock = "scalar(max(hubwatch_site_time_seconds))"
    failed = "sum(increase(hubwatch_publish_failures_total[1m]))"
    by_partition = (
        (
            Caption(
                "快照龄",
                "Snapshot age",
                "各分区距上次持久快照。",
                "Since the last durable snapshot, by partition.",
            ),
            "max by (partition) (hubwatch_snapshot_age_seconds)",
        ),
        (
            Caption(
                "位移龄",
                "Commit age",
                "各分区距上次提交位移。",
                "Since offsets were last committed, by partition.",
            ),
            "max by (partition) (hubwatch_commit_age_seconds)",
        ),
        (
            Caption(
                "落后现场时钟",
                "Behind the site's clock",
                "各分区最新数据时间与现场时钟之差（现场秒）。",
                "Site clock minus the newest arrival folded, by partition, in seconds of the site.",
            ),
            f"{clock} - max by (partition) (hubwatch_stream_time_seconds)",
        ),
    )
    names = {str(number): f"分区 {number}" for number in range(8)}
    axis = Axis(unit=SECONDS)
    return (
        *(
            lines(caption, (Line(expr=expr, label="partition"),), axis, names=names, width=6)
            for caption, expr in by_partition
        ),
        lines(
            Caption(
                "未确认与失败",
                "Unacknowledged and failed",
                "已发送未确认的消息，及每分钟失败次数。",
                "Messages sent and not yet acknowledged; failed sends a minute.",
            ),
            (
                Line(expr="sum by (job) (hubwatch_unacknowledged)", label="job"),
                Line(expr=failed, name="失败/分 failed", colour=palette.RED),
            ),
            Axis(unit=COUNT),
            names=JOBS,
            width=6,
        ),
    )


def _resources() -> tuple[Panel, ...]:
    line_to_hold = rising((LINE_TO_HOLD_MICROSECONDS,), (palette.TEXT, palette.ORANGE))
    cost = "1e6 * site:hubwatch_step_cpu_seconds_per_record:ratio1m"
    by_job = (
        (
            Caption("CPU 占用", "CPU", "各进程占用的核数。", "Cores used, by process."),
            "sum by (job) (rate(process_cpu_seconds_total[1m]))",
            Unit("suffix:核"),
        ),
        (
            Caption("内存", "Memory", "各进程常驻内存。", "Resident memory, by process."),
            "sum by (job) (process_resident_memory_bytes)",
            BYTES,
        ),
        (
            Caption(
                "时间序列数",
                "Series exposed",
                "各进程每次采集的序列数。",
                "Samples of each scrape; an alert watches them.",
            ),
            "job:hubwatch_samples:sum",
            COUNT,
        ),
    )
    return (
        lines(
            Caption(
                "每条记录CPU",
                "CPU per record",
                "处理、融合、规则每条记录所用 CPU；虚线为目标 3.3 µs。",
                "CPU time of gate, fusion and rules per record; dashed: the line to hold, 3.3 µs.",
            ),
            (Line(expr=cost, name="µs/条 record", colour=palette.SERIES[0]),),
            Axis(unit=Unit("µs"), scale=line_to_hold),
            width=6,
        ),
        *(
            lines(caption, (Line(expr=expr, label="job"),), Axis(unit=unit), names=JOBS, width=6)
            for caption, expr, unit in by_job
        ),
    )
