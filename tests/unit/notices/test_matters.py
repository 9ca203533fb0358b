"""Every mail of the product to an applicant has its counterpart for those whom no mail reaches, or a reason why not."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from trainings.accounts.actions import SIGN_IN_MAIL
from trainings.desk.morning import MORNING
from trainings.notices.matters import MATTERS, PRESSING, WITHOUT
from trainings.notices.models import Kind
from trainings.notices.texts import HEADLINES, KINDS

ROOT = Path(__file__).resolve().parents[3]
PURPOSES = {
    "accounts/mail/sign_in": SIGN_IN_MAIL,
    "desk/mail/morning": MORNING,
    "surveys/mail/invitation": "survey_invitation",
}
"""Mails whose purpose is not `registration_` and their template."""
OTHER_FORMS = {"registration/mail/little"}
"""What an unconfirmed address hears first of an application, under the purpose of the mail in whose place it comes."""


def templates() -> Iterator[str]:
    """Every mail that there is, as a template's path without its ending."""
    for file in (ROOT / "templates").rglob("mail/*.txt"):
        if not file.name.startswith("_"):
            yield str(file.relative_to(ROOT / "templates").with_suffix(""))


def purpose_of(template: str) -> str:
    return PURPOSES.get(template) or f"registration_{template.rpartition('/')[2]}"


def literal_purposes() -> Iterator[str]:
    """What the program itself names as a purpose of a mail."""
    for file in (ROOT / "trainings").rglob("*.py"):
        for call in ast.walk(ast.parse(file.read_text("utf-8"))):
            if not isinstance(call, ast.Call) or getattr(call.func, "id", "") != "queue_mail":
                continue
            for word in call.keywords:
                if word.arg == "purpose" and isinstance(word.value, ast.Constant):
                    yield str(word.value.value)


def test_every_mail_has_a_counterpart_or_a_reason() -> None:
    mails = {purpose_of(template) for template in templates() if template not in OTHER_FORMS}
    counted = {purpose for matter in MATTERS for purpose in matter.purposes}

    assert len(mails) > 20, "the mails are found"
    assert sorted(mails - counted - set(WITHOUT)) == [], "mails without a second leg"
    assert sorted((counted | set(WITHOUT)) - mails) == [], "named, and no such mail"
    assert counted & set(WITHOUT) == set()
    assert all(WITHOUT.values())


def test_purposes_in_the_program_are_those_of_the_mails() -> None:
    mails = {purpose_of(template) for template in templates()}

    assert set(literal_purposes()) <= mails


def test_every_kind_is_computed_named_and_has_a_headline() -> None:
    assert [matter.kind for matter in MATTERS] == list(Kind)
    assert set(KINDS) == set(Kind)
    assert set(HEADLINES) == set(Kind) - {Kind.RESULT}
    assert set(Kind) - {Kind.RECEIPT} == PRESSING
