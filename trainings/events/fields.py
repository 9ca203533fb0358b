"""Fields that read what people type: full width, slashes, a missing zero. What cannot be read keeps its text."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, time
from typing import Any

from wtforms import Field
from wtforms.validators import DataRequired, Length, ValidationError
from wtforms.widgets import TextInput

from trainings.core import names
from trainings.core.fields import Capped, IntegerField, StringField, TextAreaField
from trainings.core.texts import TOO_LONG
from trainings.events import texts

MOST_DIGITS = 6
YEARS = range(2000, 2101)


def _folded(values: list[Any]) -> str:
    return names.narrow(values[0]) if values else ""


def _forget_blanks(field: Field) -> None:
    """Blanks are no input: without this a required field takes them, and its data is None."""
    field.raw_data = []


class Whole(IntegerField):
    """A whole number from 0 on; `data` is None when it is empty."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        typed = _folded(valuelist).replace(",", "")
        self.data = None
        if not typed:
            _forget_blanks(self)
        else:
            if not (typed.isdecimal() and len(typed) <= MOST_DIGITS):
                raise ValueError(texts.NOT_A_NUMBER)
            self.data = int(typed)


class _Moment(Capped):
    """A text field with a typed value."""

    widget = TextInput()
    data: Any
    is_day = False

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return "" if self.data is None else self.written(self.data)

    def written(self, value: Any) -> str:
        raise NotImplementedError

    def process_formdata(self, valuelist: list[Any]) -> None:
        typed = _folded(valuelist)
        self.data = self.read(typed) if typed else None
        if not typed:
            _forget_blanks(self)

    def read(self, typed: str) -> Any:
        raise NotImplementedError


class Day(_Moment):
    """A local date, 2027-02-14 or 2027/2/14; `data` is None when it is empty."""

    is_day = True

    def written(self, value: date) -> str:
        return value.isoformat()

    def read(self, typed: str) -> date:
        try:
            year, month, day = (int(part) for part in typed.replace("/", "-").replace(".", "-").split("-"))
            found = date(year, month, day)
        except (ValueError, OverflowError):
            raise ValueError(texts.NOT_A_DAY) from None
        if found.year not in YEARS:
            raise ValueError(texts.NOT_A_DAY)
        return found


class Clock(_Moment):
    """A local time of the day, 13:30; `data` is None when it is empty."""

    def written(self, value: time) -> str:
        return f"{value:%H:%M}"

    def read(self, typed: str) -> time:
        try:
            # A browser that shows seconds sends them too.
            hours, minutes = (int(part) for part in typed.split(":")[:2])
            return time(hours, minutes)
        except ValueError:
            raise ValueError(texts.NOT_A_TIME) from None


def between(least: int, most: int, sentence: str) -> Callable[[Any, Any], None]:
    """A number within a range; an empty field passes, and further checks still look at it."""

    def check(_form: Any, field: Any) -> None:
        if field.data is not None and not least <= field.data <= most:
            raise ValidationError(sentence)

    return check


def words(
    label: str,
    most: int,
    *,
    required: str = "",
    fold: Callable[[str | None], str] = names.as_typed,
    checks: Sequence[Any] = (),
) -> StringField:
    """One line of text. required: the sentence when it is missing. checks: beside that of its length."""
    needed = [DataRequired(required)] if required else []
    length = Length(max=most, message=TOO_LONG.format(label=label, most=most))
    return StringField(label, filters=[fold], validators=[*needed, length, *checks])


def long_text(label: str, most: int = 4000) -> TextAreaField:
    return TextAreaField(
        label,
        filters=[names.as_typed],
        validators=[Length(max=most, message=TOO_LONG.format(label=label, most=most))],
    )
