"""Sentences and words of the directory."""

from trainings.directory.identity import Likeness, LinkedBy
from trainings.directory.imports import Column, Deed, Flaw, Hint
from trainings.directory.models import DistrictKind, OrganisationKind
from trainings.directory.refusals import DirectoryRefusal

REFUSALS = {
    DirectoryRefusal.NOT_FOUND: "見つかりません。ほかの人が変更したかもしれません。一覧から選び直してください。",
    DirectoryRefusal.NAME_TAKEN: "同じ名称がすでに登録されています。",
    DirectoryRefusal.NAME_RETIRED: "同じ名称の事業所が、使用停止中です。使うときは、その事業所の画面で使用を再開してください。",
    DirectoryRefusal.NUMBER_TAKEN: "この事業所番号は「{other}」で登録されています。番号を確かめてください。",
    DirectoryRefusal.CHANGED_MEANWHILE: "確認しているあいだに内容が変わりました。もう一度確かめてから、やり直してください。",
    DirectoryRefusal.ALREADY_ONE: "この二人は、すでに同じ人としてまとめられています。",
    DirectoryRefusal.DECIDED_DISTINCT: "「別の人」と決めた組が含まれています。先にその判断を取り消してください。",
    DirectoryRefusal.BOTH_APPLIED: "「{event}」に二人とも申し込んでいます。取り消す申込を選んでください。",
    DirectoryRefusal.NOT_MERGED: "この人は、まとめられていません。すでに取り消されたかもしれません。",
    DirectoryRefusal.NOT_DECIDED: "この組の判断は、すでに取り消されています。",
    DirectoryRefusal.ONLY_APPLICATION: (
        "この人の申込は1件だけなので、切り離せません。ほかの人とまとめたときは、まとめの取り消しを使ってください。"
    ),
    DirectoryRefusal.ALREADY_MATCHED: "この申込の事業所は、すでに決まっています。",
    DirectoryRefusal.OFFICE_RETIRED: (
        "「{name}」は使用停止中なので、新しく結び付けられません。使うときは、先に事業所の画面で使用を再開してください。"
    ),
    DirectoryRefusal.PERSON_ERASED: "削除された人は、まとめられません。",
    DirectoryRefusal.ROLE_NEEDED: (
        "Webで申し込む人は、みなこの扱いになります。使わないようにはできません（名前は変えられます）。"
    ),
}

KINDS = {
    OrganisationKind.CLINIC: "診療所",
    OrganisationKind.HOSPITAL: "病院",
    OrganisationKind.DENTAL: "歯科診療所",
    OrganisationKind.PHARMACY: "薬局",
    OrganisationKind.HOME_NURSING: "訪問看護ステーション",
    OrganisationKind.CARE_MANAGEMENT: "居宅介護支援事業所",
    OrganisationKind.SUPPORT_CENTRE: "地域包括支援センター",
    OrganisationKind.HOME_CARE: "訪問介護事業所",
    OrganisationKind.DAY_CARE: "通所介護・通所リハビリ",
    OrganisationKind.FACILITY: "入所・居住系施設",
    OrganisationKind.EQUIPMENT: "福祉用具事業所",
    OrganisationKind.CONSULTATION: "相談支援事業所",
    OrganisationKind.PUBLIC: "行政・公的機関",
    OrganisationKind.OTHER: "その他",
}
KINDS_OF_GROUP = {
    "g-md": (OrganisationKind.CLINIC, OrganisationKind.HOSPITAL),
    "g-dt": (OrganisationKind.DENTAL,),
    "g-ph": (OrganisationKind.PHARMACY,),
    "g-ns": (OrganisationKind.HOME_NURSING, OrganisationKind.HOSPITAL, OrganisationKind.CLINIC),
    "g-rh": (OrganisationKind.HOSPITAL, OrganisationKind.DAY_CARE, OrganisationKind.FACILITY),
    "g-cm": (OrganisationKind.CARE_MANAGEMENT, OrganisationKind.SUPPORT_CENTRE),
    "g-sw": (OrganisationKind.HOSPITAL, OrganisationKind.CONSULTATION, OrganisationKind.SUPPORT_CENTRE),
    "g-cw": (
        *(OrganisationKind.HOME_CARE, OrganisationKind.DAY_CARE, OrganisationKind.FACILITY),
        OrganisationKind.EQUIPMENT,
    ),
    "g-ad": (OrganisationKind.PUBLIC, OrganisationKind.SUPPORT_CENTRE),
}
"""Colour of a profession group → where its people work, as a rule: those offices are suggested first."""
KIND_SYNONYMS = {
    OrganisationKind.CLINIC: ("クリニック", "医院", "医科", "医科診療所", "一般診療所"),
    OrganisationKind.HOSPITAL: ("医療センター",),
    OrganisationKind.DENTAL: ("歯科", "歯科医院", "歯科クリニック"),
    OrganisationKind.PHARMACY: ("調剤薬局", "保険薬局", "薬店"),
    OrganisationKind.HOME_NURSING: ("訪問看護", "訪問看護事業所", "訪看", "訪問リハビリテーション"),
    OrganisationKind.CARE_MANAGEMENT: ("居宅介護支援", "居宅", "ケアマネジャー事業所", "ケアプランセンター"),
    OrganisationKind.SUPPORT_CENTRE: ("包括", "包括支援センター", "地域包括"),
    OrganisationKind.HOME_CARE: (
        *("訪問介護", "ヘルパーステーション", "訪問入浴", "訪問入浴介護", "夜間対応型訪問介護"),
        "定期巡回・随時対応型訪問介護看護",
    ),
    OrganisationKind.DAY_CARE: (
        "通所介護",
        "通所リハビリ",
        "通所リハビリテーション",
        "通所",
        "デイサービス",
        "デイケア",
        "地域密着型通所介護",
        "小規模多機能",
        "小規模多機能型居宅介護",
        "看護小規模多機能型居宅介護",
        "複合型サービス",
        "認知症対応型通所介護",
        "療養通所介護",
    ),
    OrganisationKind.FACILITY: (
        "施設",
        "入所施設",
        "介護施設",
        "特別養護老人ホーム",
        "特養",
        "介護老人福祉施設",
        "介護老人保健施設",
        "老健",
        "介護医療院",
        "有料老人ホーム",
        "グループホーム",
        "認知症対応型共同生活介護",
        "サービス付き高齢者向け住宅",
        "短期入所生活介護",
        "短期入所療養介護",
        "特定施設入居者生活介護",
        "地域密着型特定施設入居者生活介護",
        "地域密着型介護老人福祉施設入所者生活介護",
    ),
    OrganisationKind.EQUIPMENT: ("福祉用具", "福祉用具貸与", "福祉用具貸与・販売", "特定福祉用具販売"),
    OrganisationKind.CONSULTATION: ("相談支援", "特定相談支援事業所", "障害者相談支援事業所"),
    OrganisationKind.PUBLIC: ("行政", "市役所", "市", "保健所", "社会福祉協議会", "社協", "消防署"),
    OrganisationKind.OTHER: ("そのほか", "助産所"),
}
DISTRICT_KINDS = {
    DistrictKind.IN_CITY: "市内",
    DistrictKind.NEIGHBOUR: "近隣市",
    DistrictKind.OTHER: "その他",
}
LIKENESSES = {
    Likeness.NAME_AND_KANA: "氏名とフリガナが同じ（異体字を含む）",
    Likeness.LICENCE: "登録番号が同じ",
    Likeness.MAIL_AND_GIVEN: "メールと名が同じ（氏がちがう）",
    Likeness.KANA_AND_OFFICE: "フリガナと事業所が同じ",
    Likeness.PHONE: "電話番号が同じ",
    Likeness.APPLIED_TWICE: "同じ催しに二つの申込",
    Likeness.BY_HAND: "職員が選んだ組",
}
LINKS = {
    LinkedBy.OWN_LINK: "本人のリンクから申し込み",
    LinkedBy.LICENCE: "氏名・フリガナと登録番号が同じ",
    LinkedBy.MAIL: "氏名・フリガナとメールが同じ",
    LinkedBy.PHONE: "氏名・フリガナと電話番号が同じ",
    LinkedBy.ORGANISATION: "氏名・フリガナと事業所が同じ",
}

COLUMNS = {
    Column.NAME: "名称",
    Column.KANA: "カナ",
    Column.KIND: "種別",
    Column.DISTRICT: "圏域",
    Column.NUMBER: "事業所番号",
}
HEADINGS = {
    Column.NAME: (
        "名称",
        "事業所名",
        "事業所名称",
        "事業所の名称",
        "介護サービス事業所名称",
        "施設名",
        "name",
    ),
    Column.KANA: (
        *("カナ", "フリガナ", "名称カナ", "名称_カナ", "事業所名カナ", "事業所名フリガナ", "よみ", "kana"),
        "介護サービス事業所名称_カナ",
    ),
    Column.KIND: (
        "種別",
        "種類",
        "事業所種別",
        "サービス種別",
        "サービス種類",
        "実施サービス",
        "医療機関の種類",
        "kind",
    ),
    Column.DISTRICT: ("圏域", "日常生活圏域", "地区", "区域", "district"),
    Column.NUMBER: (
        "事業所番号",
        "番号",
        "指定番号",
        "介護保険事業所番号",
        "医療機関番号",
        "医療機関コード",
        "number",
    ),
    Column.TOWN: ("市区町村名", "地方公共団体名"),
}
FIELDS = {
    "name": "名称",
    "kana": "カナ",
    "kind": "種別",
    "district_id": "圏域",
    "number": "事業所番号",
}
DEEDS = {Deed.ADD: "追加", Deed.CHANGE: "変更", Deed.KEEP: "変更なし"}
FLAWS = {
    Flaw.NO_ROWS: "事業所の行がありません。見出しの下に、1行に1事業所ずつ入れてください。",
    Flaw.NO_HEADER: (
        "見出しの行が見つかりません。1行目に「名称・カナ・種別・圏域・事業所番号」の見出しを付けてください（順番は自由です）。"
    ),
    Flaw.TOO_MANY_ROWS: "一度に取り込めるのは{most}行までです（このファイルは{rows}行）。ファイルを分けてください。",
    Flaw.COLUMN_MISSING: "「{column}」の列がありません。列を加えてください。",
    Flaw.COLUMN_TWICE: "「{column}」の列が二つあります。一つにしてください。",
    Flaw.NAME_MISSING: "名称が空です。名称を入れるか、行を削除してください。",
    Flaw.NAME_TOO_LONG: "名称が{length}文字あります。{most}文字以内にしてください。",
    Flaw.KANA_TOO_LONG: "カナが{length}文字あります。{most}文字以内にしてください。",
    Flaw.KANA_STRANGE: "カナ「{typed}」を直してください。カナ{asked}。",
    Flaw.KIND_MISSING: "種別が空です。「{kinds}」のどれかを入れてください。",
    Flaw.KIND_UNKNOWN: "種別「{typed}」は使えません。「{kinds}」のどれかにしてください。",
    Flaw.DISTRICT_MISSING: "圏域が空です。「{districts}」のどれかを入れてください。",
    Flaw.DISTRICT_UNKNOWN: (
        "圏域「{typed}」は登録されていません。「{districts}」のどれかにするか、先に「圏域」の画面で追加してください。"
    ),
    Flaw.NUMBER_LOST_ZERO: (
        "事業所番号「{typed}」は9桁です。表計算ソフトで先頭の0が消えたようです。"
        "列を「文字列」にして「0{typed}」と入れ直してください。"
    ),
    Flaw.NUMBER_WRONG: (
        "事業所番号「{typed}」は{digits}桁です。10桁で入れてください。"
        "医療機関コード（7桁）は、前に都道府県番号2桁と点数表番号1桁を付けます。番号がなければ空のままにします。"
    ),
    Flaw.NUMBER_TWICE: "事業所番号「{typed}」は{other_line}行目にもあります。どちらかの行を直してください。",
    Flaw.OFFICE_TWICE: "「{typed}」は{other_line}行目と同じ事業所です。どちらかの行を削除してください。",
    Flaw.NAME_HAS_OTHER_NUMBER: (
        "「{other}」は、同じ圏域に番号 {number} で登録されています。番号か名称を確かめてください。"
    ),
    Flaw.NUMBER_HAS_OTHER_NAME: (
        "番号 {number} は「{other}」のものですが、同じ名称の事業所が別に登録されています。番号か名称を確かめてください。"
    ),
}
NUMBER_FLAWS = {
    Flaw.NUMBER_LOST_ZERO: "9桁です。先頭の0が抜けていないか確かめて、10桁で入力してください。",
    Flaw.NUMBER_WRONG: (
        "10桁で入力してください。医療機関コード（7桁）は、前に都道府県番号2桁と点数表番号1桁を付けます。"
    ),
}
HINTS = {
    Hint.COLUMN_IGNORED: "次の列は取り込みません：{words}。",
    Hint.ANOTHER_SERVICE: "「{typed}」の別のサービスの行です。{other_line}行目の事業所にまとめます（種別は{other_line}行目のもの）。",
    Hint.SAME_NAME_ELSEWHERE: "「{typed}」と同じ名称の事業所が、別の圏域か別の番号で登録されています。新しい事業所として追加します。",
}
UNREADABLE = "ファイルを読み取れません。Excel で開いて「Excel ブック（.xlsx）」または「CSV（コンマ区切り）」で保存し直してください。"
TOO_LARGE_TABLE = "ファイルが大きすぎて読み取れません。5,000行までにし、使わない行・列・シートを消してから、もう一度選んでください。"
EMPTY = "（空）"
LISTED = "、"
SAVED = "「{name}」を保存しました。"
DEACTIVATED = "「{name}」を使用停止にしました。申込フォームの候補に出なくなります。"
REACTIVATED = "「{name}」の使用を再開しました。"
IMPORTED = "{added}件を追加し、{changed}件を変更しました。"
REVIVED = "{names}の使用を再開しました。"
RETIRED = "{name}（使用停止中）"
COLOURS = {
    "g-md": "青",
    "g-dt": "水色",
    "g-ph": "緑",
    "g-ns": "桃",
    "g-rh": "黄",
    "g-cm": "橙",
    "g-sw": "紫",
    "g-cw": "赤",
    "g-ad": "濃い灰",
    "g-ot": "薄い灰",
}
LEGAL_FORMS = (
    "医療法人社団",
    "医療法人財団",
    "医療法人",
    "社会医療法人",
    "社会福祉法人",
    "株式会社",
    "(株)",
    "有限会社",
    "(有)",
    "合同会社",
    "一般社団法人",
    "公益社団法人",
    "特定非営利活動法人",
    "NPO法人",
)
"""Left out when a freely typed name is compared or counted: people write them or not."""
TABLES = {
    "sectors": "分野",
    "groups": "職種区分",
    "professions": "職種",
    "roles": "参加のしかた",
    "associations": "団体・連絡会",
    "districts": "圏域",
}
PAGES = {
    "professions": "職種と区分",
    "roles": "参加のしかた",
    "associations": "団体・連絡会",
    "districts": "圏域",
}
SAMPLE_MARK = "職"
ADDRESS_BELONGS = "{mail} を、ご本人のアドレスとしました。「わたしの記録」のリンクをお送りします。"
ADDRESS_REJECTED = "{mail} からは、この人の記録を見られないようにしました。"
ONE_STANDS = "{name}さんの申込は、受付番号 {code} だけにしました。"
MERGED = "「{name}」さんとしてまとめました。"
DISTINCT = "別の人として記録しました。"
REOPENED = "判断を取り消しました。もう一度選べます。"
MERGE_UNDONE = "「{name}」さんを、もとどおり別の人に戻しました。"
SEPARATED = "この申込を「{name}」さんの新しい記録に分けました。"
MATCHED = "{count}件の申込を「{name}」に結び付けました。"
ADDED_AND_MATCHED = "「{name}」を一覧に加え、{count}件の申込を結び付けました。"
KEPT = "「{name}」は一覧に加えず、書かれたままにします。"
UNKEPT = "「{name}」を、確かめるものに戻しました。"
OFFICE_NOT_CHOSEN = "結び付ける事業所を選ぶか、一覧にある名称をそのまま入力してください。"
