"""QR codes as SVG path data, and as a picture for WeasyPrint: error correction M, version 3 or higher, quiet zone of 4
modules, black on white."""

from __future__ import annotations

import base64
import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

QUIET_ZONE = 4
SMALLEST_VERSION = 3


@dataclass(frozen=True)
class QrPicture:
    """rows: its modules with the quiet zone, True = black."""

    rows: Sequence[Sequence[bool]]

    @property
    def size(self) -> int:
        """Modules per side."""
        return len(self.rows)

    @cached_property
    def path(self) -> str:
        """SVG path data in units of one module."""
        runs = []
        for y, row in enumerate(self.rows):
            x = 0
            while x < len(row):
                if row[x]:
                    start = x
                    while x < len(row) and row[x]:
                        x += 1
                    runs.append(f"M{start} {y}h{x - start}v1h-{x - start}z")
                else:
                    x += 1
        return "".join(runs)

    @cached_property
    def png(self) -> str:
        """The same as a data address, a dot a module, to be scaled without smoothing: WeasyPrint takes thirty times as
        long to trace a path."""
        lines = b"".join(b"\0" + bytes(0 if black else 255 for black in row) for row in self.rows)
        parts = (
            (b"IHDR", struct.pack(">IIBBBBB", self.size, self.size, 8, 0, 0, 0, 0)),
            (b"IDAT", zlib.compress(lines)),
            (b"IEND", b""),
        )
        chunks = (
            struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
            for name, data in parts
        )
        return "data:image/png;base64," + base64.b64encode(b"\x89PNG\r\n\x1a\n" + b"".join(chunks)).decode(
            "ascii"
        )


def picture(content: str) -> QrPicture:
    """The QR code of a text. The address of a ticket is upper case, which QR stores in its compact alphanumeric mode."""
    import qrcode  # lazy door: the library is needed on few pages

    code = qrcode.QRCode(
        version=SMALLEST_VERSION, error_correction=qrcode.constants.ERROR_CORRECT_M, border=QUIET_ZONE
    )
    code.add_data(content)
    code.make(fit=True)
    return QrPicture(code.get_matrix())
