"""Environments of the peers, outside the tree: they pin other versions than we do.

Each is made once from what lies in `benchmarks/peers/<name>` and found again by its digest.
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from schemas.errors import HubwatchError
from streams.runtime.servers.errors import ToolMissingError
from streams.runtime.servers.jars import cache_dir
from streams.runtime.settings import CHECKOUT

PEERS = CHECKOUT / "benchmarks" / "peers"
PATIENCE_SECONDS = 600
SAID = 400


class PeerEnvironmentError(HubwatchError):
    """A peer's environment could not be made."""

    code = "HW-1803"
    hint = "check the network and try again"
    retriable = True


def python_of(peer: str) -> Path:
    """The interpreter of a peer's own environment. Raises PeerEnvironmentError."""
    requirements = PEERS / peer / "requirements.txt"
    version = ".".join(map(str, sys.version_info[:2]))
    return _made(peer, [requirements], version, lambda at: _venv(at, requirements)) / "bin/python"


def jars_of(peer: str) -> Path:
    """The folder with a Java peer and all it needs. Raises as `python_of`, and ToolMissingError."""
    maven = shutil.which("mvn")
    if maven is None:
        raise ToolMissingError("no Maven to build it with", hint="apt-get install maven")
    sources = sorted(path for path in (PEERS / peer).rglob("*") if path.suffix in (".xml", ".java"))
    pom = PEERS / peer / "pom.xml"
    # -C: a file with another checksum than its repository states is refused
    build = (maven, "-q", "-B", "-C", "-f", str(pom), "package")
    return _made(peer, sources, "", lambda at: _run([*build, f"-Dpeer.build={at}"]))


def _venv(folder: Path, requirements: Path) -> None:
    _run([sys.executable, "-m", "venv", str(folder)])
    pip = (str(folder / "bin/python"), "-m", "pip", "--quiet", "--disable-pip-version-check")
    checked = ("--no-deps", "--require-hashes", "--only-binary", ":all:")
    _run([*pip, "install", *checked, "-r", str(requirements)])


def _made(peer: str, files: Iterable[Path], version: str, make: Callable[[Path], None]) -> Path:
    """The folder made of these files, now or earlier."""
    digest = hashlib.sha256(version.encode())
    for file in files:
        digest.update(file.read_bytes())
    folder = cache_dir() / "peers" / f"{peer}-{digest.hexdigest()[:12]}"
    finished = folder / "finished"
    if not finished.exists():
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        make(folder)
        finished.touch()
    return folder


def _run(command: Sequence[str]) -> None:
    try:
        done = subprocess.run(  # noqa: S603  our own table of peers
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=PATIENCE_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise PeerEnvironmentError(f"{command[0]} took over {PATIENCE_SECONDS} s") from error
    if done.returncode:
        raise PeerEnvironmentError((done.stderr or done.stdout).strip()[-SAID:])
