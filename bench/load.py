"""A load of requests from several clients at once, bounded in count. Traffic goes to 127.0.0.1 only."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Request:
    """head: request line and headers without the last blank line. body: bytes. expect: status that counts as done."""

    head: str
    body: bytes = b""
    expect: tuple[int, ...] = (200,)


@dataclass(frozen=True)
class Outcome:
    """done: requests with the expected status. seconds: from the first to the last. latencies: seconds, sorted."""

    done: int
    failed: int
    seconds: float
    latencies: tuple[float, ...]

    @property
    def per_second(self) -> float:
        return self.done / self.seconds

    def percentile(self, share: float) -> float:
        """The latency (seconds) below which this share of the requests lies."""
        return self.latencies[min(len(self.latencies) - 1, int(share * len(self.latencies)))]


def run(port: int, requests: Callable[[int], Request], count: int, clients: int) -> Outcome:
    """Send `count` requests, made by `requests(n)`, from `clients` clients that each wait for their answer.

    Each request opens its own connection, as sync workers close it after every answer.
    """
    return asyncio.run(_run(port, requests, count, clients))


async def _run(port: int, requests: Callable[[int], Request], count: int, clients: int) -> Outcome:
    numbers = iter(range(count))
    latencies: list[float] = []
    failed = 0

    async def client() -> None:
        nonlocal failed
        for number in numbers:
            request = requests(number)
            begin = time.perf_counter()
            status = await _send(port, request)
            if status in request.expect:
                latencies.append(time.perf_counter() - begin)
            else:
                failed += 1

    start = time.perf_counter()
    await asyncio.gather(*(client() for _ in range(clients)))
    return Outcome(len(latencies), failed, time.perf_counter() - start, tuple(sorted(latencies)))


async def _send(port: int, request: Request) -> int:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        head = f"{request.head}\r\nHost: 127.0.0.1\r\nConnection: close\r\nContent-Length: {len(request.body)}\r\n\r\n"
        writer.write(head.encode() + request.body)
        await writer.drain()
        answer = await reader.read()
    finally:
        writer.close()
    first = answer.split(b"\r\n", 1)[0].split(b" ")
    return int(first[1]) if len(first) > 1 else 0
