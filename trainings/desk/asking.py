"""念のため: contradictions are asked about once before they are stored."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from trainings.events import texts
from trainings.events.doubts import Doubted, digest


def in_words(found: Collection[Doubted]) -> list[str]:
    return [texts.DOUBTS[one.doubt].format(**dict(one.facts)) for one in found]


def is_agreed(form: Any, asked: Collection[Doubted]) -> bool:
    """Whether exactly these were read on the page that was sent, or there are none; if not, the form will ask about them."""
    wanted = digest(asked)
    agreed = not wanted or form.agreed.data == wanted
    form.agreed.data = wanted
    return agreed
