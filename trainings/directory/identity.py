"""Who is whom: when two statements of a name mean one person. Pure rule of "Who is whom" (architecture).

Kana, phone digits, mail and licence number arrive folded (core.names); kanji names exactly as typed, plus a folded
copy that joins variants (U+9AD9 and U+9AD8). An empty text or None is "not stated" and never counts as equal.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum


class Likeness(StrEnum):
    """Why two people may be one."""

    NAME_AND_KANA = "name_and_kana"
    LICENCE = "licence"
    """Whatever their names are: a family name changes, a licence stays."""
    KANA_AND_OFFICE = "kana_and_office"
    MAIL_AND_GIVEN = "mail_and_given"
    """The same address and given name, whatever the family name. Weaker than kana and office, so that a flood from one
    address stays one question beside the person whom it resembles."""
    PHONE = "phone"
    APPLIED_TWICE = "applied_twice"
    """By rule one person, who has an application at an event already where the answer is given at once: the newer one is
    known as somebody of their own until staff have decided."""
    BY_HAND = "by_hand"
    """Staff put the two side by side themselves."""


BEYOND_NAMES = (Likeness.LICENCE, Likeness.MAIL_AND_GIVEN)
"""What makes two alike however different their family names are. Asked about somebody known too, whom the name led to
themselves and not to who they were."""
FEWEST_FIGURES = 4


class LinkedBy(StrEnum):
    """What, beside name and kana, tied a statement to a known person; strongest first."""

    OWN_LINK = "own_link"
    LICENCE = "licence"
    MAIL = "mail"
    PHONE = "phone"
    ORGANISATION = "organisation"


@dataclass(frozen=True, kw_only=True)
class Statement:
    """What somebody says about themselves, folded as the module says."""

    family: str
    given: str
    folded_name: str
    family_kana: str
    given_kana: str
    mail: str = ""
    phone_digits: str = ""
    organisation_id: uuid.UUID | None = None
    licence_number: str = ""


@dataclass(frozen=True, kw_only=True)
class Known:
    """A person of the directory. canonical_id: whoever it was merged into, itself otherwise."""

    person_id: uuid.UUID
    canonical_id: uuid.UUID
    stated: Statement


@dataclass(frozen=True)
class Verdict:
    """Either one known person with what tied it, or nobody with the canonical people it may be."""

    person_id: uuid.UUID | None
    linked_by: LinkedBy | None
    candidates: tuple[tuple[uuid.UUID, Likeness], ...] = ()


def judge(statement: Statement, known: Sequence[Known]) -> Verdict:
    """Link, propose, or neither.

    Linked only if exactly one canonical person shares name, kana and one of licence, mail, phone, organisation; when
    several do, a licence number may still single one out. Otherwise whoever is alike is proposed, once per canonical
    person, with the strongest likeness.
    """
    ties = [(tie, one) for one in known if (tie := tie_between(statement, one.stated)) is not None]
    for among in (ties, [(tie, one) for tie, one in ties if tie is LinkedBy.LICENCE]):
        if len({one.canonical_id for _, one in among}) == 1:
            tie, one = min(among, key=_strongest_then_canonical)
            return Verdict(one.person_id, tie)
    return Verdict(None, None, likenesses(statement, known))


def _strongest_then_canonical(found: tuple[LinkedBy, Known]) -> tuple[int, bool, str]:
    tie, one = found
    return list(LinkedBy).index(tie), one.person_id != one.canonical_id, str(one.person_id)


def tie_between(one: Statement, other: Statement) -> LinkedBy | None:
    """The strongest fact that, with the same name and kana, makes the two one person; None = not by rule."""
    if (one.family, one.given) != (other.family, other.given) or not (one.family or one.given):
        return None
    if (one.family_kana, one.given_kana) != (other.family_kana, other.given_kana):
        return None
    facts = (
        (LinkedBy.LICENCE, one.licence_number, other.licence_number),
        (LinkedBy.MAIL, one.mail.lower(), other.mail.lower()),
        (LinkedBy.PHONE, one.phone_digits, other.phone_digits),
        (LinkedBy.ORGANISATION, one.organisation_id, other.organisation_id),
    )
    return next((tie for tie, here, there in facts if here and here == there), None)


def likenesses(statement: Statement, known: Sequence[Known]) -> tuple[tuple[uuid.UUID, Likeness], ...]:
    """Canonical people whom the statement may mean, each once with the strongest likeness, strongest first; among equals in
    the order in which they are known."""
    shared = _is_shared(statement.phone_digits, known)
    found: dict[uuid.UUID, Likeness] = {}
    for one in known:
        likeness = likeness_between(statement, one.stated, phone_is_shared=shared)
        if likeness is not None:
            found[one.canonical_id] = _stronger(likeness, found.get(one.canonical_id, likeness))
    return tuple(sorted(found.items(), key=lambda pair: list(Likeness).index(pair[1])))


def _stronger(one: Likeness, other: Likeness) -> Likeness:
    return min(one, other, key=list(Likeness).index)


def _is_shared(phone_digits: str, known: Iterable[Known]) -> bool:
    return len({one.canonical_id for one in known if one.stated.phone_digits == phone_digits}) > 1


def likeness_between(one: Statement, other: Statement, *, phone_is_shared: bool) -> Likeness | None:
    """Why the two may be one person, or None.

    A phone number alone counts, except where it is plainly the telephone of an office: the two name the same
    organisation, or several people already use it. Then one half of the kana must agree too (a changed family name).
    """
    has_kana = bool(one.family_kana or one.given_kana)
    same_kana = (one.family_kana, one.given_kana) == (other.family_kana, other.given_kana)
    kana_missing = not has_kana or not (other.family_kana or other.given_kana)
    same_office = one.organisation_id is not None and one.organisation_id == other.organisation_id
    if one.folded_name and one.folded_name == other.folded_name and (same_kana or kana_missing):
        return Likeness.NAME_AND_KANA
    if is_number(one.licence_number) and one.licence_number == other.licence_number:
        return Likeness.LICENCE
    if has_kana and same_kana and same_office:
        return Likeness.KANA_AND_OFFICE
    if one.mail and one.mail.lower() == other.mail.lower() and _same_given(one, other):
        return Likeness.MAIL_AND_GIVEN
    if one.phone_digits and one.phone_digits == other.phone_digits:
        half_agrees = _same(one.family_kana, other.family_kana) or _same(one.given_kana, other.given_kana)
        if half_agrees or not (same_office or phone_is_shared):
            return Likeness.PHONE
    return None


def is_number(licence_number: str) -> bool:
    """Whether it can be one that no two people share: what is written for want of one (なし, 0, 0000) many do."""
    figures = [letter for letter in licence_number if letter.isdecimal()]
    return len(figures) >= FEWEST_FIGURES and len(set(figures)) > 1


def _same_given(one: Statement, other: Statement) -> bool:
    """By kana; by the name as typed where neither has any, as people whose names are in Latin letters."""
    if one.given_kana or other.given_kana:
        return one.given_kana == other.given_kana
    return _same(one.given, other.given)


def _same(one: str, other: str) -> bool:
    return bool(one) and one == other
