"""What may be put right in an application, and the words when it is wrong."""

from __future__ import annotations

import uuid
from typing import Self

from flask_wtf import FlaskForm
from wtforms.validators import ValidationError

from trainings.core import names
from trainings.core.fields import BooleanField, Most, TextAreaField
from trainings.core.requests.editions import EditForm, Facet
from trainings.directory.office_names import office_key
from trainings.events.models import Event
from trainings.registration.forms import PersonForm
from trainings.registration.models import Application
from trainings.registration.proxy.forms import OnPaper

STANDS = ("family_kana", "given_kana", "mail", "phone")
"""What is not asked about again while it stays."""


class ChangeForm(EditForm, PersonForm):
    """Correcting what was typed. The channel and the pledge stay as they were."""

    apart = frozenset({"idempotency_key", "pledged", "heard_via", "heard_via_note"})
    together = (("group", "profession", "profession_note"), ("organisation_name", "organisation_id"))

    def facets(self) -> dict[str, Facet]:
        """Everything it says, folded as it is stored."""
        return self.said(apart=self.apart)

    @classmethod
    def showing(cls, application: Application) -> Self:
        """The form as it shows what an application says now."""
        form = cls(formdata=None).of(application).for_event(application.event)
        form.fill_from(application)
        return form.carry_edition()

    def of(self, application: Application) -> Self:
        """Know whose it is: a free entry that staff matched to an office stays matched while its words stay."""
        self.application = self.held = application
        self.standing = {name: getattr(application, name) for name in STANDS}
        return self

    def _chosen_office(self, typed: str) -> uuid.UUID | None:
        if office_key(typed) == office_key(self.application.organisation_name):
            return self.application.organisation_id
        return super()._chosen_office(typed)

    def validate_pledged(self, field: BooleanField) -> None:
        """The pledge was given when applying."""


class ResentForm(ChangeForm):
    """The form of application, sent once more with something else in it: a correction of what it stored before."""

    apart = frozenset({"idempotency_key", "pledged"})

    def made_from_sent(self) -> Self:
        """It was made from what it said when it was sent first."""
        self.made_from.data = self.application.sent_edition
        return self


class StaffChangeForm(OnPaper, ChangeForm):
    """Correcting for somebody who called; who applied on paper may have no mail address."""


class SubstituteForm(PersonForm):
    """The person who comes instead; office and group are those of the application. Call `of` before `for_event`.

    The profession of the seat stays on offer when it is put out of use: nobody else of the group might be left.
    """

    def of(self, application: Application) -> Self:
        """Know whose seat it is."""
        self.application = self.held = application
        self.standing = {"phone": application.phone}
        return self

    def for_event(self, event: Event) -> Self:
        """Offer the group of the seat only."""
        super().for_event(event)
        seat = self.application
        of_group = {group.id: members for group, members in self.offered}
        own = [one for members in of_group.values() for one in members if one.id == seat.profession_id]
        members = of_group.get(seat.event_group_id, [])
        # Staff may count the seat in another group than that of its profession.
        self.offered = [(seat.group, [*members, *(one for one in own if one not in members)])]
        self.group.choices = [(str(group.id), group.name) for group, _ in self.offered]
        return self

    def validate_pledged(self, field: BooleanField) -> None:
        if self.event.pledge and not field.data:
            raise ValidationError("代わりの方に約束を読んでいただき、しるしを付けてください")


class RestoreForm(FlaskForm):  # type: ignore[misc]
    """The button that undoes a cancellation; staff give a reason."""

    reason = TextAreaField(
        "もどす理由",
        filters=[names.as_typed],
        validators=[Most(500, "理由は500文字までで入力してください")],
    )


class CancelForm(FlaskForm):  # type: ignore[misc]
    """The button that cancels; staff give a reason."""

    reason = TextAreaField(
        "取り消す理由",
        filters=[names.as_typed],
        validators=[Most(500, "理由は500文字までで入力してください")],
    )
