"""The gateway's routes."""

from __future__ import annotations

import asyncio
import ipaddress
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Annotated, Any

import msgspec
import structlog
from fastapi import FastAPI, Header, Request, Response
from fastapi.responses import JSONResponse, StreamingResponse
from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest
from prometheus_client.core import Metric
from prometheus_client.registry import Collector

from streams.runtime import metrics
from streams.runtime.clock import SiteClock
from streams.runtime.gateway.ingest import BODY_LIMIT_BYTES, Ingest, IngestError, Keys
from streams.runtime.gateway.mirror import Mirror
from streams.runtime.settings import Settings
from streams.site.model import Site

log = structlog.get_logger()

KEEP_ALIVE_SECONDS = 15.0
_json = msgspec.json.Encoder().encode


class GatewayCollector(Collector):
    """Counts of the gateway, read at scrape time."""

    def __init__(self, ingest: Ingest, mirror: Mirror, clock: SiteClock) -> None:
        self._ingest = ingest
        self._mirror = mirror
        self._clock = clock

    def collect(self) -> Any:
        yield from metrics.process_metrics(self._clock)
        records = metrics.counter("gateway_records", "records by HTTP", ("verdict",))
        records.add_metric(("accepted",), self._ingest.accepted)
        records.add_metric(("rejected",), self._ingest.rejected)
        ready: Metric = metrics.gauge("gateway_caught_up", "1 once the picture is complete")
        ready.add_sample("hubwatch_gateway_caught_up", {}, int(self._mirror.caught_up))
        yield from (records, ready)


class Gateway:
    """Its connections and what its routes do with them."""

    def __init__(self, settings: Settings, site: Site, clock: SiteClock) -> None:
        self.mirror = Mirror(settings.bootstrap_servers, settings.partitions)
        self.ingest = Ingest(site, settings.bootstrap_servers)
        self.platform_alerts: dict[str, Any] = {}
        self._keys = Keys(settings.api_keys_file)
        self._site = site
        self._registry = CollectorRegistry()
        self._registry.register(GatewayCollector(self.ingest, self.mirror, clock))
        ProcessCollector(registry=self._registry)

    @asynccontextmanager
    async def connected(self, _: FastAPI) -> AsyncIterator[None]:
        await self.ingest.start()
        following = asyncio.create_task(self.mirror.follow())
        following.add_done_callback(_end_when_it_fails)
        try:
            yield
        finally:
            following.cancel()
            with suppress(asyncio.CancelledError, Exception):
                await following
            await self.ingest.stop()

    def authorise(self, request: Request, feed: str, key: str | None) -> None:
        """Raises IngestError unless the caller may publish to the feed."""
        feeds = self._site.feeds
        department = feeds[feed].department if feed in feeds else ""
        if self._keys.required:
            if not key or self._keys.department_of(key) != department:
                raise IngestError("the key does not open this feed", status=403)
        elif not request.client or not ipaddress.ip_address(request.client.host).is_loopback:
            raise IngestError("no keys are configured", status=403)

    async def publish(
        self, feed: str, request: Request, x_api_key: Annotated[str | None, Header()] = None
    ) -> dict[str, Any]:
        """One record a line (NDJSON). 202 only after the broker has stored what is accepted."""
        self.authorise(request, feed, x_api_key)
        body = bytearray()
        async for chunk in request.stream():
            body += chunk
            if len(body) > BODY_LIMIT_BYTES:
                raise IngestError(f"body is larger than {BODY_LIMIT_BYTES} bytes", status=413)
        return await self.ingest.publish(feed, [line for line in bytes(body).split(b"\n") if line])

    async def state(self, place: str) -> Response:
        """All values of a place, as last told."""
        situation = self.mirror.situation(place)
        if situation is None:
            return JSONResponse({"detail": f"nothing is known of {place}"}, 404)
        return Response(_json(situation), media_type="application/json")

    async def alerts(self, *, open_only: bool = True) -> Response:
        """Newest version of every alert, open ones unless asked for all."""
        alerts = self.mirror.alerts.values()
        found = [alert for alert in alerts if not open_only or alert.state != "cleared"]
        found.sort(key=lambda alert: (-alert.level, alert.onset_ms))
        return Response(_json(found), media_type="application/json")

    async def stream(self, last_event_id: Annotated[str, Header()] = "") -> Response:
        """Server-sent events: every alert version; resumes after Last-Event-ID."""
        events = _events(self.mirror, last_event_id)
        return StreamingResponse(events, media_type="text/event-stream")

    async def take_platform_alerts(self, request: Request) -> None:
        """Where Alertmanager's webhooks end: the platform's own troubles, newest notice kept."""
        self.platform_alerts = await request.json()

    async def live(self) -> str:
        return "ok"

    async def ready(self) -> Response:
        caught_up = self.mirror.caught_up
        text = "ok" if caught_up else "still reading the topics"
        return Response(text, status_code=200 if caught_up else 503)

    async def metrics(self) -> Response:
        page = generate_latest(self._registry)
        return Response(page, media_type="text/plain; version=0.0.4")


async def problem(_: Request, error: Exception) -> Response:
    """RFC 9457 problem details of an IngestError."""
    status = error.status if isinstance(error, IngestError) else 500
    body = {"title": type(error).__name__, "detail": str(error), "status": status}
    return JSONResponse(body, status, media_type="application/problem+json")


def gateway(settings: Settings, site: Site, clock: SiteClock) -> FastAPI:
    """Builds the application; it connects when it starts."""
    made = Gateway(settings, site, clock)
    app = FastAPI(title="hubwatch gateway", version="1", lifespan=made.connected)
    app.add_exception_handler(IngestError, problem)
    app.add_api_route("/v1/feeds/{feed}/records", made.publish, methods=["POST"], status_code=202)
    app.add_api_route("/v1/state/{place}", made.state)
    app.add_api_route("/v1/alerts", made.alerts)
    app.add_api_route("/v1/alerts/stream", made.stream)
    app.add_api_route(
        "/v1/alertmanager", made.take_platform_alerts, methods=["POST"], status_code=204
    )
    app.add_api_route("/health/live", made.live)
    app.add_api_route("/health/ready", made.ready)
    app.add_api_route("/metrics", made.metrics)
    return app


def _end_when_it_fails(following: asyncio.Task[None]) -> None:
    """A gateway that no longer follows the topics shows old news: it ends, and is restarted."""
    if not following.cancelled() and following.exception() is not None:
        log.error("the topics can no longer be followed, ending", error=following.exception())
        os.kill(os.getpid(), signal.SIGTERM)


async def _events(mirror: Mirror, after: str) -> AsyncIterator[bytes]:
    versions = mirror.versions(after)
    upcoming = asyncio.ensure_future(anext(versions))
    try:
        while True:
            done, _ = await asyncio.wait({upcoming}, timeout=KEEP_ALIVE_SECONDS)
            if not done:
                yield b": still here\n\n"
                continue
            token, alert = upcoming.result()
            yield f"id: {token}\nevent: alert\ndata: {_json(alert).decode()}\n\n".encode()
            upcoming = asyncio.ensure_future(anext(versions))
    finally:
        upcoming.cancel()
