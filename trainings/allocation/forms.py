"""What organisers and applicants say about seats."""

from __future__ import annotations

from flask_wtf import FlaskForm
from wtforms import HiddenField, RadioField, StringField, TextAreaField
from wtforms.validators import InputRequired

PLACE = "place"
REFUSE = "refuse"


class DrawForm(FlaskForm):  # type: ignore[misc]
    """The button of the draw, with the public number when one was named beforehand."""

    public_number = StringField("番号")
    confirmed_mails = HiddenField()


class VoidForm(FlaskForm):  # type: ignore[misc]
    """Why a draw no longer counts."""

    void_reason = TextAreaField("取り消す理由", validators=[InputRequired("取り消す理由を入力してください")])


class DecisionForm(FlaskForm):  # type: ignore[misc]
    """A decision by hand."""

    decision = RadioField(
        "どうしますか",
        choices=[(PLACE, "参加を決める"), (REFUSE, "今回は見送る")],
        validators=[InputRequired("どうするかを選んでください")],
    )
    reason = TextAreaField("理由", validators=[InputRequired("理由を入力してください")])


class OfferForm(FlaskForm):  # type: ignore[misc]
    """The two buttons under an offer."""

    answer = HiddenField()
