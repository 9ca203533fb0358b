"""Everything that a draw takes from its seed: uniform integers, shuffles, the order of arcs.

Specified step by step in docs/lottery-specification.md; both verifiers repeat it.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable

WORD_BITS = 48
"""48 bits are exact in the numbers of JavaScript too."""
WORD = 1 << WORD_BITS


class SeedStream:
    """Uniform integers from HMAC-SHA-256(seed, purpose ‖ counter), by rejection."""

    def __init__(self, seed: bytes, purpose: bytes) -> None:
        self._seed = seed
        self._purpose = purpose
        self._counter = 0

    def below(self, n: int) -> int:
        """A uniform integer from 0 to n - 1, for 1 ≤ n ≤ 2⁴⁸.

        Each try takes the next counter (8 bytes, big-endian) and the `word` v of purpose ‖ counter; v is rejected when it
        lies in the last, incomplete run of n.
        """
        limit = WORD - WORD % n
        while True:
            v = word(self._seed, self._purpose + self._counter.to_bytes(8, "big"))
            self._counter += 1
            if v < limit:
                return v % n


def word(seed: bytes, message: bytes) -> int:
    """The first 6 bytes of HMAC-SHA-256(seed, message) as a big-endian integer."""
    return int.from_bytes(hmac.digest(seed, message, "sha256")[:6], "big")


def shuffled(seed: bytes, keys: Iterable[str]) -> tuple[str, ...]:
    """The keys in seeded order: sorted, then shuffled from the last place down (Fisher-Yates, Durstenfeld 1964)."""
    order = sorted(keys)
    stream = SeedStream(seed, b"order")
    for last in range(len(order) - 1, 0, -1):
        chosen = stream.below(last + 1)
        order[last], order[chosen] = order[chosen], order[last]
    return tuple(order)


def arc_rank(seed: bytes, key: str) -> bytes:
    """SHA-256(seed ‖ key): arcs of people are walked in this order."""
    return hashlib.sha256(seed + key.encode()).digest()
