"""Sentences about seats."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from fractions import Fraction

from trainings.allocation.draws.weights import HALVES, WeightRule
from trainings.allocation.models import VoidCause
from trainings.allocation.other_quotas import Crosses, Fits, Place, Who
from trainings.allocation.refusals import AllocationRefusal
from trainings.registration import states
from trainings.seats.degrade import Limit, Shortfall
from trainings.seats.meaning import Range
from trainings.seats.odds import Reason

ACCEPT, DECLINE = "参加します", "辞退します"
ACCEPTING, DECLINING = "参加を決める", "ご案内を辞退する"
ACCEPTED = "参加が決まりました。"
DECLINED = "辞退を承りました。席は、次の方にご案内します。"
ANSWERS_FOR = "{name} さんの、{title}（{at}）へのお返事です。"
DECLINING_LOSES = (
    "辞退されると、席はすぐに次の方にご案内します。次の方にご案内したあとは、もとにもどせません。"
)
DECLINING_COSTS = (
    "抽選で見送りになった方は次回の抽選で優先されますが、ご案内を辞退された方には、その優先が付きません。"
)
BACK_TO_OFFER = "お返事をせずにもどる"
DRAW_NOW = "抽選して、{mails}通のメールを送る"
DRAWING = "抽選して、結果を知らせる"
DRAWS_OF = "{title}の抽選です。名簿は{n}人、指紋は {digest} です。"
DRAWS_WITH = "くじのたねに加える番号（{name}）は「{number}」です。"
DRAWS_ONCE = "抽選すると、結果のメールが{mails}通、すぐに送られます。やり直すには、抽選の取り消しを公開するほかありません。"
BACK_TO_DRAW = "抽選せずにもどる"

REFUSALS = {
    AllocationRefusal.NOT_A_LOTTERY: "この催しは先着順です。抽選はありません。",
    AllocationRefusal.NOT_HELD: "延期または中止になっている催しです。席のことは、開催すると決まってから進めます。",
    AllocationRefusal.STILL_OPEN: "申込の受付がまだ終わっていません。締切のあとに名簿を固めてください。",
    AllocationRefusal.ALREADY_FROZEN: "名簿は、もう固められています。",
    AllocationRefusal.NOT_FROZEN: "先に名簿を固めてください。",
    AllocationRefusal.ALREADY_DRAWN: "抽選は、もう済んでいます。",
    AllocationRefusal.NOT_DRAWN: "取り消せる抽選がありません。画面を開きなおして確かめてください。",
    AllocationRefusal.DOOR_OPEN: "受付の時刻を過ぎたので、抽選はもう取り消せません。席のことは、一人ずつ手で決めてください。",
    AllocationRefusal.OPEN_CANDIDATES: "同じ人かもしれない申込が{n}組あります。先に確かめてください。",
    AllocationRefusal.FREE_ENTRIES: "一覧に結び付いていない事業所の名前が{n}つあります。先に確かめてください。",
    AllocationRefusal.NO_COMMITMENT: "抽選の封印がありません。催しを公開すると作られます。",
    AllocationRefusal.PUBLIC_NUMBER_MISSING: "くじのたねに加える番号を入力してください（{name}）。",
    AllocationRefusal.NOBODY_APPLIED: "抽選の対象になる申込がありません。",
    AllocationRefusal.REASON_MISSING: "理由を入力してください。あとから説明できるように残します。",
    AllocationRefusal.NOT_PLACEABLE: "いまの状態では、手で決めることができません。画面を開きなおして確かめてください。",
    AllocationRefusal.FULL: "定員{capacity}人がすべて埋まっています。先に席を空けてください。",
    AllocationRefusal.LIST_FROZEN: "抽選のために名簿を固めてあります。手で決めるときは、先に抽選の画面で名簿を開いてください。",
    AllocationRefusal.NO_SUCH_GROUP: "移す先の職種区分を選んでください。",
    AllocationRefusal.NO_SWAP: "入れかえる相手を、一覧から選んでください。席のようすが変わったときは、画面を開きなおしてください。",
    AllocationRefusal.NO_OFFER: "いま、ご案内している席はありません。",
    AllocationRefusal.OFFER_ENDED: "ご案内の期限が過ぎたため、席は次の方にご案内しました。",
}

MENDED_AT: dict[StrEnum, str] = {
    AllocationRefusal.STILL_OPEN: "締切を見る",
    AllocationRefusal.NO_COMMITMENT: "公開へ進む",
    AllocationRefusal.OPEN_CANDIDATES: "くらべて決める",
    AllocationRefusal.FREE_ENTRIES: "名前を確かめる",
    AllocationRefusal.NOBODY_APPLIED: "名簿を見る",
    AllocationRefusal.NOT_HELD: "延期・中止の画面を見る",
}
"""The words of the link to where that is put right."""
DECIDED = "{name} さんについて、決めたとおりにしました。"
VOIDED = "抽選を取り消し、新しい封印を作りました。お知らせのメールは、順に送られます。"
DRAWN = "抽選を行いました。結果のメールは、順に送られます。"

VOID_CAUSES = {
    VoidCause.LIST: "申込の名簿に、漏れか誤りがあったため",
    VoidCause.RULES: "枠のルールに、誤りがあったため",
    VoidCause.NUMBER: "公の番号の入力に、誤りがあったため",
    VoidCause.EVENT: "催しの内容が変わったため",
    VoidCause.OTHER: "そのほかの事情のため",
}
"""Why a draw was taken back, as everybody may read it; what staff wrote about it stays inside."""
BY_HAND = {
    states.Reason.PLACED_BY_HAND: "担当者が席を決めた",
    states.Reason.REFUSED_BY_HAND: "担当者が見送りとした",
    states.Reason.SWAPPED: "同じ事業所、同じ職種区分の方どうしで席を入れかえた",
}
MOVED = "別の職種区分で数えた"

STEPS = {
    states.Reason.SEAT_FREED: "空いた席を案内しました",
    states.Reason.ACCEPTED: "案内を受け、参加が決まりました",
    states.Reason.DECLINED: "案内を辞退されました",
    states.Reason.OFFER_EXPIRED: "案内の期限が過ぎました",
    states.Reason.RESERVE_RELEASED: "確保していた席が開放され、参加が決まりました",
    states.Reason.LIST_CLOSED: "催しが始まり、キャンセル待ちを終えました",
    states.Reason.CANCELLED_BY_APPLICANT: "申込が取り消されました",
    states.Reason.CANCELLED_BY_STAFF: "申込が取り消されました",
    states.Reason.CANCELLED_AS_DUPLICATE: "申込が取り消されました",
    states.Reason.PLACED_BY_HAND: "担当者が席を決めました",
    states.Reason.REFUSED_BY_HAND: "担当者が見送りとしました",
    states.Reason.SWAPPED: "同じ事業所、同じ職種区分の方と、席を入れかえました",
    states.Reason.SUBSTITUTE: "同じ事業所、同じ職種区分の方に交代しました",
    states.Reason.RESTORED: "取り消しが、もとにもどされました",
}
"""What happened after a draw, as everybody may read it."""


# -- odds in words ------------------------------------------------------------------------------------------------


def percent(share: float) -> str:
    return f"{100 * share:.1f}％"


def odds_in_words(lowest: float, highest: float) -> str:
    """One figure, or two where they differ."""
    one, other = percent(lowest), percent(highest)
    return one if one == other else f"{one}から{other}"


def limit_in_words(limit: Limit, names: Mapping[str, str]) -> str:
    """One rule that a set of people shares: a cap, the seats of the event, or a reserve of others."""
    kind, key = limit.label[0], limit.label[-1]
    if limit.seats < 0:
        return f"{names.get(key, 'ほかの区分')}のために確保する{-limit.seats}席"
    return {
        "total": f"催しの席{limit.seats}席",
        "group": f"{names.get(key, '職種区分')}の上限{limit.seats}席",
        "sector": f"{names.get(key, '分野')}の上限{limit.seats}席",
        "organisation": f"一つの事業所からの上限{limit.seats}席",
        "cell": f"一つの事業所の同じ職種区分からの上限{limit.seats}席",
        "district": f"一つの地区からの上限{limit.seats}席",
        "applicants": f"申込の{limit.seats}人",
    }.get(kind, f"{limit.seats}席")


def reason_in_words(reason: Reason, names: Mapping[str, str], share: tuple[float, float]) -> str:
    """Why the people of a level have their odds: what they share, and among how many."""
    if not reason.limits:
        return f"席が足りているため、{reason.people}人は全員参加できます。"
    shared = _joined(limit_in_words(one, names) for one in reason.limits if one.seats > 0)
    kept = _joined(limit_in_words(one, names) for one in reason.limits if one.seats < 0)
    but_for = f"（{kept}を除く）" if kept else ""
    settled = "、先に決まる方の席を除いて、" if reason.settled else "、"
    return f"{shared}{but_for}を{settled}{reason.people}人で分け合うため、確率は{odds_in_words(*share)}です。"


SMALL_GROUPS = "人数の少ない区分（{names}）"
AGAIN_WITHHELD = (
    "前の抽選と名簿がちがうため、引き算で一人ひとりのことが分からないように、合計は載せていません。"
    "前の抽選から少しだけ増えたり減ったりした職種区分は、まとめて、数を載せずにいます。確率はおよその数です。"
    "ご本人には、それぞれの画面でお知らせしています。"
)
SMALL_WITHHELD = (
    "申込か決定が5人に満たない職種区分と、引き算でそこが分かってしまう職種区分は、まとめて載せています。"
    "その確率と理由は載せず、ほかの確率はおよその数にしました。ご本人には、それぞれの画面でお知らせしています。"
)
SHORTFALL_OF_SMALL = "申込の少ない区分のために確保した席の残りは、ほかの方にまわします。"


def small_groups_in_words(names: Iterable[str]) -> str:
    """What the groups that are told together are called."""
    return SMALL_GROUPS.format(names="・".join(names))


STEP = 5
"""Percent."""


def odds_in_steps(lowest: float, highest: float) -> str:
    """Odds so roughly that nobody can count from them; 0 and 1 are told as they are."""
    one, other = _in_steps(lowest), _in_steps(highest)
    if one == other:
        return f"{one}％" if lowest in (0, 1) else f"約{one}％"
    return f"約{one}–{other}％"


def _in_steps(share: float) -> int:
    return (
        round(100 * share)
        if share in (0, 1)
        else min(100 - STEP, max(STEP, STEP * round(100 * share / STEP)))
    )


def odds_range(lowest: float, highest: float) -> str:
    """One figure, or two where they differ, as short as a table needs it."""
    one, other = percent(lowest), percent(highest)
    return one if one == other else f"{one}–{other}"


def reason_without_numbers(reason: Reason, names: Mapping[str, str], share: tuple[float, float]) -> str:
    """Which rules the people of a level share, not among how many."""
    if not reason.limits:
        return "席が足りている職種区分の方は、全員参加できます。"
    shared = dict.fromkeys(_limit_without_number(one, names) for one in reason.limits if one.seats > 0)
    return f"{'、'.join(shared)}を分け合うため、確率は{odds_in_steps(*share)}です。"


def _limit_without_number(limit: Limit, names: Mapping[str, str]) -> str:
    kind, key = limit.label[0], limit.label[-1]
    return {
        "total": "催しの席",
        "group": f"{names.get(key, '職種区分')}の上限",
        "sector": f"{names.get(key, '分野')}の上限",
        "organisation": "一つの事業所からの上限",
        "cell": "一つの事業所の同じ職種区分からの上限",
        "district": "一つの地区からの上限",
    }.get(kind, "席")


def _joined(words: Iterable[str]) -> str:
    """Each once; how often where the same rule holds in several places."""
    return "、".join(word if n == 1 else f"{word}（{n}か所）" for word, n in Counter(words).items())


def shortfall_in_words(short: Shortfall, names: Mapping[str, str]) -> str:
    """A reserve or a capacity that could not be filled."""
    if short.label[0] == "total":
        return f"定員{short.wished}席のうち、枠を守って埋められるのは{short.met}席です。"
    name = names.get(short.label[-1], "")
    return f"{name}のために確保する{short.wished}席のうち、申込のあった{short.met}席を守ります。残りはほかの方にまわします。"


def times(halves: int) -> str:
    return f"{halves / HALVES:g}倍"


def times_between(halves: tuple[int, int]) -> str:
    """One weight, or the lowest and highest where they differ."""
    lowest, highest = halves
    return times(lowest) if lowest == highest else f"{lowest / HALVES:g}–{times(highest)}"


def weights_in_words(rule: WeightRule) -> str:
    """How refusals and a first time count, and at which events."""
    return _weights(rule) + ("数えるのは、同じ種類の催しだけです。" if rule.kind else "")


def _weights(rule: WeightRule) -> str:
    refused = {2: "見送りになった方は2倍", 3: "続けて見送りになった方は、1回で2倍、2回からは3倍"}.get(
        rule.most, f"続けて見送りになった方は、1回で2倍、2回で3倍と増え、{rule.most}倍まで"
    )
    if rule.first_timer == HALVES:
        return f"{refused}の重みです。はじめての方の重みは、ほかの方と同じです。"
    return f"{refused}の重みです。はじめての方は、さらに{times(rule.first_timer)}です。"


def past_in_words(is_first_timer: bool, refusals: int) -> str:
    """What somebody has been through, as far as it counts in a draw."""
    came = "はじめての方" if is_first_timer else "参加したことのある方"
    return f"{came}、続けて{refusals}回見送り" if refusals else came


# -- a quota beside the others ------------------------------------------------------------------------------------

OTHER_WITHOUT_GROUPS = "まとめる職種区分を選んでください。"
WEIGHT_INSTEAD = {
    Who.FIRST_TIMERS: "代わりに、「抽選の重み」で「はじめての方の倍率」を上げてください。どの職種の方にも、同じだけ効きます。",
    Who.REFUSED: (
        "代わりに、「抽選の重み」で「続けて見送りになった方の上限」を上げてください。どの職種の方にも、同じだけ効きます。"
    ),
}
OTHERS = {
    Who.GROUPS: "この区分をまとめた枠",
    Who.FIRST_TIMERS: "はじめての方の枠",
    Who.REFUSED: "続けて見送りになった方の枠",
}


def crossing_in_words(who: Who, found: Crosses, names: Mapping[str, str]) -> tuple[str, str, str]:
    """That a quota cannot stand beside the others, why, and the nearest rule that can."""
    crossed = names[found.crossed[1]]
    said = f"{OTHERS[who]}は足せません。「{crossed}」の枠とも、事業所ごとの枠とも、一部だけが重なるからです。"
    why = (
        "一部だけが重なる枠が三つあると、見かけの確率どおりには席を配れません。"
        "たとえば a・b・c の三人がいて、「aとb」「bとc」「aとc」の枠がどれも1席までだとします。"
        f"一人{_share(found.claimed)}ずつなら三つとも守れそうですが、どの二人が座っても、どれかの枠を超えます。"
        f"座れるのは一人だけで、ほんとうの確率は{_share(found.true)}です。"
    )
    if found.inside is None:
        return said, why, WEIGHT_INSTEAD[who]
    inside = "・".join(names[key] for key in names if key in found.inside)
    way = f"いちばん近いのは、「{crossed}」の中の{inside}だけを数える枠です。{inside}の「確保」と「上限」で決めてください。"
    return said, why, way


def _share(share: Fraction) -> str:
    return f"{share.denominator}分の{share.numerator}"


def fit_in_words(found: Fits, names: Mapping[str, str]) -> str:
    """Where a quota that fits is typed in."""
    sector = names.get(found.sector or "", "")
    return {
        Place.CAPACITY: "すべての区分をまとめた枠は、定員と同じです。定員で決めてください。",
        Place.GROUP: "一つの区分の枠は、上の表の「確保」と「上限」で決められます。",
        Place.SECTOR: f"この枠は「{sector}」と同じです。「分野ごとの席」で決められます。",
        Place.NEW_SECTOR: (
            "この枠は足せます。「区分の名前と職種の割りあてを直す」で、この区分を同じ分野に入れると、"
            "「分野ごとの席」で決められるようになります。"
        ),
        Place.EACH_GROUP: (
            f"この枠は「{sector}」の枠と入れ子になるので、くじとしては守れます。ただし、分野の中に分野は作れません。"
            "区分ごとの「確保」と「上限」に分けて決めてください。"
        ),
    }[found.place]


# -- what rules mean ----------------------------------------------------------------------------------------------

RULES_SAVED = "枠のルールを保存しました。"
RULES_UNCHANGED = "変わったところはありません。"
MOST_NAMED = 3


def hit_in_words(
    share: float, people: int, groups: Sequence[tuple[str, int]], offices: Sequence[tuple[str, int]]
) -> str:
    """Who the people with the lowest odds are. groups, offices: (name, people), most first."""
    said = f"いちばん低い{percent(share)}は、この{people}人です（{_counted(groups)}）。"
    gathered = [(name, n) for name, n in offices if n > 1]
    return said + (f"同じ事業所からの申込は、{_counted(gathered)}です。" if gathered else "")


def _counted(rows: Sequence[tuple[str, int]]) -> str:
    rest = len(rows) - MOST_NAMED
    more = f"、ほか{rest}つ" if rest > 0 else ""
    return "、".join(f"{name} {n}人" for name, n in rows[:MOST_NAMED]) + more


def range_in_words(odds: Range | None) -> str:
    """The odds of several people; a dash where nobody is drawn."""
    if odds is None:
        return "－"
    lowest, highest = percent(float(odds.lowest)), percent(float(odds.highest))
    return lowest if lowest == highest else f"{lowest.removesuffix('％')}–{highest}"


def moved_in_words(before: Fraction | None, after: Fraction | None) -> str:
    """How the lowest odds change between two rules, in points of a hundred."""
    if before is None or after is None:
        return ""
    points = float(100 * (after - before))
    if abs(points) < 0.05:
        return "いちばん低い確率は変わりません。"
    return f"いちばん低い確率が、{percent(float(before))}から{percent(float(after))}に{'上' if points > 0 else '下'}がります。"


NEEDS = {
    "draw_due": ("申込が締め切られました。抽選がまだです", "抽選へ進む"),
    "results_late": ("結果をお知らせする日（{day}）を過ぎました。抽選がまだです", "抽選へ進む"),
    "seats_to_call_for": ("席が空いています。キャンセル待ちの次の方に、電話してください", "電話する方を見る"),
    "offers_ending": ("あすまでに期限の来るご案内が{n}件あります", "お待ちの方を見る"),
    "reserves_unfilled": ("確保した席のうち{n}席は、申込が足りず埋まりません", "枠のルールを見る"),
}
