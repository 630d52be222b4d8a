"""What a command cannot do, and what to do about it.

CliError                    HW-5000
├── BrokerUnreachableError  HW-5001  no broker answers where the settings say
├── NotKnownError           HW-5002  a name that is none of the site's
└── SpanError               HW-5003  a duration that cannot be read
"""

from __future__ import annotations

from schemas.errors import HubwatchError


class CliError(HubwatchError):
    """A command cannot do what it was asked."""

    code = "HW-5000"


class BrokerUnreachableError(CliError):
    """No broker answers where the settings say."""

    code = "HW-5001"
    hint = "start it with scripts/up, or set HUBWATCH_BOOTSTRAP_SERVERS to a running one"
    retriable = True


class NotKnownError(CliError):
    """A name that is none of the site's."""

    code = "HW-5002"


class SpanError(CliError):
    """A duration that cannot be read."""

    code = "HW-5003"
    hint = "write it like 90s, 5m, 2h or 1d"
