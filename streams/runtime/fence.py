"""Who may write: the newest to take a name, and nobody who had it before.

A process that was paused or cut off beyond its session wakes up without knowing that its partitions
have moved, and goes on writing. Kafka numbers the owners of a transactional id; where a newer one
has written to a partition, it refuses the older ones. Only this numbering is used, no transaction:
those would cost each alert a commit. So what the newer owner has written is never followed by
something of the older one.

The broker can renew an owner's number only as long as it is the newest; aiokafka does not speak
this version of the request, which is therefore written out here (KIP-360; `InitProducerId` v3).
"""

from __future__ import annotations

import asyncio
from typing import ClassVar, NamedTuple

from aiokafka import errors
from aiokafka.client import AIOKafkaClient, ConnectionGroup, CoordinationType
from aiokafka.protocol.api import Request, RequestStruct, Response
from aiokafka.protocol.types import CompactString, Int16, Int32, Int64, Schema, TaggedFields

PATIENCE_SECONDS = 20.0
PAUSE_SECONDS = 0.1
TRANSACTION_TIMEOUT_MS = 60_000
"""the request asks for one; there are no transactions"""

FENCED = frozenset({errors.InvalidProducerEpoch.errno, 90})
"""INVALID_PRODUCER_EPOCH, PRODUCER_FENCED: a newer owner has taken the name"""
RETRIABLE = frozenset(
    {
        errors.CoordinatorNotAvailableError.errno,
        errors.CoordinatorLoadInProgressError.errno,
        errors.NotCoordinatorError.errno,
        errors.ConcurrentTransactions.errno,
    }
)


class Identity(NamedTuple):
    """What a producer stamps on its batches."""

    producer_id: int
    epoch: int


NOBODY = Identity(-1, -1)


# what aiokafka's protocol is made of has no types
class _Response(Response):  # type: ignore[misc]
    API_KEY = 22
    API_VERSION = 3
    SCHEMA = Schema(
        ("throttle_time_ms", Int32),
        ("error_code", Int16),
        ("producer_id", Int64),
        ("producer_epoch", Int16),
        ("tags", TaggedFields),
    )


class _Struct(RequestStruct):  # type: ignore[misc]
    FLEXIBLE_VERSION: ClassVar[bool] = True
    API_KEY = 22
    API_VERSION = 3
    RESPONSE_TYPE = _Response
    SCHEMA = Schema(
        ("transactional_id", CompactString("utf-8")),
        ("transaction_timeout_ms", Int32),
        ("producer_id", Int64),
        ("producer_epoch", Int16),
        ("tags", TaggedFields),
    )


class _Request(Request[_Struct]):  # type: ignore[misc]
    API_KEY = 22

    def __init__(self, name: str, held: Identity) -> None:
        self._name = name
        self._held = held

    def build(self, request_struct_class: type[_Struct]) -> _Struct:
        return request_struct_class(self._name, TRANSACTION_TIMEOUT_MS, *self._held, {})


async def identity(bootstrap_servers: str, name: str, held: Identity = NOBODY) -> Identity:
    """A number for a new producer of the owner of `name`.

    With NOBODY the name is taken, and whoever had it is shut out; with the number held so far it is
    renewed. Raises aiokafka's ProducerFenced when a newer owner has taken the name, and KafkaError
    when no broker answers within PATIENCE_SECONDS.
    """
    client = AIOKafkaClient(bootstrap_servers=bootstrap_servers)
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            await client.bootstrap()
            return await _asked(client, name, held)
    except TimeoutError as error:
        raise errors.KafkaTimeoutError(f"no coordinator for {name}") from error
    finally:
        await client.close()


async def _asked(client: AIOKafkaClient, name: str, held: Identity) -> Identity:
    while True:
        try:
            node = await client.coordinator_lookup(CoordinationType.TRANSACTION, name)
            if await client.ready(node, group=ConnectionGroup.COORDINATION):
                request = _Request(name, held)
                answer = await client.send(node, request, group=ConnectionGroup.COORDINATION)
                if answer.error_code in FENCED:
                    raise errors.ProducerFenced(name)
                if not answer.error_code:
                    return Identity(answer.producer_id, answer.producer_epoch)
                if answer.error_code not in RETRIABLE:
                    raise errors.for_code(answer.error_code)(name)
        except errors.KafkaError as error:
            if not error.retriable:
                raise
        await asyncio.sleep(PAUSE_SECONDS)
