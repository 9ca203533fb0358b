"""What an organiser may type about an event, and the words when it is wrong."""

from __future__ import annotations

import uuid
from datetime import date, datetime, time
from typing import Any

from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    DateField,
    FieldList,
    Form,
    FormField,
    HiddenField,
    IntegerField,
    RadioField,
    StringField,
    TextAreaField,
    TimeField,
)
from wtforms.validators import InputRequired, Length, NumberRange, Optional, ValidationError

from trainings.core import clock, names
from trainings.directory.models import Profession
from trainings.directory.queries import professions
from trainings.events import texts
from trainings.events.editing import EventChange, GroupChange, ItemChange
from trainings.events.models import CertificateRule, Event, EventKind, Responsible, Selection
from trainings.events.presets import PRESETS

BLANK_GROUPS = 2
BLANK_ITEMS = 3
NOT_INVITED = "-"


class Whole(IntegerField):
    """A whole number; full width is read too."""

    def process_formdata(self, valuelist: list[str]) -> None:
        self.raw_data = valuelist
        typed = names.number(valuelist[0]) if valuelist else ""
        self.data = None
        if typed:
            if not typed.isdecimal():
                raise ValueError("数字で入力してください")
            self.data = int(typed)


class Day(DateField):
    def process_formdata(self, valuelist: list[str]) -> None:
        try:
            super().process_formdata(valuelist)
        except ValueError:
            raise ValueError("日付を、2027-02-14 のように入力してください") from None


class Clock(TimeField):
    def process_formdata(self, valuelist: list[str]) -> None:
        try:
            super().process_formdata(valuelist)
        except ValueError:
            raise ValueError("時刻を、13:30 のように入力してください") from None


def _words(label: str, most: int, required: bool = False) -> StringField:
    checks: list[Any] = [Length(max=most, message=f"{label}は{most}文字までで入力してください")]
    if required:
        checks.insert(0, InputRequired(f"{label}を入力してください"))
    return StringField(label, filters=[names.as_typed], validators=checks)


def _long(label: str) -> TextAreaField:
    return TextAreaField(
        label,
        filters=[names.as_typed],
        validators=[Length(max=4000, message=f"{label}は4000文字までで入力してください")],
    )


class NewEventForm(FlaskForm):  # type: ignore[misc]
    """A new event from a preset."""

    kind = RadioField(
        "催しの種類",
        choices=[(kind.value, preset.name) for kind, preset in PRESETS.items()],
        validators=[InputRequired("催しの種類を選んでください")],
    )
    title = _words("催しの名前", 120)
    on = Day("開催日", validators=[InputRequired("開催日を入力してください")])
    venue = _words("会場", 120, required=True)
    responsible = RadioField(
        "取扱主体",
        choices=[(one.value, texts.RESPONSIBLES[one]) for one in Responsible],
        default=Responsible.JOINT.value,
        validators=[InputRequired("取扱主体を選んでください")],
    )

    def values(self) -> dict[str, Any]:
        return {
            "kind": EventKind(self.kind.data),
            "title": self.title.data,
            "on": self.on.data,
            "venue": self.venue.data,
            "responsible": Responsible(self.responsible.data),
        }


class CopyForm(FlaskForm):  # type: ignore[misc]
    """A copy of an event on another day."""

    title = _words("催しの名前", 120, required=True)
    on = Day("開催日", validators=[InputRequired("開催日を入力してください")])


class GroupRow(Form):
    id = HiddenField()
    name = StringField(
        filters=[names.as_typed], validators=[Length(max=40, message="区分の名前は40文字までです")]
    )
    reserved = Whole(validators=[Optional(), NumberRange(0, 10_000, "確保する席は0以上で入力してください")])
    cap = Whole(validators=[Optional(), NumberRange(0, 10_000, "上限は0以上で入力してください")])
    release_on = Day(validators=[Optional()])

    def validate_cap(self, field: IntegerField) -> None:
        if field.data is not None and field.data < (self.reserved.data or 0):
            raise ValidationError(f"{self.name.data}の上限は、確保する席より小さくできません")


class ItemRow(Form):
    title = StringField(
        filters=[names.as_typed], validators=[Length(max=160, message="題名は160文字までです")]
    )
    minutes = Whole(validators=[Optional(), NumberRange(1, 600, "時間は1分から600分までで入力してください")])
    note = StringField(
        filters=[names.as_typed], validators=[Length(max=200, message="補足は200文字までです")]
    )
    speaker = StringField(
        filters=[names.as_typed], validators=[Length(max=80, message="話し手は80文字までです")]
    )
    speaker_affiliation = StringField(
        filters=[names.as_typed], validators=[Length(max=120, message="所属は120文字までです")]
    )
    credit_code = StringField(
        filters=[names.as_typed], validators=[Length(max=40, message="単位は40文字までです")]
    )

    def validate_minutes(self, field: IntegerField) -> None:
        if self.title.data and not field.data:
            raise ValidationError(f"「{self.title.data}」の時間（分）を入力してください")


class EventForm(FlaskForm):  # type: ignore[misc]
    """Everything of an event on one page."""

    title = _words("催しの名前", 120, required=True)
    subtitle = _words("副題", 160)
    description = _long("内容の紹介")
    audience = _long("対象")
    day = Day("開催日", validators=[InputRequired("開催日を入力してください")])
    begins = Clock("始まり", validators=[InputRequired("始まりの時刻を入力してください")])
    ends = Clock("終わり", validators=[InputRequired("終わりの時刻を入力してください")])
    doors = Clock("受付を始める時刻", validators=[InputRequired("受付を始める時刻を入力してください")])
    venue = _words("会場", 120, required=True)
    room = _words("部屋・階", 120)
    address = _words("住所", 160)
    map_url = _words("地図のアドレス", 300)
    fee = _words("参加費", 60)
    accessibility = _long("当日の配慮")

    capacity = Whole(
        "定員",
        validators=[
            InputRequired("定員を入力してください"),
            NumberRange(1, 10_000, "定員は1以上で入力してください"),
        ],
    )
    selection = RadioField(
        "選び方",
        choices=[(one.value, label) for one, label in texts.SELECTIONS.items()],
        validators=[InputRequired("選び方を選んでください")],
    )
    organisation_cap = Whole(
        "一つの事業所の上限", validators=[Optional(), NumberRange(1, 1000, "1以上で入力してください")]
    )
    opens_day = Day("申込を始める日", validators=[InputRequired("申込を始める日を入力してください")])
    closes_day = Day("締切の日", validators=[InputRequired("締切の日を入力してください")])
    closes_time = Clock("締切の時刻", validators=[InputRequired("締切の時刻を入力してください")])
    results_on = Day("結果をお知らせする日", validators=[Optional()])
    offer_hours = Whole(
        "空いた席のご案内を待つ時間",
        validators=[
            InputRequired("時間を入力してください"),
            NumberRange(1, 336, "1時間から336時間までで入力してください"),
        ],
    )
    keeps_waiting_list = BooleanField("抽選のあと、キャンセル待ちを続けます")
    public_number_name = _words("たねに加える公の番号", 120)

    groups = FieldList(FormField(GroupRow))
    programme = FieldList(FormField(ItemRow))

    responsible = RadioField(
        "取扱主体", choices=[(one.value, texts.RESPONSIBLES[one]) for one in Responsible]
    )
    purpose_of_use = _long("個人情報の利用目的")
    contact_name = _words("お問い合わせ先", 80)
    contact_phone = _words("お問い合わせの電話", 30)
    pledge = _long("守秘の約束")
    pre_question = _words("事前の質問", 200)
    table_size = Whole(
        "テーブルの人数", validators=[Optional(), NumberRange(2, 20, "2人から20人までで入力してください")]
    )
    handouts_numbered = BooleanField("資料に番号を付けて配り、終わりに回収します")
    certificate_rule = RadioField(
        "受講証明書", choices=[(one.value, label) for one, label in texts.CERTIFICATE_RULES.items()]
    )
    certificate_minutes = Whole(
        "必要な時間（分）", validators=[Optional(), NumberRange(1, 6000, "1以上で入力してください")]
    )
    reason = _words("変える理由", 200)

    PLAIN = (
        *("title", "subtitle", "description", "audience", "venue", "room", "address", "map_url", "fee"),
        *("accessibility", "capacity", "organisation_cap", "results_on", "offer_hours", "keeps_waiting_list"),
        *("public_number_name", "purpose_of_use", "contact_name", "contact_phone", "pledge", "pre_question"),
        *("table_size", "handouts_numbered"),
    )

    def validate_ends(self, field: TimeField) -> None:
        if field.data and self.begins.data and field.data <= self.begins.data:
            raise ValidationError("終わりは、始まりより後にしてください")

    def validate_doors(self, field: TimeField) -> None:
        if field.data and self.begins.data and field.data > self.begins.data:
            raise ValidationError("受付は、始まりより前に始めてください")

    def validate_closes_day(self, field: DateField) -> None:
        if field.data and self.opens_day.data and field.data < self.opens_day.data:
            raise ValidationError("締切は、申込を始める日より後にしてください")

    def validate_map_url(self, field: StringField) -> None:
        if field.data and not field.data.startswith(("https://", "http://")):
            raise ValidationError("地図のアドレスは https:// から入力してください")

    def validate_certificate_minutes(self, field: IntegerField) -> None:
        if self.certificate_rule.data == CertificateRule.MINUTES and not field.data:
            raise ValidationError("証明書に必要な時間（分）を入力してください")

    def validate_purpose_of_use(self, field: TextAreaField) -> None:
        if not field.data:
            raise ValidationError("個人情報の利用目的を入力してください")

    # -- the map of professions: one select a profession, read from the form by its id ----------------------------

    def read_map(self, typed: dict[str, str]) -> None:
        """Take the chosen group row of each profession from the request."""
        self.map = {
            profession.id: _row(typed.get(f"profession-{profession.id}", NOT_INVITED))
            for profession in professions()
        }

    def fill(self, event: Event) -> None:
        """Show an event as it is, with some blank rows to add to."""
        for name in self.PLAIN:
            self[name].data = getattr(event, name)
        starts, ends = clock.local(event.starts_at), clock.local(event.ends_at)
        self.day.data, self.begins.data, self.ends.data = starts.date(), starts.time(), ends.time()
        self.doors.data = clock.local(event.doors_open_at).time()
        self.opens_day.data = clock.local(event.application_opens_at).date()
        closes = clock.local(event.application_closes_at)
        self.closes_day.data, self.closes_time.data = closes.date(), closes.time()
        self.selection.data, self.responsible.data = event.selection.value, event.responsible.value
        self.certificate_rule.data = event.certificate_rule.value
        self.certificate_minutes.data = event.certificate_minutes
        for group in event.groups:
            self.groups.append_entry(
                {
                    "id": str(group.id),
                    "name": group.name,
                    "reserved": group.reserved,
                    "cap": group.cap,
                    "release_on": group.release_on,
                }
            )
        for item in event.programme:
            self.programme.append_entry(
                {name: getattr(item, name) for name in ItemChange.__dataclass_fields__}
            )
        for _ in range(BLANK_GROUPS):
            self.groups.append_entry({"reserved": None})
        for _ in range(BLANK_ITEMS):
            self.programme.append_entry({})
        place = {group.id: n for n, group in enumerate(event.groups)}
        chosen = {row.profession_id: place[row.event_group_id] for row in event.professions}
        self.map = {profession.id: chosen.get(profession.id) for profession in professions()}

    def change(self) -> EventChange:
        """What was typed, for the action; only after `validate()`."""
        values = {name: self[name].data for name in self.PLAIN}
        rule = CertificateRule(self.certificate_rule.data)
        return EventChange(
            values=values
            | {
                "selection": Selection(self.selection.data),
                "responsible": Responsible(self.responsible.data),
                "certificate_rule": rule,
                "certificate_minutes": self.certificate_minutes.data
                if rule == CertificateRule.MINUTES
                else None,
                "doors_open_at": self._at(self.doors.data),
                "application_opens_at": clock.day_begins(self.opens_day.data),
                "application_closes_at": clock.at(self.closes_day.data, self.closes_time.data),
            },
            starts_at=self._at(self.begins.data),
            ends_at=self._at(self.ends.data),
            groups=[
                GroupChange(
                    id=uuid.UUID(row.id.data) if row.id.data else None,
                    name=row.form.name.data,
                    reserved=row.reserved.data or 0,
                    cap=row.cap.data,
                    release_on=row.release_on.data,
                )
                for row in self.groups
            ],
            professions=self.map,
            programme=[
                ItemChange(**{name: row.form[name].data for name in ItemChange.__dataclass_fields__})
                for row in self.programme
                if row.title.data
            ],
            reason=self.reason.data or "",
        )

    def _at(self, clock_time: time) -> datetime:
        day: date = self.day.data
        return clock.at(day, clock_time)

    @property
    def profession_rows(self) -> list[tuple[Profession, int | None]]:
        return [(profession, self.map.get(profession.id)) for profession in professions()]


def _row(typed: str) -> int | None:
    return int(typed) if typed.isdecimal() else None
