"""Form macros by the twenty rules: words for what is needed, errors beside their field and summed up, nothing lost."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from werkzeug.datastructures import MultiDict
from wtforms import (
    BooleanField,
    FieldList,
    Form,
    FormField,
    IntegerField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import DataRequired, Optional


class Row(Form):
    seats = IntegerField("席", validators=[DataRequired("席を入力してください")])


class Application(Form):
    office = StringField("事業所の名前", validators=[DataRequired("事業所の名前を入力してください")])
    family = StringField("氏", validators=[DataRequired("氏を入力してください")])
    given = StringField("名", validators=[DataRequired("名を入力してください")])
    group = RadioField(
        "職種区分",
        choices=[("md", "医科"), ("ns", "看護")],
        validators=[DataRequired("職種区分を選んでください")],
    )
    days = SelectMultipleField(
        "日", choices=[("1", "14日"), ("2", "21日")], validators=[DataRequired("日を選ぶ")]
    )
    role = SelectField("役割", choices={"当日": [("talk", "話題提供")], "前日": [("set", "設営")]})
    note = TextAreaField("質問", validators=[Optional()])
    consent = BooleanField("同意します", validators=[DataRequired("同意の欄に印をつけてください")])
    rows = FieldList(FormField(Row), min_entries=2)


@pytest.fixture
def refused() -> Callable[..., Application]:
    """A validated form: everything left out but what is given."""

    def fill(**values: Any) -> Application:
        form = Application(MultiDict(values))
        form.validate()
        return form

    return fill


def test_needed_and_optional_fields_say_so_in_words(room: Any, read: Any) -> None:
    forms, form = room("forms"), Application()

    assert "※必須" in read(forms.text(form.office)).one("label").text
    assert "任意" in read(forms.textarea(form.note)).one("label").text
    assert "※必須" in read(forms.textarea(form.note, required=True)).one("label").text
    assert "任意" in read(forms.text(form.office, required=False)).one("label").text


def test_hint_and_error_are_tied_to_the_control(room: Any, read: Any, refused: Any) -> None:
    page = read(room("forms").text(refused().office, "例：けやき薬局"))

    control = page.one("input")
    assert control["aria-invalid"] == "true"
    told = [page.by_id(name).text for name in control["aria-describedby"].split()]
    assert told == ["例：けやき薬局", "＊事業所の名前を入力してください"]


def test_field_without_fault_has_no_error(room: Any, read: Any, refused: Any) -> None:
    page = read(room("forms").text(refused(office="けやき薬局").office))

    assert page.one("input")["value"] == "けやき薬局"
    assert page.all("[aria-invalid], [aria-describedby], .has-error, .error-text") == []


def test_what_was_typed_is_kept_and_escaped(room: Any, read: Any, refused: Any) -> None:
    forms, form = room("forms"), refused(note='\n<b>"x"', family='"><i>', **{"rows-0-seats": "百"})

    assert read(forms.textarea(form.note)).one("textarea").element.text == '\n<b>"x"'
    pair = read(forms.pair("氏名", form.family, form.given))
    assert pair.one("#family")["value"] == '"><i>'
    assert read(forms.number(form.rows[0].form.seats)).one("input")["value"] == "百"


def test_nothing_is_a_placeholder_or_disabled(room: Any, read: Any, refused: Any) -> None:
    forms, form = room("forms"), refused()

    for given in (
        forms.text(form.office),
        forms.radios(form.group),
        forms.checkboxes(form.days),
        forms.select(form.role),
        forms.textarea(form.note),
        forms.checkbox(form.consent),
        forms.pair("氏名", form.family, form.given),
        forms.submit("送る"),
    ):
        assert read(given).all("[placeholder], [disabled], [readonly], [required], [style]") == []


def test_summary_counts_and_leads_to_every_refused_field(room: Any, read: Any, refused: Any) -> None:
    forms = room("forms")
    seats = {"rows-0-seats": "3", "rows-1-seats": ""}
    form = refused(office="けやき薬局", family="髙橋", group="ns", days="1", role="talk", **seats)
    drawn = [forms.pair("氏名", form.family, form.given), forms.checkbox(form.consent)]
    rows = "".join(str(forms.number(row.form.seats)) for row in form.rows)

    page = read(str(forms.error_summary(form)) + "".join(map(str, drawn)) + rows)

    summary = page.one(".error-summary")
    assert (summary["role"], summary["tabindex"]) == ("alert", "-1")
    assert page.one("h2").text == "入力内容に問題があります（3件）"
    links = [link for link in page.all(".error-summary a")]
    assert [link.text for link in links] == [
        "名を入力してください",
        "同意の欄に印をつけてください",
        "席を入力してください",
    ]
    assert all(page.by_id(link["href"].removeprefix("#")) for link in links)


def test_summary_takes_errors_of_no_field(room: Any, read: Any) -> None:
    form = Application(MultiDict())
    form.form_errors.append("締切が過ぎています")

    page = read(room("forms").error_summary(form, [("office", "同じ申込があります")]))

    assert page.one("h2").text == "入力内容に問題があります（2件）"
    assert [item.text for item in page.all("li")] == ["締切が過ぎています", "同じ申込があります"]
    assert [link["href"] for link in page.all("a")] == ["#office"]


def test_summary_is_silent_without_errors(room: Any, read: Any) -> None:
    assert read(room("forms").error_summary(Application())).all("div") == []


def test_radios_are_a_named_group_with_whole_rows(room: Any, read: Any, refused: Any) -> None:
    marks = {"md": SimpleNamespace(mark="医", css="g-md")}

    page = read(room("forms").radios(refused().group, "どの立場ですか。", marks=marks))

    group = page.one("fieldset")
    assert (group["role"], group["id"], group["aria-invalid"]) == ("radiogroup", "group", "true")
    assert page.one("legend").text == "職種区分※必須"
    assert [label.text for label in page.all("label")] == ["医医科", "看護"]
    assert page.one(".mark")["aria-hidden"] == "true"
    assert page.all("input[checked]") == []


def test_chosen_radio_stays_chosen(room: Any, read: Any, refused: Any) -> None:
    page = read(room("forms").radios(refused(group="ns").group))

    assert page.one("input[checked]")["value"] == "ns"
    assert page.all("[aria-invalid]") == []


def test_each_refused_check_box_is_invalid_but_not_their_group(room: Any, read: Any, refused: Any) -> None:
    page = read(room("forms").checkboxes(refused().days))

    assert not page.one("fieldset").has("aria-invalid")
    assert [box["aria-invalid"] for box in page.all("input")] == ["true", "true"]


def test_choices_in_groups_stay_in_groups(room: Any, read: Any, refused: Any) -> None:
    page = read(room("forms").select(refused(role="set").role))

    assert [group["label"] for group in page.all("optgroup")] == ["当日", "前日"]
    assert page.one("option[selected]")["value"] == "set"


def test_each_half_of_a_pair_has_its_own_label_and_error(room: Any, read: Any, refused: Any) -> None:
    pair = room("forms").pair
    form = refused(family="髙橋")

    page = read(pair("氏名", form.family, form.given, "証明書の字で。", ("family-name", "given-name")))

    assert [label.text for label in page.all("label")] == ["氏", "名"]
    assert [one["autocomplete"] for one in page.all("input")] == ["family-name", "given-name"]
    assert page.one("#family")["aria-describedby"] == "family-hint"
    assert page.one("#given")["aria-describedby"] == "family-hint given-error"
    assert page.one("legend").text == "氏名※必須"


def test_unit_stands_behind_its_number(room: Any, read: Any) -> None:
    page = read(room("forms").number(Application().rows[0].form.seats, unit="席"))

    assert page.one("input")["inputmode"] == "numeric"
    assert page.one(".measured span").text == "席"
