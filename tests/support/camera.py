"""A fake camera for Chromium: an MJPEG file (JPEG frames end to end) with a QR code drawn into every frame.

Overwriting the file between page loads changes what the camera sees.
"""

from __future__ import annotations

import io
from pathlib import Path

import qrcode
from PIL import Image, ImageDraw, ImageFilter

SIZE = (1280, 720)
FRAMES = 12
WALL, DESK, PAPER = (203, 198, 188), (120, 104, 88), (250, 250, 246)


class Camera:
    """What Chromium takes for a camera; `path` goes into `--use-file-for-fake-video-capture`."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.show_nothing()

    def show(self, text: str, *, width: int = 300, tilt: float = 4.0, blur: float = 0.0) -> None:
        """Hold a sheet with this QR code before the camera, from the next page load on.

        width: of the code in pixels. tilt: degrees by which the hand holds it askew. blur: pixels by which the lens
        is out of focus.
        """
        code = qrcode.QRCode(error_correction=qrcode.constants.ERROR_CORRECT_M, border=4)
        code.add_data(text)
        code.make(fit=True)
        picture: Image.Image = code.make_image().get_image().convert("RGB").resize((width, width))
        sheet = Image.new("RGB", (width + 80, width + 140), PAPER)
        sheet.paste(picture, (40, 40))
        self._film(sheet.filter(ImageFilter.GaussianBlur(blur)) if blur else sheet, tilt)

    def show_nothing(self) -> None:
        """An empty desk."""
        self._film(None, 0)

    def _film(self, sheet: Image.Image | None, tilt: float) -> None:
        frames = []
        for number in range(FRAMES):
            frame = Image.new("RGB", SIZE, WALL)
            ImageDraw.Draw(frame).rectangle((0, 420, *SIZE), fill=DESK)
            if sheet is not None:
                # A hand trembles a little from frame to frame.
                held = sheet.rotate(tilt + number % 3 - 1, expand=True, fillcolor=WALL)
                frame.paste(held, (460 + 3 * (number % 4), 140 + 2 * (number % 3)))
            written = io.BytesIO()
            frame.save(written, "JPEG", quality=88)
            frames.append(written.getvalue())
        # Chromium may be reading: replace the file in one step.
        new = self.path.with_suffix(".new")
        new.write_bytes(b"".join(frames))
        new.replace(self.path)
