"""The gateway's routes."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Annotated, Any

import msgspec
import structlog
from fastapi import Depends, FastAPI, Header, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import StreamingResponse
from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest
from prometheus_client.core import Metric
from prometheus_client.registry import Collector
from starlette.exceptions import HTTPException

from streams.runtime import metrics
from streams.runtime.clock import SiteClock
from streams.runtime.gateway.errors import RequestError, body_of, known_parameters, problem
from streams.runtime.gateway.events import alert_events, kept_alive, platform_events
from streams.runtime.gateway.ingest import BODY_LIMIT_BYTES, Ingest
from streams.runtime.gateway.keys import PLATFORM, Keys
from streams.runtime.gateway.mirror import Mirror
from streams.runtime.gateway.platform_alerts import NOTICE_LIMIT_BYTES, PlatformAlerts
from streams.runtime.settings import Settings
from streams.site.model import Site

log = structlog.get_logger()

INDEX = {
    "openapi": "/openapi.json",
    "state": "/v1/state/{place}",
    "alerts": "/v1/alerts",
    "alerts_stream": "/v1/alerts/stream",
    "platform_alerts": "/v1/platform/alerts",
    "platform_alerts_stream": "/v1/platform/alerts/stream",
    "records": "/v1/feeds/{feed}/records",
    "live": "/health/live",
    "ready": "/health/ready",
    "metrics": "/metrics",
}
PROBLEMS: dict[int | str, dict[str, Any]] = {
    "4XX": {"description": "problem details", "content": {"application/problem+json": {}}}
}

_json = msgspec.json.Encoder().encode


class GatewayCollector(Collector):
    """Counts of the gateway, read at scrape time."""

    def __init__(self, ingest: Ingest, mirror: Mirror, clock: SiteClock) -> None:
        self._ingest = ingest
        self._mirror = mirror
        self._clock = clock

    def collect(self) -> Any:
        yield from metrics.process_metrics(self._clock, self._clock.now_ms())
        records = metrics.counter("gateway_records", "records by HTTP", ("verdict",))
        records.add_metric(("accepted",), self._ingest.accepted)
        records.add_metric(("rejected",), self._ingest.rejected)
        ready: Metric = metrics.gauge("gateway_caught_up", "1 once the picture is complete")
        ready.add_sample("hubwatch_gateway_caught_up", {}, int(self._mirror.caught_up))
        yield from (records, ready)


class Gateway:
    """Its connections and what its routes do with them."""

    def __init__(self, settings: Settings, site: Site, clock: SiteClock) -> None:
        self.mirror = Mirror(settings.bootstrap_servers, settings.partitions, clock)
        self.ingest = Ingest(site, settings.bootstrap_servers)
        self.platform = PlatformAlerts()
        self._keys = Keys.read(settings.api_keys_file, site.departments)
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

    async def index(self) -> dict[str, str]:
        """What there is."""
        return INDEX

    async def publish(
        self, feed: str, request: Request, x_api_key: Annotated[str | None, Header()] = None
    ) -> dict[str, Any]:
        """One record a line (NDJSON). 202 only after the broker has stored what is accepted."""
        feeds = self._site.feeds
        department = feeds[feed].department if feed in feeds else ""
        self._keys.admit(request, department, x_api_key)
        body = await body_of(request, BODY_LIMIT_BYTES)
        return await self.ingest.publish(feed, [line for line in body.split(b"\n") if line])

    async def state(self, place: str) -> Response:
        """All values of a place; unknown where nobody speaks for them any more."""
        situation = self.mirror.picture.situation(place)
        if situation is None:
            raise RequestError(f"nothing is known of {place}", status=404)
        return Response(_json(situation), media_type="application/json")

    async def alerts(self, *, open_only: bool = True) -> Response:
        """Newest version of every alert, open ones unless asked for all."""
        alerts = self.mirror.picture.alerts.values()
        found = [alert for alert in alerts if not open_only or alert.state != "cleared"]
        found.sort(key=lambda alert: (-alert.level, alert.onset_ms))
        return Response(_json(found), media_type="application/json")

    async def stream(self, last_event_id: Annotated[str, Header()] = "") -> Response:
        """Server-sent events: every alert version; resumes after Last-Event-ID."""
        after = self.mirror.position_of(last_event_id)
        return _stream(alert_events(self.mirror, after))

    async def take_platform_alerts(
        self, request: Request, authorization: Annotated[str, Header()] = ""
    ) -> None:
        """Where Alertmanager's notices of the platform's own alerts end."""
        self._keys.admit(request, PLATFORM, authorization.removeprefix("Bearer "))
        body = await body_of(request, NOTICE_LIMIT_BYTES)
        self.platform.take(body, int(time.time() * 1000))

    async def platform_alerts(self) -> Response:
        """The platform's own alerts that fire; `monitored` false: nobody knows whether more do."""
        standing = self.platform.standing(int(time.time() * 1000))
        return Response(_json(standing), media_type="application/json")

    async def platform_stream(self) -> Response:
        """Server-sent events: all platform alerts that fire, at once and after each change."""
        return _stream(platform_events(self.platform))

    async def live(self) -> str:
        return "ok"

    async def ready(self) -> Response:
        """Whether all of the picture can be told as of now, else what cannot."""
        reason = self.mirror.not_ready()
        return Response(reason or "ok", status_code=503 if reason else 200)

    async def metrics(self) -> Response:
        page = generate_latest(self._registry)
        return Response(page, media_type="text/plain; version=0.0.4")


def gateway(settings: Settings, site: Site, clock: SiteClock) -> FastAPI:
    """Builds the application; it connects when it starts."""
    made = Gateway(settings, site, clock)
    app = FastAPI(
        title="hubwatch gateway",
        version="1",
        lifespan=made.connected,
        docs_url=None,  # its pages load scripts from elsewhere, which a closed network has not
        redoc_url=None,
        dependencies=[Depends(known_parameters)],
        responses=PROBLEMS,
    )
    for kind in (RequestError, RequestValidationError, HTTPException):
        app.add_exception_handler(kind, problem)
    app.add_api_route("/", made.index)
    app.add_api_route("/v1/feeds/{feed}/records", made.publish, methods=["POST"], status_code=202)
    app.add_api_route("/v1/state/{place}", made.state)
    app.add_api_route("/v1/alerts", made.alerts)
    app.add_api_route("/v1/alerts/stream", made.stream)
    app.add_api_route("/v1/platform/alerts", made.platform_alerts)
    app.add_api_route("/v1/platform/alerts/stream", made.platform_stream)
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


def _stream(events: AsyncIterator[bytes]) -> Response:
    return StreamingResponse(kept_alive(events), media_type="text/event-stream")
