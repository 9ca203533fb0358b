"""Pictures at the edge of what can be read: the five troubles that were weakest, six of every degree, from seeds.

A ticket moves while the shutter is open; a lamp is mirrored on a finder; a hard shadow lies across; the foyer is nearly
dark; the guest's glass is cracked. Some of them hold too little for any reader. Which, is decided by `is_readable`, from the
scene and before a reader has seen it.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterator
from functools import cache

import numpy as np
import qrcode
from PIL import Image, ImageChops, ImageDraw, ImageEnhance, ImageFilter, ImageOps

from bench.hard_pictures import (
    CENTRE,
    CODE,
    DEGREES,
    FRAME,
    MARGIN,
    Held,
    Picture,
    as_png,
    grain,
    hold,
    qr_code,
    sheet_with,
    through_the_lens,
    ticket_text,
)
from trainings.core.paper.qr import QUIET_ZONE

EACH = 6
"""Pictures of each degree of each trouble."""
MODULES = 29
"""Modules along a side of a ticket's code (version 3), without the quiet zone."""
MODULE = CODE / (MODULES + 2 * QUIET_ZONE)
"""Pixels."""
CODEWORDS, CORRECTABLE = 70, 13
"""ISO/IEC 18004, table 9: version 3-M is one block of 70 codewords, 26 of them for correction, which mends 13."""
FAINTEST = 3.0
"""A module that changes its pixels by less than so many steps of 256, on the average, is not in the picture."""


def hardest(first_seed: int) -> Iterator[Picture | None]:
    """All of them, in the order of their seeds; None for one that nobody could read."""
    wanted = [
        (trouble, degree) for trouble in HARDEST for degree in range(DEGREES) for _picture in range(EACH)
    ]
    for seed, (trouble, degree) in enumerate(wanted, first_seed):
        yield hardest_picture(trouble, degree, seed)


def hardest_picture(trouble: str, degree: int, seed: int) -> Picture | None:
    """One of them, or None if it cannot be read (`is_readable`)."""
    text = ticket_text(random.Random(seed))
    drawn = qr_code(text).make_image().get_image().convert("RGB")
    seen, held = _seen(drawn, trouble, degree, seed)
    inverse, _held = _seen(_inverted(drawn), trouble, degree, seed)
    if not is_readable(_signals(seen, inverse, held, text)):
        return None
    return Picture(trouble, degree, seed, text, as_png(seen))


def _seen(drawn: Image.Image, trouble: str, degree: int, seed: int) -> tuple[Image.Image, Held]:
    chance = random.Random(seed)
    held = HARDEST[trouble](sheet_with(drawn.resize((CODE, CODE), Image.Resampling.LANCZOS)), degree, chance)
    return through_the_lens(held.frame, chance), held


# -- what can be read at all ------------------------------------------------------------------------------------


def is_readable(signals: np.ndarray) -> bool:
    """Whether enough of a code is in its picture. The rule was stated before any reader had seen one:

    1. A module is lost when it does not darken or lighten its own pixels, on the average, by `FAINTEST` steps the right way. A
       codeword with a lost module is lost, and of 70 codewords no more than 13 can be mended.
    2. A code is found by its three finders, each by the dark square in its middle: with half of one gone it is not found.

    signals: (29, 29), steps of 256, positive where a module shows as what it is.
    """
    lost = signals < FAINTEST
    if sum(bool(lost[place].any()) for place in codewords()) > CORRECTABLE:
        return False
    middles = [(2, 2), (2, MODULES - 5), (MODULES - 5, 2)]
    return all(lost[row : row + 3, column : column + 3].sum() < 5 for row, column in middles)


def _signals(seen: Image.Image, inverse: Image.Image, held: Held, text: str) -> np.ndarray:
    """How much each module shows, from two frames that differ in nothing but dark and light of the code: whatever covers,
    smears or dims a module takes from their difference. The mean over the middle 5 × 5 pixels of each module, (29, 29)."""
    difference = np.asarray(inverse.convert("L"), dtype=float) - np.asarray(seen.convert("L"), dtype=float)
    angle = math.radians(held.turned)
    width, height = CODE + 2 * (CODE // MARGIN), round(1.5 * CODE)
    start = CODE // MARGIN + QUIET_ZONE * MODULE
    dark = qr_code(text).modules
    signals = np.zeros((MODULES, MODULES))
    for row in range(MODULES):
        for column in range(MODULES):
            across = start + (column + 0.5) * MODULE - width / 2
            down = start + (row + 0.5) * MODULE - height / 2
            x = round(held.middle[0] + across * math.cos(angle) + down * math.sin(angle))
            y = round(held.middle[1] - across * math.sin(angle) + down * math.cos(angle))
            shown = difference[y - 2 : y + 3, x - 2 : x + 3].mean() / 2
            signals[row, column] = shown if dark[row][column] else -shown
    return signals


@cache
def codewords() -> list[np.ndarray]:
    """Which modules belong to each of the 70 codewords, (29, 29) of bool: found by setting one codeword at a time."""
    code = qrcode.QRCode(version=3, error_correction=qrcode.constants.ERROR_CORRECT_M, mask_pattern=0)
    code.add_data("A")
    code.make(fit=False)

    def drawn(data: list[int]) -> np.ndarray:
        code.data_cache = data
        code.makeImpl(False, 0)
        return np.array(code.modules, dtype=bool)

    empty = drawn([0] * CODEWORDS)
    return [
        drawn([255 * (place == codeword) for place in range(CODEWORDS)]) ^ empty
        for codeword in range(CODEWORDS)
    ]


def _inverted(drawn: Image.Image) -> Image.Image:
    """The same code with dark and light exchanged, its quiet zone as it was."""
    box = drawn.width // (MODULES + 2 * QUIET_ZONE) * QUIET_ZONE
    area = (box, box, drawn.width - box, drawn.height - box)
    inverse = drawn.copy()
    inverse.paste(ImageOps.invert(drawn.crop(area)), area)
    return inverse


# -- the troubles -----------------------------------------------------------------------------------------------


def _moving(sheet: Image.Image, degree: int, chance: random.Random) -> Held:
    """Moved while the shutter is open, by 6 to 12 pixels (a module has 8) in some direction."""
    held, length = hold(sheet, chance), (6, 8, 10, 11, 12)[degree]
    way = chance.uniform(0, math.pi)
    mixed = held.frame
    for step in range(1, length + 1):
        moved = ImageChops.offset(held.frame, round(step * math.cos(way)), round(step * math.sin(way)))
        mixed = Image.blend(mixed, moved, 1 / (step + 1))
    middle = (
        held.middle[0] + length / 2 * math.cos(way),
        held.middle[1] + length / 2 * math.sin(way),
    )
    return Held(mixed, held.turned, middle)


def _glare_on_finder(sheet: Image.Image, degree: int, chance: random.Random) -> Held:
    """A lamp mirrored on one of the three finders (7 modules wide): a white spot of 2 to 6 modules, somewhere on it."""
    radius = MODULE * (1, 1.5, 2, 2.5, 3)[degree]
    far = MODULES - 7
    corner = chance.choice(((0, 0), (far, 0), (0, far)))
    x, y = (
        CODE // MARGIN + MODULE * (QUIET_ZONE + 3.5 + place + chance.uniform(-3.5, 3.5)) for place in corner
    )
    light = Image.new("L", sheet.size, 0)
    ImageDraw.Draw(light).ellipse((x - radius, y - radius, x + radius, y + radius), fill=255)
    light = light.filter(ImageFilter.GaussianBlur(radius / 3))
    return hold(Image.composite(Image.new("RGB", sheet.size, (255, 255, 255)), sheet, light), chance)


def _hard_shadow(sheet: Image.Image, degree: int, chance: random.Random) -> Held:
    """Sunlight and the edge of a wall across the code, from the fourth degree on a window bar too: 35 % to 10 % of the light
    in it, with an edge of a quarter of a module."""
    held = hold(sheet, chance)
    dark = ImageEnhance.Brightness(held.frame).enhance((0.35, 0.25, 0.18, 0.13, 0.10)[degree])
    shadow = Image.new("L", FRAME, 0)
    pen = ImageDraw.Draw(shadow)
    edge, slant = CENTRE[0] + chance.uniform(-60, 60), chance.uniform(-300, 300)
    pen.polygon([(0, 0), (edge - slant, 0), (edge + slant, FRAME[1]), (0, FRAME[1])], fill=255)
    if degree >= 3:
        bar = edge + chance.uniform(60, 120)
        pen.line([(bar, 0), (bar + chance.uniform(-60, 60), FRAME[1])], fill=255, width=30)
    shadow = shadow.filter(ImageFilter.GaussianBlur(2))
    return Held(Image.composite(dark, held.frame, shadow), held.turned, held.middle)


def _very_dark(sheet: Image.Image, degree: int, chance: random.Random) -> Held:
    """A foyer at night: 14 % to 6 % of the light, and the grain that comes with it."""
    held = hold(sheet, chance)
    dark = ImageEnhance.Brightness(held.frame).enhance((0.14, 0.12, 0.10, 0.08, 0.06)[degree])
    return Held(grain(dark, 4 + degree, chance), held.turned, held.middle)


def _cracked(sheet: Image.Image, degree: int, chance: random.Random) -> Held:
    """A phone that fell: 3 to 7 cracks from a point on the code, white with a dark rim, rings about the point, and the
    pieces between them seen up to 5 pixels out of place."""
    held = hold(sheet, chance)
    point = tuple(middle + chance.uniform(-0.3, 0.3) * CODE for middle in CENTRE)
    angles = sorted(chance.uniform(0, 2 * math.pi) for _ in range(3 + degree))
    frame = held.frame.copy()
    for begin, end in zip(angles, [*angles[1:], angles[0] + 2 * math.pi], strict=True):
        piece = Image.new("L", FRAME, 0)
        steps = max(2, int((end - begin) / 0.3))
        rim = [begin + (end - begin) * step / steps for step in range(steps + 1)]
        ImageDraw.Draw(piece).polygon([point, *(_away(point, one, 2000) for one in rim)], fill=255)
        most = 1 + degree
        apart = ImageChops.offset(held.frame, chance.randint(-most, most), chance.randint(-most, most))
        frame.paste(apart, (0, 0), piece)
    pen, wide = ImageDraw.Draw(frame), 2 + degree // 2
    for angle in angles:
        line = [point]
        for _ in range(14):
            angle += chance.uniform(-0.25, 0.25)
            line.append(_away(line[-1], angle, 30))
        pen.line(line, fill=(235, 235, 240), width=wide)
        pen.line([(x + wide, y + 1) for x, y in line], fill=(90, 90, 95), width=1)
    for ring in range(2 + degree // 2):
        radius = 18 + ring * chance.uniform(18, 30)
        box = (point[0] - radius, point[1] - radius, point[0] + radius, point[1] + radius)
        pen.arc(box, chance.uniform(0, 180), chance.uniform(200, 360), fill=(235, 235, 240), width=wide)
    return Held(frame, held.turned, held.middle)


def _away(point: tuple[float, ...], angle: float, pixels: float) -> tuple[float, float]:
    return point[0] + pixels * math.cos(angle), point[1] + pixels * math.sin(angle)


HARDEST: dict[str, Callable[[Image.Image, int, random.Random], Held]] = {
    "moving fast": _moving,
    "glare on a finder": _glare_on_finder,
    "hard shadow": _hard_shadow,
    "very dark": _very_dark,
    "cracked glass": _cracked,
}
"""A ticket on paper, degree, chance → frame and where the sheet lies. Chance is drawn on alike whatever is printed on the
sheet."""
