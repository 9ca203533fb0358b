"""What an applicant says, as plain values: from any form to any action."""

from __future__ import annotations

import uuid
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Statement:
    """What someone says when applying, as typed. organisation_id: chosen from the directory; with none,
    organisation_name is a free entry ("" = no office)."""

    family: str
    given: str
    family_kana: str = ""
    given_kana: str = ""
    mail: str = ""
    phone: str = ""
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
