"""What was typed into a page meets what stands by now."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from trainings.core.requests.editions import Facet, Meeting, edition_of, meet

SHOWN = {"phone": "1", "mail": "a", "note": ""}


def facets(texts: dict[str, str]) -> dict[str, Facet]:
    return {name: Facet(name, text, text) for name, text in texts.items()}


def met(
    now: dict[str, str], typed: dict[str, str], shown: dict[str, str] | None = None, **more: str
) -> Meeting:
    made_from = edition_of(facets(SHOWN if shown is None else shown))
    return meet(facets(now), facets(typed), made_from=made_from, **more)


def test_nothing_changed_meanwhile_stores_what_was_typed() -> None:
    meeting = met(SHOWN, SHOWN | {"phone": "2"})

    assert not meeting.is_clash
    assert meeting.texts == SHOWN | {"phone": "2"}


def test_what_was_not_touched_keeps_what_somebody_else_stored() -> None:
    meeting = met(SHOWN | {"phone": "2", "note": "x"}, SHOWN)

    assert not meeting.is_clash
    assert meeting.texts == SHOWN | {"phone": "2", "note": "x"}


def test_touched_and_changed_meanwhile_is_a_clash_that_tells_both() -> None:
    meeting = met(SHOWN | {"phone": "2", "note": "x"}, SHOWN | {"phone": "3"})

    assert meeting.is_clash
    assert [(one.label, one.now, one.typed) for one in meeting.clashing] == [("phone", "2", "3")]
    assert [(one.label, one.now) for one in meeting.others] == [("note", "x")]


def test_another_field_changed_meanwhile_is_told_before_anything_is_stored() -> None:
    meeting = met(SHOWN | {"note": "x"}, SHOWN | {"phone": "3"})

    assert meeting.is_clash
    assert [(one.label, one.now, one.typed) for one in meeting.clashing] == [("phone", "1", "3")]


def test_same_change_by_two_is_no_clash() -> None:
    assert not met(SHOWN | {"phone": "2"}, SHOWN | {"phone": "2"}).is_clash


def test_whoever_has_seen_the_clash_stores_their_own_and_loses_nothing_else() -> None:
    now = SHOWN | {"phone": "2", "note": "x"}

    meeting = met(now, SHOWN | {"phone": "3"}, seen_meanwhile=edition_of(facets(now)))

    assert not meeting.is_clash
    assert meeting.texts == {"phone": "3", "mail": "a", "note": "x"}


def test_change_after_the_clash_was_seen_is_a_clash_again() -> None:
    seen = edition_of(facets(SHOWN | {"phone": "2"}))

    assert met(SHOWN | {"phone": "4"}, SHOWN | {"phone": "3"}, seen_meanwhile=seen).is_clash


def test_field_that_was_not_on_the_page_keeps_what_stands() -> None:
    assert met(SHOWN | {"note": "x"}, {"phone": "2", "mail": "a"}).texts["note"] == "x"


def test_page_without_its_edition_overwrites_nothing_unasked() -> None:
    assert meet(facets(SHOWN), facets(SHOWN | {"phone": "2"}), made_from="").is_clash
    assert not meet(facets(SHOWN), facets(SHOWN), made_from="").is_clash


def test_fields_that_mean_something_together_are_touched_together() -> None:
    now = SHOWN | {"phone": "2"}
    made_from = edition_of(facets(SHOWN))

    meeting = meet(
        facets(now), facets(SHOWN | {"mail": "b"}), made_from=made_from, together=(("mail", "phone"),)
    )

    assert [one.label for one in meeting.clashing] == ["phone", "mail"]


def test_of_rows_only_those_that_differ_are_told() -> None:
    now, typed = Facet("rows", "1", "a\nb\nc"), Facet("rows", "2", "a\nx\nc")

    (told,) = meet({"rows": now}, {"rows": typed}, made_from="").clashing

    assert (told.now, told.typed) == ("b", "x")


texts = st.fixed_dictionaries({name: st.sampled_from(["", "1", "2", "3"]) for name in SHOWN})


@given(shown=texts, now=texts, typed=texts)
def test_nothing_that_somebody_else_stored_is_lost_unseen(
    shown: dict[str, str], now: dict[str, str], typed: dict[str, str]
) -> None:
    """Without a clash, each field holds what stood unless it was typed, and then nobody had changed anything, or to the
    same."""
    meeting = met(now, typed, shown)

    if not meeting.is_clash:
        for name, text in meeting.texts.items():
            assert text == (typed[name] if typed[name] != shown[name] else now[name])
            assert text == now[name] or now == shown
