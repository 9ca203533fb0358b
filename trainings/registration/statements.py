"""What an applicant says, as plain values: from any form to any action."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from trainings.core import names

NameParts = tuple[str, str, str, str]
"""Family and given name, then both in kana."""


@dataclass(frozen=True, kw_only=True)
class Statement:
    """What someone says when applying, as typed. organisation_id: chosen from the directory; with none,
    organisation_name is a free entry ("" = no office). fax: None where it is not asked for."""

    family: str
    given: str
    family_kana: str = ""
    given_kana: str = ""
    mail: str = ""
    phone: str = ""
    fax: str | None = None
    profession_id: uuid.UUID
    profession_note: str = ""
    organisation_id: uuid.UUID | None = None
    organisation_name: str = ""
    licence_number: str = ""
    heard_via_id: uuid.UUID | None = None
    heard_via_note: str = ""
    pre_answer: str = ""
    care_note: str = ""
    pledged: bool = False
    submitter_name: str = ""
    priority: int | None = None

    @property
    def name_parts(self) -> NameParts:
        return self.family, self.given, self.family_kana, self.given_kana


def is_somebody_else(before: NameParts, after: NameParts) -> bool:
    """Whether a name can be no correction of another one.

    It can be one when the given name stands somewhere in the name before, in kanji or in kana (a family name changes by
    marriage); or when both parts have something in common with those before. One letter of the given name alone says
    nothing: half of all colleagues share a 子 or a 美.
    """
    family, given, family_kana, given_kana = map(names.search_key, after)
    known = {names.search_key(part) for part in before} - {""}
    if given in known or given_kana in known:
        return False
    family_agrees = family_kana in known or not set(family).isdisjoint(names.search_key(before[0]))
    return not family_agrees or set(given).isdisjoint(names.search_key(before[1]))
