"""Words of the certificates' pages that do not stand in a template."""

MASK = "＊"
PRINTING_MISSING = "印刷のための部品（Pango）がサーバーにありません。担当者にお知らせください。"
NOBODY = "印刷する証明書がありません。"
