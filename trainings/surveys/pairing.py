"""The key outside the database, and what is derived from it.

pair_token = base32(HMAC-SHA-256(K, pair_uuid))[:26] (evaluation.md). One key K per event; a file of mode 0600 in a
folder that no database backup contains. Without the file no token can be tied to a person any more.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import secrets
import tempfile
import uuid
from contextlib import suppress
from pathlib import Path

TOKEN_LENGTH = 26
KEY_BYTES = 32


class PairingKeyMissing(Exception):
    """The key file of this event is not there (destroyed by sealing, or another machine made it)."""


def key_folder(survey_key_dir: str, instance_path: Path) -> Path:
    """The folder of the keys: the setting, or a folder of its own beside the database."""
    return Path(survey_key_dir) if survey_key_dir else instance_path / "survey_keys"


def has_key(folder: Path, event_id: uuid.UUID) -> bool:
    """Whether the event's key lies in this folder."""
    return (folder / f"{event_id}.key").exists()


def make_key(folder: Path, event_id: uuid.UUID) -> bytes:
    """The event's key, made at the first call and never overwritten: of two makers at once one wins and both use it."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / f"{event_id}.key"
    if not path.exists():
        handle, draft = tempfile.mkstemp(dir=folder)  # mode 0600
        with os.fdopen(handle, "wb") as file:
            file.write(secrets.token_bytes(KEY_BYTES))
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):
            os.link(draft, path)
        os.unlink(draft)
    return read_key(folder, event_id)


def read_key(folder: Path, event_id: uuid.UUID) -> bytes:
    """The event's key. Raises `PairingKeyMissing`."""
    try:
        key = (folder / f"{event_id}.key").read_bytes()
    except FileNotFoundError:
        raise PairingKeyMissing(str(event_id)) from None
    if len(key) != KEY_BYTES:
        raise PairingKeyMissing(f"{event_id}: the file is damaged")
    return key


def token(key: bytes, pair_uuid: uuid.UUID) -> str:
    """The pair token of one attendance: 26 characters [A-Z2-7], also the code printed in the mail."""
    return base64.b32encode(hmac.new(key, pair_uuid.bytes, hashlib.sha256).digest()).decode()[:TOKEN_LENGTH]


def text_id(key: bytes, pair_token: str, item_key: str) -> uuid.UUID:
    """The id of the free text that one pair wrote to one item: derivable with the key only."""
    message = f"text|{pair_token}|{item_key}".encode()
    return uuid.UUID(bytes=hmac.new(key, message, hashlib.sha256).digest()[:16], version=4)
