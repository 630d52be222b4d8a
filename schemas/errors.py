"""The one error root, and what each branch means to whoever catches it.

HubwatchError
├── schemas      RecordError           bytes that are no record
├── streams.site SiteError             a mistake in a site file: file, line, field, value, allowed
├── streams.rules RuleError            a rule that cannot work
├── streams.runtime
│   ├── servers  ServerError           a port, a tool or the disk is not as needed
│   ├── gateway  RequestError          a request that cannot be taken as a whole
│   ├── SettingsError                  a setting that is unknown or out of range
│   ├── TopicError                     a topic that is not as this site needs it
│   ├── SnapshotError                  a snapshot that this version cannot read
│   ├── HubSnapshotError               a hub's snapshot that this version cannot read
│   ├── RefusedError                   the broker will never take what must be told
│   ├── AssignmentError                co-partitioning of the inbox topics is broken
│   └── NoSiteClockError               a simulator without a simulated clock
├── connectors   RecordingError        a recording that is not there or cannot be read
├── grafana      PublishError          Grafana cannot be reached or does not take a board
├── streams.verify VerifyError         what was asked cannot be checked
└── streams.cli  CliError              a command that cannot do what it was asked

docs/reference/errors.md has every class with its code and hint.

A message says what happened and which value; `hint` says what to do; `retriable` says whether the
same call may succeed later without anybody changing anything.
"""

from __future__ import annotations

from typing import ClassVar


class HubwatchError(Exception):
    """Root of all errors raised on purpose."""

    code: ClassVar[str] = "HW-0000"
    hint: str = ""
    retriable: ClassVar[bool] = False

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        if hint:
            self.hint = hint

    def __str__(self) -> str:
        message = super().__str__()
        return f"{self.code} {message}" + (f" → {self.hint}" if self.hint else "")


class RecordError(HubwatchError):
    """Bytes that are not a record of a known kind; `reason` is a gate reason code."""

    code = "HW-1001"
    hint = "compare it with docs/reference/records.md"

    def __init__(self, message: str, *, reason: str) -> None:
        super().__init__(message)
        self.reason = reason
