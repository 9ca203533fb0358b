"""What staff may type on the pages of the directory, and the words when it is wrong."""

from __future__ import annotations

import uuid
from typing import Any, Self

from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Regexp, ValidationError

from trainings.core import names
from trainings.core.fields import (
    BooleanField,
    HiddenField,
    IntegerField,
    Kana,
    RadioField,
    SelectField,
    StringField,
)
from trainings.core.requests.editions import EditForm
from trainings.directory import queries, texts
from trainings.directory.imports import clean_number, number_flaw
from trainings.directory.models import DistrictKind, Organisation, OrganisationKind
from trainings.directory.shipped import shipped_skill_groups


class Form(FlaskForm):  # type: ignore[misc]
    """Every form of the directory; Flask-WTF ships no types."""


class RowForm(EditForm):
    """A row of one of the small tables, a new one too."""


LONGEST_SEARCH = 60
MOST_CHECKED = 2_000_000
"""Signs of five thousand rows that were checked, packed and signed."""
CHOOSE = ("", "選んでください")
ANY = ("", "すべて")


def as_typed(value: str | None) -> str:
    return " ".join(names.as_typed(value).splitlines())


def optional_id(value: Any) -> uuid.UUID | None:
    """The id in a choice's value; None for none or for a text that is no id."""
    try:
        return uuid.UUID(str(value))
    except ValueError:
        return None


def name_field(label: str, most: int, **kwargs: Any) -> StringField:
    return StringField(
        label,
        filters=[as_typed],
        validators=[
            DataRequired(f"{label}を入力してください"),
            Length(max=most, message=f"{label}は{most}文字以内で入力してください"),
        ],
        **kwargs,
    )


def text_field(label: str, most: int, *checks: Any, **kwargs: Any) -> StringField:
    return StringField(
        label,
        filters=[as_typed],
        validators=[Length(max=most, message=f"{label}は{most}文字以内で入力してください"), *checks],
        **kwargs,
    )


class WholeNumberField(IntegerField):
    """A whole number, in any width."""

    def process_formdata(self, valuelist: list[str]) -> None:
        typed = names.number(valuelist[0]) if valuelist else ""
        try:
            super().process_formdata([typed] if typed else [])
        except ValueError:
            raise ValueError(f"{self.label.text}を数字で入力してください") from None


class OneOfField(SelectField):
    """A choice from a list; a value that is not in it gets a sentence, not a fault."""

    def pre_validate(self, form: Any) -> None:
        try:
            super().pre_validate(form)
        except (ValueError, TypeError):
            raise ValidationError(f"{self.label.text}を一覧から選んでください") from None


class OneRadioField(RadioField):
    """The same as radio buttons."""

    def pre_validate(self, form: Any) -> None:
        try:
            super().pre_validate(form)
        except (ValueError, TypeError):
            raise ValidationError(f"{self.label.text}をどれか一つ選んでください") from None


def sort_field() -> WholeNumberField:
    return WholeNumberField(
        "並び順",
        default=1000,
        description="小さい数ほど先に並びます。",
        validators=[
            InputRequired("並び順を数字で入力してください"),
            NumberRange(0, 99999, message="並び順は0から99999までの数字で入力してください"),
        ],
    )


def choice_field(label: str) -> OneOfField:
    return OneOfField(label, coerce=str, validators=[DataRequired(f"{label}を選んでください")])


class OfficeForm(EditForm):
    """One organisation."""

    name = name_field("名称", 120)
    kana = text_field("カナ", 120, Kana("カナ"), description="ひらがなでもかまいません。")
    kind = choice_field("種別")
    district = choice_field("圏域")
    number = StringField(
        "事業所番号",
        description="介護保険などの10桁の番号。ないときは空のままにします。",
        filters=[clean_number],
        validators=[Length(max=40, message="事業所番号は10桁で入力してください")],
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind.choices = [CHOOSE, *((kind.value, texts.KINDS[kind]) for kind in OrganisationKind)]
        self.district.choices = [CHOOSE, *((str(one.id), one.name) for one in queries.districts())]

    def of(self, office: Organisation) -> Self:
        """Know which it is: kana that stand are not asked about again."""
        self.standing = {"kana": office.kana}
        return self

    def validate_number(self, field: StringField) -> None:
        if flaw := number_flaw(field.data or ""):
            raise ValidationError(texts.NUMBER_FLAWS[flaw])

    def values(self) -> dict[str, Any]:
        """Arguments of `offices.save_organisation`, the id apart."""
        return {
            "name": self.name.data,
            "kana": self.kana.data,
            "kind": OrganisationKind(self.kind.data),
            "district_id": uuid.UUID(self.district.data),
            "number": self.number.data or "",
        }


class OfficeFilterForm(Form):
    """The search above the list of organisations; it only reads, so it needs no token."""

    class Meta:
        csrf = False

    q = text_field("名称・カナ・事業所番号", LONGEST_SEARCH)
    kind = OneOfField("種別", coerce=str)
    district = OneOfField("圏域", coerce=str)
    use = OneOfField("使用の状況", choices=[("", "使用中"), ("stopped", "使用停止"), ("all", "すべて")])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind.choices = [ANY, *((kind.value, texts.KINDS[kind]) for kind in OrganisationKind)]
        self.district.choices = [ANY, *((str(one.id), one.name) for one in queries.districts())]


class UploadForm(Form):
    """The file of organisations."""

    file = FileField(
        "ファイル",
        description="Excel（.xlsx）または CSV。1枚目のシートを読みます。",
        validators=[FileRequired("ファイルを選んでください")],
    )


class ApplyForm(Form):
    """What was checked, signed, so that exactly that is taken over."""

    checked = HiddenField(validators=[InputRequired()], cap=MOST_CHECKED)


class ActForm(Form):
    """A button; only its CSRF token matters."""


class SectorForm(RowForm):
    name = name_field("分野の名前", 40)
    sort = sort_field()

    def values(self) -> dict[str, Any]:
        return {"name": self.name.data, "sort": self.sort.data}


class GroupForm(RowForm):
    name = name_field("職種区分の名前", 40)
    mark = StringField(
        "記号",
        description="表や名札で使う1文字。",
        filters=[as_typed],
        validators=[
            DataRequired("記号を入力してください"),
            Length(max=1, message="記号は1文字で入力してください"),
            Regexp(r"\A\S\Z", message="記号は1文字で入力してください"),
        ],
    )
    css = OneRadioField(
        "色",
        choices=list(texts.COLOURS.items()),
        description="ほかの区分と重ならない色を選びます。",
    )
    sector = choice_field("分野")
    sort = sort_field()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.sector.choices = [CHOOSE, *((str(one.id), one.name) for one in queries.sectors())]

    def values(self) -> dict[str, Any]:
        return {
            "name": self.name.data,
            "mark": self.mark.data,
            "css": self.css.data,
            "sector_id": uuid.UUID(self.sector.data),
            "sort": self.sort.data,
        }


class ProfessionForm(RowForm):
    name = name_field("職種の名前", 60)
    group = choice_field("職種区分")
    skill_group = OneOfField(
        "スキル表の目標", coerce=str, description="スキル表で、どの職種の目標と比べるか。"
    )
    licence_number_label = text_field(
        "登録番号の呼び名", 60, description="例：看護師籍登録番号。空のときは、申込で番号をたずねません。"
    )
    usual_channel = text_field("おもな周知先", 80)
    sort = sort_field()
    active = BooleanField("申込で選べるようにする", default=True)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.group.choices = [CHOOSE, *((str(one.id), one.name) for one in queries.profession_groups())]
        # Shipped ones too: a target that no profession is compared with any more can be chosen again.
        used = {one.skill_group for one in queries.professions(active_only=False)}
        known = sorted((used | shipped_skill_groups()) - {""})
        self.skill_group.choices = [("", "なし"), *((name, name) for name in known)]

    def values(self) -> dict[str, Any]:
        return {
            "name": self.name.data,
            "group_id": uuid.UUID(self.group.data),
            "skill_group": self.skill_group.data,
            "licence_number_label": self.licence_number_label.data,
            "usual_channel": self.usual_channel.data,
            "sort": self.sort.data,
            "active": self.active.data,
        }


class AssociationForm(RowForm):
    name = name_field("団体・連絡会の名前", 80)
    sort = sort_field()
    active = BooleanField("申込の「どこで知りましたか」に出す", default=True)

    def values(self) -> dict[str, Any]:
        return {"name": self.name.data, "sort": self.sort.data, "active": self.active.data}


class RoleForm(RowForm):
    name = name_field("参加のしかた", 40)
    certified = BooleanField("受講証明書を出す", default=True)
    sort = sort_field()
    active = BooleanField("代理入力で選べるようにする", default=True)

    def values(self) -> dict[str, Any]:
        return {
            "name": self.name.data,
            "certified": self.certified.data,
            "sort": self.sort.data,
            "active": self.active.data,
        }


class DistrictForm(RowForm):
    name = name_field("圏域の名前", 60)
    kind = OneRadioField(
        "場所",
        choices=[(kind.value, texts.DISTRICT_KINDS[kind]) for kind in DistrictKind],
    )
    sort = sort_field()

    def values(self) -> dict[str, Any]:
        return {"name": self.name.data, "kind": DistrictKind(self.kind.data), "sort": self.sort.data}
