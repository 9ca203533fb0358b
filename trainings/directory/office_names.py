"""When two spellings of an office's name mean one office. Pure."""

from __future__ import annotations

from functools import lru_cache

from trainings.core import names
from trainings.directory.texts import LEGAL_FORMS

FOLDED_FORMS = tuple(sorted((names.search_key(form) for form in LEGAL_FORMS), key=len, reverse=True))
"""Folded as the names are; the longest first, since one may hold another."""


@lru_cache(maxsize=10_000)
def office_key(typed: str) -> str:
    """A name folded for counting and matching: width, blanks, kana and legal forms apart (株式会社, （株）, ㈱). "" for none."""
    folded = names.search_key(typed)
    short = folded
    for form in FOLDED_FORMS:
        short = short.replace(form, "")
    return short or folded
