"""A slow line between a browser and a server: so many bits a second each way for all connections together, in pieces of a
packet, with a delay; it breaks where a test says, and it counts what has passed."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Literal

PACKET = 1400
DELAY = 0.05
"""Seconds each way until the first packet is there, as on a mobile network."""
HANGS = 60.0
"""Seconds without a word."""


Fate = Literal["passes", "breaks", "hangs"]


class _Way:
    """One direction: whoever sends waits until the line is free and the packet is through."""

    def __init__(self) -> None:
        self.bytes = 0
        self.rate: float | None = None
        self._free_at = 0.0

    async def carry(self, size: int) -> None:
        self.bytes += size
        if self.rate is None:
            return
        now = asyncio.get_running_loop().time()
        self._free_at = max(now, self._free_at) + size / self.rate
        await asyncio.sleep(self._free_at - now)


class SlowLine:
    """`url`: where the server is reached over the line. asked: first line of every request. fate(request head, bytes
    answered so far): what becomes of the connection. broken: how often it broke."""

    def __init__(self, port: int) -> None:
        self.asked: list[str] = []
        self.broken = 0
        self.fate: Callable[[str, int], Fate] = lambda _head, _answered: "passes"
        self.up, self.down = _Way(), _Way()
        self.url = ""
        self._port = port
        self._open: set[asyncio.Task[None]] = set()

    def at(self, kbit_s: float | None) -> None:
        """From now on so many kbit/s each way; None: as fast as it can be."""
        for way in (self.up, self.down):
            way.rate = None if kbit_s is None else kbit_s * 1000 / 8

    async def serve(self, stop: asyncio.Event, ready: Callable[[], None]) -> None:
        server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        ready()
        await stop.wait()
        server.close()
        for task in self._open:
            task.cancel()
        await asyncio.gather(*self._open, return_exceptions=True)

    def _accept(self, near: asyncio.StreamReader, out: asyncio.StreamWriter) -> None:
        # Nobody else holds the task of a connection.
        task = asyncio.create_task(self._connect(near, out))
        self._open.add(task)
        task.add_done_callback(self._open.discard)

    async def _connect(self, near: asyncio.StreamReader, out: asyncio.StreamWriter) -> None:
        far, inward = await asyncio.open_connection("127.0.0.1", self._port)
        head: list[str] = []
        ways = [
            asyncio.create_task(self._pump(near, inward, self.up, head, 0)),
            asyncio.create_task(self._pump(far, out, self.down, head, 1)),
        ]
        try:
            # The server has answered, or one of them is gone: this server answers one request a connection.
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
            if ways[0].done():
                await ways[1]
        finally:
            for way in ways:
                way.cancel()
            await asyncio.gather(*ways, return_exceptions=True)
            for end in (inward, out):
                end.close()
                with suppress(ConnectionError):
                    await end.wait_closed()

    async def _pump(
        self,
        source: asyncio.StreamReader,
        target: asyncio.StreamWriter,
        way: _Way,
        head: list[str],
        answering: int,
    ) -> None:
        passed = 0
        with suppress(ConnectionError):
            while piece := await source.read(PACKET):
                if not answering and not head:
                    head.append(piece.decode("latin-1"))
                    self.asked.append(head[0].partition("\r\n")[0])
                fate = self.fate(head[0], passed) if head else "passes"
                if fate == "breaks":
                    self.broken += 1
                    return
                if fate == "hangs":
                    await asyncio.sleep(HANGS)
                    return
                if way.rate is not None and not passed:
                    await asyncio.sleep(DELAY)
                await way.carry(len(piece))
                passed += len(piece) * answering
                target.write(piece)
                await target.drain()


@contextmanager
def slow_line(port: int) -> Iterator[SlowLine]:
    """A line to this port of the loopback address, in a thread of its own."""
    line = SlowLine(port)
    ready, ends = threading.Event(), []

    async def run() -> None:
        stop = asyncio.Event()
        ends.append((asyncio.get_running_loop(), stop))
        await line.serve(stop, ready.set)

    thread = threading.Thread(target=asyncio.run, args=(run(),), name="slow line")
    thread.start()
    assert ready.wait(10)
    try:
        yield line
    finally:
        loop, stop = ends[0]
        loop.call_soon_threadsafe(stop.set)
        thread.join(30)
