from __future__ import annotations

import itertools
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest

from bench.load import Outcome, Request, arrivals, run_paced

SLOW = 0.03


class _Slow(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        time.sleep(SLOW)
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def _slow_server() -> Iterator[int]:
    """A server that answers one request after the other, each in SLOW seconds."""
    with HTTPServer(("127.0.0.1", 0), _Slow) as server:
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield server.server_port
        server.shutdown()
        thread.join()


def test_arrivals_keep_the_rate_and_come_by_chance() -> None:
    due = arrivals(50, 200, "guests")

    assert due[-1] == pytest.approx(200 / 50)
    assert due == sorted(due)
    gaps = [after - before for before, after in itertools.pairwise(due)]
    assert min(gaps) < 1 / 500
    assert max(gaps) > 1 / 25
    assert due == arrivals(50, 200, "guests")
    assert due != arrivals(50, 200, "others")


def _paced(port: int, due: list[float], clients: int) -> Outcome:
    """In a thread of its own: in this one a browser's event loop may be running, left by tests before."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(run_paced, port, lambda _: Request("GET / HTTP/1.1"), due, clients).result()


@pytest.mark.parametrize("clients", [1, 2])
def test_run_paced_counts_the_wait_in_the_line(clients: int) -> None:
    with _slow_server() as port:
        outcome = _paced(port, [0.0] * 8, clients)

    assert (outcome.done, outcome.failed) == (8, 0)
    for place, latency in enumerate(outcome.latencies, start=1):
        assert latency >= place * SLOW


def test_run_paced_waits_until_a_request_is_due() -> None:
    with _slow_server() as port:
        outcome = _paced(port, [0.0, 0.8], 1)

    assert outcome.seconds >= 0.8 + SLOW
    assert outcome.latencies[-1] < 0.8
