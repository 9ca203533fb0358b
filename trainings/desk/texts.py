"""Words of the desk."""

from trainings.checkin.texts import REFUSALS as CHECKIN_REFUSALS
from trainings.events.models import EventState

REFUSALS = {**CHECKIN_REFUSALS}
CLOSED = "受付を閉じました。参加は{attended}人、受講証明書は新しく{certificates}人に出しました。アンケートのご案内を送ります。"
VERBS = {
    "event.created": "下書きを作りました",
    "event.copied": "ほかの催しから複製しました",
    "event.published": "公開しました",
    "event.postponed": "延期にしました",
    "event.called_off": "中止にしました",
    "event.resumed": "開催することにしました",
    "event.withdrawn": "公開を取り下げました",
    "event.deleted": "下書きを消しました",
    "event.notice_sent": "変わったことを、申し込んだ方に知らせました",
    "event.notice_kept": "変わったことを、知らせないことにしました",
    "event.closed": "催しを閉じました",
    "applications.exported": "申込一覧を書き出しました",
    "certificate.issued": "受講証明書を出しました",
    "certificate.revoked": "受講証明書を取り消しました",
    "certificate.restored": "受講証明書をもう一度有効にしました",
    "certificate.renamed": "受講証明書の氏名を直しました",
    "certificates.printed": "受講証明書を印刷用に受け取りました",
    "certificate.recounted": "受講証明書の時間を、あとから届いた受付で数えなおしました",
    "draw.committed": "抽選の封印を作りました",
    "draw.list_frozen": "名簿を固めました",
    "draw.list_thawed": "名簿をもう一度開きました",
    "draw.drawn": "抽選をしました",
    "draw.record_taken": "抽選の記録の全部を受け取りました",
    "draw.result_exported": "抽選の結果をExcelで受け取りました",
    "door.settled": "受付で確かめることを片づけました",
    "door.time_corrected": "受付の時刻を直しました",
    "draw.voided": "抽選を取り消しました",
    "waiting_list.closed": "キャンセル待ちを終えました",
    "event.skills_changed": "学べることを変えました",
    "evidence.written": "参加の記録をスキル表に入れました",
    "survey.opened": "アンケートを始めました",
    "survey.closed": "アンケートを締め切りました",
    "survey.exported": "アンケートの結果を書き出しました",
    "survey.text_reviewed": "書かれた文の扱いを決めました",
    "message.retried": "メールをもう一度送るようにしました",
    "message.left": "メールを送らないことにしました",
    "door.opened": "受付を開きました",
    "door.shut": "受付を、催しの前に閉じました",
    "door.reopened": "受付を開きなおしました",
    "door.closed": "受付を閉じました",
    "door.link_renewed": "受付の端末を登録するリンクを作りなおしました",
    "door.limit_changed": "一つのリンクで登録できる端末の数を変えました",
    "screen.linked": "会場の画面のリンクを作りました",
    "screen.stopped": "会場の画面のリンクを止めました",
    "devices.acknowledged": "新しく登録された端末を確かめました",
    "device.enrolled": "受付の端末を登録しました",
    "device.locked": "受付の端末にPINを付けました",
    "device.lock_held": "PINが5回ちがったため、受付の端末をロックしたままにしました",
    "device.unlocked": "受付の端末のPINをなくしました",
    "device.revoked": "受付の端末を使えなくしました",
    "application.profession_corrected": "受付で職種を直しました",
    "application.moved": "別の職種区分に移しました",
    "application.walked_in": "当日参加の方を受け付けました",
    "application.deputised": "代理の方を受け付けました",
    "tables.changed": "卓の番号を変えました",
    "roster.exported": "受付名簿を書き出しました",
    "fees.exported": "参加費の一覧を書き出しました",
    "paper.taken": "まとめて作ったPDFを受け取りました",
    "badges.printed": "名札を印刷しました",
    "roster.keyed_in": "紙の名簿から到着を入れました",
    "queue.imported": "受付の端末の記録をファイルから入れました",
    "person.made": "新しい人として登録しました",
    "person.linked_by_rule": "同じ人として結びました",
}
"""What the audit trail's verbs say on the board. Those of applications are told by their own trail."""
WITH_NOTE = "{what}（{note}）"
OPEN_UNTIL = "{until}まで"
PUBLIC_SINCE = "{day} 公開"
SINCE = "{day} に決定"
NO_DRAW = "先着順"
RELEASED_ON = "{day} 枠の開放日"
ANSWERS_UNTIL = "{day}まで"
MORNING_MAIL = {
    True: "手がいることがある日は、朝7時にメールでお知らせします。",
    False: "毎朝のお知らせメールを止めました。",
}
STOOD_STILL = {
    EventState.POSTPONED: "延期にしました。申込の受付も、席のご案内も止まっています。",
    EventState.CALLED_OFF: "中止にしました。申込の受付も、席のご案内も止まっています。",
}
RESUMED = "開催することにしました。催しのページに載っています。"
WITHDRAWN = "公開を取り下げて、下書きにもどしました。催しのページは、もう見られません。"
DELETED = "下書き「{title}」を消しました。"
TOLD = "{n}人にお知らせします。メールは、順に送られます。"
TOLD_NOBODY = "知らせない理由を残しました。"
LINK_OF_EACH = "（お一人ずつの、わたしの申込のアドレス）"
DRAFTED = "下書きを作りました。内容を確かめて、公開してください。"
COPIED = "複製して、下書きを作りました。日付と内容を確かめて、公開してください。"
QUOTAS_STAND = "確保する席と上限は、前のままです。「枠のルール」の「枠を定員に合わせて試算する」で、同じ割合に増減できます。"
SAVED = "催しの内容を直しました。"
NOTHING_CHANGED = "変わったところはありませんでした。"
PUBLISHED = "公開しました。催しのページを、どなたでも見られます。"
