"""The questionnaire document: its blocks, its items, and what counts as an answer to them. Pure.

A document is JSON: {code, title{ja}, blocks[{key, title{ja}, items[{key, type, text{ja}, short{ja}, hint{ja},
options[{code, label{ja}}], not_applicable, min, max, show_if{item, codes}}]}]}. A key means one thing for ever.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from trainings.core import names

LONGEST_TEXT = 40_000
MOST_DIGITS = 9
LIKERT = ("5", "4", "3", "2", "1")
_WHOLE_NUMBER = re.compile(r"[+-]?\d+")


class ItemType(StrEnum):
    SINGLE = "single"
    MULTI = "multi"
    LIKERT5 = "likert5"
    SCALE = "scale"
    NUMBER = "number"
    SHORT = "short"
    LONG = "long"


class Missing(StrEnum):
    """Three different reasons for no value; the workbook keeps them apart."""

    NOT_SEEN = "not_seen"
    NO_ANSWER = "no_answer"
    NOT_APPLICABLE = "not_applicable"


class Problem(StrEnum):
    """What is wrong with one answer."""

    UNKNOWN_OPTION = "unknown_option"
    NOT_A_NUMBER = "not_a_number"
    OUT_OF_RANGE = "out_of_range"
    TOO_LONG = "too_long"


class BadDocument(ValueError):
    """The document is not a questionnaire; the message says where."""


@dataclass(frozen=True)
class Option:
    code: str
    label: str


@dataclass(frozen=True)
class Item:
    """One question. options of a likert5 item are empty: its codes are "5" … "1". low, high: bounds of numbers."""

    key: str
    type: ItemType
    text: str
    short: str
    hint: str = ""
    options: tuple[Option, ...] = ()
    not_applicable: bool = False
    low: int = 0
    high: int = 10
    show_if: tuple[str, tuple[str, ...]] | None = None

    @property
    def is_free_text(self) -> bool:
        return self.type in (ItemType.SHORT, ItemType.LONG)

    @property
    def codes(self) -> tuple[str, ...]:
        """The answers that may be chosen, in the order of the page."""
        if self.type == ItemType.LIKERT5:
            return LIKERT
        if self.type == ItemType.SCALE:
            return tuple(str(value) for value in range(self.low, self.high + 1))
        return tuple(option.code for option in self.options)


@dataclass(frozen=True)
class Block:
    key: str
    title: str
    items: tuple[Item, ...]


@dataclass(frozen=True)
class Document:
    code: str
    title: str
    blocks: tuple[Block, ...]

    @property
    def items(self) -> tuple[Item, ...]:
        return tuple(item for block in self.blocks for item in block.items)


Answer = str | int | list[str] | Missing


@dataclass
class Answers:
    """values: item key → chosen code(s), whole number or `Missing`. texts: item key → free text, only where written.
    problems: item key → what is wrong; empty when the answers may be stored."""

    values: dict[str, Answer] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
    problems: dict[str, Problem] = field(default_factory=dict)


def digest(doc: Mapping[str, Any]) -> str:
    """SHA-256 of the document in canonical JSON (keys sorted, no spaces, UTF-8)."""
    canonical = json.dumps(doc, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def parse(doc: Mapping[str, Any], language: str = "ja") -> Document:
    """The document in one language. Raises `BadDocument` for a missing part, a key used twice, an unknown type or a
    condition on an item that does not come earlier."""
    seen: dict[str, Item] = {}
    blocks = []
    try:
        for block in doc["blocks"]:
            items = []
            for raw in block["items"]:
                item = _item(raw, language)
                if item.key in seen:
                    raise BadDocument(f"item key {item.key} is used twice")
                if item.show_if is not None and not set(item.show_if[1]) <= set(_earlier(seen, item).codes):
                    raise BadDocument(
                        f"item {item.key} is shown for a code that {item.show_if[0]} does not have"
                    )
                seen[item.key] = item
                items.append(item)
            blocks.append(Block(str(block["key"]), _words(block, "title", language), tuple(items)))
        return Document(str(doc["code"]), _words(doc, "title", language), tuple(blocks))
    except (KeyError, TypeError) as missing:
        raise BadDocument(f"missing part: {missing}") from missing


def _earlier(seen: Mapping[str, Item], item: Item) -> Item:
    assert item.show_if is not None
    if item.show_if[0] not in seen:
        raise BadDocument(f"item {item.key} depends on {item.show_if[0]}, which does not come before it")
    return seen[item.show_if[0]]


def _words(part: Mapping[str, Any], name: str, language: str) -> str:
    return str(part[name][language])


def _item(raw: Mapping[str, Any], language: str) -> Item:
    key = str(raw["key"])
    try:
        kind = ItemType(raw["type"])
    except ValueError:
        raise BadDocument(f"item {key} has the unknown type {raw['type']!r}") from None
    options = tuple(
        Option(str(option["code"]), _words(option, "label", language)) for option in raw.get("options", ())
    )
    if kind in (ItemType.SINGLE, ItemType.MULTI) and len({option.code for option in options}) < 2:
        raise BadDocument(f"item {key} needs at least two options with different codes")
    condition = raw.get("show_if")
    return Item(
        key=key,
        type=kind,
        text=_words(raw, "text", language),
        short=_words(raw, "short", language) if "short" in raw else _words(raw, "text", language),
        hint=_words(raw, "hint", language) if "hint" in raw else "",
        options=options,
        not_applicable=bool(raw.get("not_applicable", False)),
        low=int(raw.get("min", 0)),
        high=int(raw.get("max", 10)),
        show_if=(str(condition["item"]), tuple(condition["codes"])) if condition else None,
    )


def read_answers(document: Document, given: Mapping[str, list[str]]) -> Answers:
    """What a person answered, from form values (item key → list of texts as typed).

    An item that its condition hides is NOT_SEEN whatever was sent; an item left empty is NO_ANSWER. Nothing is
    required: leaving a question out is always possible.
    """
    answers = Answers()
    for item in document.items:
        if item.show_if is not None and answers.values.get(item.show_if[0]) not in item.show_if[1]:
            answers.values[item.key] = Missing.NOT_SEEN
            continue
        typed = [text.strip() for text in given.get(item.key, []) if text.strip()]
        if not typed:
            answers.values[item.key] = Missing.NO_ANSWER
        elif item.is_free_text:
            _read_text(item, given[item.key][0], answers)
        elif item.type == ItemType.NUMBER:
            _read_number(item, typed[0], answers)
        else:
            _read_choice(item, typed, answers)
    return answers


def _read_text(item: Item, text: str, answers: Answers) -> None:
    if len(text) > 2 * LONGEST_TEXT:  # not even without what is left out below
        answers.problems[item.key], answers.texts[item.key] = Problem.TOO_LONG, text
        return
    kept = "".join(letter for letter in text.replace("\r\n", "\n") if letter in "\n\t" or ord(letter) >= 32)
    if len(kept) > LONGEST_TEXT:
        answers.problems[item.key] = Problem.TOO_LONG
    answers.texts[item.key] = kept


def _read_number(item: Item, text: str, answers: Answers) -> None:
    if not _WHOLE_NUMBER.fullmatch(text):
        answers.problems[item.key] = Problem.NOT_A_NUMBER
        return
    digits = names.narrow(text).lstrip("+-").lstrip("0")
    # int() reads full-width digits too, but refuses thousands of them.
    value = int(text) if len(digits) <= MOST_DIGITS else None
    if value is None or not item.low <= value <= item.high:
        answers.problems[item.key] = Problem.OUT_OF_RANGE
        return
    answers.values[item.key] = value


def _read_choice(item: Item, typed: list[str], answers: Answers) -> None:
    if item.not_applicable and typed == [Missing.NOT_APPLICABLE]:
        answers.values[item.key] = Missing.NOT_APPLICABLE
    elif not set(typed) <= set(item.codes) or (item.type != ItemType.MULTI and len(typed) > 1):
        answers.problems[item.key] = Problem.UNKNOWN_OPTION
    else:
        answers.values[item.key] = sorted(set(typed)) if item.type == ItemType.MULTI else typed[0]


def stored(values: Mapping[str, Answer]) -> dict[str, Any]:
    """Answers as JSON: {"value": …} or {"missing": reason} per item, so that a code can never be taken for a reason."""
    return {
        key: {"missing": value.value} if isinstance(value, Missing) else {"value": value}
        for key, value in values.items()
    }


def loaded(raw: Mapping[str, Any]) -> dict[str, Answer]:
    """The reverse of `stored`."""
    return {
        key: Missing(part["missing"]) if "missing" in part else part["value"] for key, part in raw.items()
    }
