"""What `hubwatch doctor` looks at: one row a check, in the order in which things depend."""

from __future__ import annotations

from functools import partial

from streams.cli.checks import machine, services, site
from streams.cli.checks.finding import Check, Finding, Mark

CHECKS: tuple[Check, ...] = (
    Check("python", "Python 版本", "Python", machine.python),
    Check("packages", "依赖包", "packages", machine.packages),
    Check("java", "Java 运行环境", "Java", machine.java),
    Check("jars", "Kafka 程序包", "Kafka jars", machine.jars),
    Check("disk", "磁盘空间", "disk", machine.disk),
    Check("ports", "端口", "ports", services.ports),
    Check("site", "场地文件", "site files", site.files),
    Check("rules", "规则", "rules", site.rules),
    Check("schemas", "数据契约", "schemas", site.schemas),
    Check("boards", "看板文件", "boards", site.boards),
    Check("recordings", "回放数据", "recordings", site.recordings),
    Check("broker", "消息总线", "broker", services.broker),
    Check("topics", "主题", "topics", services.topics),
    Check("clock", "时钟", "clock", services.clock),
    *(
        Check(process.name, process.zh, process.name, partial(services.process, process))
        for process in services.PROCESSES
    ),
    *(
        Check(server.name, server.zh, server.tool.title, partial(services.server, server))
        for server in services.SERVERS
    ),
)

__all__ = ["CHECKS", "Check", "Finding", "Mark"]
