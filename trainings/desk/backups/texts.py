"""Sentences of the backups."""

NEEDS = {
    "backup_failed": ("ゆうべの控え（バックアップ）がとれませんでした（{at}）", "くわしく見る"),
    "backup_old": ("控え（バックアップ）が{hours}時間とれていません", "くわしく見る"),
    "restored": ("データを控えから戻しました。メールと自動処理を止めています", "くわしく見る"),
}
