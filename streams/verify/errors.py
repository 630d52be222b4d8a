"""Why a proof cannot be made; a proof that fails is a finding, not an error."""

from __future__ import annotations

from schemas.errors import HubwatchError


class VerifyError(HubwatchError):
    """What was asked cannot be checked; this says nothing about losses."""

    code = "HW-1901"


class LedgerError(VerifyError):
    """The ledger is not there, or a line of it is no entry."""

    code = "HW-1902"
    hint = "a ledger is written by whoever publishes: hubwatch simulate --ledger FILE"


class IncompleteLogError(VerifyError):
    """A topic no longer has, or never had, all that the proof is made from."""

    code = "HW-1903"
    hint = "verify before retention deletes records, and with the partitions the topics have"


class UnansweredError(VerifyError):
    """The broker stopped answering while its topics were read."""

    code = "HW-1904"
    retriable = True


class ForeignMessageError(VerifyError):
    """A message on a topic of ours that none of our processes wrote, or another version."""

    code = "HW-1905"
    hint = "use the hubwatch of the processes that run; nobody else should write to these topics"
