"""Sentences of the outbox."""

from trainings.messages.models import MessageState
from trainings.messages.refusals import MessageRefusal

REFUSALS = {
    MessageRefusal.NOT_FOUND: "そのメールは見つかりません。",
    MessageRefusal.NOT_FAILED: "送れなかったメールだけを、もう一度送れます。",
}
STATES = {
    MessageState.QUEUED: "送信待ち",
    MessageState.SENDING: "送信中",
    MessageState.SENT: "送信済み",
    MessageState.FAILED: "送れませんでした",
}
