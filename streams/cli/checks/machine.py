"""Checks of this machine: interpreter, packages, Java, jars, room on the disk."""

from __future__ import annotations

import re
import shutil
import sys
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from streams.cli.checks.finding import Finding
from streams.runtime.servers.disk import require_space
from streams.runtime.servers.jars import cache_dir, read_lock
from streams.runtime.servers.java import find_java
from streams.runtime.servers.lock import KAFKA_VERSION
from streams.runtime.settings import CHECKOUT, Settings

OLDEST = (3, 11)
LOCK = CHECKOUT / "requirements" / "runtime.lock"
PINNED = re.compile(r"^([\w.-]+)==(\S+) \\$")
"""A package for every platform; those with a marker are for others than ours."""
SHOWN = 3


def python(_: Settings) -> Finding:
    found = ".".join(map(str, sys.version_info[:3]))
    if sys.version_info < OLDEST:
        wanted = ".".join(map(str, OLDEST))
        return Finding("fail", f"{found} is too old", f"install Python {wanted} or newer")
    return Finding("ok", found)


def packages(_: Settings) -> Finding:
    """What is installed is what the lock file names."""
    if not LOCK.exists():
        return Finding("warn", f"no {LOCK.name} to compare with", "run from a checkout")
    differing = list(unlike(LOCK))
    if differing:
        more = f" and {len(differing) - SHOWN} more" if len(differing) > SHOWN else ""
        return Finding("fail", "; ".join(differing[:SHOWN]) + more, "scripts/setup runtime")
    return Finding("ok", f"as {LOCK.parent.name}/{LOCK.name} has them")


def unlike(lock: Path) -> Iterator[str]:
    """Packages that are missing or of another version than in the lock file."""
    for line in lock.read_text(encoding="utf-8").splitlines():
        pinned = PINNED.match(line)
        if pinned is None:
            continue
        name, wanted = pinned.groups()
        try:
            found = version(name)
        except PackageNotFoundError:
            yield f"{name} is missing"
            continue
        if found != wanted:
            yield f"{name} is {found}, not {wanted}"


def java(_: Settings) -> Finding:
    found = find_java()
    return Finding("ok", f"version {found.major} ({found.path})")


def jars(_: Settings) -> Finding:
    """The broker's jars are in the cache; what is not is fetched at the first start."""
    folder = cache_dir() / "kafka" / KAFKA_VERSION
    locked = read_lock()
    lacking = [jar for jar in locked if not (folder / jar.file_name).exists()]
    if lacking:
        megabytes = sum(jar.size_bytes for jar in lacking) / 1e6
        said = f"{len(lacking)} of {len(locked)} jars not in the cache ({megabytes:.0f} MB)"
        return Finding("warn", said, "scripts/up fetches them; it needs the network for that")
    return Finding("ok", f"Kafka {KAFKA_VERSION}, {len(locked)} jars")


def disk(settings: Settings) -> Finding:
    require_space(settings.data_dir)
    there = next(p for p in (settings.data_dir, *settings.data_dir.parents) if p.exists())
    return Finding("ok", f"{shutil.disk_usage(there).free / 1e9:.1f} GB free at {there}")
