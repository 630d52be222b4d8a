"""Checks of what runs: broker, topics, clock, our processes, the servers beside them."""

from __future__ import annotations

import http.client
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from streams.cli.checks.finding import Finding
from streams.cli.errors import BrokerUnreachableError
from streams.cli.reader import reading
from streams.cli.site_clock import running_clock
from streams.cli.topic_list import MISSING, listed
from streams.runtime.servers.monitoring import ALERTMANAGER, GRAFANA, PROMETHEUS, Tool
from streams.runtime.servers.ports import LOOPBACK, held_by
from streams.runtime.servers.probes import http_ok, kafka_metadata
from streams.runtime.settings import Settings

START = "scripts/up"
TIMEOUT_SECONDS = 2.0
APART_WALL_SECONDS = 2.0
PID = re.compile(r"process (\d+) ")
SITE_TIME = re.compile(r"^hubwatch_site_time_seconds (\S+)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Process:
    """One of our processes. `needed`: without it the picture stands still."""

    name: str
    zh: str
    port_setting: str
    needed: bool = True
    runs: tuple[str, ...] = ()
    """names under which it is started, where they are not its own"""

    @property
    def names(self) -> tuple[str, ...]:
        return self.runs or (self.name,)

    def port(self, settings: Settings) -> int:
        return int(getattr(settings, self.port_setting))


@dataclass(frozen=True, slots=True)
class Server:
    """An optional server beside our processes."""

    name: str
    zh: str
    tool: Tool
    port_setting: str
    path: str

    def port(self, settings: Settings) -> int:
        return int(getattr(settings, self.port_setting))


PROCESSES = (
    Process("worker", "融合进程", "worker_port"),
    Process("hub", "枢纽进程", "hub_port"),
    Process("gateway", "网关", "gateway_port"),
    Process("simulator", "模拟或回放", "simulator_port", False, ("simulator", "replay")),
)
SERVERS = (
    Server("prometheus", "指标存储", PROMETHEUS, "prometheus_port", "/-/ready"),
    Server("alertmanager", "告警分发", ALERTMANAGER, "alertmanager_port", "/-/ready"),
    Server("grafana", "看板", GRAFANA, "grafana_port", "/api/health"),
)


def ports(settings: Settings) -> Finding:
    """Each port is free, or held by what it is for."""
    taken = list(strangers_at(settings))
    if taken:
        names = ", ".join(f"HUBWATCH_{setting.upper()}" for setting, _ in taken)
        said = "; ".join(what for _, what in taken)
        return Finding("fail", said, f"stop it, or choose another port with {names}")
    return Finding("ok", "free, or held by our own processes")


def strangers_at(settings: Settings) -> Iterator[tuple[str, str]]:
    """(setting, who holds its port) where that is nobody of ours."""
    ours = [(p.port_setting, http_ok(p.port(settings), "/health/live")) for p in PROCESSES]
    ours += [(s.port_setting, http_ok(s.port(settings), s.path)) for s in SERVERS]
    for setting, probe in ours:
        port = int(getattr(settings, setting))
        holder = held_by(port)
        if holder is not None and probe() is not None and not _ours(holder, setting):
            yield setting, f"port {port} is held by {holder}"
    broker_port = local_broker_port(settings)
    if broker_port is not None and kafka_metadata(broker_port)() is not None:
        holder = held_by(broker_port)
        if holder is not None:
            yield "bootstrap_servers", f"port {broker_port} is held by {holder}, no broker"


def local_broker_port(settings: Settings) -> int | None:
    """Port of the broker where it is one on this machine."""
    host, _, port = settings.bootstrap_servers.rpartition(":")
    return int(port) if host in {LOOPBACK, "localhost"} and port.isdigit() else None


def broker(settings: Settings) -> Finding:
    """A broker answers; that none runs is no fault of the machine."""
    try:
        with reading(settings.bootstrap_servers):
            return Finding("ok", settings.bootstrap_servers)
    except BrokerUnreachableError as error:
        return Finding("warn", str(error.args[0]), error.hint)


def topics(settings: Settings) -> Finding:
    """All topics are there, with the partitions and the configuration they need."""
    try:
        rows = listed(settings)
    except BrokerUnreachableError:
        return _not_running("cannot be seen while no broker answers")
    wrong = [row for row in rows if row.status != "ok"]
    missing = [row.name for row in wrong if row.status == MISSING]
    if missing:
        return Finding("fail", f"missing: {', '.join(missing)}", "hubwatch topics --create")
    if wrong:
        said = "; ".join(f"{row.name}: {row.status}" for row in wrong)
        return Finding(
            "fail", said, "start with an empty data folder, or alter them with Kafka's own tools"
        )
    return Finding("ok", f"{len(rows)} topics as they should be")


def clock(settings: Settings) -> Finding:
    """Every process goes by the clock that the data folder keeps."""
    running = running_clock(settings)
    kind = f"simulated, {running.speed:g} times as fast" if running.simulated else "wall time"
    for one in PROCESSES:
        page = ask(one.port(settings), "/metrics")
        told = SITE_TIME.search(page[1]) if page else None
        if told is None:
            continue
        apart = abs(running.wall_seconds(int(float(told[1]) * 1000) - running.now_ms()))
        if apart > APART_WALL_SECONDS:
            return Finding(
                "fail",
                f"{kind}; {one.name} is {apart:.0f} s of wall time away from it",
                "give all processes and this command the same HUBWATCH_DATA_DIR, then restart; if "
                "they have it and go by wall time, set this machine's clock and the brokers' (NTP)",
            )
    return Finding("ok", kind)


def process(one: Process, settings: Settings) -> Finding:
    """It answers, and says that it is ready."""
    port = one.port(settings)
    answer = ask(port, "/health/ready")
    holder = held_by(port)
    if answer is None and holder is not None and _ours(holder, one.port_setting):
        fix = "wait a minute for its supervisor to start it anew, or kill -9 that process"
        return Finding("fail", f"does not answer on port {port}: {holder}", fix)
    if answer is None:
        if one.needed and _broker_runs(settings):
            return Finding("fail", f"nothing answers on port {port}", f"hubwatch run {one.name}")
        return _not_running(f"not running (port {port})")
    status, said = answer
    if status >= 400:
        fix = f"wait a little, then see the logs below {settings.data_dir}"
        return Finding("fail", f"not ready: {said.strip()}", fix)
    return Finding("ok", f"ready on port {port}: {holder}")


def server(one: Server, settings: Settings) -> Finding:
    """It answers, is only not running, or is not installed."""
    port = one.port(settings)
    if http_ok(port, one.path)() is None:
        return Finding("ok", f"http://{LOOPBACK}:{port}")
    if one.tool.find() is None:
        return Finding("warn", "not installed; all else works without it", one.tool.how_to_get)
    return _not_running(f"installed, not running (port {port})")


def ask(port: int, path: str) -> tuple[int, str] | None:
    """Status and text of a GET on loopback; None when nobody answers."""
    connection = http.client.HTTPConnection(LOOPBACK, port, timeout=TIMEOUT_SECONDS)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.read().decode(errors="replace")
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()


def _ours(holder: str, port_setting: str) -> bool:
    """Whether who holds the port was started as the process that the port is for."""
    pid = PID.match(holder)
    names = {name for p in PROCESSES if p.port_setting == port_setting for name in p.names}
    with suppress(OSError):  # it ended meanwhile
        if pid is not None:
            words = Path(f"/proc/{pid[1]}/cmdline").read_text(encoding="utf-8").split("\0")
            return words[-3:-2] == ["run"] and words[-2] in names
    return False


def _broker_runs(settings: Settings) -> bool:
    port = local_broker_port(settings)
    return port is not None and kafka_metadata(port)() is None


def _not_running(said: str) -> Finding:
    return Finding("warn", said, START)
