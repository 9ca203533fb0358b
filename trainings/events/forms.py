"""What an organiser may type about an event, and the words when it is wrong."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any, Self

from flask_wtf import FlaskForm
from wtforms import FormField
from wtforms.validators import InputRequired, Length, ValidationError

from trainings.core import clock, names
from trainings.core.fields import (
    BooleanField,
    FieldList,
    HiddenField,
    Mail,
    Phone,
    RadioField,
    StringField,
)
from trainings.core.requests.editions import EditForm, Facet
from trainings.core.texts import TOO_LONG
from trainings.directory.queries import professions
from trainings.events import texts
from trainings.events.fields import Clock, Day, Whole, between, long_text, words
from trainings.events.models import CertificateRule, EventKind, Responsible, Selection
from trainings.events.presets import PRESETS
from trainings.events.refusals import EventRefusal
from trainings.events.rows.forms import GroupRow, ItemRow, SectorRow, SessionRow
from trainings.events.timetable import BeginsTooEarly, Line, laid_out, reordered

BLANK_SESSIONS, BLANK_SECTORS, BLANK_GROUPS, BLANK_ITEMS = 1, 1, 2, 3
NOT_INVITED = ""
NUMBERED = re.compile(r"第([0-9]+)回")


def next_title(title: str) -> str:
    """第11回 … becomes 第12回 …; a title without a number stays."""
    return NUMBERED.sub(lambda found: f"第{int(found[1]) + 1}回", title, count=1)


class NewEventForm(FlaskForm):  # type: ignore[misc]
    """A new event from a preset."""

    agreed = HiddenField()
    kind = RadioField(
        "催しの種類",
        choices=[(kind.value, preset.name) for kind, preset in PRESETS.items()],
        validators=[InputRequired("催しの種類を選んでください")],
    )
    title = words("催しの名前", 120)
    on = Day("開催日", validators=[InputRequired("開催日を入力してください")])
    begins = Clock("始まり")
    ends = Clock("終わり")
    venue = words("会場", 120, required="会場を入力してください")
    responsible = RadioField(
        "取扱主体",
        choices=[(one.value, texts.RESPONSIBLES[one]) for one in Responsible],
        default=Responsible.JOINT.value,
        validators=[InputRequired("取扱主体を選んでください")],
    )

    def validate_ends(self, field: Clock) -> None:
        if field.data is None or self.kind.data not in {kind.value for kind in PRESETS}:
            return
        begins = self.begins.data or PRESETS[EventKind(self.kind.data)].sessions[0].begins
        if field.data <= begins:
            raise ValidationError(f"終わりは、始まり（{begins:%H:%M}）より後の時刻にしてください")

    def values(self) -> dict[str, Any]:
        """Arguments of `create_event`."""
        return {
            "kind": EventKind(self.kind.data),
            "title": self.title.data,
            "on": self.on.data,
            "begins": self.begins.data,
            "ends": self.ends.data,
            "venue": self.venue.data,
            "responsible": Responsible(self.responsible.data),
        }


class CopyForm(FlaskForm):  # type: ignore[misc]
    """A copy of an event on another day."""

    agreed = HiddenField()
    title = words("催しの名前", 120, required="催しの名前を入力してください")
    on = Day("開催日", validators=[InputRequired("開催日を入力してください")])


class EventForm(EditForm):
    """Everything of an event on one page."""

    agreed = HiddenField()
    apart = frozenset({"agreed", "reason"})
    together = (
        ("groups", "sectors", "professions"),
        ("public_number_name", "without_public_number"),
        ("opens_day", "opens_time"),
        ("closes_day", "closes_time"),
        ("certificate_rule", "certificate_minutes"),
    )
    """The tables point to each other by their rows."""

    title = words("催しの名前", 120, required="催しの名前を入力してください")
    subtitle = words("副題", 160)
    description = long_text("内容の紹介")
    audience = long_text("対象")
    sessions = FieldList(FormField(SessionRow), "日時")
    doors = Clock("受付を始める時刻", validators=[InputRequired("受付を始める時刻を入力してください")])
    venue = words("会場", 120)
    room = words("部屋・階", 120)
    address = words("住所", 160)
    map_url = words("地図のアドレス", 300)
    fee = words("参加費", 60)
    accessibility = long_text("当日の配慮")

    selection = RadioField(
        "選び方",
        choices=[(one.value, label) for one, label in texts.SELECTIONS.items()],
        validators=[InputRequired("選び方を選んでください")],
    )
    capacity = Whole(
        "定員",
        validators=[
            InputRequired("定員を入力してください"),
            between(1, 10_000, "定員は1以上の数で入力してください"),
        ],
    )
    opens_day = Day("申込を始める日", validators=[InputRequired("申込を始める日を入力してください")])
    opens_time = Clock("申込を始める時刻", validators=[InputRequired("申込を始める時刻を入力してください")])
    closes_day = Day("締切の日", validators=[InputRequired("締切の日を入力してください")])
    closes_time = Clock("締切の時刻", validators=[InputRequired("締切の時刻を入力してください")])
    results_on = Day("結果をお知らせする日")
    public_number_name = words("抽選に加える公の番号", 120)
    without_public_number = BooleanField("公の番号を加えずに抽選する")
    keeps_waiting_list = BooleanField("席が足りないとき、キャンセル待ちを受ける")
    offer_hours = Whole(
        "空いた席のご案内を待つ時間",
        validators=[
            InputRequired("ご案内を待つ時間を入力してください"),
            between(1, 336, "ご案内を待つ時間は、1時間から336時間（2週間）までで入力してください"),
        ],
    )
    pre_question = words("事前の質問", 200)
    pledge = long_text("守秘の約束")

    groups = FieldList(FormField(GroupRow), "区分ごとの席")
    sectors = FieldList(FormField(SectorRow), "分野ごとの席")
    organisation_cap = Whole(
        "一つの事業所の上限",
        validators=[
            between(
                1, 1000, "一つの事業所の上限は1以上の数で入力してください。空けておくと、上限はありません"
            ),
        ],
    )
    reason = words("変える理由", 200)
    programme = FieldList(FormField(ItemRow), "プログラム")

    responsible = RadioField(
        "取扱主体",
        choices=[(one.value, texts.RESPONSIBLES[one]) for one in Responsible],
        validators=[InputRequired("取扱主体を選んでください")],
    )
    purpose_of_use = long_text("利用目的")
    contact_name = words("お問い合わせ先", 80)
    contact_phone = words("お問い合わせの電話", 30, fold=names.phone, checks=[Phone()])
    contact_fax = words("申込を受けるFAX", 30, fold=names.phone, checks=[Phone()])
    contact_mail = StringField(
        "お問い合わせのメール",
        filters=[names.as_typed],
        validators=[Length(max=254, message=TOO_LONG.format(label="メールアドレス", most=254)), Mail()],
    )
    table_size = Whole(
        "テーブルの人数",
        validators=[between(2, 20, "テーブルの人数は、2人から20人までで入力してください")],
    )
    fee_amount = Whole(
        "受付でいただく参加費（お一人）",
        validators=[
            between(1, 100_000, "受付でいただく参加費は、1円から100,000円までの数で入力してください")
        ],
    )
    handouts_numbered = BooleanField("資料に番号を付けて配り、終わりに回収する")
    certificate_rule = RadioField(
        "受講証明書",
        choices=[(one.value, label) for one, label in texts.CERTIFICATE_RULES.items()],
        validators=[InputRequired("受講証明書を出すかどうかを選んでください")],
    )
    certificate_minutes = Whole(
        "証明書に要る時間",
        validators=[between(1, 6000, "時間は1分以上の数で入力してください")],
    )

    professions: dict[Any, int | None]
    """Profession id → row of `groups`; one select each, read and written by `filling`."""

    def facets(self) -> dict[str, Facet]:
        """The fields and tables, and beside them which group each profession that may be chosen counts to."""
        groups = [row.form.name.data for row in self.groups]
        places = [(one, self.professions.get(one.id)) for one in professions()]
        text = "\n".join(f"{one.id} {place}" for one, place in places)
        lines = [f"{one.name}：{_called(groups, place)}" for one, place in places]
        return super().facets() | {"professions": Facet("職種の割りあて", text, "\n".join(lines))}

    def take_over(self, name: str, standing: Self) -> None:
        """The map of professions too."""
        if name == "professions":
            self.professions = standing.professions
        else:
            super().take_over(name, standing)

    # -- single fields -------------------------------------------------------------------------------------

    def validate_doors(self, field: Clock) -> None:
        begins = [row.form.begins.data for row in self.sessions if row.form.title.data]
        if field.data and begins and begins[0] and field.data > begins[0]:
            raise ValidationError("受付は、催しが始まる前か、始まる時刻に始めてください")

    def validate_closes_day(self, field: Day) -> None:
        opens, closes = (
            (day.data, at.data)
            for day, at in ((self.opens_day, self.opens_time), (self.closes_day, self.closes_time))
        )
        if None not in (*opens, *closes) and closes <= opens:
            raise ValidationError("締切は、申込を始める日時より後にしてください")

    def validate_public_number_name(self, field: StringField) -> None:
        if self.without_public_number.data and field.data:
            raise ValidationError("公の番号を加えないときは、番号の名前を消してください")
        if (
            self.selection.data == Selection.LOTTERY
            and not field.data
            and not self.without_public_number.data
        ):
            raise ValidationError(
                "公の番号の名前を入力してください。加えないときは、「公の番号を加えずに抽選する」に印を入れてください"
            )

    def validate_map_url(self, field: StringField) -> None:
        if field.data and not field.data.startswith(("https://", "http://")):
            raise ValidationError("地図のアドレスは、https:// から入力してください")

    def validate_certificate_minutes(self, field: Whole) -> None:
        if self.certificate_rule.data == CertificateRule.MINUTES and not field.data:
            raise ValidationError("証明書に要る時間（分）を入力してください")

    # -- whole tables ----------------------------------------------------------------------------------------

    def validate_sessions(self, field: FieldList) -> None:
        if field.entries and not any(row.form.title.data for row in field):
            _complain(field, field[0].form.title, "日時を入力してください。少なくとも一回は要ります")

    def validate_groups(self, field: FieldList) -> None:
        used = set(self.professions.values())
        for place, row in enumerate(field):
            if not row.form.name.data and place in used:
                _complain(
                    field,
                    row.form.name,
                    "割りあてられた職種があります。先に下の「職種の割りあて」で、ほかの区分か「対象外」にしてください",
                )
        _no_twins(field, "区分")

    def validate_sectors(self, field: FieldList) -> None:
        used = {row.form.sector.data for row in self.groups if row.form.name.data}
        for place, row in enumerate(field):
            if not row.form.name.data and str(place) in used:
                _complain(
                    field,
                    row.form.name,
                    "この分野に入っている区分があります。先に、区分の表で分野を変えてください",
                )
        _no_twins(field, "分野")

    def validate_programme(self, field: FieldList) -> None:
        rows = self.ordered_programme
        lines = [Line(row.form.minutes.data or 0, row.form.begins.data) for row in rows]
        sessions = [row.form for row in self.sessions if row.form.title.data]
        if any(None in (one.day.data, one.begins.data) for one in sessions) or not sessions:
            return
        first = min(clock.at(one.day.data, one.begins.data) for one in sessions)
        try:
            laid_out(lines, first=first, days=sorted({one.day.data for one in sessions}))
        except BeginsTooEarly as early:
            row = rows[early.place].form
            _complain(
                field,
                row.begins,
                f"「{row.title.data}」は、前の行が終わるより前に始まっています。時刻か順番を直してください",
            )

    @property
    def ordered_programme(self) -> list[FormField]:
        """The rows of the programme that have a title, in the order that their numbers ask for."""
        rows = list(self.programme)
        order = reordered([row.form.number.data for row in rows])
        return [rows[place] for place in order if rows[place].form.title.data]


def _called(groups: list[str | None], place: int | None) -> str:
    return (groups[place] or "対象外") if place is not None and place < len(groups) else "対象外"


def _complain(table: FieldList, cell: Any, sentence: str) -> None:
    """Set a sentence beside one cell of a table, and mark the table as refused."""
    cell.errors = [*cell.errors, sentence]
    table.errors = [*table.errors, sentence]


def _no_twins(table: FieldList, word: str) -> None:
    names = Counter(row.form.name.data for row in table if row.form.name.data)
    for row in table:
        name = row.form.name.data
        if names[name] > 1:
            names[name] = 0
            sentence = f"「{name}」という{word}が二つあります。どちらかの名前を変えてください"
            _complain(table, row.form.name, sentence)


SECTIONS = {
    "what": ("title", "subtitle", "description", "audience"),
    "when": ("sessions", "doors", "venue", "room", "address", "map_url", "fee", "accessibility"),
    "apply": (
        *("selection", "capacity", "opens_day", "opens_time", "closes_day", "closes_time", "results_on"),
        *("keeps_waiting_list", "offer_hours", "public_number_name", "pre_question", "pledge"),
        "without_public_number",
    ),
    "quota": ("groups", "sectors", "organisation_cap", "reason", "s-sectors", "s-map", "s-quota"),
    "programme": ("programme",),
    "data": ("responsible", "purpose_of_use", "contact_name", "contact_phone", "contact_fax", "contact_mail"),
    "day": ("fee_amount", "table_size", "handouts_numbered", "certificate_rule", "certificate_minutes"),
}
"""Parts of the page, each with its fields and the ids that a refusal may lead to."""

FIELD_OF = {
    EventRefusal.NO_SESSIONS: "sessions",
    EventRefusal.NO_VENUE: "venue",
    EventRefusal.NO_CAPACITY: "capacity",
    EventRefusal.NO_GROUPS: "s-map",
    EventRefusal.NO_PURPOSE: "purpose_of_use",
    EventRefusal.NO_PLEDGE: "pledge",
    EventRefusal.CLOSES_AFTER_START: "closes_day",
    EventRefusal.RESERVE_FOR_NOBODY: "s-map",
    EventRefusal.RESERVES_EXCEED_CAPACITY: "capacity",
    EventRefusal.SECTOR_RESERVES_EXCEED_CAPACITY: "s-sectors",
    EventRefusal.SECTOR_CAP_BELOW_RESERVES: "s-sectors",
    EventRefusal.SECTOR_RESERVE_ABOVE_CAPS: "s-sectors",
    EventRefusal.SELECTION_FIXED: "selection",
    EventRefusal.CAPACITY_BELOW_CONFIRMED: "capacity",
    EventRefusal.PUBLIC_NUMBER_FIXED: "public_number_name",
    EventRefusal.RULES_FROZEN: "s-quota",
    EventRefusal.REASON_MISSING: "reason",
    EventRefusal.GROUP_IN_USE: "s-quota",
    EventRefusal.PROFESSION_IN_USE: "s-map",
    EventRefusal.SESSION_IN_USE: "sessions",
    EventRefusal.CLOSED: "title",
    EventRefusal.NOT_A_DRAFT: "title",
}
"""Where on the page a refusal is put right: the id of a field or of a part."""
