"""What leaves a process: sent at once, acknowledged by the broker before anything is durable.

`send` does not wait; `settled` does. A send that fails is repeated until the broker takes it, in
the order in which it was given, so nothing is lost while the broker is away; what can never be
taken (too large) is logged, counted, and does not hold up the rest.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

import structlog
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError, MessageSizeTooLargeError

log = structlog.get_logger()

RETRY_SECONDS = (0.1, 0.2, 0.5, 1.0, 2.0)
PENDING_LIMIT = 20_000
MAX_BYTES = 4_194_304

Headers = Sequence[tuple[str, bytes]]


@dataclass(slots=True)
class Outgoing:
    """One message on its way; `partition` None leaves the choice to the key."""

    topic: str
    key: bytes
    value: bytes
    headers: Headers = ()
    partition: int | None = None
    timestamp_ms: int | None = None


class Outbox:
    """Sends through an idempotent producer with acks=all, in order."""

    def __init__(
        self, bootstrap_servers: str, *, client_id: str, max_bytes: int = MAX_BYTES
    ) -> None:
        self._bootstrap_servers = bootstrap_servers
        self._client_id = client_id
        self._max_bytes = max_bytes
        self._producer: AIOKafkaProducer | None = None
        self._pending: deque[tuple[Outgoing, asyncio.Future[object]]] = deque()
        self._settling = asyncio.Lock()
        self._handing = asyncio.Lock()
        self._away = False
        self.failures = 0
        self.unsendable = 0

    async def start(self) -> None:
        """Connects; later calls do nothing. Raises KafkaError when no broker answers."""
        if self._producer is None:
            self._producer = await self._connected()

    async def _connected(self) -> AIOKafkaProducer:
        producer = AIOKafkaProducer(
            bootstrap_servers=self._bootstrap_servers,
            client_id=self._client_id,
            acks="all",
            enable_idempotence=True,
            max_request_size=self._max_bytes,
            linger_ms=0,
        )
        try:
            await producer.start()
        except KafkaError:
            await producer.stop()
            raise
        return producer

    async def stop(self) -> None:
        """Waits for every acknowledgement, then closes."""
        if self._producer is not None:
            await self.settled()
            await self._producer.stop()

    @property
    def pending(self) -> int:
        """Messages not yet acknowledged."""
        return len(self._pending)

    async def send(self, message: Outgoing) -> None:
        """Hands a message over; waits only when far too many are unacknowledged."""
        if len(self._pending) >= PENDING_LIMIT:
            await self.settled()
        async with self._handing:
            await self._hand_over(message)

    async def settled(self) -> None:
        """Returns when everything given so far is acknowledged, however long the broker is away."""
        async with self._settling:
            left = len(self._pending)
            attempt = 0
            while left:
                message, future = self._pending[0]
                try:
                    await future
                except MessageSizeTooLargeError:
                    self._give_up(message)
                    self._pending.popleft()
                    left = await self._send_again(left - 1)
                    continue
                except KafkaError as error:
                    await self._wait(error, attempt)
                    attempt += 1
                    left = await self._send_again(left)
                    continue
                self._pending.popleft()
                left -= 1
                attempt = 0
        if self._away:
            self._away = False
            log.warning("broker takes messages again")

    async def _send_again(self, given: int) -> int:
        """Sends all that is pending once more, in order, through a producer of its own.

        After a failure the old one is of no use: it numbers its messages, and the broker takes none
        that follows on a gap. Returns how many of the first `given` are pending then.
        """
        async with self._handing:  # nothing new overtakes what is sent again
            await self._reconnect()
            again = [message for message, _ in self._pending]
            self._pending.clear()
            for message in again[:given]:
                await self._hand_over(message)
            left = len(self._pending)
            for message in again[given:]:
                await self._hand_over(message)
        return left

    async def _reconnect(self) -> None:
        if self._producer is not None:
            with suppress(KafkaError):
                await self._producer.stop()
        attempt = 0
        while True:
            try:
                self._producer = await self._connected()
            except KafkaError as error:
                await self._wait(error, attempt)
                attempt += 1
            else:
                return

    async def _hand_over(self, message: Outgoing) -> None:
        if self._producer is None:
            raise RuntimeError("the outbox is not started")
        attempt = 0
        while True:
            try:
                future: asyncio.Future[object] = await self._producer.send(
                    message.topic,
                    value=message.value,
                    key=message.key,
                    partition=message.partition,
                    timestamp_ms=message.timestamp_ms,
                    headers=list(message.headers),
                )
            except MessageSizeTooLargeError:
                self._give_up(message)
                return
            except KafkaError as error:
                await self._wait(error, attempt)
                attempt += 1
            else:
                self._pending.append((message, future))
                return

    async def _wait(self, error: KafkaError, attempt: int) -> None:
        self.failures += 1
        if not self._away:
            self._away = True
            log.warning("broker does not take messages, trying on", error=repr(error))
        await asyncio.sleep(RETRY_SECONDS[min(attempt, len(RETRY_SECONDS) - 1)])

    def _give_up(self, message: Outgoing) -> None:
        self.unsendable += 1
        log.error(
            "message is larger than the broker takes, left out",
            topic=message.topic,
            key=message.key.decode(errors="replace"),
            bytes=len(message.value),
        )
