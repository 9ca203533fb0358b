"""Fields of forms that look at the length of what was typed before they look at anything else.

A request may hold 200 kB, and some checks take time with the square of a text's length. So every field of every form comes
from here: what is longer than its cap is neither folded, nor read, nor checked, but shown again with one sentence.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import wtforms
from wtforms.validators import Length, ValidationError

from trainings.core import names, spellings, texts

LONGEST_LINE = 200
LONGEST_TEXT = 4000
MOST_ROWS = 200
MOST_DIGITS = 6
FOLDED = 2
"""So many letters at most become one by folding: half-width kana with its mark."""


class Most:
    """At most n characters as they will be stored: folding makes four of one U+337F."""

    def __init__(self, n: int, message: str, fold: Callable[[str | None], str] = names.as_typed) -> None:
        self.max, self.message, self.fold = n, message, fold

    def __call__(self, _form: Any, field: Any) -> None:
        if len(self.fold(field.data)) > self.max:
            raise ValidationError(self.message)


class NoAddress:
    """What strangers type here stands on pages and in mails of the city, and must not lead anywhere."""

    def __init__(self, message: str) -> None:
        self.message = message

    def __call__(self, _form: Any, field: Any) -> None:
        if names.holds_address(field.data):
            raise ValidationError(self.message)


class Spelled:
    """What was typed is spelled as it has to be.

    An edit form may know what stands (`standing`: name of a field → its value): that is never asked about again, however it
    once came in.
    """

    def __call__(self, form: Any, field: Any) -> None:
        standing = getattr(form, "standing", {})
        folded = self.fold(field.data)
        if field.errors or not folded or folded == standing.get(field.short_name):
            return
        if said := self.about(folded, form):
            raise ValidationError(said)

    def fold(self, typed: str | None) -> str:
        raise NotImplementedError

    def about(self, folded: str, form: Any) -> str:
        """The sentence that asks, or ""."""
        raise NotImplementedError


class Kana(Spelled):
    """Kana of a person, or of an office. name: the field that has the name; without one there must be kana."""

    def __init__(self, what: str, name: str = "") -> None:
        self.what, self.name = what, name

    def fold(self, typed: str | None) -> str:
        return names.kana(typed)

    def about(self, folded: str, form: Any) -> str:
        return spellings.about_kana(self.what, folded, name=form[self.name].data if self.name else "")


class Mail(Spelled):
    """A mail address."""

    def fold(self, typed: str | None) -> str:
        return names.mail(typed)

    def about(self, folded: str, form: Any) -> str:
        return spellings.about_mail(folded)


class KnownMail(Mail):
    """A mail address by which somebody is looked up."""

    def about(self, folded: str, form: Any) -> str:
        return spellings.about_known_mail(folded)


class Phone(Spelled):
    """A telephone number."""

    def fold(self, typed: str | None) -> str:
        return names.phone(typed)

    def about(self, folded: str, form: Any) -> str:
        return spellings.about_phone(folded)


class Capped(wtforms.Field):
    """A field with a cap: that of its own Length (or Most), which runs before its other checks and alone when it refuses,
    else that of its kind."""

    cap: int = LONGEST_LINE

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._lengths = [check for check in self.validators if isinstance(check, Length | Most)]
        self.cap = min((check.max for check in self._lengths if check.max > 0), default=type(self).cap)
        self.is_too_long = False

    def process(
        self, formdata: Any, data: Any = wtforms.utils.unset_value, extra_filters: Any = None
    ) -> None:
        typed = formdata.getlist(self.name) if formdata is not None else []
        self.is_too_long = any(_letters(text) > FOLDED * self.cap for text in typed if isinstance(text, str))
        if not self.is_too_long:
            super().process(formdata, data, extra_filters)
            return
        super().process(None, data, extra_filters)
        self.raw_data = typed
        self.show_raw(typed)

    def show_raw(self, typed: Sequence[str]) -> None:
        """Keep what is too long, so that nothing typed is lost; only fields of text can."""

    def validate(self, form: Any, extra_validators: Any = ()) -> bool:
        sentences = [self._too_long()] if self.is_too_long else self._refusals(form)
        if not sentences:
            return bool(super().validate(form, extra_validators))
        self.errors = sentences
        return False

    def _refusals(self, form: Any) -> list[str]:
        refused = []
        for check in self._lengths:
            try:
                check(form, self)
            except ValidationError as wrong:
                refused.append(str(wrong))
        return refused[:1]

    def _too_long(self) -> str:
        said = [str(check.message) for check in self._lengths if check.message]
        return said[0] if said else texts.TOO_LONG.format(label=self.label.text, most=self.cap)


def _letters(typed: str) -> int:
    """How long a text is at most, as cheaply as can be told: outer blanks and the second sign of a line's end apart."""
    return len(typed.strip()) - typed.count("\r")


class _CappedText(Capped):
    def show_raw(self, typed: Sequence[str]) -> None:
        self.data = typed[0]


class StringField(_CappedText, wtforms.StringField):
    """One line."""


class TextAreaField(_CappedText, wtforms.TextAreaField):
    """Several lines."""

    cap = LONGEST_TEXT


class HiddenField(_CappedText, wtforms.HiddenField):
    """What travels with a form: an id, a key, a mark. cap: for one that carries more."""

    def __init__(self, *args: Any, cap: int | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if cap is not None:
            self.cap = cap


class IntegerField(Capped, wtforms.IntegerField):
    """A whole number."""


class BooleanField(Capped, wtforms.BooleanField):
    """A mark."""


class SelectField(Capped, wtforms.SelectField):
    """One of a list."""


class SelectMultipleField(Capped, wtforms.SelectMultipleField):
    """Some of a list."""


class RadioField(Capped, wtforms.RadioField):
    """One of some buttons."""


class FieldList(wtforms.FieldList):
    """Rows of a table, no more than a page could show: each one sent is made, whether it says anything or not."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"max_entries": MOST_ROWS, **kwargs})

    def _extract_indices(self, prefix: str, formdata: Any) -> Iterator[int]:
        """Row numbers as our own pages write them: ² is a digit too, and int() refuses thousands of them."""
        start = f"{prefix}{self._field_separator}"
        for name in formdata:
            number = name[len(start) :].partition(self._field_separator)[0] if name.startswith(start) else ""
            if number.isascii() and number.isdigit() and len(number) <= MOST_DIGITS:
                yield int(number)
