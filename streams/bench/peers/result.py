"""A comparison that is kept: figures with the machine, the versions and the command."""

from __future__ import annotations

import os
import platform
import re
from collections.abc import Mapping
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import Any

import msgspec

from streams.bench.peers.compare import Comparison
from streams.bench.peers.environment import PEERS
from streams.bench.peers.report import rows
from streams.runtime.servers.java import find_java
from streams.runtime.servers.lock import KAFKA_VERSION
from streams.runtime.settings import CHECKOUT

RESULTS = CHECKOUT / "benchmarks" / "results"
OURS = ("hubwatch", "faust-streaming", "aiokafka", "msgspec")


def save(comparison: Comparison, command: str, today: date) -> Path:
    """Writes `peers-<date>.json` among the results; one of the same day is replaced."""
    RESULTS.mkdir(parents=True, exist_ok=True)
    path = RESULTS / f"peers-{today.isoformat()}.json"
    content = {
        "date": today.isoformat(),
        "command": command,
        "hardware": _hardware(),
        "versions": _versions(),
        "left_out": comparison.left_out,
        "rows": rows(comparison),
        "engines": {row.engine.key: row.engine.about for row in comparison.rows},
    }
    path.write_bytes(msgspec.json.format(msgspec.json.encode(content), indent=2) + b"\n")
    return path


def newest() -> Path | None:
    """The last comparison that was kept."""
    return max(RESULTS.glob("peers-*.json"), default=None)


def _hardware() -> Mapping[str, Any]:
    model = re.search(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text())
    memory = re.search(r"MemTotal:\s*(\d+)", Path("/proc/meminfo").read_text())
    return {
        "cpu": model[1] if model else platform.machine(),
        "cores": os.cpu_count(),
        "memory_gb": round(int(memory[1]) / 2**20) if memory else None,
        "system": f"{platform.system()} {platform.release()}",
    }


def _versions() -> Mapping[str, str]:
    pinned: dict[str, str] = {}
    for peer in ("quixstreams", "bytewax"):
        wanted = (PEERS / peer / "requirements.in").read_text()
        pinned[peer] = wanted.partition("==")[2].partition("\n")[0]
    pom = (PEERS / "kafka-streams" / "pom.xml").read_text()
    streams = re.search(r"<artifactId>kafka-streams</artifactId>\s*<version>(.*)</version>", pom)
    return {
        **{name: version(name) for name in OURS},
        **pinned,
        "kafka-streams": streams[1] if streams else "unknown",
        "kafka": KAFKA_VERSION,
        "java": str(find_java().major),
        "python": platform.python_version(),
    }
