"""Forms that change what stands carry the edition that they were made from: a short digest of each of its facets.

Of what comes back, a facet as the page showed it was not touched: what stands by now is kept, whoever changed it. A facet
that was typed and stands otherwise by now than the page showed is a clash: nothing is stored, one page shows what stands and
what was typed, and one press keeps either.

A form made of fields is an `EditForm`; a page of rows tells its facets itself (`meet_request`). The caller has locked what
it changes before it reads what stands.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Self

from flask import render_template, request
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm

from trainings.core import texts
from trainings.core.fields import LONGEST_TEXT, BooleanField, FieldList, HiddenField, SelectMultipleField
from trainings.core.requests.late_forms import AGAIN, typed_fields

MADE_FROM = "made_from"
SEEN_MEANWHILE = "seen_meanwhile"
"""The edition that the page of a clash has shown: whoever presses there has read it."""
DIGITS = 8
LONGEST_EDITION = 200_000
"""Of a page of rows; that of a form is no longer than a long text."""
_OF_NOTHING_SHOWN = ("csrf_token", MADE_FROM, SEEN_MEANWHILE)


@dataclass(frozen=True)
class Facet:
    """One thing that a form can change. text: for comparing; words: for reading, one line a row of a table; label: "" for
    what stands behind another facet and is never shown."""

    label: str
    text: str
    words: str


@dataclass(frozen=True)
class Difference:
    """A facet as it stands and as it was typed; of rows only those that differ."""

    label: str
    now: str
    typed: str


@dataclass(frozen=True)
class Meeting:
    """What was typed meets what stands. texts: of every facet, as typed where it was touched, else as it stands.
    clashing: touched, and standing otherwise by now. others: changed by somebody else and not touched here."""

    texts: Mapping[str, str]
    untouched: frozenset[str]
    clashing: Sequence[Difference]
    others: Sequence[Difference]
    edition: str
    is_clash: bool


def edition_of(facets: Mapping[str, Facet]) -> str:
    """The digests of all facets, in an order that tells nothing."""
    return "".join(sorted(_digest(name, facet.text) for name, facet in facets.items()))


def _digest(name: str, text: str) -> str:
    return hashlib.sha256(f"{name}\0{text}".encode()).hexdigest()[:DIGITS]


def meet(
    now: Mapping[str, Facet],
    typed: Mapping[str, Facet],
    *,
    made_from: str,
    seen_meanwhile: str = "",
    together: Iterable[Sequence[str]] = (),
) -> Meeting:
    """Compare what was typed with what stands. What `typed` does not name was not on the page, and was not touched.

    together: facets that mean something only with each other; one touched is all touched.
    """
    shown = {made_from[place : place + DIGITS] for place in range(0, len(made_from), DIGITS)}
    touched = {
        name for name, facet in typed.items() if name in now and _digest(name, facet.text) not in shown
    }
    for group in together:
        if touched.intersection(group):
            touched.update(name for name in group if name in now and name in typed)
    differing = [name for name in now if name in touched and typed[name].text != now[name].text]
    edition = edition_of(now)
    return Meeting(
        texts={name: typed[name].text if name in touched else now[name].text for name in now},
        untouched=frozenset(now) - touched,
        clashing=[_difference(now[name], typed[name]) for name in differing if now[name].label],
        others=[
            Difference(now[name].label, now[name].words or texts.NONE, "")
            for name in now
            if name not in touched and now[name].label and _digest(name, now[name].text) not in shown
        ],
        edition=edition,
        is_clash=any(now[name].label for name in differing) and edition not in (made_from, seen_meanwhile),
    )


def _difference(now: Facet, typed: Facet) -> Difference:
    stands, wanted = now.words.splitlines(), typed.words.splitlines()
    if len(stands) > 1 or len(wanted) > 1:
        stands, wanted = (
            [line for line in stands if line not in wanted],
            [line for line in wanted if line not in stands],
        )
    return Difference(now.label, "\n".join(stands) or texts.NONE, "\n".join(wanted) or texts.NONE)


def meet_request(now: Mapping[str, Facet], typed: Mapping[str, Facet]) -> Meeting:
    """`meet` with the editions that this request's form brought."""
    return meet(
        now,
        typed,
        made_from=request.form.get(MADE_FROM, "")[:LONGEST_EDITION],
        seen_meanwhile=request.form.get(SEEN_MEANWHILE, "")[:LONGEST_EDITION],
    )


def clash_page(meeting: Meeting, *, back: str) -> ResponseReturnValue:
    """The page of a clash; it holds all that was typed. back: the page that shows what stands.

    409, so that the request leaves the database as it was.
    """
    typed = typed_fields(leave_out=(AGAIN, SEEN_MEANWHILE))
    page = render_template(
        "errors/meanwhile.html", meeting=meeting, typed=typed, back=back, seen_name=SEEN_MEANWHILE
    )
    return page, 409


def facets_of(form: FlaskForm, *, apart: Collection[str] = ()) -> dict[str, Facet]:
    """Everything that a form says."""
    return {
        field.short_name: Facet(_label(field), _text(field), _words(field))
        for field in form
        if field.short_name not in _OF_NOTHING_SHOWN and field.short_name not in apart
    }


class EditForm(FlaskForm):  # type: ignore[misc]
    """A form that changes something that stands. Fill it, then `carry_edition`; of what comes back `validate_against` says
    whether it may be stored, and if not, `clash_page` whether that is why."""

    made_from = HiddenField(cap=LONGEST_TEXT)
    seen_meanwhile = HiddenField(cap=LONGEST_TEXT)

    apart: ClassVar[frozenset[str]] = frozenset()
    """Fields that are no part of what stands, such as the reason for a change."""
    together: ClassVar[tuple[tuple[str, ...], ...]] = ()
    """Fields that mean something only with each other."""
    clash: Meeting | None = None

    def facets(self) -> dict[str, Facet]:
        """Everything that this form can change, as it says it."""
        return facets_of(self, apart=self.apart)

    def carry_edition(self) -> Self:
        """Remember what this form shows."""
        self.made_from.data = edition_of(self.facets())
        return self

    def validate_against(self, standing: Callable[[], Self]) -> bool:
        """Whether what was typed is valid and clashes with nothing; what was not touched says then what stands.

        standing: locks what this form changes, and shows it in another one; not asked for what is wrong in itself.
        """
        if not self.validate():
            return False
        meeting = self.meet(standing())
        self.clash = meeting if meeting.is_clash else None
        return self.clash is None and bool(self.validate())

    def clash_page(self, *, back: str) -> ResponseReturnValue | None:
        """The page of the clash that `validate_against` found, if it found one."""
        return clash_page(self.clash, back=back) if self.clash else None

    def meet(self, standing: Self) -> Meeting:
        """Compare with what stands, and take over from there what was not touched."""
        now, typed = standing.facets(), self.facets()
        meeting = meet(
            now,
            {name: facet for name, facet in typed.items() if self._was_sent(name)},
            made_from=self.made_from.data or "",
            seen_meanwhile=self.seen_meanwhile.data or "",
            together=self.together,
        )
        for name in meeting.untouched:
            if name in typed and typed[name].text != now[name].text:
                self.take_over(name, standing)
        return meeting

    def take_over(self, name: str, standing: Self) -> None:
        """Say of one facet what another form says."""
        mine, other = self[name], standing[name]
        if isinstance(mine, FieldList):
            mine.entries, mine.last_index = other.entries, other.last_index
            return
        mine.data = other.data
        said = _text(other)
        mine.raw_data = [said] if said else []

    def _was_sent(self, name: str) -> bool:
        """Whether the page had this field. A browser sends no mark that is not set, and no list without rows."""
        field = self._fields.get(name)
        sends_nothing = field is None or isinstance(field, BooleanField | SelectMultipleField | FieldList)
        return sends_nothing or name in request.form


def _label(field: Any) -> str:
    return "" if isinstance(field, HiddenField) else str(field.label.text)


def _rows(field: FieldList) -> list[Any]:
    """The rows of a table that say something: a row without its name, or its title, is none."""
    called = ("name", "title")
    return [row.form for row in field if any(cell.short_name in called and cell.data for cell in row.form)]


def _text(field: Any) -> str:
    if isinstance(field, FieldList):
        return "\n".join(
            "\t".join(_text(cell) for cell in row if cell.short_name not in ("id", "csrf_token"))
            for row in _rows(field)
        )
    if isinstance(field.data, bool):
        return "1" if field.data else ""
    if isinstance(field.data, list | tuple | set | frozenset):
        return ",".join(sorted(map(str, field.data)))
    return "" if field.data is None else str(field.data).replace("\r\n", "\n").strip()


def _words(field: Any) -> str:
    if isinstance(field, FieldList):
        return "\n".join(
            texts.BETWEEN_CELLS.join(filter(None, (_words(cell) for cell in row if cell.short_name != "id")))
            for row in _rows(field)
        )
    if isinstance(field, BooleanField):
        return texts.YES if field.data else texts.NO
    if hasattr(field, "iter_choices"):
        return texts.BETWEEN_CELLS.join(str(label) for _, label, chosen, *_ in field.iter_choices() if chosen)
    return str(field._value()).strip() if field.data is not None else ""
