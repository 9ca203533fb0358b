"""A plain proof of work: what a form costs once one sender, or what it is about, has been asked for too much.

Nobody is turned away. The browser looks for a number whose SHA-256 together with a nonce begins with so many zero bits
(static/js/work.js), which takes a second or a few; without JavaScript the same page is sent once its time has come. Both
get dearer with every step. The challenge is signed and nothing of it is stored; `core.limits` lets each be used once.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass

from itsdangerous import BadData, URLSafeSerializer

from trainings.core import clock

BITS = (0, 13, 15, 17)
"""Zero bits wanted, by step: 2**bits tries on average, of which a browser makes some 30 000 a second, a phone a third."""
WAITS = (0, 30, 120, 600)
"""Seconds after which the form is taken without the work, by step."""
KEPT_SECONDS = 3600
"""So long a page may lie open after that."""
CHALLENGE, ANSWER = "work_challenge", "work_answer"
"""The fields of the form."""
LONGEST_CHALLENGE = 300
_ANSWER = re.compile(r"[0-9]{1,16}")


@dataclass(frozen=True)
class Challenge:
    """nonce: 32 hexadecimal digits. not_before, until: seconds of the clock."""

    nonce: str
    step: int
    not_before: int
    until: int

    @property
    def bits(self) -> int:
        return BITS[self.step]

    @property
    def wait_seconds(self) -> int:
        return WAITS[self.step]


def new_challenge(step: int) -> Challenge:
    """For a step of 1, 2 or 3."""
    not_before = int(clock.now().timestamp()) + WAITS[step]
    return Challenge(secrets.token_hex(16), step, not_before, not_before + KEPT_SECONDS)


def sealed(challenge: Challenge, key: str, purpose: str) -> str:
    """The challenge as the form carries it."""
    return str(
        _seal(key, purpose).dumps([challenge.nonce, challenge.step, challenge.not_before, challenge.until])
    )


def paid_with(form: Mapping[str, str], key: str, purpose: str) -> str | None:
    """The nonce of the challenge that a form has met, by work or by waiting; None when it has met none."""
    token = form.get(CHALLENGE, "")
    if not 0 < len(token) <= LONGEST_CHALLENGE:
        return None
    try:
        challenge = Challenge(*_seal(key, purpose).loads(token))
    except BadData:
        return None
    now = clock.now().timestamp()
    if now > challenge.until:
        return None
    has_waited = now >= challenge.not_before
    return (
        challenge.nonce
        if has_waited or is_solved(challenge.nonce, form.get(ANSWER, ""), challenge.bits)
        else None
    )


def is_solved(nonce: str, answer: str, bits: int) -> bool:
    """Whether SHA-256 of "nonce:answer" begins with so many zero bits."""
    if not _ANSWER.fullmatch(answer):
        return False
    digest = hashlib.sha256(f"{nonce}:{answer}".encode()).digest()
    return int.from_bytes(digest, "big") >> (256 - bits) == 0


def _seal(key: str, purpose: str) -> URLSafeSerializer:
    return URLSafeSerializer(key, salt=f"work {purpose}")
