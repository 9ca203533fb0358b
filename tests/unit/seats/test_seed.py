"""Integers from a seed: uniform by rejection, the same in the program and in the Python verifier."""

from __future__ import annotations

from collections import Counter
from itertools import count, islice

from trainings.seats.seed import WORD, SeedStream, arc_rank, shuffled, word
from trainings.seats.verifier import verify_draw

SEED = bytes(range(32))


def words():
    return (word(SEED, b"push" + n.to_bytes(8, "big")) for n in count())


def test_words_are_the_first_six_bytes_of_an_hmac():
    """RFC 4231, test case 2."""
    assert word(b"Jefe", b"what do ya want for nothing?") == 0x5BDCC146BF60
    assert verify_draw.word(b"Jefe", b"what do ya want for nothing?") == 0x5BDCC146BF60


def test_words_of_the_last_incomplete_run_are_skipped():
    n = 3 * WORD // 4 - 1  # one word in four is beyond the only complete run
    accepted = [v for v in islice(words(), 40) if v < n]
    assert len(accepted) < 40
    stream, again = SeedStream(SEED, b"push"), words()
    assert [stream.below(n) for _ in accepted] == accepted
    assert [verify_draw.below(n, again) for _ in accepted] == accepted


def test_small_numbers_are_uniform():
    stream = SeedStream(SEED, b"push")
    counts = Counter(stream.below(3) for _ in range(3000))
    assert sorted(counts) == [0, 1, 2]
    assert max(abs(n - 1000) for n in counts.values()) < 110


def test_shuffle_is_a_permutation_that_depends_on_seed_only():
    keys = [f"{n}" for n in range(20)]
    assert shuffled(SEED, keys) == shuffled(SEED, keys[::-1])
    assert sorted(shuffled(SEED, keys)) == sorted(keys)
    assert shuffled(SEED, keys) != shuffled(SEED[::-1], keys)


def test_rank_of_an_arc_is_the_hash_of_seed_and_number():
    assert arc_rank(b"", "abc").hex().startswith("ba7816bf8f01cfea")
