"""Reading surveys."""

from __future__ import annotations

import json
import uuid
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from flask import current_app
from sqlalchemy import Select, case, func, select

from trainings.core import codes, names
from trainings.core.db import db
from trainings.core.paging import Page, page_of
from trainings.events.models import EventGroup
from trainings.registration.queries import application_by_ticket
from trainings.surveys import pairing, questionnaires
from trainings.surveys.models import (
    NO_CODE,
    FreeText,
    QuestionnaireVersion,
    Review,
    SurveyInvitation,
    SurveyResponse,
    SurveyRun,
)
from trainings.surveys.questionnaires import Answer, Document

REVIEWED_AFTER = {Review.PENDING: 0, Review.PUBLIC: 1, Review.REDACTED: 2, Review.INTERNAL: 3}
TEXTS_A_PAGE = 40
SHIPPED = Path(__file__).resolve().parent.parent / "data" / "questionnaires"


def shipped_document(code: str) -> dict[str, object]:
    """The JSON document that comes with the product; FileNotFoundError for an unknown code."""
    document: dict[str, object] = json.loads((SHIPPED / f"{code}.json").read_text(encoding="utf-8"))
    return document


def key_folder() -> Path:
    """Where this installation keeps its pairing keys."""
    settings = current_app.config["TSUDOI"]
    return pairing.key_folder(settings.survey_key_dir, settings.instance_path)


def events_with_keys() -> Sequence[uuid.UUID]:
    """The events whose surveys were made with a pairing key."""
    return db.session.scalars(select(SurveyRun.event_id).distinct()).all()


def run_by_slug(slug: str) -> SurveyRun | None:
    return db.session.scalar(select(SurveyRun).where(SurveyRun.slug == slug))


def runs_of_event(event_id: uuid.UUID) -> Sequence[SurveyRun]:
    """All runs of an event, oldest first."""
    return db.session.scalars(
        select(SurveyRun).where(SurveyRun.event_id == event_id).order_by(SurveyRun.opens_at)
    ).all()


def document_of(run: SurveyRun) -> Document:
    """The run's questionnaire as it was frozen."""
    return questionnaires.parse(run.version.doc)


def newest_version(code: str) -> QuestionnaireVersion | None:
    """The version with the highest number, frozen or not."""
    return db.session.scalar(
        select(QuestionnaireVersion)
        .where(QuestionnaireVersion.questionnaire.has(code=code))
        .order_by(QuestionnaireVersion.n.desc())
        .limit(1)
    )


def groups_of_run(run: SurveyRun) -> Sequence[EventGroup]:
    """The event's groups, in their order."""
    return db.session.scalars(
        select(EventGroup).where(EventGroup.event_id == run.event_id).order_by(EventGroup.sort)
    ).all()


def invitation_of_code(run: SurveyRun, code: str) -> SurveyInvitation | None:
    """Whose code this is, a pair secret or the code of a ticket (its address too, as a camera reads it); None for an unknown
    one. Raises pairing.PairingKeyMissing.

    The secret is stored nowhere before it is used, so all invitations of the event are tried: one HMAC each.
    """
    typed = names.code(code).rpartition("/")[2]
    if codes.is_ticket(typed):
        holder = application_by_ticket(typed)
        return invitation_of_application(run.event_id, holder.id) if holder else None
    key = pairing.read_key(key_folder(), run.event_id)
    for invitation in invitations_of_event(run.event_id):
        if pairing.token(key, invitation.pair_uuid) == typed:
            return invitation
    return None


def invitations_of_event(event_id: uuid.UUID) -> Sequence[SurveyInvitation]:
    return db.session.scalars(select(SurveyInvitation).where(SurveyInvitation.event_id == event_id)).all()


def invitation_of_application(event_id: uuid.UUID, application_id: uuid.UUID) -> SurveyInvitation | None:
    return db.session.scalar(
        select(SurveyInvitation).where(
            SurveyInvitation.event_id == event_id, SurveyInvitation.application_id == application_id
        )
    )


def answer_count(run: SurveyRun) -> int:
    """How many responses a run has; rounded down before it is shown while the run is open."""
    return db.session.scalar(select(func.count()).where(SurveyResponse.run_id == run.id)) or 0


def answers_with_code(run: SurveyRun) -> Counter[str]:
    """Stratum → number of answers with a code: by event group (its id as text), after closing by label."""
    rows = db.session.execute(
        select(SurveyResponse.stratum, func.count())
        .where(SurveyResponse.run_id == run.id, SurveyResponse.stratum != NO_CODE)
        .group_by(SurveyResponse.stratum)
    )
    return Counter({stratum: n for stratum, n in rows})


@dataclass(frozen=True)
class ResponseRow:
    """One response as results may use it: pooled stratum and answers, nothing else."""

    stratum: str
    channel: str
    values: dict[str, Answer]


def responses(run: SurveyRun) -> list[ResponseRow]:
    """All responses of a closed run in the order of their random ids, under the pooling fixed at closing."""
    assert run.strata is not None, "responses are read after closing only"
    rows = db.session.scalars(
        select(SurveyResponse).where(SurveyResponse.run_id == run.id).order_by(SurveyResponse.id)
    )
    return [
        ResponseRow(stratum=row.stratum, channel=row.channel.value, values=questionnaires.loaded(row.answers))
        for row in rows
    ]


def texts_of_run(run: SurveyRun) -> Sequence[FreeText]:
    """All free texts, by item, in random order."""
    return db.session.scalars(_texts(run)).all()


def _texts(run: SurveyRun) -> Select[tuple[FreeText]]:
    return select(FreeText).where(FreeText.run_id == run.id).order_by(FreeText.item_key, FreeText.id)


def page_of_texts(run: SurveyRun) -> Page[FreeText]:
    """The part of them that the address asks for: unread ones first, then by what was decided."""
    rank = case(REVIEWED_AFTER, value=FreeText.review)
    return page_of(
        _texts(run).order_by(None).order_by(rank, FreeText.item_key, FreeText.id), size=TEXTS_A_PAGE
    )


def count_texts(run: SurveyRun) -> dict[Review, int]:
    """How many texts are in each state; states without any are 0."""
    counted = select(FreeText.review, func.count()).where(FreeText.run_id == run.id).group_by(FreeText.review)
    return dict.fromkeys(Review, 0) | {review: n for review, n in db.session.execute(counted)}


def shown_texts(run: SurveyRun) -> dict[str, list[str]]:
    """Item key → texts that staff released, redacted ones as redacted."""
    shown: dict[str, list[str]] = {}
    for row in texts_of_run(run):
        if row.review == Review.PUBLIC:
            shown.setdefault(row.item_key, []).append(row.body)
        elif row.review == Review.REDACTED and row.public_body:
            shown.setdefault(row.item_key, []).append(row.public_body)
    return shown


def pending_texts(event_id: uuid.UUID) -> int:
    """How many free texts of an event nobody has read yet."""
    return (
        db.session.scalar(
            select(func.count())
            .select_from(FreeText)
            .join(SurveyRun, SurveyRun.id == FreeText.run_id)
            .where(SurveyRun.event_id == event_id, FreeText.review == Review.PENDING)
        )
        or 0
    )
