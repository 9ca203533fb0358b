"""What an organiser may type at the desk, and the words when it is wrong."""

from __future__ import annotations

from flask_wtf import FlaskForm
from wtforms.validators import InputRequired

from trainings.core.fields import HiddenField, RadioField
from trainings.events.fields import long_text
from trainings.events.models import NoticeKind

LONGEST_REASON = 400


class StandstillForm(FlaskForm):  # type: ignore[misc]
    """Whether an event is postponed or called off, and why."""

    kind = RadioField(
        "どうしますか",
        choices=[
            (NoticeKind.POSTPONED.value, "延期する（新しい日は、あとで決める）"),
            (NoticeKind.CALLED_OFF.value, "中止する"),
        ],
        validators=[InputRequired("延期か中止かを選んでください")],
    )
    reason = long_text("理由", LONGEST_REASON)

    def without_postponing(self) -> StandstillForm:
        """What is postponed already can only be called off."""
        self.kind.choices = self.kind.choices[1:]
        return self


class NoticeForm(FlaskForm):  # type: ignore[misc]
    """Telling those who applied; or not, and why. revision, mails: as the page showed them."""

    revision = HiddenField()
    mails = HiddenField()
    reason = long_text("知らせない理由", LONGEST_REASON)
