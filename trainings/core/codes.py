"""Secrets and short human codes.

A secret link is derived, not stored: HMAC-SHA-256(key, purpose ‖ id ‖ version). The database keeps only the SHA-256 of
the secret (to find the row) and the version (raising it kills the old link), so every mail can carry the link again
and a stolen database holds none.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import uuid
from collections.abc import Iterator
from itertools import count

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: no I, L, O, U, so that a code survives being read aloud."""

SIGNS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
SECRET_LENGTH = 26
SHORTEST_CODE = 4
"""Digits before the check digit."""
LONGEST_CODE = 14
"""Signs of the longest code, prefix, hyphen and check digit included: what its column holds and a desk takes for one."""
FREE_FOR_EACH = 25
"""Of so many codes of a length at most one is meant to be in use."""
TICKET_PREFIX = "TS"
TICKET_BODY = 20
"""Characters of a ticket between prefix and check: 20 × 5 = 100 bits."""


def secret_for(key: str, purpose: str, subject: uuid.UUID, version: int) -> str:
    """A link secret of 26 characters (130 bits) in lower case."""
    return _derive(key, purpose, subject, version, SECRET_LENGTH).lower()


def ticket_for(key: str, application: uuid.UUID, version: int) -> str:
    """A ticket code: prefix, 20 characters (100 bits), check character; all of them in [0-9A-Z]."""
    body = TICKET_PREFIX + _derive(key, "ticket", application, version, TICKET_BODY)
    return body + ticket_check(body)


def ticket_check(body: str) -> str:
    """The check character of a ticket by ISO/IEC 7064 MOD 37,36: one wrong character is always noticed, and so are
    nearly all swaps of neighbours, without asking the server."""
    product = 36
    for sign in body:
        total = (product + int(sign, 36)) % 36 or 36
        product = total * 2 % 37
    return SIGNS[(1 - product) % 36]


def is_ticket(text: str) -> bool:
    """Whether a text has a ticket's form and check character (not whether such a ticket exists)."""
    whole = len(TICKET_PREFIX) + TICKET_BODY + 1
    return (
        len(text) == whole
        and text.startswith(TICKET_PREFIX)
        and all(sign in ALPHABET for sign in text[len(TICKET_PREFIX) : -1])
        and ticket_check(text[:-1]) == text[-1]
    )


def _derive(key: str, purpose: str, subject: uuid.UUID, version: int, length: int) -> str:
    message = f"{purpose}|{subject}|{version}".encode()
    digest = hmac.new(key.encode(), message, hashlib.sha256).digest()
    return _base32(int.from_bytes(digest, "big"), length)


def _base32(number: int, length: int) -> str:
    letters = []
    for _ in range(length):
        number, rest = divmod(number, 32)
        letters.append(ALPHABET[rest])
    return "".join(letters)


def fingerprint(secret: str) -> str:
    """SHA-256 of a secret as 64 hexadecimal digits: what the database keeps of it."""
    return hashlib.sha256(secret.encode()).hexdigest()


def new_secret() -> str:
    """A fresh random secret of 26 characters (130 bits) in lower case, for links that are stored as fingerprints."""
    return _base32(secrets.randbits(SECRET_LENGTH * 5), SECRET_LENGTH).lower()


def new_codes(prefix: str, expected: int = 0) -> Iterator[str]:
    """Fresh short codes for people, until the caller has one that is not in use yet: as long as so many people need.
    Who turns down four of one length gets longer ones, as long as there are any."""
    longest = LONGEST_CODE - len(f"{prefix}-") - 1
    for attempt in count():
        yield new_code(prefix, min(longest, digits_for(expected) + attempt // 4))


def digits_for(expected: int) -> int:
    """How many digits the codes of so many people have: few are drawn twice, and a guess hits nobody."""
    return max(SHORTEST_CODE, len(str(FREE_FOR_EACH * expected - 1)))


def new_code(prefix: str, digits: int) -> str:
    """Such as K12-04785: prefix, random digits, one check digit."""
    body = "".join(secrets.choice("0123456789") for _ in range(digits))
    return f"{prefix}-{body}{check_digit(body)}"


def check_digit(digits: str) -> str:
    """The check digit of a string of digits by Luhn's rule (ISO/IEC 7812-1): one wrong digit is always noticed."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if place % 2 == 0 else 1)
        total += value - 9 if value > 9 else value
    return str(-total % 10)
