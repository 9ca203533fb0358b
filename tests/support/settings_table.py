"""What each setting of an event does to somebody who wants to come, by selection and way in, and what else it promises there:
what the pages say before anything is typed, what is asked, the mail that goes out, and what is stored. Written by hand from the
design and from the words beside each setting. Whoever adds a column to the event says here what it does, or why it has no part
in that."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from trainings.events.models import EventState, Selection

WEB, COLLEAGUE, PROXY, WALK_IN = "web", "colleague", "proxy", "walk-in"
WAYS = (WEB, COLLEAGUE, PROXY, WALK_IN)
"""The public form; the same for a colleague of one's office; staff, from paper; and the door."""

FORMS = (WEB, COLLEAGUE, PROXY)
CONFIRMED, WAITING, APPLIED = "confirmed", "waiting", "applied"
FIRST_COME, LOTTERY = Selection.FIRST_COME, Selection.LOTTERY
Path = tuple[Selection, str]
Words = frozenset[str]


# -- what pages say -----------------------------------------------------------------------------------------------

SAYS: dict[str, str] = {
    "form": 'name="family"',
    "waits": "キャンセル待ちになり、席が空くと順番にご案内します",
    "nobody waits": "席がいっぱいになったあとは、申し込めません",
    "losers do not wait": "この催しでは、キャンセル待ちを受けていません",
    "draw": "職種ごとの枠を守って抽選します",
    "in order": "職種ごとの枠を守りながら、申し込んだ順に決まります",
    "full": "席はいっぱいになりました",
    "no form, full": "席は、いっぱいになりました",
    "group full": "次の職種区分は、席がいっぱいです",
    "cap of an office": "一つの事業所から参加できるのは、1人までです",
    "pledge": "話しません。",
    "question": "何を聞きたいですか",
    "fee": "当日、受付で1,000円をいただきます",
    "results": "結果は 2月7日",
    "to come": 'act__note">締切は',
    "no form, to come": "に始まります",
    "over": "申込は締め切りました",
    "no form, over": "に締め切りました",
    "frozen": "抽選のために名簿を固め",
    "no form, ended": "に終わりました",
    "called off": "中止になりました",
    "postponed": "延期になりました",
    "not yet, staff": "早く入れるときは、催しの「申込を始める日」を早めてください",
    "not open, staff": "公開していないか、延期・中止になった催しです。申込は入れられません",
}
"""What a page says → the words by which it is known, on any page of the way."""
AT_THE_DOOR = ("fee", "not held", "pledge on paper")
"""What a desk is told or has to see to: the fee that it takes, that nothing is held, a pledge that is still to be given."""

ASKED = ("pledged", "pre_answer", "licence_number", "heard_via", "priority", "channel", "role")
"""Fields that depend on settings, or on the way in."""
OF_FORM = {
    WEB: frozenset({"licence_number", "heard_via", "priority"}),
    COLLEAGUE: frozenset({"licence_number", "heard_via", "priority"}),
    PROXY: frozenset({"licence_number", "heard_via", "priority", "channel", "role"}),
}
MAILS = {
    CONFIRMED: "registration_confirmed",
    WAITING: "registration_waiting",
    APPLIED: "registration_received",
}
"""What becomes of somebody → the one mail that says so; whoever is refused reads why on the page and gets none, and nobody at
the door gave an address."""
MAIL_SAYS = {
    "seat goes on": "お席は、お待ちの方にご案内します",
    "fee": "当日、受付で1,000円をいただきます",
    "results": "結果は 2月7日",
    "draw": "職種ごとの枠を守って抽選します",
}
"""Words of the whole mail, as staff send it for somebody on paper; a stranger's first one says little."""
STORED = {WEB: "web", COLLEAGUE: "web", PROXY: "fax by staff", WALK_IN: "walk_in"}


def says(*words: str) -> Words:
    return frozenset(words)


BEFORE: dict[Path, Words] = {
    (FIRST_COME, WEB): says("form", "waits", "in order"),
    (LOTTERY, WEB): says("form", "waits", "draw"),
    **{(selection, way): says("form") for selection in Selection for way in (COLLEAGUE, PROXY)},
    **{(selection, WALK_IN): says() for selection in Selection},
}
"""Where nothing is set: the event page and the form; the form; the form of staff; what a desk is told."""
MAIL: dict[Selection, Words] = {FIRST_COME: says("seat goes on"), LOTTERY: says("draw")}


@dataclass(frozen=True)
class Row:
    """settings: columns of the event; beside them days from now for its moments. said: what the newcomer says otherwise.
    outcome: by (selection, way); a state, or the code of the refusal. Before them one person of the same office and group
    has applied, who is confirmed where first come decides.

    more, less: what pages say beside, and instead of, what they say where nothing is set; by path. asks: fields beside the
    usual ones, of every form. mail, door, stored: what else the mail from staff, the desk and the stored row say."""

    name: str
    outcome: dict[Path, str]
    settings: dict[str, Any] = field(default_factory=dict)
    said: dict[str, Any] = field(default_factory=dict)
    more: Mapping[Path, Words] = field(default_factory=dict)
    less: Mapping[Path, Words] = field(default_factory=dict)
    asks: Words = frozenset()
    mail: Mapping[Selection, Words] = field(default_factory=dict)
    stored: str = ""

    def before(self, path: Path) -> Words:
        """What is said before anything is typed."""
        return (BEFORE[path] - self.less.get(path, says())) | self.more.get(path, says())

    def asked(self, path: Path) -> Words:
        """Which fields there are, where there is a form at all."""
        return OF_FORM[path[1]] | self.asks if "form" in self.before(path) else says()

    def mail_says(self, selection: Selection) -> Words:
        return self.mail.get(selection, MAIL[selection])


def outcomes(first_come: str, lottery: str, walk_in: str, *ways: str) -> dict[Path, str]:
    """The same for each of the forms, unless ways are said; at the door whatever the selection."""
    found = {(FIRST_COME, way): first_come for way in ways or FORMS}
    found |= {(LOTTERY, way): lottery for way in ways or FORMS}
    return found | {(selection, WALK_IN): walk_in for selection in (FIRST_COME, LOTTERY)}


def on(words: Words, *ways: str, of: Selection | None = None) -> dict[Path, Words]:
    """The same words on several ways in, of one selection or both."""
    return {(selection, way): words for selection in ([of] if of else (FIRST_COME, LOTTERY)) for way in ways}


FORM, NO_LIST, OFFICE_CAP = says("form"), says("waits"), says("cap of an office")
TURNS_AWAY = {
    (FIRST_COME, WEB): says("nobody waits"),
    (LOTTERY, WEB): says("losers do not wait"),
}
"""Where no waiting list is kept the event page says so, whether there are seats or not."""
NOBODY_WAITS = on(NO_LIST, WEB)
NO_SEAT_GOES_ON = {FIRST_COME: says()}
FULL_GROUP = {
    **TURNS_AWAY,
    (FIRST_COME, WEB): says("nobody waits", "group full"),
    **on(says("group full"), COLLEAGUE, PROXY, of=FIRST_COME),
}
ROWS = (
    Row("nothing special", outcomes(CONFIRMED, APPLIED, CONFIRMED)),
    Row(
        # Where lots are drawn the first applicant holds no seat yet, so the door has one.
        "capacity, with a waiting list",
        outcomes(WAITING, APPLIED, "over_capacity") | {(LOTTERY, WALK_IN): CONFIRMED},
        {"capacity": 1},
    ),
    Row(
        "capacity, keeps_waiting_list",
        outcomes("full", APPLIED, "over_capacity") | {(LOTTERY, WALK_IN): CONFIRMED},
        {"capacity": 1, "keeps_waiting_list": False},
        more={
            **TURNS_AWAY,
            # An event page without a seat has no button, and its form is not there.
            (FIRST_COME, WEB): says("nobody waits", "full", "losers do not wait", "no form, full"),
            (FIRST_COME, COLLEAGUE): says("no form, full", "losers do not wait"),
            (FIRST_COME, PROXY): says("group full"),
        },
        less={**NOBODY_WAITS, (FIRST_COME, WEB): says("form", "waits"), (FIRST_COME, COLLEAGUE): FORM},
        mail=NO_SEAT_GOES_ON,
    ),
    Row(
        "keeps_waiting_list, seats left",
        outcomes(CONFIRMED, APPLIED, CONFIRMED),
        {"keeps_waiting_list": False},
        more=TURNS_AWAY,
        less=NOBODY_WAITS,
        mail=NO_SEAT_GOES_ON,
    ),
    Row("capacity, none", outcomes(CONFIRMED, APPLIED, CONFIRMED), {"capacity": None}),
    Row(
        "organisation_cap, with a waiting list",
        outcomes(WAITING, APPLIED, CONFIRMED),
        {"organisation_cap": 1},
        more=on(OFFICE_CAP, WEB, COLLEAGUE, PROXY),
    ),
    Row(
        "organisation_cap, keeps_waiting_list",
        outcomes("office_full", APPLIED, CONFIRMED),
        {"organisation_cap": 1, "keeps_waiting_list": False},
        more={
            **on(OFFICE_CAP, COLLEAGUE, PROXY),
            **{path: words | OFFICE_CAP for path, words in TURNS_AWAY.items()},
        },
        less=NOBODY_WAITS,
        mail=NO_SEAT_GOES_ON,
    ),
    Row(
        "organisation_cap, somebody of another office",
        outcomes(CONFIRMED, APPLIED, CONFIRMED),
        {"organisation_cap": 1, "keeps_waiting_list": False},
        {"organisation_name": "もみじ薬局"},
        more={
            **on(OFFICE_CAP, COLLEAGUE, PROXY),
            **{path: words | OFFICE_CAP for path, words in TURNS_AWAY.items()},
        },
        less=NOBODY_WAITS,
        mail=NO_SEAT_GOES_ON,
    ),
    Row("group cap, with a waiting list", outcomes(WAITING, APPLIED, CONFIRMED), {"group.cap": 1}),
    Row(
        "group cap, keeps_waiting_list",
        outcomes("full", APPLIED, CONFIRMED),
        {"group.cap": 1, "keeps_waiting_list": False},
        more=FULL_GROUP,
        less=NOBODY_WAITS,
        mail=NO_SEAT_GOES_ON,
    ),
    Row(
        # Two seats: one is taken, one is kept for doctors. The door gives seats to whoever has come.
        "group reserved for others, with a waiting list",
        outcomes(WAITING, APPLIED, CONFIRMED),
        {"capacity": 2, "doctors.reserved": 1},
    ),
    Row(
        "group reserved for others, keeps_waiting_list",
        outcomes("full", APPLIED, CONFIRMED),
        {"capacity": 2, "doctors.reserved": 1, "keeps_waiting_list": False},
        more=FULL_GROUP,
        less=NOBODY_WAITS,
        mail=NO_SEAT_GOES_ON,
    ),
    Row(
        "group release_on, past",
        outcomes(CONFIRMED, APPLIED, CONFIRMED),
        {"capacity": 2, "doctors.reserved": 1, "doctors.release_on": -1, "keeps_waiting_list": False},
        more=TURNS_AWAY,
        less=NOBODY_WAITS,
        mail=NO_SEAT_GOES_ON,
    ),
    Row(
        "pledge, not given",
        outcomes("pledge_missing", "pledge_missing", CONFIRMED),
        {"pledge": "話しません。"},
        more={**on(says("pledge"), WEB, COLLEAGUE, PROXY), **on(says("pledge on paper"), WALK_IN)},
        asks=says("pledged"),
    ),
    Row(
        "pledge, given",
        outcomes(CONFIRMED, APPLIED, CONFIRMED),
        {"pledge": "話しません。"},
        {"pledged": "y"},
        more={**on(says("pledge"), WEB, COLLEAGUE, PROXY), **on(says("pledge on paper"), WALK_IN)},
        asks=says("pledged"),
        stored="pledged",
    ),
    Row(
        "application_opens_at, ahead",
        outcomes("not_open_yet", "not_open_yet", CONFIRMED),
        {"application_opens_at": 1},
        more={
            **on(says("to come", "no form, to come"), WEB),
            **on(says("no form, to come"), COLLEAGUE),
            **on(says("not yet, staff"), PROXY),
        },
        less=on(FORM, WEB, COLLEAGUE, PROXY),
    ),
    Row(
        # Late FAX: staff may enter what came on paper after closing.
        "application_closes_at, past",
        outcomes("closed", "closed", CONFIRMED) | {(FIRST_COME, PROXY): CONFIRMED, (LOTTERY, PROXY): APPLIED},
        {"application_closes_at": -0.5},
        more={**on(says("over", "no form, over"), WEB), **on(says("no form, over"), COLLEAGUE)},
        less=on(FORM, WEB, COLLEAGUE),
    ),
    Row(
        "list_frozen_at",
        outcomes("list_frozen", "list_frozen", CONFIRMED),
        {"list_frozen_at": -0.1},
        more=on(says("frozen"), WEB, COLLEAGUE, PROXY),
        less=on(FORM, WEB, COLLEAGUE),
    ),
    Row(
        "state, called off",
        outcomes("not_published", "not_published", "no_walk_ins"),
        {"state": EventState.CALLED_OFF},
        more={
            **on(says("called off"), WEB, COLLEAGUE),
            **on(says("not open, staff"), PROXY),
            **on(says("not held"), WALK_IN),
        },
        less=on(FORM, WEB, COLLEAGUE, PROXY),
    ),
    Row(
        "state, postponed",
        outcomes("not_published", "not_published", "no_walk_ins"),
        {"state": EventState.POSTPONED},
        more={
            **on(says("postponed"), WEB, COLLEAGUE),
            **on(says("not open, staff"), PROXY),
            **on(says("not held"), WALK_IN),
        },
        less=on(FORM, WEB, COLLEAGUE, PROXY),
    ),
    Row(
        # The door still brings in what it has kept, and whoever stands there.
        "state, closed",
        outcomes("not_published", "not_published", CONFIRMED),
        {"state": EventState.CLOSED},
        more={**on(says("no form, ended"), WEB, COLLEAGUE), **on(says("not open, staff"), PROXY)},
        less={
            **on(FORM, COLLEAGUE, PROXY),
            (FIRST_COME, WEB): says("form", "waits", "in order"),
            (LOTTERY, WEB): says("form", "waits", "draw"),
        },
    ),
    Row(
        "fee_amount",
        outcomes(CONFIRMED, APPLIED, CONFIRMED),
        {"fee_amount": 1000},
        more={**on(says("fee"), WEB), **on(says("fee"), WALK_IN)},
        mail={FIRST_COME: says("seat goes on", "fee")},
    ),
    Row(
        "pre_question, unanswered",
        outcomes(CONFIRMED, APPLIED, CONFIRMED),
        {"pre_question": "何を聞きたいですか"},
        more=on(says("question"), WEB, COLLEAGUE, PROXY),
        asks=says("pre_answer"),
    ),
    Row(
        "pre_question, answered",
        outcomes(CONFIRMED, APPLIED, CONFIRMED),
        {"pre_question": "何を聞きたいですか"},
        {"pre_answer": "退院前の会議"},
        more=on(says("question"), WEB, COLLEAGUE, PROXY),
        asks=says("pre_answer"),
        stored="answered",
    ),
    Row(
        # Promised where lots are drawn, and only there.
        "results_on",
        outcomes(CONFIRMED, APPLIED, CONFIRMED),
        {"results_on": 20},
        more=on(says("results"), WEB, of=LOTTERY),
        mail={LOTTERY: says("draw", "results")},
    ),
)

NO_PART: dict[str, str] = {
    **dict.fromkeys(("id", "slug", "code_prefix", "copied_from_id"), "names it"),
    **dict.fromkeys(("kind",), "a preset: it has filled the other settings"),
    **dict.fromkeys(
        ("title", "subtitle", "description", "audience", "purpose_of_use", "responsible"), "words"
    ),
    **dict.fromkeys(
        (
            "contact_name",
            "contact_phone",
            "contact_fax",
            "contact_mail",
            "venue",
            "room",
            "address",
            "map_url",
            "fee",
        ),
        "words",
    ),
    **dict.fromkeys(("accessibility", "public_number_name", "standstill_reason"), "words"),
    **dict.fromkeys(("starts_at", "ends_at", "doors_open_at"), "moments of its sessions"),
    **dict.fromkeys(("most_weight", "first_timer_halves", "weighs_own_kind"), "odds of a draw"),
    **dict.fromkeys(("offer_hours",), "after the decision"),
    **dict.fromkeys(("table_size", "handouts_numbered"), "in the room"),
    **dict.fromkeys(("certificate_rule", "certificate_minutes"), "afterwards"),
    **dict.fromkeys(
        ("created_at", "published_at", "closed_at", "revision", "revised_at"), "notes of what was done"
    ),
}
"""Columns that decide nothing about who gets in, and why."""

SELECTION = "selection"
"""The column that the table has a side of its own for."""
