"""Sentences of the outbox and of jobs that failed."""

from trainings.messages.models import Failure, MessageState
from trainings.messages.refusals import MessageRefusal

REFUSALS = {
    MessageRefusal.NOT_FOUND: "そのメールは見つかりません。",
    MessageRefusal.NOT_FAILED: "このメールは、もう送り直しているか、送り終わっているか、送らないことになっています。",
}
STATES = {
    MessageState.QUEUED: "送信待ち",
    MessageState.SENDING: "送信中",
    MessageState.SENT: "送信済み",
    MessageState.FAILED: "送れなかった",
    MessageState.LEFT: "送らない",
}
FAILURES = {
    Failure.UNREACHABLE: "市のメールサーバーにつながりません",
    Failure.NOT_LET_IN: "市のメールサーバーに入れません。設定を確かめてください",
    Failure.NO_ANSWER: "メールサーバーが時間内に答えません",
    Failure.CUT_OFF: "メールサーバーとのやりとりが途中で切れました",
    Failure.LATER: "相手のサーバーが、あとで送るように答えました",
    Failure.SENDER_REFUSED: "差出人のアドレスが受け付けられません。設定を確かめてください",
    Failure.ADDRESS_REFUSED: "このあて先は受け付けられませんでした。アドレスのまちがいか、使われていないアドレスです",
    Failure.MAIL_REFUSED: "相手のサーバーが、このメールを受け取りませんでした",
    Failure.UNUSABLE: "メールアドレスの形になっていません",
    Failure.NO_TEXT: "送るときに作る文が作れませんでした。リンクの期限が過ぎたときなどに起こります",
    Failure.INTERRUPTED: "送っている途中で止まりました",
    Failure.RESTORED: "データを控えから戻したとき、送信待ちでした。もう届いているかもしれません",
}
LEFT = "{to} へのメールは、送らないことにしました。"
HELD_SENT = "止めていたメール{n}通を送ります。"
HELD_LEFT = "止めていたメール{n}通は、送らないことにしました。"
RETRIED = "{to} へのメールを、もう一度送ります。"
JOB_RETRIED = "もう一度行います。1、2分たってから、この画面を開き直してください。"
JOB_GONE = "その処理は、もう行われています。"
JOBS = {
    "event_published": "公開した催しの準備",
    "event_reclosed": "閉じたあとに届いた受付の反映",
    "seat_freed": "空いた席のご案内",
    "rest_unheard_offers": "届かなかったご案内の期限の延ばし",
    "expire_offers": "期限が過ぎたご案内の締め切り",
    "readmit_waiting": "開放した枠の席決め",
    "close_waiting_list": "キャンセル待ちの締め切り",
    "close_survey": "アンケートの締め切り",
    "news_of_duplicates": "二つめの申込のお知らせ",
    "links_asked": "わたしの申込のリンクの送り直し",
    "sign_in_asked": "サインインのリンクの送付",
    "morning_mail": "毎朝のお知らせメール",
    "address_confirmed": "確認されたアドレスへのお知らせ",
}
"""What a job does, by its name."""
NEEDS = {
    "failed_mails": ("届かなかったメールが{n}通あります", "理由を見る"),
    "failed_jobs": ("うまく終わらなかった裏側の仕事が{n}件あります", "もう一度行う"),
}
