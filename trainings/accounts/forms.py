"""What may be typed about accounts, and the words when it is wrong."""

from __future__ import annotations

from typing import Self

from flask_wtf import FlaskForm
from wtforms.validators import DataRequired, InputRequired, Length

from trainings.accounts import texts
from trainings.accounts.models import Role, Staff
from trainings.accounts.queries import account_mail
from trainings.core import names
from trainings.core.fields import HiddenField, KnownMail, Mail, SelectMultipleField, StringField
from trainings.core.requests.editions import EditForm


def one_line(typed: str | None) -> str:
    return " ".join(names.as_typed(typed).split("\n"))


def mail_field(spelled: Mail) -> StringField:
    return StringField(
        "メールアドレス",
        filters=[lambda typed: account_mail(typed or "")],
        validators=[
            InputRequired("メールアドレスを入力してください"),
            Length(max=names.LONGEST_MAIL, message="メールアドレスは254文字までで入力してください"),
            spelled,
        ],
    )


class SignInForm(FlaskForm):  # type: ignore[misc]
    """Where the sign-in link should go."""

    mail = mail_field(KnownMail())
    next = HiddenField()


class PressForm(FlaskForm):  # type: ignore[misc]
    """A button; only its CSRF token matters."""


class StaffForm(EditForm):
    """One staff member."""

    name = StringField(
        "氏名",
        filters=[one_line],
        validators=[
            DataRequired("氏名を入力してください"),
            Length(max=80, message="氏名は80文字以内で入力してください"),
        ],
    )
    department = StringField(
        "所属",
        filters=[one_line],
        validators=[Length(max=80, message="所属は80文字以内で入力してください")],
    )
    mail = mail_field(Mail())
    roles = SelectMultipleField(
        "役割",
        choices=[(role.value, f"{texts.ROLES[role]}：{texts.ROLE_NOTES[role]}") for role in Role],
        validators=[InputRequired("役割を1つ以上選んでください")],
        validate_choice=True,
    )

    def of(self, member: Staff) -> Self:
        """Know whose it is: an address that stands is not asked about again."""
        self.standing = {"mail": member.mail}
        return self

    @classmethod
    def showing(cls, member: Staff) -> Self:
        """The form as it shows what stands."""
        shown = cls(formdata=None, obj=member, roles=[role.value for role in member.roles])
        return shown.carry_edition()

    def chosen_roles(self) -> frozenset[Role]:
        return frozenset(Role(value) for value in self.roles.data or ())
