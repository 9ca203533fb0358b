"""A load of requests from several clients at once, bounded in count. Traffic goes to 127.0.0.1 only."""

from __future__ import annotations

import asyncio
import math
import random
import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Request:
    """head: request line and headers without the last blank line. body: bytes. expect: status that counts as done."""

    head: str
    body: bytes = b""
    expect: tuple[int, ...] = (200,)


@dataclass(frozen=True)
class Outcome:
    """done: requests with the expected status. seconds: from the first to the last. latencies: seconds, sorted. said: the
    beginning of the first other answer, without its tags."""

    done: int
    failed: int
    seconds: float
    latencies: tuple[float, ...]
    said: str = ""

    @property
    def per_second(self) -> float:
        return self.done / self.seconds

    def percentile(self, share: float) -> float:
        """The latency (seconds) below which this share of the requests lies."""
        return self.latencies[min(len(self.latencies) - 1, int(share * len(self.latencies)))]


def run(
    port: int, requests: Callable[[int], Request], count: int, clients: int, seconds: float = math.inf
) -> Outcome:
    """Send `count` requests, made by `requests(n)`, from `clients` clients that each wait for their answer; none begins
    later than after so many seconds.

    Each request opens its own connection, as sync workers close it after every answer.
    """
    return asyncio.run(_run(port, requests, count, clients, seconds))


def arrivals(per_second: float, count: int, seed: str) -> list[float]:
    """When each of so many guests arrives, in seconds: by chance, one independent of the other, and so that they average
    exactly this rate."""
    chance = random.Random(seed)
    instants, instant = [], 0.0
    for _ in range(count):
        instant += chance.expovariate(1)
        instants.append(instant)
    return [one * count / per_second / instants[-1] for one in instants]


def run_paced(port: int, requests: Callable[[int], Request], due: Sequence[float], clients: int) -> Outcome:
    """Send request n at due[n] seconds, each client every so-many-th of them and never two at once.

    A latency counts from when the request was due: whoever stands in the line of a desk that still waits for an answer
    waits as well. So a server that cannot keep up shows it.
    """
    return asyncio.run(_run_paced(port, requests, due, clients))


async def _run(
    port: int, requests: Callable[[int], Request], count: int, clients: int, seconds: float
) -> Outcome:
    numbers = iter(range(count))
    tally = _Tally(port)

    async def client() -> None:
        for number in numbers:
            if time.perf_counter() - tally.start > seconds:
                return
            request = requests(number)
            await tally.send(request, time.perf_counter())

    await asyncio.gather(*(client() for _ in range(clients)))
    return tally.outcome()


async def _run_paced(
    port: int, requests: Callable[[int], Request], due: Sequence[float], clients: int
) -> Outcome:
    tally = _Tally(port)

    async def client(first: int) -> None:
        for number in range(first, len(due), clients):
            instant = tally.start + due[number]
            await asyncio.sleep(instant - time.perf_counter())
            await tally.send(requests(number), instant)

    await asyncio.gather(*(client(first) for first in range(clients)))
    return tally.outcome()


class _Tally:
    """What a run comes to, counted as it goes. start: now, by the clock that never goes back."""

    def __init__(self, port: int) -> None:
        self.start = time.perf_counter()
        self._port = port
        self._latencies: list[float] = []
        self._failed = 0
        self._said = ""

    async def send(self, request: Request, since: float) -> None:
        """Send it and wait for its answer; its latency counts from `since`."""
        status, answer = await _send(self._port, request)
        if status in request.expect:
            self._latencies.append(time.perf_counter() - since)
        else:
            self._failed += 1
            self._said = self._said or f"{status} {_words(answer)}"

    def outcome(self) -> Outcome:
        seconds = time.perf_counter() - self.start
        return Outcome(
            len(self._latencies), self._failed, seconds, tuple(sorted(self._latencies)), self._said
        )


async def _send(port: int, request: Request) -> tuple[int, bytes]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        head = f"{request.head}\r\nHost: 127.0.0.1\r\nConnection: close\r\nContent-Length: {len(request.body)}\r\n\r\n"
        writer.write(head.encode() + request.body)
        await writer.drain()
        answer = await reader.read()
    finally:
        writer.close()
    first = answer.split(b"\r\n", 1)[0].split(b" ")
    return (int(first[1]) if len(first) > 1 else 0), answer


def _words(answer: bytes) -> str:
    """What a page says, from its main part on."""
    body = answer.partition(b"\r\n\r\n")[2].decode(errors="replace")
    main = body[max(0, body.find("<main")) :]
    return " ".join(re.sub(r"<[^>]*>", " ", main).split())[:400]
