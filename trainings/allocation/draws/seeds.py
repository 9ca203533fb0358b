"""The secret behind a draw's seed, and random draw numbers. Pure.

At publication the server makes a secret and shows its SHA-256. When the list is frozen, everybody gets a draw number, and
H, the SHA-256 of the frozen list in canonical JSON, is shown. Once the public number is drawn,
seed = SHA-256(H ‖ secret ‖ public number) (`trainings.seats.record.seed_of`). So nobody can choose the seed: not who holds
the secret (H is fixed and shown before the public number is known), not who enters people (the secret is hidden).
"""

from __future__ import annotations

import secrets


def new_secret() -> str:
    """256 random bits as 64 hexadecimal digits."""
    return secrets.token_hex(32)


def draw_numbers(n: int) -> list[str]:
    """n different random draw numbers of 8 letters, in no order that says anything."""
    numbers: set[str] = set()
    while len(numbers) < n:
        numbers.add(secrets.token_hex(4).upper())
    shuffled = list(numbers)
    secrets.SystemRandom().shuffle(shuffled)
    return shuffled
