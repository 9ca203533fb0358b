"""Words and sentences of accounts."""

from trainings.accounts.models import Role
from trainings.accounts.refusals import AccountRefusal

REFUSALS = {
    AccountRefusal.NOT_FOUND: "その職員は登録されていません。",
    AccountRefusal.LINK_DEAD: "このリンクは使えません。",
    AccountRefusal.MAIL_TAKEN: "このメールアドレスは、すでにほかの職員が使っています。",
    AccountRefusal.NOT_ACTIVE: "この職員は利用を止めています。先に利用を再開してください。",
    AccountRefusal.LAST_ADMIN: "システム管理者がいなくなります。先に、ほかの職員をシステム管理者にしてください。",
    AccountRefusal.ONESELF: "自分自身の利用停止と、自分からシステム管理者を外すことはできません。ほかのシステム管理者に頼んでください。",
}
ROLES = {
    Role.ADMIN: "システム管理者",
    Role.PLANNER: "企画担当",
    Role.TRAINER: "研修担当",
    Role.VIEWER: "閲覧（評価・WG）",
}
ROLE_NOTES = {
    Role.ADMIN: "職員と基本データ（職種・事業所など）を管理します",
    Role.PLANNER: "催しの公開、抽選、受付、評価のすべてを行います",
    Role.TRAINER: "スキル表を名前つきで見て、観察の記録をつけます",
    Role.VIEWER: "集計だけを見ます。名前と連絡先は出ません",
}
NAVIGATION = {
    "today": "きょう",
    "events": "催し",
    "directory": "人と事業所",
    "skills": "スキル表",
    "year_plan": "年間計画",
    "settings": "設定",
}
ADDED = "{name}さんを加えました。サインインの画面からメールアドレスを入れると、リンクが届きます。"
CHANGED = "{name}さんの登録を変更しました。"
DEACTIVATED = "{name}さんの利用を止めました。サインインしていた端末も、すぐに使えなくなります。"
REACTIVATED = "{name}さんの利用を再開しました。"
SIGNED_OUT = "サインアウトしました。ほかの端末でサインインしていた場合も、すべてサインアウトしています。"
