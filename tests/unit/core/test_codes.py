"""Secrets cannot be guessed or mixed up; human codes notice a slip of the hand."""

from __future__ import annotations

import uuid
from itertools import islice

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from trainings.core import codes

KEY = "a key of the test suite, long enough"
SUBJECT = uuid.UUID(int=7)


def test_secret_is_the_same_every_time() -> None:
    first = codes.secret_for(KEY, "application", SUBJECT, 1)

    assert first == codes.secret_for(KEY, "application", SUBJECT, 1)
    assert len(first) == codes.SECRET_LENGTH
    assert first.isalnum()
    assert first == first.lower()


def test_secret_differs_by_key_purpose_subject_and_version() -> None:
    found = {
        codes.secret_for(KEY, "application", SUBJECT, 1),
        codes.secret_for(KEY + "!", "application", SUBJECT, 1),
        codes.secret_for(KEY, "person", SUBJECT, 1),
        codes.secret_for(KEY, "application", uuid.UUID(int=8), 1),
        codes.secret_for(KEY, "application", SUBJECT, 2),
    }

    assert len(found) == 5


def test_secret_has_130_bits() -> None:
    letters = {letter for n in range(300) for letter in codes.secret_for(KEY, "x", uuid.UUID(int=n), 1)}

    assert letters == set(codes.ALPHABET.lower())


def test_fingerprint_says_nothing_of_the_secret() -> None:
    secret = codes.new_secret()

    assert len(codes.fingerprint(secret)) == 64
    assert secret not in codes.fingerprint(secret)


def test_new_secrets_differ() -> None:
    assert len({codes.new_secret() for _ in range(1000)}) == 1000


@given(st.uuids(), st.integers(1, 9))
def test_ticket_is_a_ticket(application: uuid.UUID, version: int) -> None:
    assert codes.is_ticket(codes.ticket_for(KEY, application, version))


@given(st.uuids(), st.data())
def test_ticket_with_one_wrong_character_is_none(application: uuid.UUID, data: st.DataObject) -> None:
    ticket = codes.ticket_for(KEY, application, 1)
    place = data.draw(st.integers(2, len(ticket) - 1))
    letter = data.draw(st.sampled_from(codes.ALPHABET))
    assume(letter != ticket[place])

    assert not codes.is_ticket(ticket[:place] + letter + ticket[place + 1 :])


@given(st.uuids(), st.data())
def test_ticket_whose_neighbours_were_swapped_is_hardly_ever_one(
    application: uuid.UUID, data: st.DataObject
) -> None:
    ticket = codes.ticket_for(KEY, application, 1)
    place = data.draw(st.integers(2, len(ticket) - 3))
    one, other = ticket[place : place + 2]
    assume(one != other and {one, other} != {"0", "Z"})  # the one pair that the standard misses

    assert not codes.is_ticket(ticket[:place] + other + one + ticket[place + 2 :])


def test_ticket_check_is_that_of_the_standard() -> None:
    assert (
        codes.ticket_check("A12425GABC1234002") == "M"
    )  # the GRid standard's example of ISO/IEC 7064 MOD 37,36


@given(st.text(max_size=40))
def test_any_text_may_be_asked_whether_it_is_a_ticket(text: str) -> None:
    assert codes.is_ticket(text) in (True, False)


@given(st.text("0123456789", min_size=1, max_size=12), st.data())
def test_check_digit_notices_one_wrong_digit(digits: str, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(digits) - 1))
    other = data.draw(st.sampled_from([digit for digit in "0123456789" if digit != digits[place]]))

    assert codes.check_digit(digits) != codes.check_digit(digits[:place] + other + digits[place + 1 :])


def test_check_digit_is_that_of_the_standard() -> None:
    assert codes.check_digit("7992739871") == "3"  # the example of ISO/IEC 7812-1, annex B


def test_codes_grow_longer_for_whoever_finds_the_short_ones_taken() -> None:
    lengths = [len(code.removeprefix("K12-")) for code in islice(codes.new_codes("K12"), 9)]

    assert lengths == [5, 5, 5, 5, 6, 6, 6, 6, 7]


@pytest.mark.parametrize(
    ("expected", "digits"),
    [(0, 4), (1, 4), (120, 4), (400, 4), (401, 5), (4_000, 5), (4_001, 6), (20_000, 6), (40_001, 7)],
)
def test_codes_of_a_large_event_are_longer(expected: int, digits: int) -> None:
    code = next(codes.new_codes("K12", expected))

    assert len(code.removeprefix("K12-")) == digits + 1
    assert expected / 10**digits <= 1 / 25  # so seldom a number is drawn that somebody has


@pytest.mark.parametrize(("prefix", "most"), [("K1", 11), ("K12", 10), ("K12345", 7)])
def test_codes_never_outgrow_their_column_or_what_a_desk_reads(prefix: str, most: int) -> None:
    longest = [len(code) for code in islice(codes.new_codes(prefix, 4_000), 60)]

    assert (max(longest), longest[-1]) == (len(prefix) + 1 + most, len(prefix) + 1 + most)
    assert max(longest) <= 14


def test_new_code_ends_in_its_check_digit() -> None:
    prefix, _, number = codes.new_code("K12", 4).partition("-")

    assert prefix == "K12"
    assert (len(number), codes.check_digit(number[:-1])) == (5, number[-1])
