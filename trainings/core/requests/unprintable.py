"""Whoever types a letter that cannot be printed hears what becomes of it, on the next page."""

from __future__ import annotations

from flask import flash

from trainings.core import texts
from trainings.core.paper import letters


def tell_unprintable(*told: str | None) -> None:
    """To staff: it is stored, and printed as 〓."""
    if lost := letters.missing(*told):
        flash(texts.UNPRINTABLE.format(letters=letters.named(lost)))


def tell_own_unprintable(*told: str | None, phone: str) -> None:
    """The same to a guest. phone: where it can be talked over."""
    if lost := letters.missing(*told):
        flash(texts.UNPRINTABLE_OWN.format(letters=letters.named(lost), phone=phone))
