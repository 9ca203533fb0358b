"""What an organiser may type in one row of a table, and the words when it is wrong."""

from __future__ import annotations

from wtforms import Form
from wtforms.validators import ValidationError

from trainings.core.fields import HiddenField, SelectField, StringField
from trainings.events.fields import Clock, Day, Whole, between, words

NO_SECTOR = ""


class SessionRow(Form):
    id = HiddenField()
    title = words("回の名前", 120)
    day = Day()
    begins = Clock()
    ends = Clock()

    @property
    def is_blank(self) -> bool:
        return not (self.title.data or self.day.data or self.begins.data or self.ends.data)

    def validate_title(self, field: StringField) -> None:
        if not field.data and (self.day.data or self.begins.data or self.ends.data) and not self.id.data:
            raise ValidationError("回の名前を入力してください。一回だけなら、催しの名前でかまいません")

    def validate_day(self, field: Day) -> None:
        if self.title.data and field.data is None:
            raise ValidationError(f"「{self.title.data}」の日を入力してください")

    def validate_begins(self, field: Clock) -> None:
        if self.title.data and field.data is None:
            raise ValidationError(f"「{self.title.data}」の始まりの時刻を入力してください")

    def validate_ends(self, field: Clock) -> None:
        if self.title.data and field.data is None:
            raise ValidationError(f"「{self.title.data}」の終わりの時刻を入力してください")
        if self.title.data and field.data and self.begins.data and field.data <= self.begins.data:
            raise ValidationError(f"「{self.title.data}」の終わりは、始まりより後の時刻にしてください")


def _seats(label: str) -> Whole:
    return Whole(validators=[between(0, 10_000, f"{label}は0以上の数で入力してください")])


class SectorRow(Form):
    id = HiddenField()
    name = words("分野の名前", 40)
    reserved = _seats("確保する席")
    cap = _seats("上限")

    def validate_cap(self, field: Whole) -> None:
        if field.data is not None and field.data < (self.reserved.data or 0):
            raise ValidationError(
                f"「{self.name.data}」の上限を、確保する席（{self.reserved.data}席）以上にしてください"
            )


class GroupRow(SectorRow):
    name = words("区分の名前", 40)
    release_on = Day()
    sector = SelectField(choices=[(NO_SECTOR, "なし")], validate_choice=False, default=NO_SECTOR)


class ItemRow(Form):
    number = Whole(validators=[between(0, 999, "順番は0から999までの数で入力してください")])
    title = words("題名", 160)
    begins = Clock()
    minutes = Whole(validators=[between(1, 600, "時間は1分から600分までの数で入力してください")])
    note = words("補足", 200)
    speaker = words("話し手", 80)
    speaker_affiliation = words("所属", 120)
    credit_code = words("単位", 40)

    def validate_minutes(self, field: Whole) -> None:
        if self.title.data and not field.data:
            raise ValidationError(f"「{self.title.data}」の時間（分）を入力してください")

    def validate_title(self, field: StringField) -> None:
        if not field.data and (self.speaker.data or self.note.data):
            raise ValidationError(
                "題名を入力してください。この行をなくすときは、話し手と補足も消してください"
            )
