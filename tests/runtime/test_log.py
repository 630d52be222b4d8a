"""What is said of a broker that is away, and what is always said."""

from __future__ import annotations

import logging

from streams.runtime.log import QUIET_SECONDS, OnceWhileItLasts


def line(name: str, message: str, *args: object, at: float) -> logging.LogRecord:
    record = logging.LogRecord(name, logging.WARNING, "", 0, message, args, None)
    record.created = at
    return record


def test_a_client_that_tries_on_is_heard_once_until_it_was_quiet_for_a_while() -> None:
    once = OnceWhileItLasts()
    tries = [line("aiokafka", "no connection to %s", n % 2, at=n / 10) for n in range(3000)]
    assert [record.created for record in tries if once.filter(record)] == [0.0, 0.1]
    assert once.filter(line("aiokafka", "no coordinator", at=1))
    assert once.filter(line("aiokafka", "no connection to %s", 1, at=300 + QUIET_SECONDS))


def test_our_own_lines_and_exceptions_always_pass() -> None:
    once = OnceWhileItLasts()
    for _ in range(2):
        assert once.filter(line("streams.runtime.outbox", "broker takes messages again", at=0))
        failed = line("aiokafka", "failed", at=0)
        failed.exc_info = (ValueError, ValueError(), None)
        assert once.filter(failed)
