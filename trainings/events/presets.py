"""What a kind of event begins with. Data, not branches: one `Preset` a kind."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time

from trainings.events.models import CertificateRule, EventKind, Responsible, Selection


@dataclass(frozen=True)
class Quota:
    """Seats of one group: reserved (最低) and cap (上限)."""

    reserved: int
    cap: int


@dataclass(frozen=True)
class PresetSession:
    title: str
    begins: time
    ends: time


@dataclass(frozen=True)
class PresetItem:
    """A line of the programme. It begins when the line before it ends; speakers are named by the organiser."""

    title: str
    minutes: int
    note: str = ""


ACCESSIBILITY = (
    "車いすの席、手話通訳、拡大した資料、前の方の席などが必要な方は、申込の画面の「配慮してほしいこと」にお書きください。"
    "電話でもうかがいます。"
)


@dataclass(frozen=True, kw_only=True)
class Preset:
    """summary: what the kind is, for whoever chooses one. title: of an event whose organiser gives none.

    quotas: name of the profession group → quota; a group without one has no seats of its own and no cap.
    not_for: codes of professions that may not apply.
    opens_days, closes_days, results_days, release_days: so many days before the event applications open and close,
    results go out (None: they go out at once), and reserves are released.
    """

    name: str
    summary: str
    title: str
    subtitle: str
    description: str
    audience: str
    capacity: int
    selection: Selection
    code_prefix: str
    quotas: dict[str, Quota]
    not_for: frozenset[str] = frozenset()
    sessions: tuple[PresetSession, ...]
    programme: tuple[PresetItem, ...]
    organisation_cap: int | None
    table_size: int | None = None
    handouts_numbered: bool = False
    pledge: str = ""
    pre_question: str = ""
    certificate_rule: CertificateRule = CertificateRule.ALL_SESSIONS
    doors_open_minutes: int = 30
    opens_days: int
    closes_days: int
    results_days: int | None
    release_days: int
    fee: str = "無料"
    accessibility: str = ACCESSIBILITY


PUBLIC_NUMBER = "名簿を固めたあと、最初に発表されるナンバーズ4の当せん番号"
"""The public number of a new event. Told from the freezing of the list, so that it stays right whenever that happens."""

_DATA = "お名前・フリガナ、連絡先、職種、勤務先、申込と参加の記録"
_USES = "催しの受付と席の決定、当日の運営、受講の証明、催しの評価、今後の研修のご案内"

PURPOSES: dict[Responsible, str] = {
    Responsible.CITY: (
        f"お預かりした情報（{_DATA}）は、市が取り扱い、{_USES}にだけ使います。"
        "講師や協力団体には、運営に要る範囲の人数と職種だけを伝えます。"
    ),
    Responsible.ASSOCIATION: (
        f"お預かりした情報（{_DATA}）は、医師会が取り扱い、{_USES}にだけ使います。"
        "ご本人の同意なく、ほかの団体に渡すことはありません。"
    ),
    Responsible.JOINT: (
        f"お預かりした情報（{_DATA}）は、市と医師会が共同で利用し、{_USES}にだけ使います。"
        "市と医師会のほかに渡すことはありません。管理の責任者は、この催しのお問い合わせ先です。"
    ),
}
"""Purpose of use that a new event begins with, by who is responsible for the data (取扱主体)."""

PLEDGE = (
    "事例の検討で知ったことを、この会の外で話したり、書いたり、SNSに載せたりしません。\n"
    "写真・録音・録画はしません。\n"
    "配られた資料は書き写さず、番号を確かめて会場で返します。"
)

PRESETS: dict[EventKind, Preset] = {
    EventKind.HUNDRED: Preset(
        name="百人の集い",
        summary="100人。職種ごとの枠を守って抽選し、6人ずつのテーブルで話し合います。",
        title="在宅療養を支える百人の集い",
        subtitle="入退院のつなぎ目を、顔の見える関係で",
        description=(
            "入院した日から家に帰るまで、誰が何を知っていれば困らないか。病院・診療所・薬局・訪問看護・介護・行政の"
            "皆さんが同じテーブルにつき、架空の一例をもとに話し合います。"
        ),
        audience="市と近隣市で、在宅の療養を支える仕事や活動をしている方。はじめての方、おひとりでの参加も歓迎します。",
        capacity=100,
        selection=Selection.LOTTERY,
        code_prefix="K",
        quotas={
            "医科": Quota(10, 16),
            "歯科": Quota(6, 10),
            "薬局": Quota(8, 14),
            "看護": Quota(16, 24),
            "リハ・栄養・口腔": Quota(10, 14),
            "ケアマネ・包括": Quota(14, 20),
            "介護サービス": Quota(10, 16),
            "相談・福祉": Quota(6, 10),
            "行政・地域": Quota(4, 8),
            "市民・学生・その他": Quota(0, 4),
        },
        organisation_cap=3,
        table_size=6,
        sessions=(PresetSession("百人の集い", time(13, 30), time(16, 30)),),
        programme=(
            PresetItem("はじめに", 15),
            PresetItem("話題提供「退院の前の日に、家で何が起きているか」", 30),
            PresetItem("テーブルでの話し合い　前半", 55, note="入院の日に伝えること"),
            PresetItem("テーブルでの話し合い　後半", 60, note="席をかえて、家に帰る週のこと"),
            PresetItem("ふりかえりと名刺交換", 20),
        ),
        opens_days=60,
        closes_days=30,
        results_days=27,
        release_days=13,
    ),
    EventKind.SYMPOSIUM: Preset(
        name="シンポジウム",
        summary="60人から75人。職種ごとの席を確保しながら、申し込んだ順に決まります。講演と質疑のプログラムがあります。",
        title="在宅医療・介護連携シンポジウム",
        subtitle="本人の「こうしたい」を、みんなで支える",
        description=(
            "本人と家族が大切にしたいことを、いつ、だれが、どう聴くか。診療所・訪問看護・ケアマネジャーの話し手が、"
            "人生会議（ACP）の進め方をそれぞれの現場から話します。後半は、申込のときにいただいた質問に答えます。"
        ),
        audience="市と近隣市で、在宅医療と介護に関わる方、関心のある方。職種は問いません。",
        capacity=72,
        selection=Selection.FIRST_COME,
        code_prefix="S",
        quotas={
            "医科": Quota(6, 14),
            "歯科": Quota(3, 10),
            "薬局": Quota(4, 12),
            "看護": Quota(8, 20),
            "リハ・栄養・口腔": Quota(4, 12),
            "ケアマネ・包括": Quota(8, 18),
            "介護サービス": Quota(6, 14),
            "相談・福祉": Quota(3, 10),
            "行政・地域": Quota(2, 8),
            "市民・学生・その他": Quota(0, 6),
        },
        organisation_cap=4,
        pre_question="話し手に聞いてみたいことがあれば、お書きください。",
        sessions=(PresetSession("シンポジウム", time(14, 0), time(16, 30)),),
        programme=(
            PresetItem("開会のあいさつ", 10),
            PresetItem("講演1「外来から始める話し合い」", 30),
            PresetItem("講演2「訪問看護が聴きとる暮らし」", 25),
            PresetItem("休けい", 10),
            PresetItem("講演3「ケアマネジャーがつなぐ、本人の言葉」", 25),
            PresetItem("質問と話し合い", 40, note="事前にいただいた質問に答えます"),
            PresetItem("閉会のあいさつ", 10),
        ),
        opens_days=60,
        closes_days=7,
        results_days=None,
        release_days=14,
    ),
    EventKind.CASE_CONFERENCE: Preset(
        name="事例検討会",
        summary="36人。6人ずつ六つのテーブル。抽選です。申込のときに守秘の約束をいただき、資料は番号を付けて回収します。",
        title="多職種事例検討会",
        subtitle="一つの事例を、六つのテーブルで",
        description=(
            "個人が分からないように整えた一つの事例を、いろいろな職種が六人ずつのテーブルで検討します。"
            "正解を出す会ではありません。ほかの職種が何を見て、どう考えるかを知る会です。\n"
            "事例の資料は当日に番号を付けて配り、終わりに返していただきます。"
        ),
        audience="市と近隣市で、在宅の療養を支える専門職の方。守秘の約束をしていただける方に限ります。",
        capacity=36,
        selection=Selection.LOTTERY,
        code_prefix="J",
        quotas={
            "医科": Quota(3, 6),
            "歯科": Quota(2, 5),
            "薬局": Quota(3, 6),
            "看護": Quota(6, 9),
            "リハ・栄養・口腔": Quota(3, 6),
            "ケアマネ・包括": Quota(6, 9),
            "介護サービス": Quota(3, 6),
            "相談・福祉": Quota(2, 5),
            "行政・地域": Quota(1, 4),
            "市民・学生・その他": Quota(0, 2),
        },
        not_for=frozenset({"CIT", "NPO"}),
        organisation_cap=2,
        table_size=6,
        handouts_numbered=True,
        pledge=PLEDGE,
        sessions=(PresetSession("事例検討会", time(19, 0), time(21, 0)),),
        programme=(
            PresetItem("はじめに（守秘の確認）", 10),
            PresetItem("事例の紹介", 20),
            PresetItem("テーブルでの検討", 50),
            PresetItem("全体での共有", 30),
            PresetItem("まとめと資料の返却", 10),
        ),
        opens_days=45,
        closes_days=21,
        results_days=18,
        release_days=7,
    ),
}
"""The three kinds that can be created; the others come with their own features."""
