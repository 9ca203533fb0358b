"""What staff enter of what came on paper or by telephone, and the words when it is wrong."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Self

from wtforms.validators import InputRequired, ValidationError

from trainings.core import clock, names
from trainings.core.fields import HiddenField, Phone, RadioField, SelectField, StringField
from trainings.core.requests.editions import edition_of
from trainings.core.web import jdatetime
from trainings.directory.models import PARTICIPANT
from trainings.directory.queries import event_roles
from trainings.events.fields import Clock, Day
from trainings.events.models import Event
from trainings.registration.corrections.times import why_closed
from trainings.registration.forms import FEWEST_DIGITS, PersonForm, most, one_line
from trainings.registration.models import Application, Channel
from trainings.registration.refusals import RegistrationRefusal
from trainings.registration.seat_rules import groups_turned_away
from trainings.registration.statements import Statement
from trainings.registration.texts import CHANNELS, LATE_ASKED, REFUSALS


class OnPaper(PersonForm):
    """What staff enter for somebody who may have no mail address: a number to send a FAX to."""

    fax = StringField("FAX番号", filters=[one_line], validators=[most(30, "FAX番号", names.phone), Phone()])

    @property
    def mail_is_required(self) -> bool:
        return False

    def validate_fax(self, field: StringField) -> None:
        if field.data and len(names.phone_digits(field.data)) < FEWEST_DIGITS:
            raise ValidationError("FAX番号は、市外局番から入力してください")

    def statement(self, **more: Any) -> Statement:
        return super().statement(fax=self.fax.data or "", **more)

    def fill_from(self, application: Application) -> None:
        super().fill_from(application)
        self.fax.data = application.fax


class ProxyForm(OnPaper):
    """An application that came by FAX, phone or postcard; a mail address is optional then."""

    channel = RadioField(
        "届いた方法",
        choices=[(one.value, CHANNELS[one]) for one in (Channel.FAX, Channel.PHONE, Channel.POSTCARD)],
        validators=[InputRequired("届いた方法を選んでください")],
    )
    day = Day("届いた日")
    hour = Clock("届いた時刻")
    agreed = HiddenField()
    """That it arrived past the deadline was asked about, and is meant."""
    role = SelectField("参加のしかた", default=PARTICIPANT, validate_choice=False)

    def for_event(self, event: Event) -> Self:
        """Offer the roles in use too; once the list is frozen, none that takes a seat."""
        super().for_event(event)
        self.turned_away = groups_turned_away(event)
        roles = [(one.code, one.name) for one in event_roles()]
        if why_closed(event, Channel.FAX) == RegistrationRefusal.LIST_FROZEN:
            # Nobody who was meant as a participant becomes a speaker because it stands first.
            roles = [("", "選んでください"), *(one for one in roles if one[0] != PARTICIPANT)]
        self.role.choices = roles
        return self

    def validate_role(self, field: SelectField) -> None:
        if not field.data or field.data not in dict(field.choices):
            raise ValidationError("参加のしかたを選んでください")

    def validate_hour(self, field: Clock) -> None:
        if field.data is None and self.day.data not in (None, clock.today()):
            raise ValidationError("今日でないときは、届いた時刻も入れてください")
        arrived = self.arrived_at()
        if arrived is not None and arrived > clock.now():
            raise ValidationError(REFUSALS[RegistrationRefusal.ARRIVES_LATER])

    def arrived_at(self) -> datetime | None:
        """When it came; None for now."""
        if self.hour.data is None:
            return None
        return clock.at(self.day.data or clock.today(), self.hour.data)

    def asks_about_deadline(self) -> list[str]:
        """What has to be asked once before something is taken that came too late."""
        arrived, closes = self.arrived_at() or clock.now(), self.event.application_closes_at
        meant = self.agreed.data == "1"
        self.agreed.data = "1" if arrived >= closes else ""
        is_refused = self.event.list_frozen_at is not None and self.role.data == PARTICIPANT
        if arrived < closes or meant or is_refused:  # nothing is asked about that is refused afterwards
            return []
        return [LATE_ASKED.format(arrived=jdatetime(arrived), closes=jdatetime(closes))]

    @property
    def edition(self) -> str:
        """Without what was asked in between."""
        return edition_of(self.said(apart=("idempotency_key", "pledged", "agreed")))
