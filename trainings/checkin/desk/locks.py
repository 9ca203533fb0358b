"""A PIN that locks a desk to scanning. Only a salted hash of it is kept, here and on the device, which checks it even
offline; staff may set one, or take a forgotten one away. Wrong ones are counted here too, so that clearing the device's own
count gains nothing."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
import uuid
from typing import Any

from trainings.audit.actions import record
from trainings.checkin.models import Device
from trainings.checkin.refusals import CheckinRefusal
from trainings.core import clock, names
from trainings.core.db import db
from trainings.core.refusal import Refused

ROUNDS = 300_000
"""Of PBKDF2-SHA-256. All PINs of four digits tried on a stolen hash: an hour of a desktop; at the desk `TRIES` with network,
and without it five tries before a pause that grows."""
TRIES = 5
"""So many wrong PINs, and the desk stays locked until staff set another one or take it away."""
MOST_COUNTED = 1000
_PIN = re.compile(r"[0-9]{4,8}")


def hash_of(pin: str, salt: str) -> str:
    """What is kept of a PIN, as 64 hexadecimal digits; static/js/door/lock.js makes the same. salt: hexadecimal."""
    return hashlib.pbkdf2_hmac("sha256", pin.encode(), bytes.fromhex(salt), ROUNDS).hex()


def lock_told(device: Device) -> dict[str, Any] | None:
    """The lock as the device hears of it; None when there is none."""
    if device.lock_set_at is None:
        return None
    return {
        "salt": device.lock_salt,
        "hash": device.lock_hash,
        "rounds": ROUNDS,
        "set_at": device.lock_set_at.isoformat(),
        "held": is_held(device),
    }


def is_held(device: Device) -> bool:
    """Whether no PIN opens the desk any more."""
    return device.lock_wrong >= TRIES


def try_pin(*, device: Device, hashed: str | None, wrong: int) -> bool:
    """Whether what was typed at the desk opens it. hashed: of the PIN, None when only told of tries. wrong: so many wrong
    ones came before it without network; what is counted here the desk cannot forget."""
    # Tries in one moment are counted one after the other.
    db.session.refresh(device, with_for_update=True)
    if device.lock_hash is None:
        return True
    was_held = is_held(device)
    device.lock_wrong = min(device.lock_wrong + wrong, MOST_COUNTED)
    opens = hashed is not None and not is_held(device) and hmac.compare_digest(hashed, device.lock_hash)
    if opens:
        device.lock_wrong = 0
    elif hashed is not None:
        device.lock_wrong = min(device.lock_wrong + 1, MOST_COUNTED)
    if is_held(device) and not was_held:
        record(verb="device.lock_held", subject=("device", device.id), event_id=device.event_id)
    db.session.flush()
    return opens


def set_lock(*, device: Device, salt: str, hashed: str) -> Device:
    """Keep a lock that the desk has made; an earlier one is void."""
    return _write(device, salt, hashed, "device.locked")


def set_pin(*, event_id: uuid.UUID, device_id: uuid.UUID, typed: str) -> Device:
    """Lock a desk from afar: it is locked as soon as it hears of it. LookupError for a device of another event. Raises
    Refused: BAD_PIN."""
    pin = names.number(typed)
    if not _PIN.fullmatch(pin):
        raise Refused(CheckinRefusal.BAD_PIN)
    salt = secrets.token_hex(16)
    hashed = hash_of(pin, salt)
    return _write(_working(event_id, device_id), salt, hashed, "device.locked")


def clear_pin(*, event_id: uuid.UUID, device_id: uuid.UUID) -> Device:
    """Take a desk's PIN away, for one that was forgotten. LookupError for a device of another event."""
    return unlock(device=_working(event_id, device_id))


def unlock(*, device: Device) -> Device:
    """End a device's lock; the desk is free as soon as it hears of it."""
    return device if device.lock_set_at is None else _write(device, None, None, "device.unlocked")


def _working(event_id: uuid.UUID, device_id: uuid.UUID) -> Device:
    device = db.session.get(Device, device_id)
    if device is None or device.event_id != event_id or device.revoked_at is not None:
        raise LookupError(f"no device {device_id}")
    return device


def _write(device: Device, salt: str | None, hashed: str | None, verb: str) -> Device:
    device.lock_salt, device.lock_hash = salt, hashed
    device.lock_set_at = clock.now() if hashed else None
    device.lock_wrong = 0
    record(verb=verb, subject=("device", device.id), event_id=device.event_id)
    db.session.flush()
    return device
