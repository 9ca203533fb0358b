"""Words of the door."""

from trainings.checkin.models import Matter, Outcome, Why
from trainings.checkin.refusals import CheckinRefusal

KANA = "フリガナ"
REFUSALS = {
    CheckinRefusal.NOT_PUBLISHED: "公開していない催しの受付は、開けません。",
    CheckinRefusal.NOT_HELD: "延期または中止になっている催しです。受付は使いません。",
    CheckinRefusal.NO_WALK_INS: "延期・中止になったか、公開をやめた催しです。新しい方は受け付けられません。責任者に声をかけてください。",
    CheckinRefusal.NOT_ENDED: "催しがまだ始まっていません。始まってから閉じてください。",
    CheckinRefusal.DOOR_NOT_OPEN: "受付がまだ開いていません。",
    CheckinRefusal.EVENT_BEGUN: "催しが始まっています。「受付を閉じて、催しをしめくくる」から閉じてください。",
    CheckinRefusal.DOOR_CLOSED: "受付はもう閉じています。",
    CheckinRefusal.NAME_MISSING: "氏名を入力してください。",
    CheckinRefusal.NAME_HOLDS_ADDRESS: "氏名とフリガナには、電話番号やホームページなどのアドレスを書けません。",
    CheckinRefusal.KANA_MISSING: "フリガナを入力してください。",
    CheckinRefusal.KANA_STRANGE: "{about}。",
    CheckinRefusal.GROUP_MISSING: "職種区分を選んでください。",
    CheckinRefusal.OVER_CAPACITY: "定員に達しています。それでも入っていただくときは、理由を入力してください。",
    CheckinRefusal.ALREADY_APPLIED: "同じ方のお申し込みがあります（受付番号 {known}）。「さがす」から受け付けてください。",
    CheckinRefusal.PROFESSION_NOT_INVITED: "この催しで選べる職種から選んでください。",
    CheckinRefusal.CORRECTED_MEANWHILE: (
        "{name} さんの職種は、別のところで「{now}」に直してあります。この端末で選んだ「{typed}」には変えていません。"
        "「{typed}」が正しいときは、もう一度直してください。"
    ),
    CheckinRefusal.FEE_SAID_OTHERWISE: (
        "同じ記録が、前は {amount}円で届いています。前の記録をそのまま残しました。ちがうときは、取り消して入れなおしてください。"
    ),
    CheckinRefusal.KEYED_BEFORE: (
        "{name} さんの時刻は、この画面から {at} で記録してあります。ちがうときは、受付の端末でその記録を取り消してから、"
        "この画面を開きなおして入れてください。"
    ),
    CheckinRefusal.BAD_TIME: "時刻は、13:05 か 1305 のように入力してください。",
    CheckinRefusal.TIME_AHEAD: "まだ来ていない時刻です。名簿に書かれた時刻を、もう一度確かめてください。",
    CheckinRefusal.BAD_FILE: (
        "受付の端末で保存したファイルではないか、途中で切れています。端末の「状況」から、もう一度保存してください。"
    ),
    CheckinRefusal.BAD_ENTRY: (
        "記録の中身が読み取れません。名前や時刻が分かるときは、「紙の名簿の時刻を入れる」から入力してください。"
    ),
    CheckinRefusal.OTHER_EVENTS_FILE: "ほかの催しの受付の記録です。その催しの「受付の準備と状況」から入れてください。",
    CheckinRefusal.BAD_TABLE: "卓の番号は、1から99までの数字で入力してください。",
    CheckinRefusal.LINK_RENEWED: (
        "登録のリンクが新しくなりました。受付の責任者に、新しいQRコードを見せてもらってください。"
    ),
    CheckinRefusal.LINK_USED_UP: (
        "このリンクで登録できるのは{limit}台までで、もういっぱいです。受付の責任者に声をかけてください。"
    ),
    CheckinRefusal.DEVICE_NAMED: (
        "「{name}」は、ほかの端末が使っています。「{free}」のように、ちがう名前にしてください。"
    ),
    CheckinRefusal.BAD_LIMIT: "登録できる台数は、1から99までの数字で入力してください。",
    CheckinRefusal.APPLICANT_HERE: (
        "申し込んだ方は、別の端末で受け付けています。代わりの方は「当日参加」から受け付けてください。"
    ),
    CheckinRefusal.NO_SEAT_TO_PASS_ON: "この申込には、いま席がありません。「当日参加」から受け付けてください。",
    CheckinRefusal.SAME_PERSON: "お名前が、申し込んだ方と同じです。代わりに来た方のお名前を入力してください。",
    CheckinRefusal.BAD_PIN: "PINは、4桁から8桁までの数字で入力してください。",
    CheckinRefusal.NO_FEE_TO_UNDO: "取り消す参加費の記録がありません。もう取り消されています。",
}
OPENING, OPEN_NOW = "受付を開く", "いま受付を開く"
OPENS_EARLY = "{title} の受付開始まで、まだ{n}日あります。"
OPEN_MEANS = (
    "開くと、登録した端末でチケットを読み取れるようになります。名簿は、近くなるまで端末に入りません。"
)
SHUT_AGAIN = "まちがえて開いたときは、催しが始まるまで、同じ画面で閉じられます。"
OPENED = "受付を開きました。"
SHUT = "受付を閉じました。催しまでに、開きなおせます。"
MATTERS = {
    Matter.TWICE: (
        "二つの端末で受け付けた方",
        "通信が切れている間に、同じチケットを二度受け付けました。参加は一人として数えています。",
    ),
    Matter.FORCED: ("責任者の判断で入れた方", "画面の案内とちがう判断で入っていただきました。"),
    Matter.OFFLINE: (
        "通信が切れている間に入った方",
        "端末が最新の名簿を持っていないときに受け付けました。名簿では、受け付けられない方でした。",
    ),
    Matter.NO_ENTRY: (
        "退室だけが記録されている方",
        "入室の記録がないので、参加に数えていません。参加していたら、紙の名簿の時刻の画面で入室を足してください。",
    ),
    Matter.UNKNOWN: ("読み取れたが、この催しにないコード", "ほかの催しのチケットや、別のQRコードです。"),
    Matter.CLOCK: (
        "時計がずれている端末の受付",
        "端末の時計が、2分より多く進んでいるか遅れています。端末の時計を直し、受付の時刻がちがうときは、ここで直してください。",
    ),
    Matter.REUSED: (
        "同じ番号で、ちがう中身が届いた記録",
        "端末が同じ記録をもう一度送りましたが、中身がちがいました。先に届いた記録はそのままで、あとのものを別に残しています。",
    ),
    Matter.ODD_NAME: (
        "お名前に、アドレスや電話番号が書かれている方",
        "古い画面の端末で、通信が切れている間に入力されました。申込のページで、お名前を直してください。",
    ),
    Matter.ODD_KANA: (
        "フリガナのない方、フリガナに仮名でない字のある方",
        "古い画面の端末で、通信が切れている間に入力されました。申込のページで、フリガナを直してください。",
    ),
    Matter.OVERTAKEN: (
        "延期・中止・日時の変更の前に受け付けた方",
        (
            "そのあと、催しが延期か中止になったか、別の日に変わりました。受付は参加として残しています。"
            "参加に数えないときは、取り消してください。"
        ),
    ),
}
"""Matter → its heading, and what it means."""
NO_SUCH_NUMBER = "受付番号とフリガナの組み合わせが見つかりません。お申し込みのメールでお確かめください"
SETTLED = "確かめたことにしました。"
SETTLED_MANY = "{n}件を確かめたことにしました。"
TIME_CORRECTED = "受付の時刻を直しました。"
TIMES_CORRECTED = "{n}件の時刻を直しました。"
TAKEN_BACK = "受付を取り消しました。"
TAKEN_BACK_MANY = "{n}件の受付を取り消しました。"
SAYS = {
    Outcome.ADMITTED: "受付しました",
    Outcome.REPEATED: "受付済みです",
    Outcome.REFUSED: "受付できません",
}
WHYS = {
    Why.UNKNOWN: ("見つかりません", "名前か受付番号でさがしてください。なければ「当日参加」へ進みます。"),
    Why.OTHER_EVENT: (
        "別の催しのチケットです",
        "「{event}」のチケットです。この催しのチケットをお持ちか、うかがってください。",
    ),
    Why.NOT_SELECTED: (
        "今回は見送りの方です",
        "空いた席があれば「当日参加」で入れます。責任者に声をかけてください。",
    ),
    Why.WAITING: ("キャンセル待ちの方です", "空いた席があるか、責任者に声をかけてください。"),
    Why.CANCELLED: (
        "取り消された申込です",
        "代理の方に交代したか、取り消されています。「当日参加」で入れます。",
    ),
    Why.NOT_HELD: (
        "延期か中止になった催しです",
        "きょうは受付をしません。催しのページのお知らせを、見ていただいてください。",
    ),
    Why.NOT_OPEN_YET: ("受付はまだ始まっていません", "受付の時刻まで、お待ちいただいてください。"),
    Why.LEFT_ALREADY: ("退室済みの方です", "もう一度入るときは、責任者に声をかけてください。"),
    Why.NOT_INSIDE: ("入室の記録がありません", "先に入室の受付をしてください。"),
    Why.NOTHING_TO_UNDO: ("取り消す受付がありません", "もう取り消されているか、別の端末で変わっています。"),
}
"""Reason → what the screen says, and the next step in words that a volunteer can read aloud."""
BADGE_BY_HAND = "{letters}は名札に印刷できません。「〓」の所に手で書いてください。"
PLEDGE_BY_HAND = "守秘の約束を、まだいただいていません。紙で約束していただいてください。"
AT_DESK = "受付の机へどうぞ"
UNDONE = "受付を取り消しました"
TWIN = "同じ方かもしれない申込"
TWIN_NEXT = "受付番号 {code} の方が先に来ています。別の方ならお席へ、同じ方なら「取り消す」を押して責任者へ。"
STILL_IN = "ほかの受付が残っているので、参加として数えています。"
OUT = "退室を記録しました"
INSTALLED = {"name": "つどい 受付", "short_name": "受付"}
"""What the desk is called on a home screen."""
PRINTING_MISSING = (
    "このサーバーには、PDFを作る部品（Pango）が入っていません。サーバーの担当者に知らせてください。"
)
KEYED_IN = "紙の名簿から、{n}件を記録しました。"
NOTHING_KEYED_IN = "新しい時刻はありませんでした。"
BACK_TO_DOOR = "何もせずにもどる"
RENEWING_LINK, RENEW_LINK = "端末を登録するリンクを作りなおす", "作りなおす"
LINK_DIES = (
    "いまのリンクとQRコードでは、新しい端末を登録できなくなります。登録の済んだ端末は、そのまま使えます。"
)
REVOKING, REVOKE = "端末を使えなくする", "{name}を使えなくする"
DEVICE_DIES = "「{name}」では、すぐに受付ができなくなります。もう一度使うには、QRコードから登録しなおします。"
STILL_UNSENT = "この端末には、まだ送られていない受付が{n}件あります。先に、通信のつながる所で開いてください。"
STOPPING_SCREEN, STOP_SCREEN = "会場の画面のリンクを止める", "リンクを止める"
SCREEN_DIES = "いま映している画面は、すぐに映らなくなります。もう一度映すには、新しいリンクを開きます。"
WALK_IN_KEYED_IN = "{name} さんを、当日参加の方として記録しました。"
IMPORTED = "{fresh}件を新しく入れました（受付 {admitted}件、受付済み {repeated}件、受付できなかった記録 {refused}件）。"
IMPORTED_KNOWN = "{known}件は、もう届いていました。"
IMPORTED_CORRECTIONS = "職種を {n}人分直しました。"
IMPORTED_FEES = "参加費を {n}件入れました。"
NOT_IMPORTED = "入れられませんでした：{name}　{say}"
FILE_MISSING = "ファイルを選んでください。"
NO_PROFESSION = "職種なし"
DEVICE_NAME = "受付{n}"
"""What a device is called unless somebody calls it otherwise."""
DEVICES_ACKNOWLEDGED = "端末を確かめたことにしました。"
DEVICE_STOPPED = "{name}を使えなくしました。"
PIN_SET = "{name}にPINを付けました。つぎに通信したときにロックされます。"
PIN_CLEARED = "{name}のPINをなくしました。つぎに通信したときにロックが外れます。"
NOBODY_CHOSEN = "名札を印刷する方を選んでください。"
ALL_STOPPED = (
    "リンクを作り直し、{n}台の端末を止めました。使い続ける端末は、新しいQRコードで登録し直してください。"
)
TABLE_OF = "{name}さんの卓"
LIMIT = "登録できる台数"
PASSED_AT = "時刻"
LIMIT_SET = "一つのリンクで登録できる端末を、{n}台までにしました。"
NEEDS = {
    "new_devices": ("受付の端末が{n}台、新しく登録されました", "心当たりを確かめる"),
    "door_due": ("催しが終わりました。受付がまだ開いています", "閉じて評価へ進む"),
    "matters": ("受付で確かめることが{n}件あります", "確かめる"),
    "paid_twice": ("参加費を二度いただいた方が{n}人います", "確かめて返す"),
    "lock_held": ("{desk}で、PINを5回まちがえました。ロックしたままです", "確かめる"),
    "unsent": ("受付の端末{n}台に、まだ届いていない受付が残っています", "端末を見る"),
}
