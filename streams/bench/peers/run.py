"""One run of one engine, checked."""

from __future__ import annotations

import os
import subprocess
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec

from schemas.errors import HubwatchError
from streams.bench.peers.task import Task
from streams.bench.peers.topic import NAME, Part, Written

WARM_UP = 0.1
"""share of the records that are read before the clock starts: a virtual machine gets warm"""
PATIENCE_SECONDS = 600
SAID = 600


class PeerError(HubwatchError):
    """An engine did not come to its end, or to another result than the others."""

    code = "HW-1802"
    hint = "what it said stands in the message; `--engines` measures without it"


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """`rss_mb` is the most the process had; of the pipeline, what it has at the end."""

    events_per_s: float
    cpu_us_per_event: float
    rss_mb: float


class _Reported(msgspec.Struct):
    """The last line of an engine, between the warm-up and the last record."""

    records: int
    seconds: float
    cpu_seconds: float
    rss_mb: float
    state: dict[str, list[int]]


def run(
    command: Sequence[str], environment: Mapping[str, str], written: Written, records: int
) -> Run:
    """Runs an engine's process over the first `records` of the topic. Raises PeerError."""
    part = written.parts[records]
    with TemporaryDirectory(dir=written.folder) as scratch:
        task = Task(
            bootstrap_servers=written.bootstrap_servers,
            topic=NAME,
            records=records,
            warm_up=int(records * WARM_UP),
            ends=part.ends,
            group=f"peer-{uuid.uuid4().hex[:8]}",
            folder=scratch,
        )
        said = _output([*command, *task.arguments()], environment, Path(scratch))
    return result_of(said, part)


def _output(command: list[str], environment: Mapping[str, str], folder: Path) -> str:
    log = folder / "log"
    try:
        with log.open("wb") as errors:
            done = subprocess.run(  # noqa: S603  an engine of the table
                command,
                stdout=subprocess.PIPE,
                stderr=errors,
                stdin=subprocess.DEVNULL,
                cwd=folder,
                env={**os.environ, **environment},
                timeout=PATIENCE_SECONDS,
                check=False,
            )
    except subprocess.TimeoutExpired as error:
        raise PeerError(f"no result within {PATIENCE_SECONDS} s: {_end(log)}") from error
    if done.returncode:
        raise PeerError(f"ended with status {done.returncode}: {_end(log)}")
    return done.stdout.decode()


def _end(log: Path) -> str:
    return log.read_text(errors="replace")[-SAID:].strip() or "it said nothing"


def result_of(said: str, part: Part) -> Run:
    """What an engine said, checked against what is in the part it read. Raises PeerError."""
    last = said.strip().rpartition("\n")[2]
    try:
        reported = msgspec.json.decode(last, type=_Reported)
    except msgspec.DecodeError as error:
        raise PeerError(f"its last line is no result: {last[-SAID:]!r}") from error
    wrong = [key for key in part.told if reported.state.get(key) != part.told[key]]
    if wrong or len(reported.state) != len(part.told):
        raise PeerError(
            f"{len(reported.state)} sources and windows, not {len(part.told)}, and {len(wrong)}"
            f" differ: {[(key, reported.state.get(key), part.told[key]) for key in wrong[:1]]}"
        )
    return Run(
        events_per_s=reported.records / reported.seconds,
        cpu_us_per_event=reported.cpu_seconds / reported.records * 1e6,
        rss_mb=reported.rss_mb,
    )
