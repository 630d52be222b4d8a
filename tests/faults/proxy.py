"""A network that can be cut: a TCP proxy between the workers and the broker."""

from __future__ import annotations

import asyncio
import threading
from contextlib import suppress

CHUNK = 65_536
LOOPBACK = "127.0.0.1"


class Proxy:
    """Passes connections on, in a thread of its own, until it is told otherwise.

    `cut` resets all connections and takes no new ones; `stall` keeps them open and passes nothing
    on, as a network that drops every packet does.
    """

    def __init__(self, port: int, target: int) -> None:
        self._port = port
        self._target = target
        self._connections: set[asyncio.StreamWriter] = set()
        self._loop = asyncio.new_event_loop()
        self._flowing = asyncio.Event()
        self._flowing.set()
        self._open = True
        self._thread = threading.Thread(target=self._loop.run_forever)
        self._thread.start()
        self._server = self._do(asyncio.start_server(self._connected, LOOPBACK, port))

    def _do(self, work: object) -> asyncio.Server:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(10)  # type: ignore[arg-type]

    def cut(self) -> None:
        self._loop.call_soon_threadsafe(self._cut)

    def stall(self) -> None:
        self._loop.call_soon_threadsafe(self._flowing.clear)

    def heal(self) -> None:
        """What was held back goes on; new connections are taken again."""
        self._open = True
        self._loop.call_soon_threadsafe(self._flowing.set)

    def stop(self) -> None:
        self.cut()
        self._loop.call_soon_threadsafe(self._server.close)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _cut(self) -> None:
        self._open = False
        for writer in self._connections:
            writer.transport.abort()

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if not self._open:
            writer.transport.abort()
            return
        with suppress(OSError):
            onward, back = await asyncio.open_connection(LOOPBACK, self._target)
            self._connections |= {writer, back}
            await asyncio.wait(
                {
                    asyncio.create_task(self._pass_on(reader, back)),
                    asyncio.create_task(self._pass_on(onward, writer)),
                },
                return_when=asyncio.FIRST_COMPLETED,
            )
            self._connections -= {writer, back}
            back.transport.abort()
        writer.transport.abort()

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while chunk := await reader.read(CHUNK):
                await self._flowing.wait()
                writer.write(chunk)
                await writer.drain()
