"""What a device may say about scans, walk-ins and fees, read from JSON: in a request or in the file that a desk saved."""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import UTC, datetime
from typing import Any

from trainings.checkin.actions import WalkIn
from trainings.checkin.counter.deputies import Deputy
from trainings.checkin.counter.fees import MOST_YEN, FeeEntry
from trainings.checkin.models import Direction, Method
from trainings.checkin.passages.attempts import Attempt
from trainings.checkin.passages.sameness import said

MOST_ENTRIES = 20
"""Scans of one applicant that a desk may take back at once: one for every way in and out of a long day."""


MOST_TRIES = 1000


class Unacceptable(Exception):
    """Not of the API's form; the message names the field."""


def read_attempt(raw: Any) -> Attempt:
    """One scan. Raises Unacceptable."""
    if not isinstance(raw, dict):
        raise Unacceptable("scans")
    attempt = Attempt(
        scan_id=read_id(raw, "scan_id"),
        scanned_at=read_instant(raw, "scanned_at"),
        method=_member(raw, "method", Method),
        direction=_member(raw, "direction", Direction, Direction.IN),
        ticket=_text(raw, "ticket", 100, required=False),
        application_id=read_id(raw, "application") if raw.get("application") is not None else None,
        session_id=read_id(raw, "session") if raw.get("session") is not None else None,
        forced=_flag(raw, "forced"),
        offline=_flag(raw, "offline"),
        undoes=read_id(raw, "undoes") if raw.get("undoes") is not None else None,
    )
    return replace(attempt, said=_digest(attempt))


def _digest(entry: Attempt | WalkIn | Deputy) -> str:
    """Of all that a desk says the same at every try; whether it was offline by then is not part of it."""
    told = asdict(entry)
    told["scanned_at"] = entry.scanned_at.astimezone(UTC)
    return said(
        *(value for name, value in sorted(told.items()) if name not in ("offline", "said", "clock_off"))
    )


def read_id(raw: Mapping[str, Any], field: str) -> uuid.UUID:
    """The field's UUID. Raises Unacceptable."""
    try:
        return uuid.UUID(raw[field])
    except (KeyError, ValueError, TypeError, AttributeError):
        raise Unacceptable(field) from None


def read_instant(raw: Mapping[str, Any], field: str) -> datetime:
    """The field's instant, with an offset. Raises Unacceptable."""
    try:
        instant = datetime.fromisoformat(raw[field])
        if instant.tzinfo is None or not 2000 < instant.year < 2200:
            raise ValueError(field)
    except (KeyError, ValueError, TypeError):
        raise Unacceptable(field) from None
    return instant


def _text(raw: dict[str, Any], field: str, longest: int, *, required: bool = True) -> str:
    value = raw.get(field, None if required else "")
    if not isinstance(value, str) or len(value) > longest or "\x00" in value:
        raise Unacceptable(field)
    return _whole_letters(value)


def _whole_letters(text: str) -> str:
    """The text with U+FFFD for halves of letters. A desk that keeps the end of a long code may cut a letter in two; no
    database stores that, and a scan that can never be stored would hold up all that wait behind it."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _flag(raw: dict[str, Any], field: str) -> bool:
    value = raw.get(field, False)
    if not isinstance(value, bool):
        raise Unacceptable(field)
    return value


def _member(raw: dict[str, Any], field: str, kind: Any, default: Any = None) -> Any:
    try:
        return kind(raw.get(field, default))
    except ValueError:
        raise Unacceptable(field) from None


def read_deputy(raw: Any) -> Deputy:
    """Somebody who came in an applicant's place. Raises Unacceptable."""
    if not isinstance(raw, dict):
        raise Unacceptable("body")
    undoes = raw.get("undoes", [])
    if not isinstance(undoes, list) or len(undoes) > MOST_ENTRIES:
        raise Unacceptable("undoes")
    deputy = Deputy(
        scan_id=read_id(raw, "scan_id"),
        scanned_at=read_instant(raw, "scanned_at"),
        application_id=read_id(raw, "application"),
        name=_text(raw, "name", 60),
        kana=_text(raw, "kana", 80),
        undoes=[read_id({"undoes": one}, "undoes") for one in undoes],
        offline=_flag(raw, "offline"),
    )
    return replace(deputy, said=_digest(deputy))


def read_correction(raw: Any) -> dict[str, Any]:
    """Whose profession is which, and which one the desk had shown; None for a desk that does not tell. Raises
    Unacceptable."""
    if not isinstance(raw, dict):
        raise Unacceptable("body")
    return {
        "application_id": read_id(raw, "application"),
        "profession_id": read_id(raw, "profession"),
        "shown": _text(raw, "shown", 60) if raw.get("shown") is not None else None,
    }


def read_lock(raw: Any) -> tuple[str, str] | None:
    """Salt and hash of a PIN that a desk has made; None to end the lock. Raises Unacceptable."""
    if not isinstance(raw, dict):
        raise Unacceptable("body")
    if raw.get("hash") is None and "hash" in raw:
        return None
    for field, length in (("salt", 32), ("hash", 64)):
        if not isinstance(raw.get(field), str) or not re.fullmatch(f"[0-9a-f]{{{length}}}", raw[field]):
            raise Unacceptable(field)
    return raw["salt"], raw["hash"]


def read_try(raw: Any) -> tuple[str | None, int]:
    """The hash of a PIN that was typed at a desk, None when there is none to try, and how many wrong ones it has counted
    alone. Raises Unacceptable."""
    if not isinstance(raw, dict):
        raise Unacceptable("body")
    hashed, wrong = raw.get("hash"), raw.get("wrong", 0)
    if hashed is not None and (not isinstance(hashed, str) or not re.fullmatch("[0-9a-f]{64}", hashed)):
        raise Unacceptable("hash")
    if type(wrong) is not int or not 0 <= wrong <= MOST_TRIES:
        raise Unacceptable("wrong")
    return hashed, wrong


def read_fee(raw: Any) -> FeeEntry:
    """参加費 taken or given back. Raises Unacceptable."""
    if not isinstance(raw, dict):
        raise Unacceptable("body")
    amount = raw.get("amount", 0)
    if type(amount) is not int or not 0 <= amount <= MOST_YEN:
        raise Unacceptable("amount")
    ids = {
        name: read_id(raw, name) if raw.get(name) is not None else None
        for name in ("application", "scan", "undoes")
    }
    return FeeEntry(
        fee_id=read_id(raw, "fee_id"),
        taken_at=read_instant(raw, "taken_at"),
        amount=amount,
        application_id=ids["application"],
        scan_id=ids["scan"],
        undoes=ids["undoes"],
    )


def read_walk_in(raw: Any) -> WalkIn:
    """Somebody without an application. Raises Unacceptable."""
    if not isinstance(raw, dict):
        raise Unacceptable("body")
    walk_in = WalkIn(
        scan_id=read_id(raw, "scan_id"),
        scanned_at=read_instant(raw, "scanned_at"),
        name=_text(raw, "name", 60),
        kana=_text(raw, "kana", 80),
        group_id=read_id(raw, "group"),
        reason=_text(raw, "reason", 200, required=False),
        offline=_flag(raw, "offline"),
    )
    return replace(walk_in, said=_digest(walk_in))
