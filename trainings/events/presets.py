"""What a kind of event begins with. Data, not branches: one `Preset` a kind."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import time

from trainings.events.models import CertificateRule, EventKind, Selection


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
    """A line of the programme; minutes from the start of the line before."""

    title: str
    minutes: int
    note: str = ""
    speaker: str = ""
    affiliation: str = ""
    credit_code: str = ""


@dataclass(frozen=True)
class Preset:
    """quotas: name of the profession group → quota; a group without one has no seats of its own and no cap.
    days_open, days_before: applications open and close so many days before the event; release: reserves are released."""

    kind: EventKind
    name: str
    title: str
    subtitle: str
    description: str
    audience: str
    capacity: int
    selection: Selection
    code_prefix: str
    quotas: dict[str, Quota]
    sessions: tuple[PresetSession, ...]
    programme: tuple[PresetItem, ...]
    organisation_cap: int | None = None
    table_size: int | None = None
    handouts_numbered: bool = False
    pledge: str = ""
    pre_question: str = ""
    purpose: str = ""
    certificate_rule: CertificateRule = CertificateRule.NONE
    doors_open_minutes: int = 30
    opens_days: int = 60
    closes_days: int = 30
    results_days: int = 27
    release_days: int = 13
    public_number_name: str = ""
    fee: str = "無料"
    accessibility: str = field(
        default="車いすの席、手話通訳、前の方の席などが必要な方は、申込のときにお書きください。"
    )


PURPOSE = (
    "お預かりした情報は、この催しの受付、席の決定、当日の運営、受講の証明、催しの評価と、"
    "今後の研修のご案内にだけ使います。取扱主体の外には出しません。"
)

PLEDGE = (
    "話し合いで知った患者さん・ご家族・事業所のことは、この会の外では話しません。"
    "配られた資料は番号を確かめて会場で返し、写真や録音は残しません。"
)

PRESETS: dict[EventKind, Preset] = {
    EventKind.HUNDRED: Preset(
        kind=EventKind.HUNDRED,
        name="百人の集い",
        title="在宅療養を支える百人の集い",
        subtitle="入退院のつなぎ目を、顔の見える関係で",
        description=(
            "入院した日から家に帰るまで、誰が何を知っていれば困らないか。病院・診療所・薬局・訪問看護・介護・行政の"
            "皆さんが同じテーブルにつき、架空の一例をもとに話し合います。"
        ),
        audience="市と近隣市で、在宅の療養を支える仕事や活動をしている方。",
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
        purpose=PURPOSE,
        certificate_rule=CertificateRule.ALL_SESSIONS,
        sessions=(PresetSession("百人の集い", time(13, 30), time(16, 30)),),
        programme=(
            PresetItem("はじめに", 15),
            PresetItem("話題提供「退院の前の日に、家で何が起きているか」", 30),
            PresetItem("テーブルでの話し合い　前半", 55, note="入院の日に伝えること"),
            PresetItem("テーブルでの話し合い　後半", 60, note="席をかえて、家に帰る週のこと"),
            PresetItem("ふりかえりと名刺交換", 20),
        ),
    ),
    EventKind.SYMPOSIUM: Preset(
        kind=EventKind.SYMPOSIUM,
        name="シンポジウム",
        title="在宅医療・介護連携シンポジウム",
        subtitle="本人の「こうしたい」を、みんなで支える",
        description="四人の話し手が、それぞれの現場から人生会議（ACP）の進め方を話します。後半は会場からの質問に答えます。",
        audience="在宅医療と介護に関わる方。職種は問いません。",
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
        pre_question="話し手に聞いてみたいこと",
        purpose=PURPOSE,
        certificate_rule=CertificateRule.ALL_SESSIONS,
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
        closes_days=7,
        results_days=7,
        release_days=14,
    ),
    EventKind.CASE_CONFERENCE: Preset(
        kind=EventKind.CASE_CONFERENCE,
        name="事例検討会",
        title="多職種事例検討会",
        subtitle="一つの事例を、六つのテーブルで",
        description=(
            "個人が分からないように整えた一つの事例を、六人ずつのテーブルで検討します。"
            "事例の資料は当日に番号を付けて配り、終わりに返していただきます。事例の内容は、この画面には載せません。"
        ),
        audience="事例検討に参加し、守秘の約束をしていただける専門職の方。",
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
            "市民・学生・その他": Quota(0, 1),
        },
        organisation_cap=2,
        table_size=6,
        handouts_numbered=True,
        pledge=PLEDGE,
        purpose=PURPOSE,
        certificate_rule=CertificateRule.ALL_SESSIONS,
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
