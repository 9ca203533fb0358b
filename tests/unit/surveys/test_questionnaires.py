"""The questionnaire document and the reading of answers."""

import json
from copy import deepcopy
from pathlib import Path

import pytest

from trainings.surveys import questionnaires
from trainings.surveys.questionnaires import BadDocument, Missing, Problem

SHIPPED = json.loads(
    (Path(__file__).parents[3] / "trainings" / "data" / "questionnaires" / "A.json").read_text(
        encoding="utf-8"
    )
)
DOCUMENT = questionnaires.parse(SHIPPED)


def test_shipped_document_asks_what_the_design_asks() -> None:
    assert [item.key for item in DOCUMENT.items] == [
        "satisfied",
        "understood",
        "useful",
        "conduct",
        "other_professions",
        "new_contacts",
        "knew_desk",
        "try_intention",
        "try_what",
        "good",
        "change",
        "topics",
    ]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda doc: doc["blocks"][0]["items"][0].update(type="essay"), "unknown type"),
        (lambda doc: doc["blocks"][0]["items"][0].update(key="useful"), "used twice"),
        (lambda doc: doc["blocks"][0]["items"][0].pop("text"), "missing part"),
        (
            lambda doc: doc["blocks"][0]["items"][0].update(show_if={"item": "topics", "codes": ["x"]}),
            "come before",
        ),
        (lambda doc: doc["blocks"][2]["items"][1]["show_if"].update(codes=["perhaps"]), "does not have"),
        (lambda doc: doc["blocks"][1]["items"][2].update(options=[]), "two options"),
    ],
)
def test_parse_refuses_a_broken_document(change, words) -> None:  # type: ignore[no-untyped-def]
    broken = deepcopy(SHIPPED)
    change(broken)

    with pytest.raises(BadDocument, match=words):
        questionnaires.parse(broken)


def test_digest_ignores_the_order_of_keys_and_sees_every_letter() -> None:
    shuffled = dict(reversed(list(SHIPPED.items())))
    changed = deepcopy(SHIPPED)
    changed["blocks"][0]["items"][0]["text"]["ja"] += "。"

    assert questionnaires.digest(shuffled) == questionnaires.digest(SHIPPED)
    assert questionnaires.digest(changed) != questionnaires.digest(SHIPPED)


def test_read_answers_keeps_three_reasons_apart() -> None:
    answers = questionnaires.read_answers(
        DOCUMENT,
        {
            "satisfied": ["not_applicable"],
            "useful": ["4"],
            "try_intention": ["no"],
            "try_what": ["something"],
        },
    )

    assert answers.values["satisfied"] == Missing.NOT_APPLICABLE
    assert answers.values["understood"] == Missing.NO_ANSWER
    assert answers.values["try_what"] == Missing.NOT_SEEN
    assert answers.values["useful"] == "4"
    assert answers.texts == {}
    assert questionnaires.loaded(questionnaires.stored(answers.values)) == answers.values


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ({"satisfied": ["6"]}, {"satisfied": Problem.UNKNOWN_OPTION}),
        ({"satisfied": ["4", "5"]}, {"satisfied": Problem.UNKNOWN_OPTION}),
        ({"new_contacts": ["many"]}, {"new_contacts": Problem.NOT_A_NUMBER}),
        ({"new_contacts": ["-1"]}, {"new_contacts": Problem.OUT_OF_RANGE}),
        ({"new_contacts": ["101"]}, {"new_contacts": Problem.OUT_OF_RANGE}),
        ({"new_contacts": ["9" * 5000]}, {"new_contacts": Problem.OUT_OF_RANGE}),
        ({"new_contacts": ["+-5"]}, {"new_contacts": Problem.NOT_A_NUMBER}),
        ({"new_contacts": ["²"]}, {"new_contacts": Problem.NOT_A_NUMBER}),
        ({"good": ["x" * 40_001]}, {"good": Problem.TOO_LONG}),
    ],
)
def test_read_answers_names_what_is_wrong(given: dict[str, list[str]], problem: dict[str, Problem]) -> None:
    assert questionnaires.read_answers(DOCUMENT, given).problems == problem


def test_read_answers_takes_full_width_digits() -> None:
    assert questionnaires.read_answers(DOCUMENT, {"new_contacts": ["３"]}).values["new_contacts"] == 3


def test_read_answers_keeps_text_as_written_without_control_characters() -> None:
    answers = questionnaires.read_answers(DOCUMENT, {"good": ["  =1+1\r\n𠮷\x07 "]})

    assert answers.texts == {"good": "  =1+1\n𠮷 "}
