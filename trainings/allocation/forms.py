"""What organisers and applicants say about seats."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence
from typing import Self

from flask_wtf import FlaskForm
from wtforms import FormField
from wtforms.validators import InputRequired, Length

from trainings.allocation.draws.weights import BONUSES, HALVES, LARGEST_MOST, LEAST_MOST
from trainings.allocation.models import VoidCause
from trainings.allocation.other_quotas import Who
from trainings.allocation.texts import VOID_CAUSES, times
from trainings.core.fields import (
    BooleanField,
    FieldList,
    HiddenField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from trainings.core.requests.editions import EditForm
from trainings.core.texts import TOO_LONG
from trainings.events.fields import Day, Whole, between, words
from trainings.events.rows.forms import SectorRow
from trainings.registration.models import Application
from trainings.registration.texts import STATES

LONGEST_REASON = 1000
PLACE = "place"
REFUSE = "refuse"
MOVE = "move"
SWAP = "swap"
DECISIONS = {
    PLACE: "参加を決める",
    REFUSE: "今回は見送る",
    SWAP: "同じ事業所の方と席を入れかえる",
    MOVE: "別の職種区分で数える",
}


class DrawForm(FlaskForm):  # type: ignore[misc]
    """The button of the draw, with the public number when one was named beforehand."""

    public_number = StringField(
        "番号", validators=[Length(max=200, message="番号は200文字までで入力してください")]
    )
    confirmed_mails = HiddenField()


class VoidForm(FlaskForm):  # type: ignore[misc]
    """Why a draw no longer counts: what everybody is told, and what staff should know."""

    cause = RadioField(
        "取り消すわけ",
        choices=[(cause.value, VOID_CAUSES[cause]) for cause in VoidCause],
        validators=[InputRequired("取り消すわけを選んでください")],
    )
    void_reason = TextAreaField(
        "取り消す理由",
        validators=[
            InputRequired("取り消す理由を入力してください"),
            Length(max=LONGEST_REASON, message=TOO_LONG.format(label="取り消す理由", most=LONGEST_REASON)),
        ],
    )


class DecisionForm(FlaskForm):  # type: ignore[misc]
    """A decision by hand about one application; who has a seat can only be moved, or swap it within the office."""

    decision = RadioField("どうしますか", validators=[InputRequired("どうするかを選んでください")])
    group = SelectField("移す先の職種区分", validate_choice=False)
    partner = SelectField("入れかえる相手", validate_choice=False)
    reason = TextAreaField(
        "理由",
        validators=[
            InputRequired("理由を入力してください"),
            Length(max=LONGEST_REASON, message=TOO_LONG.format(label="理由", most=LONGEST_REASON)),
        ],
    )

    def about(
        self, application: Application, possible: Collection[str], partners: Sequence[Application] = ()
    ) -> Self:
        """Offer what can be decided about this one, the other groups of the event, and with whom they may swap.

        possible: of PLACE, REFUSE, SWAP and MOVE."""
        self.decision.choices = [(one, words) for one, words in DECISIONS.items() if one in possible]
        self.partner.choices = [
            ("", "選んでください"),
            *((str(one.id), _as_partner(one)) for one in partners),
        ]
        self.group.choices = [
            ("", "選んでください"),
            *(
                (str(one.id), one.name)
                for one in application.event.groups
                if one.id != application.event_group_id
            ),
        ]
        return self

    @property
    def partner_id(self) -> uuid.UUID | None:
        """Whom to swap with, None for nobody that is offered."""
        return uuid.UUID(self.partner.data) if self.partner.data in dict(self.partner.choices[1:]) else None

    @property
    def group_id(self) -> uuid.UUID | None:
        """The chosen group, None for none that is offered."""
        return uuid.UUID(self.group.data) if self.group.data in dict(self.group.choices[1:]) else None


def _as_partner(one: Application) -> str:
    facts = [
        STATES[one.state],
        f"全体{one.waiting_rank}番" if one.waiting_rank else "",
        f"優先順位 {one.priority}" if one.priority else "",
    ]
    return f"{one.full_name}（{'、'.join(filter(None, facts))}）"


class OfferForm(FlaskForm):  # type: ignore[misc]
    """The two buttons under an offer."""

    answer = HiddenField()


class QuotaRow(SectorRow):
    """The numbers of one sector or group; its name stands in the sentences and is not changed here."""

    name = HiddenField()
    release_on = Day()


class RulesForm(EditForm):
    """The rules of an event's seats."""

    agreed = HiddenField()
    apart = frozenset({"agreed", "reason", "other_who", "other_groups", "release_all"})
    capacity = Whole(
        "定員",
        validators=[
            InputRequired("定員を入力してください"),
            between(1, 10_000, "定員は1以上の数で入力してください"),
        ],
    )
    groups = FieldList(FormField(QuotaRow), "職種区分ごとの席")
    sectors = FieldList(FormField(QuotaRow), "分野ごとの席")
    organisation_cap = Whole(
        "一つの事業所の上限",
        validators=[
            between(
                1, 1000, "一つの事業所の上限は1以上の数で入力してください。空けておくと、上限はありません"
            ),
        ],
    )
    most_weight = Whole(
        "続けて見送りになった方の上限",
        validators=[
            InputRequired("続けて見送りになった方の上限を入力してください"),
            between(
                LEAST_MOST,
                LARGEST_MOST,
                f"続けて見送りになった方の上限は、{LEAST_MOST}倍から{LARGEST_MOST}倍までで入力してください。"
                "見送りになった方は、次の抽選でかならず優先されます",
            ),
        ],
    )
    first_timer = SelectField(
        "はじめての方の倍率",
        coerce=int,
        choices=[(n, "ほかの方と同じ（1倍）" if n == HALVES else times(n)) for n in BONUSES],
    )
    weighs_own_kind = BooleanField("同じ種類の催しだけを数える")
    other_who = RadioField(
        "だれを数える枠ですか",
        choices=[
            (Who.GROUPS.value, "いくつかの職種区分をまとめて"),
            (Who.FIRST_TIMERS.value, "はじめての方"),
            (Who.REFUSED.value, "続けて見送りになった方"),
        ],
        default=Who.GROUPS.value,
        validate_choice=False,
    )
    other_groups = SelectMultipleField("まとめる職種区分", validate_choice=False)
    reason = words("変える理由", 200)
    release_all = Day("開放日をまとめて決める")

    def without_weights(self) -> RulesForm:
        """The form of an event that draws nothing."""
        del self.most_weight, self.first_timer, self.weighs_own_kind, self.other_who, self.other_groups
        return self
