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

TOO_LONG = "{label}は{most}文字までで入力してください"
YES = "はい"
NO = "いいえ"
NONE = "なし"
BETWEEN_CELLS = "、"
