"""What a command cannot do, and what to do about it.

CliError                    HW-5000
├── BrokerUnreachableError  HW-5001  no broker answers where the settings say
├── NotKnownError           HW-5002  a name that is none of the site's
├── SpanError               HW-5003  a duration that cannot be read
├── SpeedError              HW-5004  a speed that cannot be read
├── StampError              HW-5005  the inbox would refuse what is published
└── UnreadableError         HW-5006  a message that this version cannot read
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


class SpeedError(CliError):
    """A speed that cannot be read."""

    code = "HW-5004"
    hint = "write it like 1, 40 or max"


class StampError(CliError):
    """The inbox topics stamp arrivals themselves, and what is published is not of now."""

    code = "HW-5005"
    hint = "on a broker without these topics: hubwatch topics --create --publisher-stamps"


class UnreadableError(CliError):
    """A message on one of our own topics that this version cannot read."""

    code = "HW-5006"
    hint = "another version wrote it: use the hubwatch of the processes that run"
