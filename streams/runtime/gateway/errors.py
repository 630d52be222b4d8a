"""Requests the gateway does not take, and how it says so."""

from __future__ import annotations

from fastapi import Request, Response
from fastapi.responses import JSONResponse

from schemas.errors import HubwatchError


class RequestError(HubwatchError):
    """A request that cannot be taken as a whole; `status` is the HTTP status."""

    code = "HW-1501"

    def __init__(self, message: str, *, status: int, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.status = status


class UnavailableError(RequestError):
    """Not everything could be taken now; sending the same again is safe."""

    code = "HW-1502"
    retriable = True


async def problem(_: Request, error: Exception) -> Response:
    """RFC 9457 problem details of a RequestError."""
    status = error.status if isinstance(error, RequestError) else 500
    body = {"title": type(error).__name__, "detail": str(error), "status": status}
    return JSONResponse(body, status, media_type="application/problem+json")


async def body_of(request: Request, limit_bytes: int) -> bytes:
    """The body, read no further than the limit. Raises RequestError beyond it."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > limit_bytes:
            raise RequestError(f"body is larger than {limit_bytes} bytes", status=413)
    return bytes(body)
