"""Pictures of tickets as a camera at a door sees them on a bad day, made from seeds: the same seed gives the same pixels.

Twelve troubles, each in five degrees. The degrees are physical (degrees of lean, pixels of blur, share of light) and were
set from what happens at a door before any reader had seen the pictures; the fifth is meant to be at the edge.
"""

from __future__ import annotations

import io
import math
import random
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import qrcode
from PIL import Image, ImageChops, ImageDraw, ImageEnhance, ImageFilter

from trainings.core import codes
from trainings.core.paper.qr import QUIET_ZONE, SMALLEST_VERSION

FRAME = (1280, 720)
"""What the page asks the camera for."""
CENTRE = (FRAME[0] // 2, FRAME[1] // 2)
CODE = 300
"""Side of the code in pixels, quiet zone included, where its size is not the trouble."""
MARGIN = 8
TABLE, PAPER, PRINT = (124, 108, 92), (248, 247, 243), (70, 70, 74)
DEGREES = 5
SENSOR = 5
"""Grain of every frame: standard deviation in steps of 256."""
KEY = "a key of the bench, long enough for it"
NOISE = 36.8
"""Standard deviation of the mean of four even distributions over 0…255."""


@dataclass(frozen=True)
class Picture:
    """One frame as PNG, and what its code says. degree: 0 (light) to 4 (at the edge)."""

    trouble: str
    degree: int
    seed: int
    text: str
    png: bytes


def pictures(first_seed: int) -> Iterator[Picture]:
    """All of them, in the order of their seeds."""
    wanted = [(trouble, degree) for trouble in TROUBLES for degree in range(DEGREES)]
    for seed, (trouble, degree) in enumerate(wanted, first_seed):
        yield picture(trouble, degree, seed)


def picture(trouble: str, degree: int, seed: int) -> Picture:
    """One of them. Beside its trouble every frame is a little askew, out of focus and grainy, as from any hand and lens."""
    chance = random.Random(seed)
    text = ticket_text(chance)
    frame = through_the_lens(TROUBLES[trouble](text, degree, chance), chance)
    return Picture(trouble, degree, seed, text, as_png(frame))


def ticket_text(chance: random.Random) -> str:
    """What the QR of some ticket holds."""
    ticket = codes.ticket_for(KEY, uuid.UUID(int=chance.getrandbits(128)), 1)
    return f"HTTPS://TSUDOI.KEYAKI.EXAMPLE/T/{ticket}"


def through_the_lens(frame: Image.Image, chance: random.Random) -> Image.Image:
    """A little out of focus and grainy."""
    return grain(frame.filter(ImageFilter.GaussianBlur(0.6)), SENSOR, chance)


def as_png(frame: Image.Image) -> bytes:
    written = io.BytesIO()
    frame.save(written, "PNG")
    return written.getvalue()


# -- the scene ----------------------------------------------------------------------------------------------


def qr_code(text: str) -> qrcode.QRCode:
    """The code of a ticket, as the product draws it (core.qr)."""
    code = qrcode.QRCode(
        version=SMALLEST_VERSION, error_correction=qrcode.constants.ERROR_CORRECT_M, border=QUIET_ZONE
    )
    code.add_data(text)
    code.make(fit=True)
    return code


def sheet_of(text: str, width: int = CODE) -> Image.Image:
    """A ticket on paper: the code, and lines of print below it."""
    drawn = qr_code(text).make_image().get_image().convert("RGB")
    return sheet_with(drawn.resize((width, width), Image.Resampling.LANCZOS))


def sheet_with(drawn: Image.Image) -> Image.Image:
    """The same with a code that is drawn already, `MARGIN` of its width from the edge of the paper."""
    width = drawn.width
    margin = width // MARGIN
    sheet = Image.new("RGB", (width + 2 * margin, round(1.5 * width)), PAPER)
    sheet.paste(drawn, (margin, margin))
    pen = ImageDraw.Draw(sheet)
    for line in range(4):
        top = margin + width + round(width * (0.03 + 0.07 * line))
        pen.rectangle((margin, top, margin + width * (9 - line) // 10, top + width // 40), fill=PRINT)
    return sheet


@dataclass(frozen=True)
class Held:
    """A frame, and where in it the sheet lies. turned: degrees, against the clock; middle: of the sheet, in pixels."""

    frame: Image.Image
    turned: float
    middle: tuple[float, float]


def hold(sheet: Image.Image, chance: random.Random, turn: float | None = None) -> Held:
    """The frame with a sheet over the table. turn: degrees; without it, as a hand holds it."""
    turned = chance.uniform(-6, 6) if turn is None else turn
    mask = Image.new("L", sheet.size, 255).rotate(turned, Image.Resampling.BICUBIC, expand=True)
    held = sheet.rotate(turned, Image.Resampling.BICUBIC, expand=True, fillcolor=TABLE)
    frame = Image.new("RGB", FRAME, TABLE)
    place = (
        CENTRE[0] - held.width // 2 + chance.randint(-80, 80),
        CENTRE[1] - held.height // 2 + chance.randint(-20, 20),
    )
    frame.paste(held, place, mask)
    return Held(frame, turned, (place[0] + held.width / 2, place[1] + held.height / 2))


def _held(sheet: Image.Image, chance: random.Random, turn: float | None = None) -> Image.Image:
    return hold(sheet, chance, turn).frame


def grain(frame: Image.Image, deviation: float, chance: random.Random) -> Image.Image:
    """Noise of a sensor. deviation: standard deviation in steps of 256."""
    count = frame.width * frame.height
    layers = [Image.frombytes("L", frame.size, chance.randbytes(count)) for _ in range(4)]
    pairs = [ImageChops.add(layers[0], layers[1], scale=2), ImageChops.add(layers[2], layers[3], scale=2)]
    noise = ImageChops.add(*pairs, scale=2).point(
        [round(128 + (v - 127) * deviation / NOISE) for v in range(256)]
    )
    return ImageChops.add(frame, Image.merge("RGB", (noise, noise, noise)), offset=-128)


# -- the troubles: text, degree, chance → frame -----------------------------------------------------------------


def _turned(text: str, degree: int, chance: random.Random) -> Image.Image:
    """Held askew, by 15° to 75°."""
    return _held(sheet_of(text), chance, turn=(15, 30, 45, 60, 75)[degree] + chance.uniform(-5, 5))


def _leaning(text: str, degree: int, chance: random.Random) -> Image.Image:
    """Leaning away from the camera, by 25° to 62°, about the upright or the level axis."""
    sheet, lean = sheet_of(text), math.radians((25, 35, 45, 55, 62)[degree])
    width, height, distance = sheet.width, sheet.height, 2.2 * CODE
    upright = chance.random() < 0.5
    corners = []
    for x, y in ((0, 0), (0, height), (width, height), (width, 0)):
        across, down = x - width / 2, y - height / 2
        away = math.sin(lean) * (across if upright else down)
        near = distance / (distance + away)
        corners.append(
            (
                width / 2 + near * across * (math.cos(lean) if upright else 1),
                height / 2 + near * down * (1 if upright else math.cos(lean)),
            )
        )
    left, top = min(x for x, _ in corners), min(y for _, y in corners)
    right, bottom = max(x for x, _ in corners), max(y for _, y in corners)
    moved = [(x - left, y - top) for x, y in corners]
    whole = ((0, 0), (0, height), (width, height), (width, 0))
    leaning = sheet.transform(
        (round(right - left), round(bottom - top)),
        Image.Transform.PERSPECTIVE,
        _homography(moved, whole),
        Image.Resampling.BICUBIC,
        fillcolor=TABLE,
    )
    return _held(leaning, chance)


def _homography(seen: list[tuple[float, float]], real: tuple[tuple[int, int], ...]) -> tuple[float, ...]:
    """The eight coefficients that lead from four points of the picture to those of the sheet, by Gaussian elimination."""
    rows = []
    for (x, y), (u, v) in zip(seen, real, strict=True):
        rows.append([x, y, 1, 0, 0, 0, -u * x, -u * y, u])
        rows.append([0, 0, 0, x, y, 1, -v * x, -v * y, v])
    for place in range(8):
        pivot = max(range(place, 8), key=lambda row: abs(rows[row][place]))
        rows[place], rows[pivot] = rows[pivot], rows[place]
        rows[place] = [value / rows[place][place] for value in rows[place]]
        for other in range(8):
            if other != place:
                factor = rows[other][place]
                rows[other] = [a - factor * b for a, b in zip(rows[other], rows[place], strict=True)]
    return tuple(row[8] for row in rows)


def _blurred(text: str, degree: int, chance: random.Random) -> Image.Image:
    """Out of focus, by 1.5 to 3.5 pixels (a module has about 7)."""
    return _held(sheet_of(text), chance).filter(ImageFilter.GaussianBlur((1.5, 2.0, 2.5, 3.0, 3.5)[degree]))


def _moving(text: str, degree: int, chance: random.Random) -> Image.Image:
    """Moved while the shutter is open, by 4 to 12 pixels in some direction."""
    frame, length = _held(sheet_of(text), chance), (4, 6, 8, 10, 12)[degree]
    way = chance.uniform(0, math.pi)
    mixed = frame
    for step in range(1, length + 1):
        moved = ImageChops.offset(frame, round(step * math.cos(way)), round(step * math.sin(way)))
        mixed = Image.blend(mixed, moved, 1 / (step + 1))
    return mixed


def _small(text: str, degree: int, chance: random.Random) -> Image.Image:
    """Far away: a code of 150 to 90 pixels (a module of 3.7 to 2.2)."""
    return _held(sheet_of(text, (150, 130, 115, 100, 90)[degree]), chance)


def _dim(text: str, degree: int, chance: random.Random) -> Image.Image:
    """A dark foyer: 40 % to 10 % of the light, and the grain that comes with it."""
    dark = ImageEnhance.Brightness(_held(sheet_of(text), chance)).enhance((0.4, 0.3, 0.2, 0.14, 0.10)[degree])
    return grain(dark, 4 + degree, chance)


def _glaring(text: str, degree: int, chance: random.Random) -> Image.Image:
    """A lamp mirrored on the sheet: a white spot of 12 % to 28 % of the code's width across, somewhere on the code."""
    frame, radius = _held(sheet_of(text), chance), CODE * (0.12, 0.16, 0.20, 0.24, 0.28)[degree] / 2
    x, y = (middle + chance.uniform(-0.35, 0.35) * CODE for middle in CENTRE)
    light = Image.new("L", FRAME, 0)
    ImageDraw.Draw(light).ellipse((x - radius, y - radius, x + radius, y + radius), fill=255)
    light = light.filter(ImageFilter.GaussianBlur(radius / 4))
    return Image.composite(Image.new("RGB", FRAME, (255, 255, 255)), frame, light)


def _shaded(text: str, degree: int, chance: random.Random) -> Image.Image:
    """The hand's shadow across the code: 50 % to 15 % of the light in it, with a soft edge."""
    frame = _held(sheet_of(text), chance)
    dark = ImageEnhance.Brightness(frame).enhance((0.5, 0.4, 0.3, 0.22, 0.15)[degree])
    edge, slant = CENTRE[0] + chance.uniform(-60, 60), chance.uniform(-300, 300)
    shadow = Image.new("L", FRAME, 0)
    ImageDraw.Draw(shadow).polygon(
        [(0, 0), (edge - slant, 0), (edge + slant, FRAME[1]), (0, FRAME[1])], fill=255
    )
    return Image.composite(dark, frame, shadow.filter(ImageFilter.GaussianBlur(12)))


def _grainy(text: str, degree: int, chance: random.Random) -> Image.Image:
    """A cheap sensor in poor light: noise of 15 to 55 steps of 256."""
    return grain(_held(sheet_of(text), chance), (15, 25, 35, 45, 55)[degree], chance)


def _curled(text: str, degree: int, chance: random.Random) -> Image.Image:
    """Paper that was folded into a pocket: bent to an arc of 30° to 110° in all."""
    sheet, half = sheet_of(text), math.radians((30, 50, 70, 90, 110)[degree]) / 2
    width, height, radius = sheet.width, sheet.height, sheet.width / (2 * half)
    bent_width, rise = round(2 * radius * math.sin(half)), round(0.35 * radius * (1 - math.cos(half)))
    strips = []
    for x in range(bent_width):
        across = math.asin(max(-1.0, min(1.0, (x + 0.5 - bent_width / 2) / radius)))
        source = width / 2 + across * radius
        lift = 0.35 * radius * (1 - math.cos(across))
        strips.append(
            (
                (x, 0, x + 1, height + rise),
                (
                    source - 0.5,
                    -lift,
                    source - 0.5,
                    height + rise - lift,
                    source + 0.5,
                    height + rise - lift,
                    source + 0.5,
                    -lift,
                ),
            )
        )
    bent = sheet.transform(
        (bent_width, height + rise), Image.Transform.MESH, strips, Image.Resampling.BILINEAR, fillcolor=TABLE
    )
    return _held(bent, chance)


def _on_screen(text: str, degree: int, chance: random.Random) -> Image.Image:
    """The screen of a phone, too bright and with its grid of dots against the camera's: stripes of 10 % to 42 %."""
    frame = _held(sheet_of(text), chance).point([60 + v * 195 // 255 for v in range(256)] * 3)
    depth, turn = (0.10, 0.18, 0.26, 0.34, 0.42)[degree], math.radians(chance.uniform(5, 40))
    period = chance.uniform(5, 9)
    across, down = 2 * math.pi * math.cos(turn) / period, 2 * math.pi * math.sin(turn) / period
    stripes = bytes(
        round(255 * (1 - depth * (0.5 + 0.5 * math.sin(x * across + y * down))))
        for y in range(FRAME[1])
        for x in range(FRAME[0])
    )
    grid = Image.frombytes("L", FRAME, stripes)
    return ImageChops.multiply(frame, Image.merge("RGB", (grid, grid, grid)))


def _compressed(text: str, degree: int, chance: random.Random) -> Image.Image:
    """Sent on by a messenger: half the size, then JPEG of quality 30 to 6."""
    small = _held(sheet_of(text), chance).resize((FRAME[0] // 2, FRAME[1] // 2), Image.Resampling.BILINEAR)
    written = io.BytesIO()
    small.save(written, "JPEG", quality=(30, 22, 15, 10, 6)[degree])
    return Image.open(written).convert("RGB").resize(FRAME, Image.Resampling.BILINEAR)


TROUBLES: dict[str, Callable[[str, int, random.Random], Image.Image]] = {
    "turned": _turned,
    "leaning": _leaning,
    "blurred": _blurred,
    "moving": _moving,
    "small": _small,
    "dim": _dim,
    "glaring": _glaring,
    "shaded": _shaded,
    "grainy": _grainy,
    "curled": _curled,
    "on a screen": _on_screen,
    "compressed": _compressed,
}
