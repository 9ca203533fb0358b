"""What staff may type for somebody who applied on paper or by telephone, and the words when it is wrong."""

from __future__ import annotations

from typing import Self

from wtforms.validators import InputRequired, ValidationError

from trainings.core.fields import RadioField, SelectField
from trainings.directory.models import PARTICIPANT
from trainings.directory.queries import event_roles
from trainings.events.models import Event
from trainings.registration.forms import PersonForm
from trainings.registration.models import Channel
from trainings.registration.seat_rules import groups_turned_away
from trainings.registration.texts import CHANNELS


class ProxyForm(PersonForm):
    """An application that came by FAX, phone or postcard; a mail address is optional then."""

    channel = RadioField(
        "届いた方法",
        choices=[(one.value, CHANNELS[one]) for one in (Channel.FAX, Channel.PHONE, Channel.POSTCARD)],
        validators=[InputRequired("届いた方法を選んでください")],
    )
    role = SelectField("参加のしかた", default=PARTICIPANT, validate_choice=False)

    def for_event(self, event: Event) -> Self:
        """Offer the roles in use too."""
        super().for_event(event)
        self.turned_away = groups_turned_away(event)
        self.role.choices = [(one.code, one.name) for one in event_roles()]
        return self

    def validate_role(self, field: SelectField) -> None:
        if field.data not in dict(field.choices):
            raise ValidationError("参加のしかたを選んでください")

    @property
    def mail_is_required(self) -> bool:
        return False
