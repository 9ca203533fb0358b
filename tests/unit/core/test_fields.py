"""Every field of every form: capped, and the length looked at before anything else."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from pathlib import Path

import pytest
import wtforms
from flask_wtf.file import FileField
from werkzeug.datastructures import MultiDict
from wtforms import Form, FormField
from wtforms.validators import InputRequired, Length, ValidationError

from trainings.checkin.forms import DeviceForm, VenueForm
from trainings.core import fields, names
from trainings.core.fields import (
    Capped,
    FieldList,
    IntegerField,
    Most,
    SelectField,
    StringField,
    TextAreaField,
)
from trainings.registration.corrections.forms import ChangeForm, SubstituteForm
from trainings.registration.forms import ApplyForm, LinksForm

ROOT = Path(__file__).resolve().parents[3]
NO_TEXT = (FileField, FormField)


def all_forms() -> list[type[Form]]:
    """Every form class of the program, rows of tables included."""
    for room in sorted((ROOT / "trainings").rglob("*.py")):
        if "wtforms" in room.read_text("utf-8") or "flask_wtf" in room.read_text("utf-8"):
            importlib.import_module(".".join(room.relative_to(ROOT).with_suffix("").parts))
    found, left = set(), [Form]
    while left:
        kinds = left.pop().__subclasses__()
        found |= {kind for kind in kinds if kind.__module__.startswith("trainings.")}
        left += kinds
    return sorted(found, key=lambda kind: f"{kind.__module__}.{kind.__qualname__}")


def fields_of(kind: type[Form]) -> Iterator[tuple[str, wtforms.fields.core.UnboundField]]:
    for name in dir(kind):
        field = getattr(kind, name)
        if isinstance(field, wtforms.fields.core.UnboundField):
            yield f"{kind.__qualname__}.{name}", field


def test_every_field_of_every_form_has_a_cap() -> None:
    uncapped = [
        name
        for kind in all_forms()
        for name, field in fields_of(kind)
        if not issubclass(field.field_class, (Capped, FieldList, *NO_TEXT))
    ]

    assert uncapped == []


def test_caps_are_those_of_lines_and_texts() -> None:
    """Hidden fields that carry more say so; nothing else is longer than a long answer."""
    plain = Form()
    large = {
        name: bound.cap
        for kind in all_forms()
        for name, field in fields_of(kind)
        if issubclass(field.field_class, Capped)
        and (bound := field.bind(plain, "x", translations=None)).cap > fields.LONGEST_TEXT
    }

    assert large == {"ApplyForm.checked": 2_000_000, "ReviewForm.public_body": 40_000}


SPELLED = {"mail": fields.Mail, "phone": fields.Phone} | dict.fromkeys(
    ("family_kana", "given_kana", "kana"), fields.Kana
)
"""Lines that are spelled in one way only, wherever they are asked for."""


def test_what_is_spelled_in_one_way_is_looked_at_in_every_form() -> None:
    seen, unchecked = set(), []
    for kind in all_forms():
        for name, field in fields_of(kind):
            check = SPELLED.get(name.partition(".")[2])
            if check is None:
                continue
            seen.add(name.partition(".")[2])
            checks = field.bind(Form(), "x", translations=None).validators
            if not any(isinstance(one, check) for one in checks):
                unchecked.append(name)

    assert (unchecked, seen) == ([], set(SPELLED))


NO_NAMES = {
    "mail": "an address",
    "phone": "digits are counted, and shown to staff",
    "licence_number": "shown to staff",
    "heard_via_note": "shown to staff; may be the page where somebody read of the event",
    "priority": "a number",
    "number": "compared, and kept nowhere",
    "kana": "compared, and kept nowhere",
}
"""Lines that somebody without an account types, which name nobody in mails, papers or lists of others."""


@pytest.mark.parametrize(
    "kind",
    [ApplyForm, ChangeForm, SubstituteForm, LinksForm, DeviceForm, VenueForm],
    ids=lambda kind: kind.__name__,
)
def test_names_that_somebody_without_an_account_types_lead_nowhere(kind: type[Form]) -> None:
    """The attack: 「http://… に今すぐサインイン」 as a name, on a page or in a mail of the city."""
    led = []
    for name, field in fields_of(kind):
        if not issubclass(field.field_class, StringField) or name.partition(".")[2] in NO_NAMES:
            continue
        bound = field.bind(Form(), "x", translations=None)
        bound.process(MultiDict({"x": "ｈｔｔｐ：／／evil.example に今すぐ"}))
        if bound.validate(Form()):
            led.append(name)

    assert led == []


def test_there_are_forms_to_look_at() -> None:
    assert len(all_forms()) > 30


class Seen(Form):
    """A form that remembers which of its texts were folded and checked."""

    looked: list[int]

    def _look(self, field: wtforms.Field) -> None:
        self.looked.append(len(field.data))

    line = StringField("名前", validators=[_look, Length(max=10, message="名前は10文字まで")])
    text = TextAreaField("理由", filters=[names.as_typed], validators=[_look])
    number = IntegerField("数", validators=[InputRequired("数を入力")])
    choice = SelectField("色", choices=[("a", "赤")])

    def validate_line(self, field: wtforms.Field) -> None:
        self.looked.append(len(field.data))


def sent(**values: str) -> Seen:
    Seen.looked = []
    return Seen(MultiDict({"line": "a", "text": "b", "number": "1", "choice": "a", **values}))


def test_form_within_its_caps_is_checked_as_ever() -> None:
    form = sent(line="ten sig ns")

    assert form.validate()
    assert form.looked == [10, 10, 1]


@pytest.mark.parametrize("length", [11, 21, 100_000])
def test_too_long_a_line_meets_no_other_check_and_stays_as_typed(length: int) -> None:
    form = sent(line="a" * length)

    assert not form.validate()
    assert form.errors == {"line": ["名前は10文字まで"]}
    assert form.looked == [1]
    assert form.line.data == "a" * length


def test_too_long_a_text_is_not_folded(monkeypatch: pytest.MonkeyPatch) -> None:
    folded: list[int] = []
    monkeypatch.setattr(names.unicodedata, "category", lambda letter: folded.append(1) or "Lo", raising=True)

    form = sent(text="か\u3099" * 5000)

    assert not form.validate()
    assert (len(folded), form.errors["text"]) == (0, ["理由は4000文字までで入力してください"])


def test_too_long_a_number_or_choice_is_refused_in_words() -> None:
    form = sent(number="9" * 5000, choice="a" * 5000)

    assert not form.validate()
    assert form.errors == {
        "number": ["数は200文字までで入力してください"],
        "choice": ["色は200文字までで入力してください"],
    }


def test_blanks_around_and_line_ends_do_not_count() -> None:
    form = sent(text=" " * 9000 + "a\r\n" * 2000 + " " * 9000)

    assert form.validate()


def test_what_folding_makes_longer_is_counted_folded() -> None:
    check = Most(4, "4文字まで", names.mail)
    form = sent(line="\u337f" * 2)

    with pytest.raises(ValidationError, match="4文字まで"):
        check(form, form.line)


class Rows(Form):
    rows = FieldList(FormField(Seen))


@pytest.mark.parametrize("number", ["²", "9" * 5000, "1" * 7, "-1", ""])
def test_row_number_that_no_page_wrote_makes_no_row(number: str) -> None:
    assert len(Rows(MultiDict({f"rows-{number}-line": "a"})).rows) == 0


def test_rows_end_where_a_page_would() -> None:
    form = Rows(MultiDict({f"rows-{n}-line": "a" for n in range(5000)}))

    assert len(form.rows) == fields.MOST_ROWS
