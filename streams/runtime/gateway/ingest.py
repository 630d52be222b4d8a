"""Records by HTTP: checked, published to the department's inbox, then acknowledged."""

from __future__ import annotations

from typing import Any

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

from schemas.codec import REFUSALS, decode, explain
from streams.runtime.gateway.errors import RequestError, UnavailableError
from streams.site.model import Site

BODY_LIMIT_BYTES = 1_048_576
RECORDS_LIMIT = 500


class Ingest:
    """Publishes to the inbox topics; `accepted` counts records the broker has acknowledged."""

    def __init__(self, site: Site, bootstrap_servers: str) -> None:
        self._site = site
        self._bootstrap_servers = bootstrap_servers
        self._producer: AIOKafkaProducer | None = None
        self.accepted = 0
        self.rejected = 0

    async def start(self) -> None:
        self._producer = AIOKafkaProducer(
            bootstrap_servers=self._bootstrap_servers, acks="all", enable_idempotence=True
        )
        await self._producer.start()

    async def stop(self) -> None:
        if self._producer is not None:
            await self._producer.stop()

    async def publish(self, feed_key: str, lines: list[bytes]) -> dict[str, Any]:
        """Publishes what is valid and says of each other record what is wrong with it.

        Returns only after the broker stored every accepted record. Raises RequestError.
        """
        feed = self._site.feeds.get(feed_key)
        if feed is None:
            raise RequestError(f"feed {feed_key} is not in the site's contracts", status=404)
        if not lines:
            raise RequestError("no record in the body", status=400, hint="one record a line")
        if len(lines) > RECORDS_LIMIT:
            raise RequestError(
                f"{len(lines)} records in one request",
                status=413,
                hint=f"send at most {RECORDS_LIMIT}",
            )
        topic = self._site.departments[feed.department].inbox
        good: list[tuple[bytes, bytes]] = []
        bad: list[dict[str, Any]] = []
        for index, raw in enumerate(lines):
            problem, key = self._check(feed_key, raw)
            if problem:
                bad.append({"index": index, **problem})
            else:
                good.append((key, raw))
        if good:
            await self._send(topic, good)
        self.accepted += len(good)
        self.rejected += len(bad)
        if not good:
            more = {"accepted": 0, "rejected": bad}
            raise RequestError("no record is accepted", status=422, more=more)
        return {"accepted": len(good), "rejected": bad}

    def _check(self, feed: str, raw: bytes) -> tuple[dict[str, str] | None, bytes]:
        try:
            record = decode(raw)
        except REFUSALS:
            error = explain(raw)
            return {"reason": error.reason, "detail": str(error)}, b""
        if record.feed != feed:
            return {"reason": "unknown-feed", "detail": f"record says {record.feed}"}, b""
        place = self._site.places.get(record.place)
        if place is None:
            return {"reason": "unknown-place", "detail": record.place}, b""
        if place.key not in self._site.feeds[feed].places:
            return {"reason": "not-granted", "detail": f"{place.key} is not granted"}, b""
        return None, place.cell.encode()

    async def _send(self, topic: str, messages: list[tuple[bytes, bytes]]) -> None:
        if self._producer is None:
            raise UnavailableError("not connected yet", status=503, hint="try again")
        try:
            futures = [
                await self._producer.send(topic, key=key, value=raw) for key, raw in messages
            ]
            for future in futures:
                await future
        except KafkaError as error:
            raise UnavailableError(
                f"not everything is stored: {error!r}", status=503, hint="send the same again"
            ) from error
