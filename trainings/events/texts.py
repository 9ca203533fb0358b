"""Words of events."""

from trainings.events.models import CertificateRule, EventKind, EventState, Responsible, Selection
from trainings.events.refusals import EventRefusal
from trainings.events.stages import StageKey

REFUSALS = {
    EventRefusal.NOT_A_DRAFT: "この催しは、もう公開されています。",
    EventRefusal.NO_SESSIONS: "日時がまだ決まっていません。",
    EventRefusal.NO_GROUPS: "職種区分がありません。少なくとも一つの区分に職種を割りあててください。",
    EventRefusal.RESERVES_EXCEED_CAPACITY: "確保する席の合計が{reserved}席で、定員の{capacity}席を超えています。",
    EventRefusal.SECTOR_RESERVES_EXCEED_CAPACITY: "分野ごとの確保する席の合計が{reserved}席で、定員の{capacity}席を超えています。",
    EventRefusal.NO_PURPOSE: "個人情報の利用目的を入力してください。",
    EventRefusal.NO_VENUE: "会場を入力してください。",
    EventRefusal.CLOSES_AFTER_START: "申込の締切は、催しが始まる前にしてください。",
    EventRefusal.CAPACITY_BELOW_CONFIRMED: "参加が決まった方が{confirmed}人います。定員をそれより少なくはできません。",
    EventRefusal.SELECTION_FIXED: "申込が入ったあとは、選び方を変えられません。",
    EventRefusal.REASON_MISSING: "抽選のあとに枠を変えるときは、理由を入力してください。",
    EventRefusal.GROUP_IN_USE: "「{name}」には申込があるため、なくすことはできません。",
    EventRefusal.CLOSED: "閉じた催しは直せません。",
}
KINDS = {
    EventKind.HUNDRED: "百人の集い",
    EventKind.CASE_CONFERENCE: "事例検討会",
    EventKind.SYMPOSIUM: "シンポジウム",
    EventKind.CITIZENS_LECTURE: "市民講演会",
    EventKind.FAIR: "フェスタ",
    EventKind.LIAISON: "連絡会・WG",
}
STATES = {EventState.DRAFT: "下書き", EventState.PUBLISHED: "公開中", EventState.CLOSED: "終了"}
SELECTIONS = {Selection.FIRST_COME: "先着順", Selection.LOTTERY: "抽選"}
RESPONSIBLES = {
    Responsible.CITY: "市",
    Responsible.ASSOCIATION: "医師会",
    Responsible.JOINT: "市と医師会（共同）",
}
CERTIFICATE_RULES = {
    CertificateRule.NONE: "出さない",
    CertificateRule.ALL_SESSIONS: "すべての回に出た方",
    CertificateRule.MINUTES: "決めた時間いた方",
}
STAGES = {
    StageKey.PREPARING: "準備",
    StageKey.OPEN: "受付中",
    StageKey.SELECTING: "抽選",
    StageKey.SETTLED: "確定",
    StageKey.THE_DAY: "当日",
    StageKey.EVALUATION: "評価",
    StageKey.REPORT: "報告",
}
