"""What an applicant may type, and the words when it is wrong."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Collection
from dataclasses import replace
from enum import Enum, auto
from typing import Any, Self

from flask_wtf import FlaskForm
from wtforms.validators import DataRequired, InputRequired, ValidationError

from trainings.core import names
from trainings.core.db import db
from trainings.core.fields import (
    BooleanField,
    HiddenField,
    Kana,
    KnownMail,
    Mail,
    Most,
    NoAddress,
    Phone,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from trainings.core.requests.editions import Facet, edition_of, facets_of
from trainings.directory.models import Association, Organisation, Profession
from trainings.directory.queries import channels_to_choose
from trainings.events.models import Event, Selection
from trainings.events.queries import Held, groups_with_professions
from trainings.registration.corrections.offices import TypedOffice, id_of
from trainings.registration.models import Application
from trainings.registration.priorities import HIGHEST
from trainings.registration.refusals import RegistrationRefusal
from trainings.registration.seat_rules import groups_turned_away, turns_away
from trainings.registration.statements import Statement
from trainings.registration.texts import NO_OFFICE, REFUSALS


class Waits(Enum):
    """How those without a seat wait for one."""

    IN_ORDER = auto()
    NEVER = auto()
    DRAWN = auto()


PRIORITY = re.compile(r"\d{1,2}")
FEWEST_DIGITS = 9
PRIORITY_HINTS = {
    Waits.IN_ORDER: (
        "同じ事業所から何人か申し込むときに、1、2のように入力してください。キャンセル待ちになったら、"
        "同じ事業所・同じ職種区分の方の中で、小さい数の方から順にご案内します。決まった席は入れかわりません。"
    ),
    Waits.NEVER: (
        "同じ事業所から何人か申し込むときの、事業所の中での順番です。席は、この番号ではなく、申し込んだ順に決まります。"
    ),
    Waits.DRAWN: (
        "同じ事業所から何人か申し込むときの、事業所の中での順番です。抽選の当たりやすさは変わりません。"
        "結果のあと、事業所の中で席を入れかえたいときの目安にします。"
    ),
}
OTHER = "OTH"
"""Code of the profession that is told in words."""


def _filled(value: str | None) -> str:
    return names.as_typed(value)


def one_line(value: str | None) -> str:
    return " ".join(names.as_typed(value).splitlines())


def most(n: int, what: str, fold: Callable[[str | None], str] = names.as_typed) -> Most:
    """At most n characters as they will be stored."""
    return Most(n, f"{what}は{n}文字までで入力してください", fold)


def _no_address(what: str) -> NoAddress:
    return NoAddress(f"{what}には、ホームページやメールのアドレスを書けません")


def _no_phone(what: str) -> Callable[[FlaskForm, StringField], None]:
    def check(_form: FlaskForm, field: StringField) -> None:
        if names.holds_phone(field.data):
            raise ValidationError(f"{what}には、電話番号を書けません")

    return check


class PersonForm(TypedOffice, FlaskForm):  # type: ignore[misc]
    """One attendee. Groups and professions are those of the event; call `for_event` before validating."""

    group = RadioField(
        "職種区分", validators=[InputRequired("職種区分を選んでください")], validate_choice=False
    )
    profession = RadioField("職種", validate_choice=False)
    profession_note = StringField(
        "その他の職種", filters=[one_line], validators=[most(60, "職種"), _no_address("職種")]
    )
    organisation_name = StringField(
        "事業所の名前",
        filters=[one_line],
        validators=[
            DataRequired("事業所の名前を入力してください。所属がない方は「なし」と書いてください"),
            most(120, "事業所の名前"),
            _no_address("事業所の名前"),
        ],
    )
    organisation_id = HiddenField()
    family = StringField(
        "氏",
        filters=[one_line],
        validators=[
            DataRequired("氏を入力してください"),
            most(60, "氏"),
            _no_address("氏"),
            _no_phone("氏"),
        ],
    )
    given = StringField(
        "名",
        filters=[one_line],
        validators=[
            DataRequired("名を入力してください"),
            most(60, "名"),
            _no_address("名"),
            _no_phone("名"),
        ],
    )
    family_kana = StringField(
        "セイ",
        filters=[one_line],
        validators=[most(80, "セイ"), _no_address("セイ"), _no_phone("セイ"), Kana("セイ", "family")],
    )
    given_kana = StringField(
        "メイ",
        filters=[one_line],
        validators=[most(80, "メイ"), _no_address("メイ"), _no_phone("メイ"), Kana("メイ", "given")],
    )
    mail = StringField(
        "メールアドレス",
        filters=[one_line],
        validators=[most(254, "メールアドレス", names.mail), Mail()],
    )
    phone = StringField(
        "電話番号", filters=[one_line], validators=[most(30, "電話番号", names.phone), Phone()]
    )
    licence_number = StringField(
        "登録番号", filters=[one_line], validators=[most(30, "登録番号", names.licence)]
    )
    heard_via = SelectField("この催しを、どこで知りましたか", validate_choice=False)
    heard_via_note = StringField("知ったきっかけの補足", filters=[one_line], validators=[most(80, "補足")])
    pre_answer = TextAreaField("事前の質問", filters=[_filled], validators=[most(2000, "質問")])
    care_note = TextAreaField(
        "配慮してほしいこと", filters=[_filled], validators=[most(1000, "配慮してほしいこと")]
    )
    priority = StringField("事業所の中での優先順位", filters=[one_line], validators=[most(10, "優先順位")])
    pledged = BooleanField("上の約束を守ります")
    idempotency_key = HiddenField(filters=[one_line])

    turned_away: frozenset[str] = frozenset()
    """Groups of which nobody gets a seat now and nobody may wait for one."""
    held: Application | None = None
    """The application that has chosen already: what it has stays valid for it when it is put out of use."""

    def for_event(self, event: Event) -> Self:
        """Offer the event's own groups and professions, and the associations as channels: those in use now and those that
        the row already has."""
        self.event = event
        has = self.held
        held = Held(has.profession, has.event_group_id) if has and has.profession else None
        self.offered = groups_with_professions(event, held)
        self.group.choices = [(str(group.id), group.name) for group, _ in self.offered]
        self.profession.choices = [
            (str(profession.id), profession.name) for _, members in self.offered for profession in members
        ]
        self.heard_via.choices = [
            ("", "選んでください"),
            *(
                (str(id), name)
                for id, name in channels_to_choose(self.held.heard_via_id if self.held else None)
            ),
        ]
        if event.pre_question:
            self.pre_answer.label.text = event.pre_question
        if not self.idempotency_key.data:
            self.idempotency_key.data = uuid.uuid4().hex
        return self

    def _group_of(self, profession_id: uuid.UUID | None) -> str:
        """The group under which a profession is offered, "" for one that is not."""
        found = (group.id for group, members in self.offered if profession_id in {one.id for one in members})
        return str(next(found, ""))

    @property
    def asks_licence(self) -> bool:
        """Whether a profession on offer has a licence number; the page asks only those for it, and shows what stands."""
        return bool(self.licence_number.data) or any(one.licence for _, some in self.offered for one in some)

    @property
    def full_groups(self) -> list[str]:
        """Names of the groups offered that are full, where nobody may wait."""
        return [group.name for group, _ in self.offered if str(group.id) in self.turned_away]

    @property
    def mail_is_required(self) -> bool:
        return True

    def validate_group(self, field: RadioField) -> None:
        if field.data not in dict(field.choices):
            raise ValidationError("職種区分を選んでください")

    def _went_out_of_use(self) -> str:
        """The name of the chosen profession where it is not on offer, though there is one: it was until a moment ago, or the
        paper has it."""
        chosen = id_of(self.profession.data)
        profession = db.session.get(Profession, chosen) if chosen and not self._group_of(chosen) else None
        return profession.name if profession is not None else ""

    @property
    def other(self) -> str:
        """Code of the profession that has to be put into words."""
        return OTHER

    def profession_words(self) -> str:
        """The words for another profession; those typed before another choice are none."""
        return (self.profession_note.data or "") if self._is_other() else ""

    def _is_other(self) -> bool:
        others = {str(one.id) for _, members in self.offered for one in members if one.code == OTHER}
        return self.profession.data in others

    def validate_profession(self, field: RadioField) -> None:
        if name := self._went_out_of_use():
            raise ValidationError(f"「{name}」は、この催しでは選べなくなりました。ほかの職種を選んでください")
        if self.group.data not in dict(self.group.choices):
            return  # asked for first: the professions to choose from depend on it
        if not field.data:
            raise ValidationError("職種を選んでください")
        members = {
            str(profession.id)
            for group, professions in self.offered
            if str(group.id) == self.group.data
            for profession in professions
        }
        if field.data not in members:
            raise ValidationError("選んだ職種区分の中から、職種を選んでください")
        if self._is_other() and not self.profession_note.data:
            raise ValidationError("「その他」を選んだ方は、下の欄に職種を書いてください")

    def validate_heard_via(self, field: SelectField) -> None:
        chosen = id_of(field.data) if field.data not in dict(field.choices) else None
        if chosen and db.session.get(Association, chosen):
            raise ValidationError("選んだきっかけは、一覧からなくなりました。選び直してください")

    def validate_family_kana(self, field: StringField) -> None:
        if not field.data and not names.is_latin(self.family.data):
            raise ValidationError("セイ（氏のフリガナ）を入力してください")

    def validate_given_kana(self, field: StringField) -> None:
        if not field.data and not names.is_latin(self.given.data):
            raise ValidationError("メイ（名のフリガナ）を入力してください")

    def validate_mail(self, field: StringField) -> None:
        if self.mail_is_required and not field.data:
            raise ValidationError("メールアドレスを入力してください")

    def validate_phone(self, field: StringField) -> None:
        if not field.data:
            raise ValidationError("電話番号を入力してください")
        if len(names.phone_digits(field.data)) < FEWEST_DIGITS:
            raise ValidationError("電話番号は、市外局番から入力してください")

    def validate_priority(self, field: StringField) -> None:
        if field.data and not (PRIORITY.fullmatch(field.data) and 1 <= int(field.data) <= HIGHEST):
            raise ValidationError(f"優先順位は、1から{HIGHEST}までの数字で入力してください")

    @property
    def priority_hint(self) -> str:
        """What the number does at this event, and what it does not."""
        if turns_away(self.event):
            return PRIORITY_HINTS[Waits.NEVER]
        in_order = self.event.selection == Selection.FIRST_COME
        return PRIORITY_HINTS[Waits.IN_ORDER if in_order else Waits.DRAWN]

    def validate_pledged(self, field: BooleanField) -> None:
        if self.event.pledge and not field.data:
            raise ValidationError("守秘の約束を読んで、しるしを付けてください")

    def statement(self, **more: Any) -> Statement:
        """What was typed, for the action; only after `validate()`."""
        office = self.organisation_name.data or ""
        offered = dict(self.heard_via.choices)
        return Statement(
            family=self.family.data,
            given=self.given.data,
            family_kana=self.family_kana.data,
            given_kana=self.given_kana.data,
            mail=self.mail.data,
            phone=self.phone.data,
            profession_id=uuid.UUID(self.profession.data),
            profession_note=self.profession_words(),
            organisation_id=self._chosen_office(office),
            organisation_name="" if office in NO_OFFICE else office,
            licence_number=self.licence_number.data or "",
            heard_via_id=id_of(self.heard_via.data) if self.heard_via.data in offered else None,
            heard_via_note=self.heard_via_note.data or "",
            pre_answer=self.pre_answer.data or "",
            care_note=self.care_note.data or "",
            pledged=bool(self.pledged.data),
            priority=int(self.priority.data) if self.priority.data else None,
            **more,
        )

    @property
    def edition(self) -> str:
        """Digests of all that it says, its own key apart: the same form sent twice says the same."""
        return edition_of(self.said(apart=("idempotency_key", "pledged", "own", "goes_on")))

    def said(self, *, apart: Collection[str]) -> dict[str, Facet]:
        """Everything it says, folded as it will be stored."""
        office = self.organisation_name.data or ""
        folded = {name: fold(self[name].data) for name, fold in FOLDS.items() if name in self}
        folded["profession_note"] = self.profession_words()
        folded["organisation_name"] = NO_OFFICE[0] if office in NO_OFFICE else office
        folded["organisation_id"] = str(self._chosen_office(office) or "")
        found = facets_of(self, apart=apart)
        return {name: replace(facet, text=folded.get(name, facet.text)) for name, facet in found.items()}

    def fill_from(self, application: Application) -> None:
        """Show what an application says now."""
        # That of the profession: staff may count somebody in another one.
        self.group.data = self._group_of(application.profession_id) or str(application.event_group_id)
        self.profession.data = str(application.profession_id) if application.profession_id else None
        self.organisation_id.data = str(application.organisation_id or "")
        self.organisation_name.data = application.organisation_name or NO_OFFICE[0]
        self.heard_via.data = str(application.heard_via_id or "")
        self.pledged.data = application.pledged_at is not None
        for name in ("profession_note", "family", "given", "family_kana", "given_kana", "mail", "phone"):
            getattr(self, name).data = getattr(application, name)
        for name in ("licence_number", "pre_answer", "care_note"):
            getattr(self, name).data = getattr(application, name)
        self.priority.data = str(application.priority or "")


FOLDS: dict[str, Callable[[str | None], str]] = {
    "family_kana": names.kana,
    "given_kana": names.kana,
    "mail": names.mail,
    "phone": names.phone,
    "fax": names.phone,
    "licence_number": names.licence,
    "priority": names.number,
}


class ApplyForm(PersonForm):
    """The form that guests fill in: where they heard of the event is asked from day one.

    own: the secret of the person link, for those who come from their own page. goes_on: filled in when somebody applies for
    one colleague after the other.
    """

    own = HiddenField()
    goes_on = HiddenField()
    once_more = False
    """Whether somebody whose application has ended applies again, filled in with what it said."""
    lost_office = lost_profession = ""
    """Names of the office and of the profession that would be filled in and cannot be chosen."""

    def for_event(self, event: Event) -> Self:
        """Know which groups are full for somebody new."""
        super().for_event(event)
        self.turned_away = frozenset() if self.held else groups_turned_away(event)
        return self

    @property
    def is_hopeless(self) -> bool:
        """Whether nobody who may apply would get a seat, or may wait for one."""
        return 0 < len(self.full_groups) == len(self.offered)

    def validate_group(self, field: RadioField) -> None:
        super().validate_group(field)
        if field.data in self.turned_away:
            raise ValidationError(REFUSALS[RegistrationRefusal.FULL])

    def fill_from_own(self, newest: Application) -> None:
        """Show what somebody who comes from their own page wrote last, under the same address."""
        for name in ("family", "given", "family_kana", "given_kana", "mail", "phone", "licence_number"):
            getattr(self, name).data = getattr(newest, name)
        if newest.organisation is not None:
            self.offer_office(newest.organisation)
        if group := self._group_of(newest.profession_id):
            self.group.data, self.profession.data = group, str(newest.profession_id)
        elif newest.profession is not None:
            self.lost_profession = newest.profession.name

    def offer_office(self, office: Organisation) -> None:
        """Fill in an office of the directory for somebody new; one that is out of use is to be chosen anew."""
        self.lost_office = "" if office.active else office.name
        self.organisation_id.data = str(office.id) if office.active else ""
        self.organisation_name.data = office.name if office.active else ""

    def validate_heard_via(self, field: SelectField) -> None:
        super().validate_heard_via(field)
        if not field.data or field.data not in dict(field.choices):
            raise ValidationError("どこで知ったかを選んでください")


class LinksForm(FlaskForm):  # type: ignore[misc]
    """Send me my links."""

    mail = StringField(
        "メールアドレス",
        filters=[_filled],
        validators=[
            InputRequired("申込のときに書いたメールアドレスを入力してください"),
            most(254, "メールアドレス", names.mail),
            KnownMail(),
        ],
    )
