"""Sentences about seats."""

from trainings.allocation.refusals import AllocationRefusal

REFUSALS = {
    AllocationRefusal.NOT_A_LOTTERY: "この催しは先着順です。抽選はありません。",
    AllocationRefusal.STILL_OPEN: "申込の受付がまだ終わっていません。締切のあとに名簿を固めてください。",
    AllocationRefusal.ALREADY_FROZEN: "名簿は、もう固められています。",
    AllocationRefusal.NOT_FROZEN: "先に名簿を固めてください。",
    AllocationRefusal.ALREADY_DRAWN: "抽選は、もう済んでいます。",
    AllocationRefusal.OPEN_CANDIDATES: "同じ人かもしれない申込が{n}組あります。先に確かめてください。",
    AllocationRefusal.FREE_ENTRIES: "一覧に結び付いていない事業所の名前が{n}つあります。先に確かめてください。",
    AllocationRefusal.NO_COMMITMENT: "抽選の封印がありません。催しを公開すると作られます。",
    AllocationRefusal.PUBLIC_NUMBER_MISSING: "「{name}」の番号を入力してください。",
    AllocationRefusal.NOBODY_APPLIED: "抽選の対象になる申込がありません。",
    AllocationRefusal.REASON_MISSING: "理由を入力してください。あとから説明できるように残します。",
    AllocationRefusal.NOT_PLACEABLE: "いまの状態では、手で決めることができません。画面を開きなおして確かめてください。",
    AllocationRefusal.FULL: "定員{capacity}人がすべて埋まっています。先に席を空けてください。",
    AllocationRefusal.NO_OFFER: "いま、ご案内している席はありません。",
    AllocationRefusal.OFFER_ENDED: "ご案内の期限が過ぎたため、席は次の方にご案内しました。",
}

DRAWN = "抽選を行いました。結果のメールは、順に送られます。"
