"""One server as a child process: start, readiness, health, stop, log file."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Self

from streams.runtime.servers import bound
from streams.runtime.servers.disk import require_space
from streams.runtime.servers.errors import StartError
from streams.runtime.servers.log import last_words_of, turn
from streams.runtime.servers.ports import require_free
from streams.runtime.servers.spec import ServerSpec

HEALTHY = "healthy"
POLL_SECONDS = 0.05


class Server:
    """Runs a spec as one child process, leader of its own process group.

    Only one thread may use it, and that thread must outlive the child (see bound.py). The child
    is told to stop when that thread ends, however it ends, so there are no orphans.
    """

    def __init__(self, spec: ServerSpec, data_dir: Path) -> None:
        self.spec = spec
        self.log_path = data_dir / "logs" / f"{spec.name}.log"
        self._child: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    @property
    def pid(self) -> int | None:
        """Process id while there is a child."""
        return self._child.pid if self._child else None

    def start(self) -> None:
        """Launches and waits until it is ready; stops it and raises StartError when it is not."""
        self.launch()
        deadline = time.monotonic() + self.spec.start_timeout_seconds
        while (reason := self.exit_reason() or self.spec.ready()) is not None:
            if self.exit_reason() or time.monotonic() > deadline:
                self.stop()
                raise self.start_error(reason)
            time.sleep(POLL_SECONDS)

    def launch(self) -> None:
        """Checks disk and ports, writes the files, prepares, and starts the child."""
        self.log_path.parent.mkdir(parents=True, exist_ok=True)
        require_space(self.log_path.parent)
        require_ports(self.spec)
        for path, text in self.spec.files.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        if self.spec.prepare:
            self.spec.prepare()
        turn(self.log_path)
        binder = (sys.executable, "-I", "-S", bound.__file__, str(os.getpid()))
        with self.log_path.open("ab") as log:
            self._child = subprocess.Popen(  # noqa: S603  # the command of a server spec
                [*binder, *self.spec.command],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env={**os.environ, **self.spec.environment},
                start_new_session=True,  # Ctrl-C reaches us alone; we stop them in order
            )

    def exit_reason(self) -> str | None:
        """None while the child runs, else how it ended."""
        if self._child is None:
            return "not started"
        # Seen but not collected: until then its id, and so its group's, cannot be given away.
        seen = os.waitid(os.P_PID, self._child.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT)
        if seen is None:
            return None
        if seen.si_code == os.CLD_EXITED:
            return f"ended with status {seen.si_status}"
        return f"killed by {signal.Signals(seen.si_status).name}"

    def health(self) -> str:
        """'healthy', or why it is not."""
        return self.exit_reason() or self.spec.ready() or HEALTHY

    def terminate(self) -> None:
        """Asks the child to stop."""
        if self._child and self.exit_reason() is None:
            self._child.send_signal(signal.SIGTERM)

    def collect(self) -> None:
        """Kills what is left of the child's group and forgets it."""
        if self._child is None:
            return
        os.killpg(self._child.pid, signal.SIGKILL)
        self._child.wait()
        self._child = None

    def stop(self) -> None:
        """SIGTERM, patience as the spec says, then SIGKILL; returns when nothing is left."""
        self.terminate()
        deadline = time.monotonic() + self.spec.stop_timeout_seconds
        while self.exit_reason() is None and time.monotonic() < deadline:
            time.sleep(POLL_SECONDS)
        self.collect()

    def start_error(self, reason: str) -> StartError:
        """The error to raise when it did not start, with the end of its log."""
        said = last_words_of(self.log_path)
        return StartError(
            f"{self.spec.name} did not start: {reason}" + (f"; it said: {said}" if said else ""),
            hint=f"see {self.log_path}",
        )


def require_ports(*specs: ServerSpec) -> None:
    """Raises PortBusyError unless every port that one of them will bind is free."""
    for spec in specs:
        for port in spec.ports:
            require_free(port, wanted_by=spec.name, option=spec.port_option)
