"""Forms of surveys. Answers themselves are read by `questionnaires.read_answers`, from the frozen document."""

from __future__ import annotations

from flask_wtf import FlaskForm
from wtforms import HiddenField, RadioField, StringField, TextAreaField

from trainings.surveys import texts
from trainings.surveys.models import Review


class AnswerForm(FlaskForm):  # type: ignore[misc]
    """What every answer carries beside the answers: its id, and the code of whoever has one."""

    response_id = HiddenField()
    token = StringField("回答番号")


class ReviewForm(FlaskForm):  # type: ignore[misc]
    """A decision about one free text."""

    text_id = HiddenField()
    review = RadioField(
        "どう扱うか",
        choices=[(review.value, texts.REVIEWS[review]) for review in Review if review != Review.PENDING],
    )
    public_body = TextAreaField("伏せ字にした文")


class CloseForm(FlaskForm):  # type: ignore[misc]
    """The button that closes a run; only its CSRF token matters."""
