"""The broker's jars: listed in a lock file, fetched once, verified at every start.

The lock file holds one jar a line: Maven coordinate, SHA-256, size in bytes. Which repository
serves them is left to jgo; HUBWATCH_MAVEN_REPOSITORY names a mirror instead.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from streams.runtime.servers.disk import require_space
from streams.runtime.servers.errors import ChecksumError, DownloadError, ServerError

CHECKOUT = Path(__file__).resolve().parents[3]
LOCK_FILE = CHECKOUT / "deploy" / "broker" / "kafka.lock"
PARALLEL = 6
ATTEMPTS = 3


@dataclass(frozen=True, slots=True)
class Jar:
    """One locked jar; `coordinate` is group:artifact:version."""

    coordinate: str
    sha256: str
    size_bytes: int

    @property
    def file_name(self) -> str:
        """Name in a Maven repository and in the cache."""
        _, artifact, version = self.coordinate.split(":")
        return f"{artifact}-{version}.jar"


Download = Callable[[Jar, Path], Path]
"""Fetches a jar into an empty folder and says where it lies; raises OSError or RuntimeError."""

Report = Callable[[str], None]
"""Takes one short line on how it goes."""


def read_lock(path: Path = LOCK_FILE) -> tuple[Jar, ...]:
    """The locked jars, in the order of the file."""
    jars: list[Jar] = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        text = line.partition("#")[0].strip()
        if not text:
            continue
        match text.split():
            case [coordinate, digest, size] if coordinate.count(":") == 2 and size.isdigit():
                jars.append(Jar(coordinate, digest.removeprefix("sha256:"), int(size)))
            case _:
                raise ServerError(
                    f"{path}:{number}: {text!r} is not 'group:artifact:version sha256:… bytes'",
                    hint="run scripts/lock-broker to write the file anew",
                )
    return tuple(jars)


def cache_dir() -> Path:
    """HUBWATCH_CACHE_DIR, else hubwatch's folder in the user's cache."""
    chosen = os.environ.get("HUBWATCH_CACHE_DIR")
    if chosen:
        return Path(chosen).expanduser()
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "hubwatch"


def sha256_of(path: Path) -> str:
    """Digest of a file's bytes, in hex."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def fetch_jars(
    jars: tuple[Jar, ...], folder: Path, *, report: Report, download: Download | None = None
) -> tuple[Path, ...]:
    """Paths of all jars in `folder`, each with the locked digest; fetches what is not there.

    Safe beside another process doing the same: a jar appears whole under its name or not at all.
    """
    started = time.monotonic()
    wanted = [jar for jar in jars if not _is_there(jar, folder)]
    if wanted:
        folder.mkdir(parents=True, exist_ok=True)
        require_space(folder)
        megabytes = sum(jar.size_bytes for jar in wanted) / 1e6
        report(f"fetching {len(wanted)} jars, {megabytes:.0f} MB")
        pool = ThreadPoolExecutor(PARALLEL, thread_name_prefix="jars")
        try:
            get = download or by_jgo
            list(pool.map(lambda jar: _fetch(jar, folder, get), wanted))
        finally:
            pool.shutdown(cancel_futures=True)
        report(f"fetched {megabytes:.0f} MB in {time.monotonic() - started:.0f} s")
    return tuple(folder / jar.file_name for jar in jars)


def _is_there(jar: Jar, folder: Path) -> bool:
    path = folder / jar.file_name
    return path.is_file() and sha256_of(path) == jar.sha256


def _fetch(jar: Jar, folder: Path, download: Download) -> None:
    """Puts one verified jar into the folder; a transfer that breaks is tried again."""
    for attempt in range(1, ATTEMPTS + 1):
        with tempfile.TemporaryDirectory(prefix=".part-", dir=folder) as scratch:
            try:
                got = download(jar, Path(scratch))
            except (OSError, RuntimeError) as error:
                if attempt == ATTEMPTS:
                    why = type(error).__name__ if isinstance(error, OSError) else "not served there"
                    raise DownloadError(f"{jar.coordinate} could not be fetched: {why}") from error
                time.sleep(attempt)
                continue
            digest = sha256_of(got)
            if digest != jar.sha256:
                raise ChecksumError(
                    f"{jar.coordinate} has SHA-256 {digest[:12]}…, the lock {jar.sha256[:12]}…"
                )
            shutil.move(got, Path(scratch) / "verified")
            (Path(scratch) / "verified").replace(folder / jar.file_name)
            return


def by_jgo(jar: Jar, scratch: Path) -> Path:
    """Downloads by jgo from its default repository or HUBWATCH_MAVEN_REPOSITORY."""
    from jgo.maven import MavenContext  # noqa: PLC0415  # slow to load, seldom needed

    mirror = os.environ.get("HUBWATCH_MAVEN_REPOSITORY")
    context = MavenContext(
        repo_cache=scratch, timeout=60, remote_repos={"mirror": mirror} if mirror else None
    )
    group, artifact, version = jar.coordinate.split(":")
    return Path(context.project(group, artifact).at_version(version).artifact().resolve())
