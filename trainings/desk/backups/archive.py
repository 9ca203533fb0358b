"""The file of a backup: a compressed tar, sealed by age (age-encryption.org/v1) for the operator's public keys.

The server knows public keys only, so it cannot read its own backups. age seals in pieces that vouch for their place and
for the end: a file that was cut or altered does not open. `age -d -i KEY FILE | tar xz` opens it without this program.
"""

from __future__ import annotations

import gzip
import os
import re
import shutil
import tarfile
import threading
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any

ENDING = ".age"
FASTEST = 1
"""The level of compression: the disk and the seal are slower than this, and the night is short."""
_SECRET = re.compile(r"AGE-SECRET-KEY-1[0-9A-Z]+")


def _age() -> Any:
    """The lazy door: who makes no backup does not load it."""
    import pyrage

    return pyrage


class BackupFailed(Exception):
    """Why no backup was made or put back, as one sentence for the operator."""


def new_key() -> tuple[str, str]:
    """A secret key, for the operator's safe, and the public one, for the setting."""
    identity = _age().x25519.Identity.generate()
    return str(identity), str(identity.to_public())


def recipients_of(text: str) -> list[Any]:
    """The public keys named in a setting. Raises BackupFailed."""
    try:
        return [_age().x25519.Recipient.from_str(word) for word in text.replace(",", " ").split()]
    except _age().RecipientError:
        raise BackupFailed("TSUDOI_BACKUP_RECIPIENTS: one of these is no public key (age1…).") from None


def identities_of(file: Path) -> list[Any]:
    """The secret keys in a file; lines beginning with # are comments. Raises BackupFailed."""
    try:
        found = _SECRET.findall(file.read_text("utf-8"))
        return [_age().x25519.Identity.from_str(word) for word in found] or _no_key(file)
    except (OSError, UnicodeError, _age().IdentityError):
        return _no_key(file)


def _no_key(file: Path) -> list[Any]:
    raise BackupFailed(f"{file} holds no secret key (AGE-SECRET-KEY-1…).")


def seal(folder: Path, target: Path, recipients: Sequence[Any]) -> None:
    """Write all of a folder into a new file. It bears its name only once it is whole and on the disk: a full disk or a
    killed process leaves at most a hidden `.partial`."""
    draft = target.with_name(f".{target.name}.partial")
    draft.unlink(missing_ok=True)
    try:
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as out:
            with _beside(lambda pipe: _pack(folder, pipe)) as packed:
                _age().encrypt_io(packed, out, recipients)
            out.flush()
            os.fsync(out.fileno())
    except _age().EncryptError as error:
        raise BackupFailed(f"{target} could not be written: {error}.") from None
    else:
        os.link(draft, target)  # unlike a renaming, this replaces nothing
        _settle(target.parent)
    finally:
        draft.unlink(missing_ok=True)


def _pack(folder: Path, pipe: IO[bytes]) -> None:
    with (
        gzip.GzipFile(fileobj=pipe, mode="wb", compresslevel=FASTEST) as small,
        tarfile.open(fileobj=small, mode="w|") as tar,
    ):
        for path in sorted(folder.iterdir()):
            tar.add(path, arcname=path.name)


@contextmanager
def _beside(write: Callable[[IO[bytes]], None]) -> Iterator[IO[bytes]]:
    """What a function writes, to be read meanwhile; its error is raised here once all was read."""
    read_end, write_end = os.pipe()
    failed: list[BaseException] = []

    def run() -> None:
        try:
            with os.fdopen(write_end, "wb") as pipe:
                write(pipe)
        except BaseException as error:
            failed.append(error)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    try:
        with os.fdopen(read_end, "rb") as pipe:
            yield pipe
    finally:
        thread.join()
    if failed:
        raise failed[0]


def unseal(file: Path, folder: Path, identities: Sequence[Any]) -> None:
    """Put what a backup holds into an empty folder. Raises BackupFailed, and may leave a part there then."""
    packed = folder / "packed"
    try:
        with file.open("rb") as sealed, packed.open("xb") as out:
            _age().decrypt_io(sealed, out, identities)
    except _age().DecryptError as error:
        raise BackupFailed(_why(file, error, begun=packed.exists() and packed.stat().st_size > 0)) from None
    except FileNotFoundError:
        raise BackupFailed(f"there is no file {file}.") from None
    except OSError as error:
        if error.errno:
            raise
        raise BackupFailed(_why(file, error, begun=True)) from None
    try:
        with tarfile.open(packed, "r:gz") as tar:
            for member in tar:
                _unpack(tar, member, folder)
    except (tarfile.TarError, EOFError, FileExistsError, gzip.BadGzipFile, zlib.error):
        raise BackupFailed(f"{file} is no backup of this program.") from None
    packed.unlink()


def _unpack(tar: tarfile.TarFile, member: tarfile.TarInfo, folder: Path) -> None:
    """One file or folder, below ours and nowhere else: everybody may seal something for a public key.

    By hand, since tarfile's own filter for this came with Python 3.11.4, and Debian 12 has 3.11.2.
    """
    target = folder / member.name
    if not target.is_relative_to(folder) or ".." in target.parts:
        raise tarfile.TarError(member.name)
    if member.isdir():
        target.mkdir(parents=True, exist_ok=True, mode=0o700)
        return
    content = tar.extractfile(member) if member.isreg() else None
    if content is None:
        raise tarfile.TarError(member.name)
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with content, os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
        shutil.copyfileobj(content, out)


def _why(file: Path, error: Exception, *, begun: bool) -> str:
    if not begun and "No matching keys" in str(error):
        return f"this key does not open {file}: it was sealed for another one, or its head was altered."
    return f"{file} was cut or altered, or is no backup: it does not open."


def _settle(folder: Path) -> None:
    """Let the folder's new name be on the disk too."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        with suppress(OSError):  # not every file system of the network takes this
            os.fsync(handle)
    finally:
        os.close(handle)
