"""The commitment and the seed of a draw. Pure.

At publication the server makes a secret and shows its SHA-256. After the list is frozen,
seed = SHA-256(H ‖ secret ‖ public number), where H is the SHA-256 of the frozen list in canonical JSON. So nobody can
choose the seed: not who holds the secret (the public number comes later), not who enters people (the secret is hidden).
"""

from __future__ import annotations

import hashlib
import json
import secrets
from typing import Any


def new_secret() -> str:
    """256 random bits as 64 hexadecimal digits."""
    return secrets.token_hex(32)


def commitment(secret: str) -> str:
    """SHA-256 of the secret's 64 digits (ASCII), as 64 hexadecimal digits."""
    return hashlib.sha256(secret.encode("ascii")).hexdigest()


def canonical(value: Any) -> bytes:
    """Canonical JSON: keys sorted, no spaces, UTF-8."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def digest(value: Any) -> str:
    """SHA-256 of a value's canonical JSON, as 64 hexadecimal digits."""
    return hashlib.sha256(canonical(value)).hexdigest()


def seed(frozen_list: Any, secret: str, public_number: str) -> bytes:
    """The 32 bytes of the draw's seed."""
    return hashlib.sha256(f"{digest(frozen_list)}{secret}{public_number}".encode()).digest()


def draw_numbers(n: int) -> list[str]:
    """n different random draw numbers of 8 letters, in no order that says anything."""
    numbers: set[str] = set()
    while len(numbers) < n:
        numbers.add(secrets.token_hex(4).upper())
    shuffled = list(numbers)
    secrets.SystemRandom().shuffle(shuffled)
    return shuffled
