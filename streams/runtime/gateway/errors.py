"""Requests the gateway does not take, and how it says so."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException as RoutingError

from schemas.errors import HubwatchError


class RequestError(HubwatchError):
    """A request that cannot be taken as a whole; `status` is the HTTP status.

    `more` are members of the answer besides those of every problem.
    """

    code = "HW-1501"

    def __init__(
        self, message: str, *, status: int, hint: str = "", more: Mapping[str, Any] | None = None
    ) -> None:
        super().__init__(message, hint=hint)
        self.status = status
        self.more = more or {}


class UnavailableError(RequestError):
    """Not everything could be taken now; sending the same again is safe."""

    code = "HW-1502"
    retriable = True


async def problem(request: Request, error: Exception) -> Response:
    """RFC 9457 problem details of whatever is wrong with a request."""
    headers = error.headers if isinstance(error, RoutingError) else None
    told = _as_request_error(request, error)
    body = {"title": type(told).__name__, "detail": str(told), "status": told.status, **told.more}
    return JSONResponse(body, told.status, headers, media_type="application/problem+json")


def _as_request_error(request: Request, error: Exception) -> RequestError:
    if isinstance(error, RequestError):
        return error
    if isinstance(error, RequestValidationError):
        wrong = (f"{each['loc'][-1]}: {each['msg']}" for each in error.errors())
        return RequestError("; ".join(wrong), status=400)
    status = error.status_code if isinstance(error, RoutingError) else 500
    what = error.detail if isinstance(error, RoutingError) else "this failed"
    return RequestError(
        f"{request.method} {request.url.path}: {what}", status=status, hint="GET / lists what is"
    )


def known_parameters(request: Request) -> None:
    """Raises RequestError for a query parameter that the route does not have."""
    known = {each.alias for each in request.scope["route"].dependant.query_params}
    for name in request.query_params:
        if name not in known:
            allowed = f"one of {', '.join(sorted(known))}" if known else "there are none here"
            raise RequestError(f"no parameter {name[:80]!r}", status=400, hint=allowed)


async def body_of(request: Request, limit_bytes: int) -> bytes:
    """The body, read no further than the limit. Raises RequestError beyond it."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > limit_bytes:
            raise RequestError(f"body is larger than {limit_bytes} bytes", status=413)
    return bytes(body)
