"""Structured logs: JSON lines on stderr, quiet in normal operation."""

from __future__ import annotations

import logging
import sys

import structlog

OURS = ("streams", "connectors")
QUIET_SECONDS = 60.0
KEPT = 1000
"""kinds of lines remembered; beyond it all are forgotten"""


class OnceWhileItLasts(logging.Filter):
    """Lets a line of a library pass that was not heard for QUIET_SECONDS.

    Clients of a broker that is away warn with every try, hundreds of times a second; what goes away
    and what returns is told by our own lines. Exceptions with a traceback always pass.
    """

    def __init__(self) -> None:
        super().__init__()
        self._heard: dict[tuple[str, str], float] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        if record.name.partition(".")[0] in OURS or record.exc_info:
            return True
        kind = (record.name, record.getMessage())
        before = self._heard.get(kind)
        if len(self._heard) >= KEPT:
            self._heard.clear()
        self._heard[kind] = record.created
        return before is None or record.created - before > QUIET_SECONDS


def configure(process: str) -> None:
    """Routes our own and the libraries' warnings through one chain; call it once a process."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    render: structlog.typing.Processor = (
        structlog.dev.ConsoleRenderer(colors=True)
        if sys.stderr.isatty()
        else structlog.processors.JSONRenderer(ensure_ascii=False)
    )
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler()
    handler.addFilter(OnceWhileItLasts())
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, render],
        )
    )
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    structlog.contextvars.bind_contextvars(process=process)
