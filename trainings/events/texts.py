"""Words of events."""

from trainings.events.doubts import Doubt
from trainings.events.models import CertificateRule, EventKind, EventState, NoticeKind, Responsible, Selection
from trainings.events.refusals import EventRefusal
from trainings.events.stages import StageKey

REFUSALS = {
    EventRefusal.NOT_A_DRAFT: "この催しは、もう公開されています。",
    EventRefusal.CLOSED: "閉じた催しは直せません。",
    EventRefusal.NOT_PUBLIC: "この催しは、いま公開されていません。画面を開きなおして確かめてください。",
    EventRefusal.REASON_MISSING_FOR_ALL: "理由を入力してください。催しのページと、お知らせのメールに載ります。",
    EventRefusal.IS_HELD: "この催しは、開催することになっています。",
    EventRefusal.DAY_IS_PAST: "催しの日が、もう過ぎています。先に「内容を直す」で、新しい日時を入れてください。",
    EventRefusal.NOT_HELD: "延期または中止になっている催しです。開催すると決まってから進めてください。",
    EventRefusal.NOTICE_SETTLED: "このお知らせは、もう済んでいます。",
    EventRefusal.NOTICE_CHANGED: "開いているあいだに、お知らせの内容か人数が変わりました。もう一度確かめてから、押してください。",
    EventRefusal.NOT_TOLD_WITHOUT_REASON: "知らせない理由を入力してください。あとから説明できるように残します。",
    EventRefusal.HAS_APPLICATIONS: "もう申込が届いています。公開は取り下げられません。開かないときは、中止にしてください。",
    EventRefusal.IS_PUBLIC: "公開している催しは消せません。",
    EventRefusal.WAS_PUBLIC: "一度公開した催しは、記録が残るので消せません。下書きのまま置いてください。",
    EventRefusal.NO_SESSIONS: "日時を入力してください。",
    EventRefusal.NO_VENUE: "会場を入力してください。",
    EventRefusal.NO_CAPACITY: "定員を入力してください。",
    EventRefusal.NO_GROUPS: "少なくとも一つの区分に、職種を割りあててください。",
    EventRefusal.NO_PURPOSE: "個人情報の利用目的を入力してください。",
    EventRefusal.NO_PLEDGE: "事例検討会には、守秘の約束を入力してください。",
    EventRefusal.CLOSES_AFTER_START: "申込の締切を、催しが始まる前にしてください。",
    EventRefusal.RESERVE_FOR_NOBODY: (
        "「{name}」に{reserved}席を確保していますが、割りあてられた職種がありません。"
        "職種を割りあてるか、確保する席を0にしてください。"
    ),
    EventRefusal.RESERVES_EXCEED_CAPACITY: (
        "確保する席の合計が{reserved}席で、定員の{capacity}席を超えています。どちらかを直してください。"
    ),
    EventRefusal.SECTOR_RESERVES_EXCEED_CAPACITY: (
        "分野の分も入れると、確保する席の合計が{reserved}席で、定員の{capacity}席を超えています。どちらかを直してください。"
    ),
    EventRefusal.SECTOR_RESERVE_ABOVE_CAPS: (
        "「{name}」のために{reserved}席を確保していますが、区分の上限を合わせても{caps}席です。どちらかを直してください。"
    ),
    EventRefusal.SECTOR_CAP_BELOW_RESERVES: (
        "「{name}」の区分で確保する席の合計が{reserved}席で、この分野の上限の{cap}席を超えています。どちらかを直してください。"
    ),
    EventRefusal.SELECTION_FIXED: "申込が入ったあとは、選び方を変えられません。",
    EventRefusal.CAPACITY_BELOW_CONFIRMED: "参加が決まった方が{confirmed}人います。定員をそれより少なくはできません。",
    EventRefusal.PUBLIC_NUMBER_FIXED: "名簿を固めたあとは、抽選に加える公の番号を変えられません。",
    EventRefusal.RULES_FROZEN: (
        "名簿を固めてから抽選するまでは、定員と枠を変えられません。"
        "変えるときは、抽選の画面で「名簿をもう一度開く」を押してから直してください。"
    ),
    EventRefusal.REASON_MISSING: "抽選のあとに枠や定員を変えるときは、変える理由を入力してください。",
    EventRefusal.GROUP_IN_USE: "「{name}」には申込があるため、なくすことはできません。",
    EventRefusal.PROFESSION_IN_USE: "{name}の方の申込があるため、割りあてを変えられません。",
    EventRefusal.SESSION_IN_USE: "「{name}」には受付の記録があるため、なくすことはできません。",
}
DOUBTS = {
    Doubt.DAY_PAST: "催しの日（{day}）が、もう過ぎています。",
    Doubt.RESULTS_AFTER_EVENT: "結果をお知らせする日（{day}）が、催しの日より後になっています。",
    Doubt.RELEASE_AFTER_EVENT: "「{name}」の枠の開放日（{day}）が、催しの日より後になっています。確保した席は、使われないまま残ります。",
    Doubt.RELEASE_BEFORE_DRAW: (
        "「{name}」の枠の開放日（{day}）が、抽選の結果の日（{drawn}）より後になっていません。確保した席が、席の決まる前に開放されます。"
    ),
    Doubt.RELEASE_BEFORE_OPENING: "「{name}」の枠の開放日（{day}）に、まだ申込が始まっていません。席が確保されません。",
    Doubt.DEADLINE_SHORTENED: (
        "公開している締切を、{before}から{after}に早めます。申込はもう{n}件届いています。前の締切を見て準備している方に、知らせてください。"
    ),
    Doubt.CAP_BELOW_CONFIRMED: "「{name}」の上限は{cap}人ですが、もう{confirmed}人の席が決まっています。決まった席は、そのままです。",
    Doubt.SECTOR_CAP_BELOW_CONFIRMED: (
        "分野「{name}」の上限は{cap}人ですが、もう{confirmed}人の席が決まっています。決まった席は、そのままです。"
    ),
    Doubt.OFFICE_CAP_BELOW_CONFIRMED: (
        "一つの事業所の上限は{cap}人ですが、もう{confirmed}人の席が決まっている事業所があります。決まった席は、そのままです。"
    ),
    Doubt.RESERVES_ABOVE_LEFT: "これから確保する席が{reserved}席で、残りの{left}席より多くなっています。すべては守れません。",
    Doubt.WINDOW_OVER: "申込の締切が、もう過ぎています。このまま公開すると、どなたも申し込めません。",
    Doubt.NO_RESULTS_DAY: "抽選の結果をお知らせする日が、まだ入っていません。",
    Doubt.RESULTS_BEFORE_CLOSE: "結果をお知らせする日が、申込の締切より前になっています。",
    Doubt.CAPS_BELOW_CAPACITY: (
        "どの区分も上限まで埋まって{caps}席です。定員は{capacity}席なので、残りの席には、だれも座れません。"
    ),
    Doubt.GROUP_WITHOUT_PROFESSIONS: "「{name}」には、申込で選べる職種が割りあてられていません。",
    Doubt.PROGRAMME_BEYOND_END: "プログラムが、終わりの時刻を{minutes}分過ぎています。",
}
KINDS = {
    EventKind.HUNDRED: "百人の集い",
    EventKind.CASE_CONFERENCE: "事例検討会",
    EventKind.SYMPOSIUM: "シンポジウム",
    EventKind.CITIZENS_LECTURE: "市民講演会",
    EventKind.FAIR: "フェスタ",
    EventKind.LIAISON: "連絡会・WG",
}
STATES = {
    EventState.DRAFT: "下書き",
    EventState.PUBLISHED: "公開中",
    EventState.POSTPONED: "延期",
    EventState.CALLED_OFF: "中止",
    EventState.CLOSED: "終了",
}
NOTICES = {
    NoticeKind.MOVED: "日時・会場が変わりました",
    NoticeKind.POSTPONED: "延期になりました",
    NoticeKind.CALLED_OFF: "中止になりました",
    NoticeKind.RESUMED: "開催することになりました",
}
"""What everybody reads of a change, above the rest."""
WHEN, DOORS, WHERE = "日時", "受付", "会場"
MOVED = {
    frozenset({WHEN}): "日時が変わりました",
    frozenset({WHEN, DOORS}): "日時が変わりました",
    frozenset({WHERE}): "会場が変わりました",
    frozenset({DOORS}): "受付の時刻が変わりました",
}
SPAN = "{begins}–{ends}"
FROM = "{time}から"
PLACE = "{place}（{address}）"
LIST = "、"
NEWS = "{headline}：{line}"
SENTENCES = "。"
NOW_AND_BEFORE = "{what}は {now}（前は {before}）"
SELECTIONS = {Selection.FIRST_COME: "先着順", Selection.LOTTERY: "抽選"}
RESPONSIBLES = {
    Responsible.CITY: "市",
    Responsible.ASSOCIATION: "医師会",
    Responsible.JOINT: "市と医師会（共同）",
}
WHO_IS_RESPONSIBLE = {
    Responsible.CITY: "{city}",
    Responsible.ASSOCIATION: "{association}",
    Responsible.JOINT: "{city}と{association}（共同）",
}
"""The same with the names of the two bodies, for guests."""
CERTIFICATE_RULES = {
    CertificateRule.NONE: "出さない",
    CertificateRule.ALL_SESSIONS: "すべての回に出た方に出す",
    CertificateRule.MINUTES: "決めた時間いた方に出す",
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
FREE = frozenset({"", "無料", "なし", "0円"})
"""What stands in the field of the fee when there is none."""

FIELDS = {
    "title": "催しの名前",
    "subtitle": "副題",
    "description": "内容の紹介",
    "audience": "対象",
    "responsible": "取扱主体",
    "purpose_of_use": "利用目的",
    "contact_name": "お問い合わせ先",
    "contact_phone": "お問い合わせの電話",
    "contact_fax": "申込を受けるFAX",
    "contact_mail": "お問い合わせのメール",
    "starts_at": "始まり",
    "ends_at": "終わり",
    "doors_open_at": "受付の始まり",
    "venue": "会場",
    "room": "部屋・階",
    "address": "住所",
    "map_url": "地図",
    "fee": "参加費",
    "fee_amount": "受付でいただく参加費",
    "accessibility": "当日の配慮",
    "capacity": "定員",
    "selection": "選び方",
    "organisation_cap": "一つの事業所の上限",
    "most_weight": "続けて見送りになった方の重みの上限",
    "first_timer_weight": "はじめての方の重み",
    "weighs_own_kind": "重みを同じ種類の催しだけで数えること",
    "application_opens_at": "申込の始まり",
    "application_closes_at": "申込の締切",
    "results_on": "結果をお知らせする日",
    "offer_hours": "ご案内を待つ時間",
    "keeps_waiting_list": "キャンセル待ち",
    "pledge": "守秘の約束",
    "pre_question": "事前の質問",
    "table_size": "テーブルの人数",
    "handouts_numbered": "資料の番号",
    "certificate_rule": "受講証明書",
    "certificate_minutes": "証明書に要る時間",
    "public_number_name": "抽選に加える公の番号",
    "sessions": "日時",
    "sectors": "分野の枠",
    "groups": "区分の枠",
    "professions": "職種の割りあて",
    "programme": "プログラム",
    "speakers": "話し手",
}
"""Fields of the log (changelog.snapshot) in the organiser's words."""
FROM_TO = "{field}を「{before}」から「{after}」に直しました"
SET = "{field}を「{after}」にしました"
EMPTIED = "{field}（「{before}」）をなくしました"
CHANGED = "{field}を直しました"
REASON = "（理由：{reason}）"
YES_NO = {"True": "あり", "False": "なし"}

# -- what stands beside a field ----------------------------------------------------------------------------

NOT_A_NUMBER = "数字で入力してください"
NOT_A_DAY = "日付を、2027-02-14 のように入力してください"
NOT_A_TIME = "時刻を、13:30 のように入力してください"

NEEDS = {
    "untold": ("{headline}。申し込んだ方に、まだ知らせていません", "知らせる"),
    "postponed_without_day": ("延期したままです。新しい日がまだ決まっていません", "日時を決める"),
    "draft_late": ("下書きのまま、申込を始める日を過ぎました", "内容を確かめる"),
    "draft_past": ("下書きのまま、催しの日を過ぎました", "内容を確かめる"),
}
