"""What the broker will not take, however often it is sent."""

from __future__ import annotations

from aiokafka import errors

from schemas.errors import HubwatchError

REFUSALS = (
    errors.ClusterAuthorizationFailedError,
    errors.InvalidTimestampError,
    errors.InvalidTopicError,
    errors.PolicyViolationError,
    errors.TopicAuthorizationFailedError,
    errors.TransactionalIdAuthorizationFailed,
)
"""what no repetition can mend"""


class RefusedError(HubwatchError):
    """The broker will never take what must be told; the process ends with it."""

    code = "HW-1405"
    hint = (
        "create the topics (hubwatch topics --create) and let the process write to them; what is "
        "missing is made again when it starts"
    )


class FencedError(RefusedError):
    """Another process has taken over: this one was paused or cut off for too long."""

    code = "HW-1406"
    hint = "nothing is to be done: it starts anew and takes what it is assigned then"
