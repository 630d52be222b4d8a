"""The HTTP side of a process: /metrics, /health/live and /health/ready, on loopback."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from socketserver import ThreadingMixIn
from threading import Thread
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from prometheus_client import CollectorRegistry, ProcessCollector, make_wsgi_app
from prometheus_client.registry import Collector

HOST = "127.0.0.1"


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class _SilentHandler(WSGIRequestHandler):
    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """One line a scrape helps nobody."""


def serve(port: int, collector: Collector, ready: Callable[[], str]) -> None:
    """Serves until the process ends. `ready` returns "" or the reason why not.

    Raises OSError when the port is taken.
    """
    registry = CollectorRegistry(support_collectors_without_names=True)  # for `?name[]=`
    registry.register(collector)
    ProcessCollector(registry=registry)
    application = _application(make_wsgi_app(registry), ready)
    server = make_server(HOST, port, application, _Server, handler_class=_SilentHandler)
    Thread(target=server.serve_forever, name="monitor", daemon=True).start()


def _application(metrics: WSGIApplication, ready: Callable[[], str]) -> WSGIApplication:
    def answer(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        if path == "/metrics":
            return metrics(environ, start_response)
        reason = {"/health/live": "", "/health/ready": None}.get(path, "not found")
        if reason is None:
            reason = ready()
        status = "200 OK" if not reason else "503 Service Unavailable"
        if reason == "not found":
            status = "404 Not Found"
        start_response(status, [("Content-Type", "text/plain; charset=utf-8")])
        return [(reason or "ok").encode() + b"\n"]

    return answer
