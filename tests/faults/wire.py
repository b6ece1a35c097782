"""A TCP wire between a process of the desk and a server of its own: it can be cut, held or slowed.

What a wire does is what a network does: bytes arrive late, not at all, or the connection ends. It
changes none of them.
"""

import asyncio
import contextlib
from concurrent.futures import Future
from dataclasses import dataclass, field
from threading import Thread
from typing import Any

LOOPBACK = "127.0.0.1"
MOST = 65536  # bytes that are passed on at a time


@dataclass(eq=False)
class Ends:
    """The two connections of which a wire makes one."""

    client: asyncio.StreamWriter
    server: asyncio.StreamWriter


@dataclass
class Wire:
    """Passes on what comes to `port` to the server at `to`, and back."""

    to: int = 0
    delay: float = 0.0  # seconds that everything takes, in either direction
    port: int = 0
    broken: bool = False
    ends: set[Ends] = field(default_factory=set)
    left: list[asyncio.StreamWriter] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self.thread = Thread(target=self.loop.run_forever, daemon=True)
        self.thread.start()
        self._ask(self._listen())

    def cut(self) -> None:
        """Every connection ends, and no new one is made, until it is mended."""
        self.broken = True
        self._ask(self._end(both=True))

    def vanish(self, seconds: float) -> None:
        """The client is gone, and the server is told only after so many seconds.

        So it is where a machine loses its power: the server asks after a while whether anybody is
        there. New connections are made as before.
        """
        self._ask(self._end(both=False))
        for server in self.left:
            self.loop.call_soon_threadsafe(self.loop.call_later, seconds, server.transport.abort)

    def hold(self) -> None:
        """Connections stand, and nothing passes, until it is mended."""
        self.loop.call_soon_threadsafe(self.passing.clear)

    def mend(self) -> None:
        """It is a good wire again; what a client left behind stays behind."""
        self.broken, self.delay = False, 0.0
        self.loop.call_soon_threadsafe(self.passing.set)

    def close(self) -> None:
        """End it for good."""
        self.mend()
        self._ask(self._close())
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join()
        self.loop.close()

    def _ask(self, what: Any) -> None:
        asked: Future[None] = asyncio.run_coroutine_threadsafe(what, self.loop)
        asked.result(timeout=10)

    async def _listen(self) -> None:
        self.passing = asyncio.Event()
        self.passing.set()
        self.listener = await asyncio.start_server(self._accept, LOOPBACK, 0)
        self.port = self.listener.sockets[0].getsockname()[1]

    async def _accept(self, reader: asyncio.StreamReader, client: asyncio.StreamWriter) -> None:
        if self.broken:
            client.transport.abort()
            return
        try:
            answers, server = await asyncio.open_connection(LOOPBACK, self.to)
        except OSError:
            client.transport.abort()
            return
        pair = Ends(client, server)
        self.ends.add(pair)
        try:
            await asyncio.gather(self._pass(reader, server), self._pass(answers, client))
        except OSError:
            client.transport.abort()
            if server not in self.left:
                server.transport.abort()
        finally:
            self.ends.discard(pair)

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while chunk := await reader.read(MOST):
            await self.passing.wait()
            if self.delay:
                await asyncio.sleep(self.delay)
            writer.write(chunk)
            await writer.drain()
        if writer not in self.left:
            writer.close()

    async def _end(self, *, both: bool) -> None:
        for pair in list(self.ends):
            if both:
                pair.server.transport.abort()
            else:
                self.left.append(pair.server)
            pair.client.transport.abort()

    async def _close(self) -> None:
        self.listener.close()
        for writer in self.left:
            writer.transport.abort()
        self.left.clear()
        await self._end(both=True)
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.gather(*others, return_exceptions=True)
