"""What leaves a process: sent at once, acknowledged by the broker before anything is durable.

`send` does not wait; `settled` does. A send that fails is repeated until the broker takes it, in
the order in which it was given, so nothing is lost while the broker is away. What is too large is
logged, counted, and does not hold up the rest. What the broker refuses for good ends the process.
"""

from __future__ import annotations

import asyncio
import math
import time
from collections import Counter, deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial

import structlog
from aiokafka import AIOKafkaProducer
from aiokafka.errors import (
    KafkaError,
    KafkaTimeoutError,
    MessageSizeTooLargeError,
    ProducerFenced,
    UnknownTopicOrPartitionError,
)
from aiokafka.structs import RecordMetadata

from streams.runtime.fence import NOBODY, identity
from streams.runtime.refusal import REFUSALS, FencedError, RefusedError

log = structlog.get_logger()

RETRY_SECONDS = (0.1, 0.2, 0.5, 1.0, 2.0)
PENDING_LIMIT = 20_000
MAX_BYTES = 4_194_304
PATIENCE_SECONDS = 40.0
"""without an answer for so long, it is asked whether the topic is there at all"""
CLOSE_SECONDS = 2.0
RENEWED_SECONDS = 12 * 3600.0
"""the broker forgets an owner's name that nobody asks for in seven days"""

Headers = Sequence[tuple[str, bytes]]
Heard = Callable[[RecordMetadata], None]
"""called when a message is acknowledged"""


@dataclass(slots=True)
class Outgoing:
    """One message on its way; `partition` None leaves the choice to the key."""

    topic: str
    key: bytes
    value: bytes
    headers: Headers = ()
    partition: int | None = None
    timestamp_ms: int | None = None
    heard: Heard | None = None


@dataclass(slots=True, eq=False)
class _Pending:
    message: Outgoing
    since: float
    """by `time.monotonic()`"""
    answer: asyncio.Future[RecordMetadata] | None = None
    """None until the present producer has it"""

    @property
    def acknowledged(self) -> bool:
        answer = self.answer
        if answer is None or not answer.done() or answer.cancelled():
            return False
        return answer.exception() is None


class Outbox:
    """Sends through an idempotent producer with acks=all, in order.

    Whoever waits here may be cancelled: what was given stays pending, and goes out with the next
    call, or by itself where the connection had to be made anew. `owner` is a name that one process
    has at a time (`streams.runtime.fence`): whoever starts an outbox with it shuts out the others,
    whose calls then raise FencedError.
    """

    def __init__(
        self,
        bootstrap_servers: str,
        *,
        client_id: str,
        owner: str | None = None,
        max_bytes: int = MAX_BYTES,
        patience_seconds: float = PATIENCE_SECONDS,
    ) -> None:
        self._bootstrap_servers = bootstrap_servers
        self._client_id = client_id
        self._owner = owner
        self._identity = NOBODY
        self._max_bytes = max_bytes
        self._patience_seconds = patience_seconds
        self._producer: AIOKafkaProducer | None = None
        self._started = False
        self._pending: deque[_Pending] = deque()
        self._unsent: deque[_Pending] = deque()
        """the newest of the pending, which the present producer has not got yet"""
        self._settling = asyncio.Lock()
        self._handing = asyncio.Lock()
        self._away = False
        self._refusal: RefusedError | None = None
        self._named_at = -math.inf
        self.failures = 0
        self.left_out: Counter[str] = Counter()
        """messages too large for the broker, by topic"""

    async def start(self) -> None:
        """Connects; later calls do nothing. Raises RefusedError, and KafkaError when no broker
        answers."""
        if self._started:
            return
        try:
            self._producer = await self._connected()
        except ProducerFenced as error:
            raise self._fenced() from error
        except REFUSALS as error:
            raise self._refused(f"owner {self._owner}", repr(error)) from error
        self._started = True

    async def _connected(self) -> AIOKafkaProducer:
        producer = AIOKafkaProducer(
            bootstrap_servers=self._bootstrap_servers,
            client_id=self._client_id,
            acks="all",
            enable_idempotence=True,
            max_request_size=self._max_bytes,
            linger_ms=0,
            request_timeout_ms=int(self._patience_seconds * 1000),
        )
        try:
            if self._owner is not None:
                held = await identity(self._bootstrap_servers, self._owner, self._identity)
                self._identity = held
                self._named_at = time.monotonic()
                producer._txn_manager.set_pid_and_epoch(*held)  # noqa: SLF001  it would ask itself
            await producer.start()
        except BaseException:
            await producer.stop()
            raise
        return producer

    async def stop(self) -> None:
        """Closes, also when the broker is away; who must know of the acknowledgements has asked
        `settled` before."""
        self._started = False
        with suppress(TimeoutError):
            async with asyncio.timeout(CLOSE_SECONDS):
                if self._producer is not None:
                    await self._producer.stop()
        if missing := self._missing():
            log.warning("ended before all was acknowledged", missing=missing)

    @property
    def pending(self) -> int:
        """Messages not yet acknowledged."""
        return len(self._pending)

    @property
    def unsendable(self) -> int:
        """Messages given up because they were too large."""
        return self.left_out.total()

    @property
    def oldest_seconds(self) -> float:
        """How long the oldest message has waited for its acknowledgement, as of the last `settled`;
        0 for none. May be asked from any thread."""
        try:
            return time.monotonic() - self._pending[0].since
        except IndexError:
            return 0.0

    async def send(self, message: Outgoing) -> None:
        """Hands a message over; waits only when far too many are unacknowledged.

        Raises RefusedError.
        """
        if not self._started:
            raise RuntimeError("the outbox is not started")
        if len(self._pending) >= PENDING_LIMIT:
            await self.settled()
        pending = _Pending(message, time.monotonic())
        self._pending.append(pending)
        self._unsent.append(pending)
        await self._hand_over()

    async def settled(self) -> None:
        """Returns when everything given so far is acknowledged, however long the broker is away.

        Raises RefusedError.
        """
        async with self._settling:
            left, attempt = len(self._pending), 0
            while left and self._pending:
                first = self._pending[0]
                try:
                    answered = await self._answered(first)
                except MessageSizeTooLargeError:
                    self._give_up(first)
                    await asyncio.shield(self._send_again())
                    left -= 1
                except KafkaError as error:
                    await self._wait(error, first.message.topic, attempt)
                    await asyncio.shield(self._send_again())
                    attempt += 1
                else:
                    if answered:
                        self._pending.popleft()
                        left, attempt = left - 1, 0
        if self._away:
            self._away = False
            log.warning("broker takes messages again")

    async def renew(self) -> None:
        """Keeps the owner's name known to the broker; call it now and then. Raises RefusedError."""
        if self._owner is not None and time.monotonic() - self._named_at > RENEWED_SECONDS:
            await self.settled()
            await asyncio.shield(self._reconnect())

    async def _answered(self, pending: _Pending) -> bool:
        """Whether it is acknowledged by now. Raises KafkaError when it will not be."""
        if pending.answer is None:
            await self._hand_over()
        answer = pending.answer
        if answer is None:
            return False  # too large, left out
        if not answer.done():
            # this does not cancel the producer's future when the caller is cancelled
            await asyncio.wait({answer}, timeout=self._patience_seconds)
        if answer.cancelled():
            return False  # it is being sent once more
        if not answer.done():
            await self._require(pending.message.topic)
            return False
        answer.result()
        return True

    # -- sending ---------------------------------------------------------------------------

    async def _hand_over(self) -> None:
        """Gives the producer all that it has not got yet, in order."""
        async with self._handing:
            await self._empty()

    async def _send_again(self) -> None:
        async with self._handing:  # nothing new overtakes what is sent again
            await self._drop_producer()
            await self._empty()

    async def _reconnect(self) -> None:
        async with self._settling, self._handing:
            await self._drop_producer()
            try:
                self._producer = await self._connected()
            except ProducerFenced as error:
                raise self._fenced() from error
            except KafkaError as error:  # the next message connects
                log.warning("name not renewed, trying on", owner=self._owner, error=repr(error))

    async def _empty(self) -> None:
        attempt = 0
        while self._unsent:
            if self._refusal:
                raise self._refusal
            pending = self._unsent[0]
            try:
                pending.answer = await self._sent(pending.message)
            except MessageSizeTooLargeError:
                self._give_up(pending)
            except KafkaError as error:
                await self._wait(error, pending.message.topic, attempt)
                if not error.retriable and not isinstance(error, KafkaTimeoutError):
                    await self._drop_producer()
                attempt += 1
                continue
            self._unsent.popleft()
            attempt = 0

    async def _sent(self, message: Outgoing) -> asyncio.Future[RecordMetadata]:
        if self._producer is None:
            self._producer = await self._connected()
        answer: asyncio.Future[RecordMetadata] = await self._producer.send(
            message.topic,
            value=message.value,
            key=message.key,
            partition=message.partition,
            timestamp_ms=message.timestamp_ms,
            headers=list(message.headers),
        )
        if message.heard is not None:
            answer.add_done_callback(partial(_acknowledge, message.heard))
        return answer

    async def _drop_producer(self) -> None:
        """All that is pending is to be sent once more, by another producer.

        After a failure the old one is of no use: it numbers its messages, and the broker takes none
        that follows on a gap.
        """
        producer, self._producer = self._producer, None
        for pending in self._pending:
            if pending.answer is not None and not pending.answer.cancel():
                pending.answer.exception()  # seen: asyncio need not report it
            pending.answer = None
        self._unsent = deque(self._pending)
        if producer is not None:
            with suppress(KafkaError):
                await producer.stop()

    # -- what goes wrong -------------------------------------------------------------------

    async def _wait(self, error: KafkaError, topic: str, attempt: int) -> None:
        """Until the next attempt. Raises RefusedError when there is no use in one."""
        self.failures += 1
        if isinstance(error, ProducerFenced):
            raise self._fenced() from error
        if isinstance(error, REFUSALS):
            raise self._refused(topic, repr(error))
        if isinstance(error, UnknownTopicOrPartitionError):
            await self._require(topic)
        if not self._away:
            self._away = True
            log.warning("broker does not take messages, trying on", error=repr(error))
        await asyncio.sleep(RETRY_SECONDS[min(attempt, len(RETRY_SECONDS) - 1)])

    async def _require(self, topic: str) -> None:
        """Raises RefusedError when the broker answers and has no such topic."""
        if self._producer is None:
            return
        try:
            found = await self._producer.client.fetch_all_metadata()
        except KafkaError:
            return  # it is away
        if topic not in found.topics():
            raise self._refused(topic, "there is no such topic")

    def _refused(self, topic: str, why: str) -> RefusedError:
        missing = ", ".join(f"{name} {count}" for name, count in self._missing().items())
        self._refusal = RefusedError(f"{topic}: {why}; messages not stored: {missing}")
        return self._refusal

    def _fenced(self) -> FencedError:
        self._refusal = FencedError(f"another process has taken over {self._owner}")
        return self._refusal

    def _missing(self) -> dict[str, int]:
        """Messages not yet acknowledged by topic."""
        return dict(Counter(p.message.topic for p in self._pending if not p.acknowledged))

    def _give_up(self, pending: _Pending) -> None:
        self._pending.remove(pending)
        message = pending.message
        self.left_out[message.topic] += 1
        log.error(
            "message is larger than the broker takes, left out",
            topic=message.topic,
            key=message.key.decode(errors="replace"),
            bytes=len(message.value),
        )


def _acknowledge(heard: Heard, answer: asyncio.Future[RecordMetadata]) -> None:
    if not answer.cancelled() and answer.exception() is None:
        heard(answer.result())
