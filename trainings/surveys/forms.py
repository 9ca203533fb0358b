"""Forms of surveys. Answers themselves are read by `questionnaires.read_answers`, from the frozen document."""

from __future__ import annotations

from flask_wtf import FlaskForm
from wtforms.validators import Length

from trainings.core.fields import HiddenField, RadioField, StringField, TextAreaField
from trainings.core.texts import TOO_LONG
from trainings.surveys import texts
from trainings.surveys.models import Review
from trainings.surveys.questionnaires import LONGEST_TEXT


class AnswerForm(FlaskForm):  # type: ignore[misc]
    """What every answer carries beside the answers: its id, and the code of whoever has one."""

    response_id = HiddenField()
    token = StringField(
        "回答番号", validators=[Length(max=100, message=TOO_LONG.format(label="回答番号", most=100))]
    )


class ReviewForm(FlaskForm):  # type: ignore[misc]
    """A decision about one free text."""

    text_id = HiddenField()
    review = RadioField(
        "どう扱うか",
        choices=[(review.value, texts.REVIEWS[review]) for review in Review if review != Review.PENDING],
    )
    public_body = TextAreaField(
        "伏せ字にした文",
        validators=[Length(max=LONGEST_TEXT, message=TOO_LONG.format(label="伏せ字にした文", most="40,000"))],
    )


class CloseForm(FlaskForm):  # type: ignore[misc]
    """The button that closes a run; only its CSRF token matters."""
