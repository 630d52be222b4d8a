"""Server-sent events: what is told, and how a quiet stream is kept alive."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator

import msgspec

from streams.runtime.gateway.mirror import Mirror, Position
from streams.runtime.gateway.platform_alerts import PlatformAlerts

KEEP_ALIVE_SECONDS = 15.0
LOOK_SECONDS = 1.0

_json = msgspec.json.Encoder().encode


async def alert_events(mirror: Mirror, after: Position) -> AsyncIterator[bytes]:
    """Every alert version; the event's id resumes the stream."""
    async for token, alert in mirror.versions(after):
        yield f"id: {token}\nevent: alert\ndata: {_json(alert).decode()}\n\n".encode()


async def platform_events(platform: PlatformAlerts) -> AsyncIterator[bytes]:
    """The standing at once, and again whenever it has changed."""
    told = b""
    while True:
        standing = _json(platform.standing(int(time.time() * 1000)))
        if standing != told:
            told = standing
            yield f"event: platform\ndata: {standing.decode()}\n\n".encode()
        await asyncio.sleep(LOOK_SECONDS)


async def kept_alive(events: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """The events, and a comment where none comes for a while."""
    upcoming = asyncio.ensure_future(anext(events))
    try:
        while True:
            done, _ = await asyncio.wait({upcoming}, timeout=KEEP_ALIVE_SECONDS)
            if not done:
                yield b": still here\n\n"
                continue
            yield upcoming.result()
            upcoming = asyncio.ensure_future(anext(events))
    finally:
        upcoming.cancel()
