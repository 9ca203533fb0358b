"""Sentences of surveys and their results."""

from trainings.surveys.models import Mode, Review
from trainings.surveys.questionnaires import Missing, Problem
from trainings.surveys.refusals import SurveyRefusal

REFUSALS = {
    SurveyRefusal.NOT_OPEN: "このアンケートは、いまは受け付けていません。",
    SurveyRefusal.ALREADY_CLOSED: "このアンケートは、すでに締め切られています。",
    SurveyRefusal.ANSWERED_BEFORE: "この画面からの回答は、もう届いています。番号のない回答は、あとから直せないため、いま変えたところは保存していません。",
    SurveyRefusal.UNKNOWN_CODE: "回答番号が見つかりません。メールかチケットの番号を、もう一度確かめてください。空欄のままでも回答できます。",
    SurveyRefusal.CODE_NEEDED: "参加した人数分の回答が届いているため、番号のない回答は、もう受け付けられません。メールかチケットの番号を入れてください。",
    SurveyRefusal.BAD_ANSWERS: "入力内容に直してほしいところがあります。",
    SurveyRefusal.REDACTION_EMPTY: "伏せ字にした文を入力してください。",
    SurveyRefusal.STILL_OPEN: "結果は、アンケートを締め切ってから見られます。",
}
REVIEW = "どう扱うか"
PUBLIC_BODY = "伏せ字にした文"
CHOOSE_REVIEW = "公開するかどうかを選んでください。"
PROBLEMS = {
    Problem.UNKNOWN_OPTION: "選択肢の中から選んでください。",
    Problem.NOT_A_NUMBER: "数字で入力してください。",
    Problem.OUT_OF_RANGE: "{low}から{high}までの数字で入力してください。",
    Problem.TOO_LONG: "文字数が多すぎます。40,000文字までにしてください。",
}
MISSING = {
    Missing.NOT_SEEN: "見ていない",
    Missing.NO_ANSWER: "無回答",
    Missing.NOT_APPLICABLE: "あてはまらない",
}
LIKERT = {
    "5": "とてもそう思う",
    "4": "そう思う",
    "3": "どちらともいえない",
    "2": "あまり思わない",
    "1": "そう思わない",
}
POOLED = "その他の職種"
NO_CODE = "番号なし"
POOLING = "番号のある回答が{k}人に満たない職種区分は「{pooled}」にまとめています。それでも{k}人に満たないものは入れていません"
NO_CODE_EXPLAINED = (
    "回答番号やチケットの番号がない回答。職種は分かりません。{k}人に満たないときは入れていません"
)
WITHHELD = "答えた人が少ないため、出しません"
REVIEWS = {
    Review.PENDING: "まだ読んでいません",
    Review.PUBLIC: "公開",
    Review.INTERNAL: "内部だけ",
    Review.REDACTED: "伏せ字で公開",
}
MODES = {
    Mode.ANONYMOUS_PAIRED: "無記名（同じ方の回答を、あとの回と結べます）",
    Mode.ANONYMOUS: "無記名",
    Mode.IDENTIFIED: "記名",
}
CLOSING, CLOSE_NOW = "アンケートを締め切る", "締め切って結果を見る"
CLOSES = "{title}のアンケートを、いま締め切ります。"
CLOSED_FOR_GOOD = "これより後の回答は受け付けません。締め切ったあとで、もう一度開くことはできません。"
BACK_OPEN = "締め切らずにもどる"

NEEDS = {
    "unread": ("まだ読んでいないアンケートの文が{n}件あります", "アンケートへ"),
    "few_answers": ("アンケートの回答が、まだ半分に届いていません（{until}まで）", "アンケートへ"),
}
