"""QR codes as SVG path data: error correction M, version 3 or higher, quiet zone of 4 modules, black on white."""

from __future__ import annotations

from dataclasses import dataclass

QUIET_ZONE = 4
SMALLEST_VERSION = 3


@dataclass(frozen=True)
class QrPicture:
    """size: modules per side with the quiet zone. path: SVG path data in units of one module."""

    size: int
    path: str


def picture(content: str) -> QrPicture:
    """The QR code of a text. The address of a ticket is upper case, which QR stores in its compact alphanumeric mode."""
    import qrcode  # lazy door: the library is needed on few pages

    code = qrcode.QRCode(
        version=SMALLEST_VERSION, error_correction=qrcode.constants.ERROR_CORRECT_M, border=QUIET_ZONE
    )
    code.add_data(content)
    code.make(fit=True)
    rows = code.get_matrix()
    runs = []
    for y, row in enumerate(rows):
        x = 0
        while x < len(row):
            if row[x]:
                start = x
                while x < len(row) and row[x]:
                    x += 1
                runs.append(f"M{start} {y}h{x - start}v1h-{x - start}z")
            else:
                x += 1
    return QrPicture(size=len(rows), path="".join(runs))
