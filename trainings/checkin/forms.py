"""What is typed at the door."""

from __future__ import annotations

from flask_wtf import FlaskForm
from wtforms.validators import DataRequired, Length

from trainings.core import names
from trainings.core.fields import HiddenField, Kana, NoAddress, StringField


class DeviceForm(FlaskForm):  # type: ignore[misc]
    """The name of a device, such as 受付1."""

    name = StringField(
        "端末の名前",
        filters=[names.as_typed],
        validators=[
            DataRequired("端末の名前を入力してください。例：受付1"),
            Length(max=40, message="端末の名前は40文字までで入力してください"),
            NoAddress("端末の名前には、ホームページやメールのアドレスを書けません"),
        ],
    )


class VenueForm(FlaskForm):  # type: ignore[misc]
    """What a guest is asked who checks in by the code at the door. scan_id: made with the page, so that pressing twice
    is one scan."""

    scan_id = HiddenField()
    number = StringField(
        "受付番号",
        validators=[
            DataRequired("受付番号を入力してください"),
            Length(max=40, message="受付番号は40文字までで入力してください"),
        ],
    )
    kana = StringField(
        "フリガナ",
        validators=[
            DataRequired("フリガナを入力してください"),
            Length(max=160, message="フリガナは160文字までで入力してください"),
            Kana("フリガナ"),
        ],
    )
