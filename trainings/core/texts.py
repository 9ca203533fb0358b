"""Words of the calendar and of every form, apart from the logic that uses them."""

WEEKDAYS = "月火水木金土日"
DATE = "{year}年{month}月{day}日"
DAY = "{month}月{day}日"
WEEKDAY = "（{weekday}）"
WEEKDAY_NAME = "{weekday}曜日"
ERA_YEAR = "{era}{year}年"
FIRST_YEAR = "元"
ERAS = ("令和", "平成")
WESTERN = "西暦"
JUST_NOW = "1時間以内"
HOURS_AGO = "{hours}時間前"
DAYS_AGO = "{days}日前"

TOO_LONG = "{label}は{most}文字までで入力してください"
KANJI_IN_KANA = "{what}に漢字「{letters}」が入っています。カタカナかひらがなで入力してください"
NO_KANA = "{what}に「{letters}」は使えません。カタカナかひらがなで入力してください"
NO_KANA_NEEDED = "ローマ字のお名前の方は、{what}を空けたままにしてください"
MAIL = "メールアドレスは、name@example.jp のような形で入力してください"
MAIL_WITHOUT_AT = "メールアドレスに「@」がありません。name@example.jp のような形で入力してください"
MAIL_WITH_ATS = "メールアドレスに「@」が2つ以上あります。アドレスを1つだけ入力してください"
NO_MAIL_LETTERS = "メールアドレスに「{letters}」は使えません。半角の英数字で入力してください"
MAYBE_MAIL = "。「{mail}」ではありませんか"
DOTS_IN_MAIL = "メールアドレスの点「.」が続いているか、「@」のとなりにあります。入力しなおしてください"
NO_PHONE = (
    "電話番号に「{letters}」は使えません。数字で入力してください。内線は「内線12」のように、続けて書けます"
)
UNPRINTABLE = (
    "{letters}は、このサーバーに字体がない字です。入力どおりに保存しました。紙には「〓」と印刷します。"
)
UNPRINTABLE_OWN = (
    "{letters}は、証明書や名札に印刷できない字です。お名前などは、書かれたとおりにお預かりしました。紙には「〓」と印刷します。"
    "ご希望の字があるときは、お電話（{phone}）でお知らせください。"
)
UNPRINTABLE_LETTER = "「{letter}」"
YES = "はい"
NO = "いいえ"
NONE = "なし"
BETWEEN_CELLS = "、"
MADE_AT = "{moment} 作成"
