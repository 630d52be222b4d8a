"""Records by HTTP: checked, published to the department's inbox, then acknowledged."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

from schemas.codec import REFUSALS, decode, explain
from schemas.errors import HubwatchError
from streams.site.model import Site

BODY_LIMIT_BYTES = 1_048_576
RECORDS_LIMIT = 500


class IngestError(HubwatchError):
    """A request that cannot be taken as a whole; `status` is the HTTP status."""

    code = "HW-1501"

    def __init__(self, message: str, *, status: int, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.status = status


class UnavailableError(IngestError):
    """The broker did not store everything; sending the same again is safe."""

    code = "HW-1502"
    retriable = True


class Keys:
    """API keys of departments, kept as SHA-256; without a file only loopback may publish."""

    def __init__(self, path: Path | None) -> None:
        self._hashes: Mapping[str, list[str]] = yaml.safe_load(path.read_text()) if path else {}
        self.required = path is not None

    def department_of(self, key: str) -> str | None:
        """Whose key it is; None for nobody's. Takes the same time for any key."""
        given = hashlib.sha256(key.encode()).hexdigest()
        found = None
        for department, hashes in self._hashes.items():
            for known in hashes:
                if hmac.compare_digest(known, given):
                    found = department
        return found


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

        Returns only after the broker stored every accepted record. Raises IngestError.
        """
        feed = self._site.feeds.get(feed_key)
        if feed is None:
            raise IngestError(f"feed {feed_key} is not in the site's contracts", status=404)
        if len(lines) > RECORDS_LIMIT:
            raise IngestError(
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
        await self._send(topic, good)
        self.accepted += len(good)
        self.rejected += len(bad)
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
