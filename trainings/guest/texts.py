"""Words of the guests' pages that do not stand in a template."""

from trainings.registration.states import State

CHANGED = "申込の内容を直しました。"
ADDRESS_AGREED = "ご自分のアドレスとして加えました。そのアドレスにも、記録のリンクをお送りします。"
ADDRESS_REFUSED = "お知らせいただき、ありがとうございました。そのアドレスには、記録のリンクをお送りしません。"
CHANGING = "内容を直す"
CANCELLING = "申込を取り消す"
HANDING_ON = "代わりの方にゆずる"
HAND_ON = "この方にゆずる"
HANDS_ON = "{title}（{at}）の席を、{old} さんから {new} さんにゆずります。"
TICKET_DIES = "{name} さんのチケットは、すぐに使えなくなります。あとから、もとに戻すことはできません。"
MAIL_GOES_TO = "新しいチケットのご案内を、{mail} に送ります。"
OWN_MAIL_TYPED = (
    "メールアドレスが、ゆずる方と同じです。代わりの方のアドレスがあれば、もどって直してください。"
)
BACK_TO_MINE = "ゆずらずにもどる"
APPLIED = "申し込みました"
RESULTS = "結果のお知らせ"
RESULTS_NOTE = "抽選の結果を、メールとこのページでお知らせします。"
CONFIRMED = "参加が決まりました"
WAITING = "キャンセル待ち"
WAITING_NOTE = "席が空いたら、順番にメールでご案内します。"
THE_DAY = "当日"
DAY_UNKNOWN = "日は未定"
DAY_UNKNOWN_NOTE = "新しい日が決まりましたら、メールでお知らせします。"
DOORS = "受付は{time}から。チケットの画面か受付番号をお見せください。"
OVER = "催しのあと"
OVER_NOTE = "アンケートのお願いが届きます。"
OVER_NOTE_CERTIFICATE = "アンケートのお願いと、受講証明書のご案内が届きます。"
NOW = "いま"
BEING_DECIDED = "担当者が確かめています"
CLOSING = "申込の締切"
OFFERED = "お席をご案内しました"
OFFERED_NOTE = "期限までにお返事をお願いします。"
RELEASE = "枠の開放日"
RELEASE_NOTE = "使われなかった席が、すべての職種にまわります。"
ENDED = {
    State.NOT_SELECTED: "今回は見送りとなりました",
    State.DECLINED: "ご案内を辞退されました",
    State.EXPIRED: "ご案内の期限が過ぎました",
    State.SUBSTITUTED: "代わりの方に交代しました",
    State.CANCELLED: "取り消しました",
}
NO_SEAT = "お席をご用意できませんでした"
"""How it ended where no lots were drawn: 見送り is a word of the draw."""
DECIDED_SOON = "締切のあと"
MASK = "＊"
WITHIN_RESERVE = "全員参加の見込み"
SEATS_LEFT = "あと{seats}席"
SEATS = "席があります"
FEW_SEATS = "残りわずか"
FEW = 5
"""Fewer seats than these are few."""
WAITING_LIST = "キャンセル待ち受付中"
FULL = "席はいっぱいです"
