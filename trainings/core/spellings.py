"""What is typed wrong in a way that people can mend: the sentence that asks about it, or "".

What is certain was folded before (core.names). Every way in asks here: forms by the checks of core.fields, desks and
files by themselves.
"""

from __future__ import annotations

from trainings.core import names, texts

MOST_SHOWN = 5
"""So many signs tell which they are."""


def about_kana(what: str, kana: str, *, name: str = "") -> str:
    """Of folded kana. what: the field's name in the sentence. name: the name that it belongs to; in Latin letters it needs
    none."""
    strange = names.no_kana(kana)
    if not strange:
        return ""
    if found := names.kanji(strange):
        return texts.KANJI_IN_KANA.format(what=what, letters=found[:MOST_SHOWN])
    if names.is_latin(name):
        return texts.NO_KANA_NEEDED.format(what=what)
    return texts.NO_KANA.format(what=what, letters=strange[:MOST_SHOWN])


def about_kanji_in_kana(what: str, kana: str) -> str:
    """Kanji alone: offices have figures and Latin letters in their names, and what is only compared may hold anything."""
    found = names.kanji(kana)
    return texts.KANJI_IN_KANA.format(what=what, letters=found[:MOST_SHOWN]) if found else ""
