"""The decision at the door and the codes a scanner types: Python and the browser's script give the same answers."""

from __future__ import annotations

import json
import random
import subprocess
import uuid
from pathlib import Path
from typing import Any

import pytest

from trainings.checkin.models import Why
from trainings.checkin.passages.decision import Decision, Earlier, Rules, decide, decide_undo, is_passage
from trainings.core import codes, names

ROOT = Path(__file__).resolve().parents[3]
DOOR = ROOT / "static" / "js" / "door"
VECTORS: list[dict[str, Any]] = json.loads((Path(__file__).parent / "vectors.json").read_text("utf-8"))

NAME_VECTORS: list[dict[str, Any]] = json.loads(
    (Path(__file__).parent / "name_vectors.json").read_text("utf-8")
)
UNDO_VECTORS: list[dict[str, Any]] = json.loads(
    (Path(__file__).parent / "undo_vectors.json").read_text("utf-8")
)


def in_node(module: str, script: str, given: object) -> Any:
    """What a script says (as JSON) about what it is given; `module` is one of the door's, as `m`."""
    program = f"""
      const m = await import({json.dumps((DOOR / module).as_uri())});
      const given = JSON.parse(await new Promise((done) => {{
        let text = ""; process.stdin.on("data", (part) => text += part).on("end", () => done(text));
      }}));
      console.log(JSON.stringify(({script})(m, given)));
    """
    done = subprocess.run(
        ["node", "--no-warnings", "--experimental-default-type=module", "--input-type=module", "-e", program],
        input=json.dumps(given),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["name"])
def test_decision_of_the_server_fits_the_vector(vector: dict[str, Any]) -> None:
    earlier = [Earlier(**scan) for scan in vector["earlier"]]

    decision = decide(vector["ticket"], earlier, vector["direction"], Rules(**vector["rules"]))

    assert decision == Decision(**vector["decision"])


def test_decision_of_the_browser_fits_every_vector() -> None:
    script = "(m, given) => given.map((v) => m.decide(v.ticket, v.earlier, v.direction, v.rules))"

    decisions = in_node("decision.js", script, VECTORS)

    assert {v["name"]: d for v, d in zip(VECTORS, decisions, strict=True)} == {
        v["name"]: v["decision"] for v in VECTORS
    }


@pytest.mark.parametrize("vector", UNDO_VECTORS, ids=lambda vector: vector["name"])
def test_undo_on_the_server_fits_the_vector(vector: dict[str, Any]) -> None:
    undone = vector["undone"]

    decision = decide_undo(undone is not None and is_passage(**undone), vector["taken_back"])

    assert decision == Decision(**vector["decision"])


def test_undo_in_the_browser_fits_every_vector() -> None:
    script = """(m, given) =>
      given.map((v) => m.decideUndo(Boolean(v.undone && m.isPassage(v.undone)), v.taken_back))"""

    decisions = in_node("decision.js", script, UNDO_VECTORS)

    assert decisions == [v["decision"] for v in UNDO_VECTORS]


def test_undo_vectors_know_every_answer() -> None:
    assert {v["undone"]["why"] for v in UNDO_VECTORS if v["undone"]} == set(Why)


def test_vectors_know_every_state_and_every_answer() -> None:
    assert {v["ticket"] for v in VECTORS} == {
        "confirmed",
        "waiting",
        "not_selected",
        "cancelled",
        "other_event",
        "unknown",
    }
    assert {v["decision"]["outcome"] for v in VECTORS} == {"admitted", "repeated", "refused"}
    assert {v["decision"]["why"] for v in VECTORS} == set(Why) - {Why.NOTHING_TO_UNDO}


def test_vectors_are_at_least_sixty_different_questions() -> None:
    questions = {
        json.dumps([v[part] for part in ("ticket", "earlier", "direction", "rules")]) for v in VECTORS
    }

    assert len(questions) == len(VECTORS) >= 60


def test_ticket_is_found_at_the_end_of_whatever_was_typed() -> None:
    ticket = codes.ticket_for("key", uuid.UUID(int=7), 1)
    typed = {
        f"HTTPS://TSUDOI.EXAMPLE/T/{ticket}": ticket,
        f"HTTPS+--TSUDOI.EXAMPLE-T-{ticket}": ticket,
        f"https'//tsudoi.example/t/{ticket.lower()}": ticket,
        f"TSTS12{ticket}": ticket,
        f" {ticket}\n": ticket,
        ticket: ticket,
        ticket[:-1]: "",
        f"{ticket}X": "",
        ticket[:-1] + ("A" if ticket[-1] != "A" else "B"): "",
        "https://elsewhere.example/poster": "",
        "": "",
    }

    found = in_node("codes.js", "(m, given) => given.map(m.ticketIn)", list(typed))

    assert dict(zip(typed, found, strict=True)) == typed


def test_check_character_of_the_browser_is_that_of_the_server() -> None:
    tickets = [codes.ticket_for("key", uuid.UUID(int=n), n) for n in range(1, 400)]

    found = in_node("codes.js", "(m, given) => given.map(m.ticketIn)", tickets)

    assert found == tickets
    assert len({ticket[-1] for ticket in tickets}) == 36


def test_application_number_is_found_at_the_end() -> None:
    typed = {
        "K12-04788": "K12-04788",
        " k2-12344 ": "K2-12344",
        "Ｋ１２－０４７８８": "K12-04788",
        "Ｋ１２ー０４７８８": "K12-04788",
        "K 12 - 04788": "K12-04788",
        "K12-047": "",
        "K12-0478": "",
        "K12-04783": "",
        "K12-0478511": "K12-0478511",
        "K12-04785": "",
        "K2-98765432103": "K2-98765432103",
        "受付番号 K12-04788": "K12-04788",
        "000-555-0100": "",
        "おおくぼ": "",
    }

    found = in_node("codes.js", "(m, given) => given.map(m.numberIn)", list(typed))

    assert dict(zip(typed, found, strict=True)) == typed


def test_what_is_no_ticket_is_told_apart() -> None:
    ticket = codes.ticket_for("key", uuid.UUID(int=7), 1)
    read = {
        "4901234567894": "foreign",
        "https://line.me/ti/p/Ab3dE-fGh1": "foreign",
        "WIFI:T:WPA;S:keyaki hall;;": "foreign",
        "ケヤキ": "foreign",
        f"HTTPS://TSUDOI.EXAMPLE/T/{ticket[:8]}": "part",
        ticket[:-1]: "part",
        ticket[:-1] + ("A" if ticket[-1] != "A" else "B"): "part",
        "https://tsudoi.example/door/enrol/0a1b2c3d4e": "enrolment",
    }

    found = in_node("codes.js", "(m, given) => given.map(m.kindOf)", list(read))

    assert dict(zip(read, found, strict=True)) == read


def test_part_of_a_number_is_told_from_a_whole_one() -> None:
    typed = {
        "K12-047": True,
        "Ｋ１２ー０４": True,
        "047": True,
        "K12-04783": False,
        "04783": False,
        "ヤマベ": False,
    }
    script = "(m, given) => given.map((typed) => m.isPartOfNumber(typed, { code: 'K12-04783' }))"

    found = in_node("search.js", script, list(typed))

    assert dict(zip(typed, found, strict=True)) == typed


def test_words_are_folded_in_the_browser_as_on_the_server() -> None:
    from_server = ["髙橋　美咲", "たかはし", "ﾀｶﾊｼ", "ひばり薬局・本町店", "K12-04783", "渡邉", "パーティー"]
    script = "(m, given) => given.words.map((word) => m.fold(word, given.variants))"

    found = in_node("search.js", script, {"words": from_server, "variants": names.VARIANTS})

    assert found == [names.search_key(word) for word in from_server]


def test_names_are_told_from_addresses_in_the_browser_as_on_the_server() -> None:
    typed = [v["name"] for v in NAME_VECTORS]
    script = "(m, given) => given.map((typed) => [m.holdsAddress(typed), m.holdsPhone(typed)])"

    found = in_node("plain_names.js", script, typed)

    expected = {v["name"]: [v["address"], v["phone"]] for v in NAME_VECTORS}
    assert {one: [names.holds_address(one), names.holds_phone(one)] for one in typed} == expected
    assert dict(zip(typed, found, strict=True)) == expected


def test_names_of_any_letters_are_judged_alike_in_the_browser_and_on_the_server() -> None:
    pieces = [
        "高橋",
        ".",
        "。",
        "com",
        "jp",
        "Dr",
        "-",
        "ー",
        "０３",
        "1234567",
        "@",
        " ",
        "\u3000",
        "\u200b",
        "é",
        "A",
        "_",
        "(",
    ]
    chance = random.Random(7)
    typed = ["".join(chance.choices(pieces, k=chance.randrange(1, 7))) for _ in range(2000)]
    script = "(m, given) => given.map((typed) => [m.holdsAddress(typed), m.holdsPhone(typed)])"

    found = in_node("plain_names.js", script, typed)

    differing = [
        one
        for one, said in zip(typed, found, strict=True)
        if said != [names.holds_address(one), names.holds_phone(one)]
    ]
    assert differing == []
