"""Words of applications."""

from trainings.core.actor import ActorKind
from trainings.registration.models import Channel
from trainings.registration.refusals import RegistrationRefusal
from trainings.registration.states import Reason, State

NO_OFFICE = ("なし", "無し", "ありません", "所属なし")
"""What people type who work nowhere."""
BACK_UNDONE = "何もせずにもどる"
CANCELLING, CANCEL = "申込を取り消す", "{name} さんの申込を取り消す"
CANCELS = "{name} さんの、{title}の申込（いまは「{state}」）を取り消します。"
CANCELLED = "{name} さんの申込を取り消しました。"
SEAT_IS_OFFERED = "空いた席は、キャンセル待ちの次の方に、すぐにご案内します。"
MAILS_TO = "ご本人（{mail}）に、取り消したことをメールで知らせます。"
NOBODY_MAILED = "メールアドレスがないため、ご本人には何も届きません。お電話などでお伝えください。"
NEVER_UNDONE = "取り消したあとは、もとに戻せません。"
UNDONE_WHILE_FREE = "取り消したあとは、席が空いているあいだだけ、この申込のページでもとにもどせます。"
UNDONE_WHILE_OPEN = "取り消したあとは、この申込のページでもとにもどせます。名簿を固めたあとは、もどせません。"
RESTORED = "{name} さんの取り消しをもどしました。いまは「{state}」です。"
RESTORED_UNMAILED = "メールアドレスがないため、ご本人にはお電話などでお伝えください。"
RENEWING, RENEW = "リンクとチケットを新しくする", "新しくする"
RENEWS = "{name} さんのリンクとチケットが、すぐに使えなくなり、新しいものに替わります。"
PRINTED_DIE = "印刷した名札やチケットのQRコードも読み取れなくなります。名札は、あとで刷りなおしてください。"
MAILS_NEW_LINK = "新しいリンクを {mail} に送ります。"

REFUSALS = {
    RegistrationRefusal.NOT_PUBLISHED: "この催しは、いまは申込を受け付けていません。",
    RegistrationRefusal.NOT_OPEN_YET: "申込の受付は、まだ始まっていません。",
    RegistrationRefusal.CLOSED: "申込の受付は終わりました。お急ぎのときは、お電話でご相談ください。",
    RegistrationRefusal.LIST_FROZEN: "抽選のために名簿を固めました。変更はお電話でご相談ください。",
    RegistrationRefusal.PROFESSION_NOT_INVITED: "この催しでは、選んだ職種の方の申込を受け付けていません。",
    RegistrationRefusal.ALREADY_APPLIED: (
        "同じ方のお申し込みを、すでに受け付けています（受付番号 {known}）。名簿で内容をご確認ください。"
    ),
    RegistrationRefusal.FULL: (
        "選んだ職種区分の席は、いっぱいになりました。この催しでは、キャンセル待ちを受けていません。"
    ),
    RegistrationRefusal.OFFICE_FULL: (
        "同じ事業所から参加できる人数に、もう達しています。この催しでは、キャンセル待ちを受けていません。"
    ),
    RegistrationRefusal.PLEDGE_MISSING: "守秘の約束を読んで、しるしを付けてください。",
    RegistrationRefusal.NOT_LIVE: "この申込は、もう変えられません。",
    RegistrationRefusal.ALREADY_IN: "受付を済ませたあとは、この画面からは変えられません。受付にお声がけください。",
    RegistrationRefusal.EVENT_BEGUN: "催しが始まったため、この画面からは変えられません。受付にお声がけください。",
    RegistrationRefusal.SOMEBODY_ELSE: (
        "ほかの方のお名前には直せません。代わりの方が参加するときは「代わりの方にゆずる」を、"
        "それ以外のときはお電話をお願いします。"
    ),
    RegistrationRefusal.GROUP_FIXED: "席が決まったあとは、職種と事業所を変えられません。お電話でご相談ください。",
    RegistrationRefusal.NOT_CONFIRMED: "参加が決まった申込だけ、代わりの方にゆずれます。",
    RegistrationRefusal.SUBSTITUTE_OTHER_GROUP: "代わりの方は、同じ職種区分の方にお願いしています。",
    RegistrationRefusal.SUBSTITUTE_SAME_PERSON: "代わりの方が、申し込んだ方と同じです。",
    RegistrationRefusal.CHANGED_MEANWHILE: (
        "いま、この催しの決め方が変わりました。決め方をご確認のうえ、もういちどお申し込みください。"
    ),
    RegistrationRefusal.SENT_BEFORE: (
        "この画面からは、{name} 様の申込（受付番号 {number}）を、もう受け付けています。いまの入力は、保存していません。"
        "直すときは、その申込の「内容を直す」から、ほかの方を入れるときは、この画面を開きなおしてください。"
    ),
    RegistrationRefusal.ARRIVES_LATER: "届いた日時が、いまより先になっています。",
    RegistrationRefusal.REASON_MISSING: "取り消す理由を入力してください。",
    RegistrationRefusal.NOT_RESTORABLE: "この取り消しは、もどせません。同じ方の別の申込があるか、担当者が申込を一つにしています。",
    RegistrationRefusal.SEAT_GONE: "席がほかの方に渡ったか、枠がいっぱいのため、もどせません。",
    RegistrationRefusal.OFFER_OVER: "席のご案内の期限が過ぎているため、もどせません。",
    RegistrationRefusal.LIST_OVER: "催しが始まり、キャンセル待ちを終えたため、もどせません。",
    RegistrationRefusal.EVENT_OVER: "催しが終わっているため、もどせません。",
    RegistrationRefusal.DRAWN_WITHOUT: "この申込のないまま、抽選のための名簿を固めたため、もどせません。",
    RegistrationRefusal.RESTORING_UNEXPLAINED: "もどす理由を入力してください。",
}
FOR_STAFF = REFUSALS | {
    RegistrationRefusal.NOT_PUBLISHED: "公開していないか、延期・中止になった催しです。申込は入れられません。",
    RegistrationRefusal.NOT_OPEN_YET: "申込の受付が始まる前です。早く入れるときは、催しの「申込を始める日」を早めてください。",
    RegistrationRefusal.CLOSED: "催しが終わったため、申込は入れられません。",
    RegistrationRefusal.LIST_FROZEN: (
        "抽選のために名簿を固めたため、参加者を入れたり、職種や事業所を変えたりできません。"
        "抽選の前なら、抽選の画面で「名簿をもう一度開く」と、変えられます。"
    ),
    RegistrationRefusal.GROUP_FIXED: (
        "席が決まったあとは、職種と事業所を変えられません。職種区分の数え方だけを変えるときは「手で決める」をお使いください。"
    ),
    RegistrationRefusal.NOT_LIVE: "この申込は、もう終わっています。内容は変えられません。",
    RegistrationRefusal.PLEDGE_MISSING: "ご本人が守秘の約束を読まれたことを確かめて、しるしを付けてください。",
}
"""The same for those at the desk: whom they would telephone is themselves."""
STATES = {
    State.APPLIED: "抽選待ち",
    State.CONFIRMED: "参加決定",
    State.WAITING: "キャンセル待ち",
    State.NOT_SELECTED: "今回は見送り",
    State.OFFERED: "席をご案内中",
    State.DECLINED: "ご案内を辞退",
    State.EXPIRED: "ご案内の期限切れ",
    State.SUBSTITUTED: "代理の方に交代",
    State.CANCELLED: "取り消し",
    State.DUPLICATE: "重複の疑い",
}
TAGS = {
    State.APPLIED: "wait",
    State.CONFIRMED: "open",
    State.WAITING: "wait",
    State.OFFERED: "now",
    State.DUPLICATE: "now",
}
"""How the tag of a state looks; the others are past."""
STATE = "状態"
GROUP = "職種区分"
CHANNEL = "届いた方法"
REACH, WITHOUT_MAIL, UNTOLD = "メール", "メールなし・届かない", "知らせていない"
REASONS = {
    Reason.RECEIVED: "申込を受け付けました",
    Reason.FIRST_COME: "先着順で席が決まりました",
    Reason.NO_LEGAL_SEAT: "職種ごとの枠を守ると、いまご案内できる席がありません",
    Reason.DRAWN: "抽選で席が決まりました",
    Reason.NOT_DRAWN: "抽選で席に届きませんでした",
    Reason.LIST_CLOSED: "催しが始まり、キャンセル待ちを終えました",
    Reason.RESERVE_RELEASED: "確保していた席が開放されました",
    Reason.SEAT_FREED: "席が空きました",
    Reason.ACCEPTED: "ご案内を受けていただきました",
    Reason.DECLINED: "ご案内を辞退されました",
    Reason.OFFER_EXPIRED: "ご案内の期限が過ぎました",
    Reason.CANCELLED_BY_APPLICANT: "ご本人が取り消しました",
    Reason.CANCELLED_BY_STAFF: "担当者が取り消しました",
    Reason.CANCELLED_AS_DUPLICATE: "担当者が確かめ、申込を一つにしました",
    Reason.PLACED_BY_HAND: "担当者が席を決めました",
    Reason.REFUSED_BY_HAND: "担当者が見送りとしました",
    Reason.SUBSTITUTE: "代理参加",
    Reason.SWAPPED: "同じ事業所の方と、席を入れかえました",
    Reason.WALK_IN: "当日参加",
    Reason.DRAW_VOIDED: "抽選をやりなおしました",
    Reason.SETTLED: "担当者が内容を確かめました",
    Reason.RESTORED: "取り消しを、もとにもどしました",
}
CHANNELS = {
    Channel.WEB: "Web",
    Channel.OFFICE: "事業所でまとめて",
    Channel.FAX: "FAX",
    Channel.PHONE: "電話",
    Channel.POSTCARD: "はがき",
    Channel.WALK_IN: "当日参加",
    Channel.SUBSTITUTE: "代理参加",
}
LATE = "締切後"
LATE_ASKED = "届いた日時（{arrived}）が、申込の締切（{closes}）を過ぎています。このまま入れると、名簿などに「締切後」と出ます。"
ENTERED = "{name} さんの申込を入れました（受付番号 {code}、{state}）。続けて入れられます。"
STANDS = (
    "{name} 様のお申し込み（受付番号 {code}）は、もう届いています。いまの入力は、保存していません。{why}"
    "ほかの方を申し込むときは、催しのページから始めてください。"
)
"""The form was sent before, and what it says now cannot be its correction. why: the sentence of that refusal."""
OWN_STANDS = "この催しには、もうお申し込みいただいています。直すときは「わたしの申込」の「内容を直す」からお願いします。"
SENT_CORRECTED = "先に届いていたお申し込みを、いま送った内容に直しました。受付番号は同じです。"
CORRECTED = "{name} さんの申込を直しました。"
RENEWED = "リンクとチケットを新しくしました。前のものは使えません。"
RENEWED_AND_SENT = "リンクとチケットを新しくして、{mail} にお送りします。前のものは使えません。"
ACTORS = {
    ActorKind.STAFF: "担当者",
    ActorKind.APPLICANT: "申込者",
    ActorKind.GUEST: "申込者",
    ActorKind.DEVICE: "受付",
    ActorKind.SYSTEM: "自動",
    ActorKind.CLI: "管理者",
}
VERBS = {
    "application.submitted": "申込を受け付けました",
    "application.restored": "取り消しをもどしました",
    "application.changed": "内容を直しました",
    "application.secrets_renewed": "リンクとチケットを新しくしました",
    "application.told": "メールのほかの方法で知らせました",
    "application.untold": "「知らせた」を取り消しました",
    "application.offer_rests": "ご案内が届かなかったため、知らせるまで期限を延ばしました",
    "application.swapped": "同じ事業所の方から席をゆずり受けました",
    "application.reordered": "事業所の優先順位にそって、キャンセル待ちの順番を入れかえました",
    "application.walked_in": "当日参加として登録しました",
    "application.deputised": "代理の方として、受付で登録しました",
    "application.person_separated": "別の人の申込として分けました",
    "application.office_matched": "事業所を名簿の事業所に合わせました",
    "application.office_kept": "事業所を、書かれたままにしました",
    "application.office_reopened": "事業所を、もう一度確かめることにしました",
}
"""What the audit trail's verbs say beside one application."""
FIELDS = {
    "family": "氏名",
    "given": "氏名",
    "family_kana": "フリガナ",
    "given_kana": "フリガナ",
    "mail": "メールアドレス",
    "phone": "電話番号",
    "fax": "FAX番号",
    "profession_id": "職種",
    "profession_note": "職種",
    "organisation_id": "事業所",
    "organisation_name": "事業所",
    "licence_number": "登録番号",
    "pre_answer": "事前の質問",
    "care_note": "配慮してほしいこと",
    "priority": "優先順位",
}
AND = "・"
NEEDS = {
    "second_seats": ("同じ人かもしれない申込{n}組が、二つ目の席をふさいでいます", "くらべて決める"),
    "candidates": ("同じ人かもしれない申込が{n}組あります", "くらべて決める"),
    "candidates_elsewhere": ("同じ人かもしれない方が、ほかに{n}組あります", "くらべて決める"),
    "addresses": ("記録を見てよいか、決めていないメールアドレスが{n}件あります", "確かめて決める"),
    "unprintable": ("証明書や名札に印刷できない字のある方が{n}人います", "名簿で見る"),
    "unprintable_event": ("催しの名前・会場・講師などに、印刷できない字があります", "名簿で見る"),
    "free_entries": ("事業所が一覧に結び付いていない申込が{n}件あります", "確かめる"),
}
