"""A backup's archive: what it holds lands below one folder, whoever made it; on every Python that the program promises."""

from __future__ import annotations

import io
import stat
import tarfile
from pathlib import Path

import pyrage
import pytest

from trainings.desk.backups import archive
from trainings.desk.backups.archive import BackupFailed

SECRET, PUBLIC = archive.new_key()


@pytest.fixture
def key(tmp_path: Path) -> Path:
    file = tmp_path / "key.txt"
    file.write_text(SECRET)
    return file


@pytest.fixture
def place(tmp_path: Path) -> Path:
    folder = tmp_path / "place"
    folder.mkdir()
    return folder


def sealed_by_somebody(folder: Path, member: tarfile.TarInfo) -> Path:
    """An archive with one member, for the operator's key: that one is public."""
    packed, file = folder / "strange.tar.gz", folder / "strange.age"
    with tarfile.open(packed, "w:gz") as tar:
        tar.addfile(member, io.BytesIO(b"evil"))
    with packed.open("rb") as content, file.open("wb") as out:
        pyrage.encrypt_io(content, out, archive.recipients_of(PUBLIC))
    return file


def test_what_was_sealed_comes_back_for_its_account_only(key: Path, place: Path, tmp_path: Path) -> None:
    whole = tmp_path / "whole"
    (whole / "files" / "deep").mkdir(parents=True)
    (whole / "database").write_bytes(b"rows")
    (whole / "files" / "deep" / "seal.png").write_bytes(b"a picture")
    file = tmp_path / "x.age"
    archive.seal(whole, file, archive.recipients_of(PUBLIC))

    archive.unseal(file, place, archive.identities_of(key))

    held = {str(path.relative_to(place)): path for path in place.rglob("*") if path.is_file()}
    assert {name: path.read_bytes() for name, path in held.items()} == {
        "database": b"rows",
        "files/deep/seal.png": b"a picture",
    }
    assert {stat.S_IMODE(path.stat().st_mode) for path in held.values()} == {0o600}


@pytest.mark.parametrize(
    ("name", "kind", "link"),
    [
        ("{outside}/evil", tarfile.REGTYPE, ""),
        ("files/../../outside/evil", tarfile.REGTYPE, ""),
        ("packed", tarfile.REGTYPE, ""),
        ("files", tarfile.SYMTYPE, "{outside}"),
        ("files", tarfile.LNKTYPE, "packed"),
        ("files", tarfile.FIFOTYPE, ""),
        ("files", tarfile.CHRTYPE, ""),
    ],
)
def test_archive_that_reaches_out_of_its_folder_is_no_backup(
    key: Path, place: Path, tmp_path: Path, name: str, kind: bytes, link: str
) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    member = tarfile.TarInfo(name.format(outside=outside))
    member.type, member.linkname = kind, link.format(outside=outside)
    member.size = 4 if kind == tarfile.REGTYPE else 0
    file = sealed_by_somebody(tmp_path, member)

    with pytest.raises(BackupFailed, match="is no backup of this program"):
        archive.unseal(file, place, archive.identities_of(key))

    assert list(outside.iterdir()) == []
    assert [path.name for path in place.iterdir()] == ["packed"]
    assert (place / "packed").is_file()
