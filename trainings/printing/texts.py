"""Words of the page on which staff wait for a paper."""

from trainings.printing.models import Failure

KINDS = {"notices": "お知らせ", "badges": "名札", "certificates": "受講証明書"}
FAILURES = {
    Failure.NOBODY: "印刷する方がいません。",
    Failure.NO_PRINTING: "このサーバーには、PDFを作る部品（Pango）が入っていません。サーバーの担当者に知らせてください。",
    Failure.NO_ROOM: "サーバーの空き容量が足りず、作ったPDFを保存できませんでした。サーバーの担当者に知らせて、空きができてから、もう一度お作りください。",
    Failure.FAULT: "PDFを作る途中でうまくいかず、止めました。もう一度お試しください。くり返すときは、サーバーの担当者に知らせてください。",
}
NOT_READY = "PDFは、まだできていません。"
