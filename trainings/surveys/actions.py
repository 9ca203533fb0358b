"""Opening, answering, closing and reviewing."""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Iterable, Mapping
from datetime import time, timedelta

from sqlalchemy import delete, select, update

from trainings.audit.actions import record
from trainings.core import clock, codes, traces
from trainings.core.db import db
from trainings.core.refusal import Refused
from trainings.core.small_numbers import pool
from trainings.core.web import render_mail
from trainings.events.models import Event
from trainings.messages.actions import queue_mail
from trainings.registration.models import Application
from trainings.surveys import pairing, questionnaires
from trainings.surveys.models import (
    NO_CODE,
    FreeText,
    Mode,
    Questionnaire,
    QuestionnaireVersion,
    ResponseChannel,
    Review,
    SurveyInvitation,
    SurveyResponse,
    SurveyRun,
    Wave,
)
from trainings.surveys.queries import (
    answer_count,
    answers_with_code,
    document_of,
    invitation_of_code,
    invitations_of_event,
    key_folder,
    newest_version,
    shipped_document,
)
from trainings.surveys.questionnaires import Answers
from trainings.surveys.refusals import SurveyRefusal

OPEN_DAYS = 14
LATE_BODY = "survey_invitation"
"""Name of the maker (in the worker) that writes the mail with the secret link while sending it."""


def load_questionnaire(code: str) -> QuestionnaireVersion:
    """The newest version of a shipped questionnaire, stored as version 1 at the first call."""
    version = newest_version(code)
    if version is not None:
        return version
    doc = shipped_document(code)
    parsed = questionnaires.parse(doc)
    questionnaire = Questionnaire(code=code, title=parsed.title)
    version = QuestionnaireVersion(
        questionnaire=questionnaire, n=1, doc=doc, sha256=questionnaires.digest(doc)
    )
    db.session.add(version)
    db.session.flush()
    return version


def open_run(*, event: Event, attended: Iterable[Application], code: str = "A") -> SurveyRun:
    """Open the questionnaire right after an event and invite who was there; calling it again invites only those
    who are new (a door that was reopened), and never opens a second run.

    The caller holds the event's lock. attended: the applications of the people who were present.
    """
    run = db.session.scalar(
        select(SurveyRun).where(SurveyRun.event_id == event.id, SurveyRun.wave == Wave.SINGLE)
    )
    if run is None:
        version = load_questionnaire(code)
        if version.frozen_at is None:
            version.frozen_at = clock.now()
        run = SurveyRun(
            event_id=event.id,
            slug=codes.new_secret(),
            wave=Wave.SINGLE,
            version_id=version.id,
            mode=Mode.ANONYMOUS_PAIRED,
            opens_at=clock.now(),
            closes_at=clock.at(clock.today() + timedelta(days=OPEN_DAYS), time(23, 59)),
        )
        db.session.add(run)
        db.session.flush()
        record(
            verb="survey.opened",
            subject=("survey_run", run.id),
            event_id=event.id,
            detail={"questionnaire": code, "version": version.n, "mode": run.mode.value},
        )
    if run.closed_at is None:
        _invite(run, event, attended)
    return run


def _invite(run: SurveyRun, event: Event, attended: Iterable[Application]) -> None:
    pairing.make_key(key_folder(), event.id)
    known = {invitation.application_id for invitation in invitations_of_event(event.id)}
    subject, _ = render_mail("surveys/mail/invitation.txt", run=run, event=event, link="", token="")
    for application in attended:
        if application.id in known:
            continue
        invitation = SurveyInvitation(
            event_id=event.id, application_id=application.id, stratum=application.event_group_id
        )
        db.session.add(invitation)
        db.session.flush()
        if application.mail:
            queue_mail(
                to=application.mail,
                subject=subject,
                late_body=LATE_BODY,
                purpose="survey_invitation",
                event_id=event.id,
                reference=str(invitation.id),
            )


def submit_answers(
    *,
    run: SurveyRun,
    response_id: uuid.UUID,
    code: str,
    given: Mapping[str, list[str]],
    channel: ResponseChannel,
) -> Answers:
    """Store one person's answers, or return what is wrong with them in `problems`, storing nothing.

    code: the pair secret or the code of a ticket, or "" for an answer without one. The same response id with the
    same answers changes nothing; the same person's code again replaces the earlier answer, also from a page gone back to.
    Raises Refused: NOT_OPEN, UNKNOWN_CODE, CODE_NEEDED, ANSWERED_BEFORE (the same id said something else before).
    """
    answers = questionnaires.read_answers(document_of(run), given)
    _lock(run.id)
    invitation = _invitation(run, code)
    token = _token(run, invitation) if invitation else ""
    stored = db.session.get(SurveyResponse, response_id)
    if stored is not None and not (token and stored.pair_token == token):
        if answers.problems or not _says_the_same(run, stored, answers):
            raise Refused(SurveyRefusal.ANSWERED_BEFORE)
        return answers
    if not run.is_open:
        raise Refused(SurveyRefusal.NOT_OPEN)
    if invitation is None and code:
        raise Refused(SurveyRefusal.UNKNOWN_CODE)
    if not code and answer_count(run) >= len(invitations_of_event(run.event_id)):
        raise Refused(SurveyRefusal.CODE_NEEDED)
    if answers.problems:
        return answers
    if token:
        _forget_earlier(run, token)
    response = {
        "id": response_id,
        "run_id": run.id,
        "pair_token": token or None,
        "stratum": str(invitation.stratum) if invitation else NO_CODE,
        "channel": channel,
        "answers": questionnaires.stored(answers.values),
        "person_id": None,
    }
    traces.mix(SurveyResponse, SurveyResponse.run_id == run.id, [response])
    if answers.texts:
        texts = [_text(run, token, key, body) for key, body in answers.texts.items()]
        traces.mix(FreeText, FreeText.run_id == run.id, texts)
    return answers


def _says_the_same(run: SurveyRun, stored: SurveyResponse, answers: Answers) -> bool:
    """Whether answers are those of a response; its texts cannot be told from others, so they must stand somewhere."""
    if stored.answers != questionnaires.stored(answers.values):
        return False
    bodies = select(FreeText.item_key, FreeText.body).where(FreeText.run_id == run.id)
    return answers.texts.items() <= {(row.item_key, row.body) for row in db.session.execute(bodies)}


def _text(run: SurveyRun, token: str, item_key: str, body: str) -> dict[str, object]:
    """The row of a free text; its id can be told again from a code, so that a second answer replaces it."""
    key = pairing.read_key(key_folder(), run.event_id) if token else b""
    return {
        "id": pairing.text_id(key, token, item_key) if token else uuid.uuid4(),
        "run_id": run.id,
        "item_key": item_key,
        "body": body,
        "review": Review.PENDING,
        "public_body": None,
    }


def _lock(run_id: uuid.UUID) -> SurveyRun | None:
    """The run, read anew under its lock: an answer must not slip in behind a closing that has fixed the pooling."""
    return db.session.scalar(
        select(SurveyRun)
        .where(SurveyRun.id == run_id)
        .with_for_update(key_share=True, of=SurveyRun)
        .execution_options(populate_existing=True)
    )


def _invitation(run: SurveyRun, code: str) -> SurveyInvitation | None:
    if not code:
        return None
    try:
        return invitation_of_code(run, code)
    except pairing.PairingKeyMissing:
        # No code can be told from another without the key; whoever leaves it empty can still answer.
        return None


def _token(run: SurveyRun, invitation: SurveyInvitation) -> str:
    return pairing.token(pairing.read_key(key_folder(), run.event_id), invitation.pair_uuid)


def _forget_earlier(run: SurveyRun, token: str) -> None:
    key = pairing.read_key(key_folder(), run.event_id)
    text_ids = [pairing.text_id(key, token, item.key) for item in document_of(run).items if item.is_free_text]
    db.session.execute(
        delete(SurveyResponse).where(SurveyResponse.run_id == run.id, SurveyResponse.pair_token == token)
    )
    db.session.execute(delete(FreeText).where(FreeText.run_id == run.id, FreeText.id.in_(text_ids)))


def close_run(*, run_id: uuid.UUID) -> SurveyRun:
    """Close a run and fix its pooling: one for every table, chart and file from now on, written into the answers too, so
    that nobody can tell later of which group a single one was.

    Groups are counted by answers with a code: without one, anybody could fill a group up. Answers without a code that are
    more than the people who have not used theirs are taken out, whichever they are.
    Raises Refused: ALREADY_CLOSED. LookupError for an unknown run.
    """
    run = _lock(run_id)
    if run is None:
        raise LookupError(f"no survey run {run_id}")
    if run.closed_at is not None:
        raise Refused(SurveyRefusal.ALREADY_CLOSED)
    run.closed_at = clock.now()
    with_code = answers_with_code(run)
    run.strata = pool(with_code, run.k)
    run.left_out = _leave_out(run, len(invitations_of_event(run.event_id)) - with_code.total())
    for group, label in run.strata.items():
        if label != group:
            db.session.execute(
                update(SurveyResponse)
                .where(SurveyResponse.run_id == run.id, SurveyResponse.stratum == group)
                .values(stratum=label)
            )
    traces.mix(SurveyResponse, SurveyResponse.run_id == run.id)
    traces.mix(FreeText, FreeText.run_id == run.id)
    record(
        verb="survey.closed",
        subject=("survey_run", run.id),
        event_id=run.event_id,
        detail={"left_out": run.left_out},
    )
    db.session.flush()
    return run


def _leave_out(run: SurveyRun, room: int) -> int:
    """Delete so many answers without a code, by chance, that at most `room` stay; how many that were."""
    ids = db.session.scalars(
        select(SurveyResponse.id).where(SurveyResponse.run_id == run.id, SurveyResponse.pair_token.is_(None))
    ).all()
    surplus = secrets.SystemRandom().sample(ids, max(0, len(ids) - max(0, room)))
    db.session.execute(delete(SurveyResponse).where(SurveyResponse.id.in_(surplus)))
    return len(surplus)


def locked_text(*, run: SurveyRun, text_id: uuid.UUID) -> FreeText:
    """One free text as it is now, its change kept from others. LookupError for a text that is not of this run."""
    row = db.session.scalar(
        select(FreeText)
        .where(FreeText.id == text_id, FreeText.run_id == run.id)
        .with_for_update(key_share=True, of=FreeText)
        .execution_options(populate_existing=True)
    )
    if row is None:
        raise LookupError(f"no text {text_id}")
    return row


def review_text(*, run: SurveyRun, text_id: uuid.UUID, review: Review, public_body: str = "") -> FreeText:
    """Record what staff decided about one free text.

    public_body: the redacted sentence, required for REDACTED. Raises Refused: REDACTION_EMPTY; LookupError for a text
    that is not of this run.
    """
    row = locked_text(run=run, text_id=text_id)
    if review == Review.REDACTED and not public_body.strip():
        raise Refused(SurveyRefusal.REDACTION_EMPTY)
    row.review = review
    row.public_body = public_body.strip() if review == Review.REDACTED else None
    record(
        verb="survey.text_reviewed",
        subject=("free_text", row.id),
        event_id=run.event_id,
        detail={"review": review.value},
    )
    db.session.flush()
    return row
