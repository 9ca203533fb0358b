"""Refusals are values: an action that cannot do what was asked raises `Refused` with a code of its feature.

Each feature has a closed list (`refusals.py`, a StrEnum) and the sentence for each code (`texts.py`).
"""

from __future__ import annotations

from enum import StrEnum
from typing import Any


class Refused(Exception):
    """What was asked is not possible; nothing has changed.

    code: member of the feature's closed list. facts: plain values that its sentence may name.
    """

    def __init__(self, code: StrEnum, **facts: Any) -> None:
        super().__init__(str(code))
        self.code = code
        self.facts = facts

    def sentence(self, texts: dict[Any, str]) -> str:
        """The sentence for a person, from the feature's table of texts; KeyError if the table lacks the code."""
        return texts[self.code].format(**self.facts)
