"""Words of お知らせ (紙・FAX)."""

from trainings.events.models import NoticeKind
from trainings.notices.models import How, Kind
from trainings.notices.queries import Show
from trainings.notices.refusals import NoticeRefusal
from trainings.registration.states import Reason, State

REFUSALS = {
    NoticeRefusal.IN_FUTURE: "これから先の日時は入れられません。知らせた日時を入れてください。",
    NoticeRefusal.NOT_YET_SO: (
        "{name} さんには、入れた日時には、まだこの用件がありませんでした。知らせた日時を確かめてください。"
    ),
    NoticeRefusal.NOT_DUE: (
        "{name} さんの用件が、画面を開いているあいだに変わりました。いまの用件を確かめてから、もう一度しるしを付けてください。"
    ),
    NoticeRefusal.ANSWERED: "{name} さんのご案内は、もうお返事があったか、期限が過ぎました。取り消せません。",
}
KINDS = {
    Kind.RECEIPT: "受付の控え",
    Kind.RESULT: "結果",
    Kind.OFFER: "席のご案内",
    Kind.CHANGED: "変更・延期",
    Kind.CALLED_OFF: "中止",
    Kind.TICKET: "新しいチケット",
    Kind.CERTIFICATE: "受講証明書",
    Kind.SURVEY: "アンケート",
}
WAYS = {How.FAX: "FAX", How.POST: "郵送", How.PHONE: "電話", How.HAND: "手渡し"}
SHOWS = {Show.UNTOLD: "まだ知らせていない", Show.TOLD: "知らせた", Show.ALL: "メールで届かない方ぜんぶ"}
NOBODY_CHOSEN = "知らせた方に、しるしを付けてください。"
NOTED = "{n}件を、知らせたことにしました。"
TAKEN_BACK = "{name} さんの「{kind}」を、まだ知らせていないことにもどしました。"
TAKEN_BACK_BEFORE = "その記録は、もう取り消されています。"
NOTHING_TO_PRINT = "いま、紙で知らせることのある方はいません。"
OFFER_UNTIL = "知らせてから{hours}時間（催しが近いときは、残りの時間の半分）がお返事の期限です"
OFFER_RUNS = "お返事の期限 {until}"
NEEDS = {
    "untold_people": ("メールで届かない方で、まだ知らせていない方が{n}人います", "電話・FAX・紙で知らせる"),
}
ACCEPTS, DECLINES = "「参加します」とお返事があった", "「辞退します」とお返事があった"
ANSWERS_FOR = "{name} さんから、「{title}」の席のご案内にお返事があったことにします。"
ACCEPTING_GIVES = (
    "参加が決まり、チケットが使えるようになります。決まったことを、あらためて紙などで知らせてください。"
)
DECLINING_LOSES = "席は、キャンセル待ちの次の方に、すぐにご案内します。もとに戻せません。"
ANSWERED = {True: "{name} さんの参加が決まりました。", False: "{name} さんの辞退を受け付けました。"}
BACK_TO_LIST = "何もせずに一覧にもどる"

# -- the letter -----------------------------------------------------------------------------------------------

HEADLINES = {
    Kind.RECEIPT: "お申し込みを受け付けました",
    Kind.OFFER: "お席のご案内",
    Kind.CHANGED: "日時・会場などが変わりました",
    Kind.CALLED_OFF: "中止のお知らせ",
    Kind.TICKET: "新しいチケットをお送りします",
    Kind.CERTIFICATE: "受講証明書をお送りします",
    Kind.SURVEY: "ふりかえりアンケートのお願い",
}
RESULTS = {
    State.CONFIRMED: "参加が決まりました",
    State.WAITING: "キャンセル待ちとなりました",
    State.NOT_SELECTED: "お席をご用意できませんでした",
    State.EXPIRED: "お席のご案内の期限が過ぎました",
    State.CANCELLED: "お申し込みを取り消しました",
    State.APPLIED: "抽選をやりなおします",
}
CHANGES = {
    NoticeKind.MOVED: "日時・会場などが変わりました",
    NoticeKind.POSTPONED: "延期のお知らせ",
    NoticeKind.RESUMED: "開催することになりました",
}
SAYS = {
    State.CONFIRMED: "ご参加が決まりました。当日は、この紙をお持ちになり、下のQRコードを受付でお見せください。",
    State.WAITING: "定員を超えるお申し込みがあり、キャンセル待ちとなりました。席が空きましたら、順番にお知らせします。",
    State.NOT_SELECTED: "今回はお席をご用意できませんでした。申し訳ありません。",
    State.EXPIRED: "お返事の期限が過ぎたため、お席は次の方にご案内しました。",
    State.CANCELLED: "お申し込みを取り消しました。前にお渡ししたチケットは、もう使えません。",
    State.APPLIED: "抽選を取り消し、もう一度行います。お申し込みはそのまま残っています。先にお知らせした結果とチケットは、使えなくなりました。",
}
FAVOURED = "次回の抽選では、今回参加できなかった方が当たりやすくなります。"
SWAPPED = {Reason.SWAPPED: "お席を、同じ事業所の別の方と入れかえました。前のチケットは使えません。"}
RECEIVED = "お申し込みをお預かりしています。結果は、お電話・FAX・郵便などでお知らせします。"
RECEIVED_DRAW = "{closes}に締め切り、職種ごとの枠を守って抽選します。"
OFFERED = "お席が空きました。参加されるかどうかを、{until}までに、お電話かFAXでお知らせください。期限を過ぎると、次の方にご案内します。"
OFFERED_AFTER = (
    "お席が空きました。参加されるかどうかを、この紙が届いてから{hours}時間以内（催しが近いときは、残りの時間の半分）に、"
    "お電話かFAXでお知らせください。期限を過ぎると、次の方にご案内します。"
)
STAYS = {True: "お席は、そのままお取りしています。", False: "お申し込みは、そのまま残っています。"}
ONCE = "{before} に予定していました。"
STAY_AWAY = "当日は、会場にお越しにならないようお願いします。"
NEW_DAY_FOLLOWS = "新しい日が決まりましたら、あらためてお知らせします。"
BECAUSE = "理由　{reason}"
CHANGED_TO = "{what}　{after}（前は {before}）"
NEW_TICKET = "前のチケットは使えません。当日は、下のQRコードを受付でお見せください。"
CERTIFIED = "受講証明書（第 {number} 号）を、この紙といっしょにお届けします。"
ASKED = "ふりかえりのアンケートにご協力ください（{until}まで）。スマートフォンでQRコードを読み取ると、番号なしで答えられます。紙での回答は、下の連絡先にお申し出ください。お名前は記録しません。"
NOT_COMING = "ご都合が悪くなったときは、お早めに下の連絡先へお知らせください。"
TICKET_QR = "チケットのQRコード"
PAGE_QR = "申込のページのQRコード"
SURVEY_QR = "アンケートのQRコード"
ANSWER_LINES = ("参加します", "今回は辞退します")
DOCUMENT = "お知らせ"
WHEN = "日時　{when}（{doors}）"
DOORS = "受付 {time}から"
WHERE = "会場　{place}"
NUMBER = "受付番号　{code}"
SENDER_PHONE, SENDER_FAX = "電話 {phone}", "FAX {fax}"
TO_FAX = "FAX {fax}"
EVENT = "{title}（{day}）"
SHEETS = "このお知らせは、この1枚です。"
PERSON = "{name} 様"
