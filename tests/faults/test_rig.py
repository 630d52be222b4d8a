"""What the rig makes of a worker that ends: was it shut out, or is something wrong."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Mapping
from pathlib import Path

from streams.runtime.failpoints import STATUS, VARIABLE
from streams.runtime.refusal import FencedError
from tests.faults.rig import Worker

LIMIT_SECONDS = 60.0


def worker_of(tmp_path: Path, *endings: str) -> tuple[Worker, list[Mapping[str, str]]]:
    """A worker whose processes end like this, one after the other, and what each was given."""
    log_path, given, left = tmp_path / "worker.log", [], [*endings]

    def start(environment: Mapping[str, str]) -> subprocess.Popen[bytes]:
        given.append(dict(environment))
        with log_path.open("ab") as log:
            return subprocess.Popen(["sh", "-c", left.pop(0)], stdout=log, stderr=log)

    return Worker("worker-0", start, log_path, port=0), given


def tended(worker: Worker, restarts: int) -> None:
    """Until it was started again so often."""
    deadline = time.monotonic() + LIMIT_SECONDS
    while worker.restarts < restarts:
        assert time.monotonic() < deadline
        worker.tend()
        time.sleep(0.01)


SHUT_OUT = f"echo 'error: {FencedError.code} another process has taken over'; exit 1"


def test_one_that_was_shut_out_is_led_to_its_failpoint_all_the_same(tmp_path: Path) -> None:
    worker, given = worker_of(tmp_path, SHUT_OUT, SHUT_OUT, f"exit {STATUS}", "exec sleep 60")
    armed = {VARIABLE: "mark-written:2"}
    worker.launch(**armed)
    tended(worker, 3)
    assert (worker.fenced, worker.ended) == (2, [STATUS])
    assert given == [armed, armed, armed, {}]
    worker.kill()


def test_what_the_one_before_it_said_excuses_nobody(tmp_path: Path) -> None:
    worker, _ = worker_of(tmp_path, SHUT_OUT, "echo another error; exit 1", "exec sleep 60")
    worker.launch()
    tended(worker, 2)
    assert (worker.fenced, worker.ended) == (1, [1])
    worker.kill()


def test_other_endings_are_not_of_one_that_was_shut_out(tmp_path: Path) -> None:
    said = f"echo {FencedError.code}; exit"
    worker, given = worker_of(tmp_path, f"{said} {STATUS}", f"{said} 0", "exec sleep 60")
    worker.launch(**{VARIABLE: "mark-written:2"})
    tended(worker, 2)
    assert (worker.fenced, worker.ended) == (0, [STATUS, 0])
    assert given[1:] == [{}, {}]
    worker.kill()
