"""Circulations: found, or refuted by a cut that anyone can add up."""

from __future__ import annotations

import random
import subprocess
import sys

import numpy as np
import pytest

from trainings.seats.flow import FlowFailed, FlowNetwork, max_flow


def random_network(rng, scale):
    nodes = rng.randint(2, 7)
    arcs = [(rng.randrange(nodes), rng.randrange(nodes)) for _ in range(rng.randint(1, 14))]
    arcs = [(tail, head) for tail, head in arcs if tail != head] or [(0, 1)]
    lower = [rng.choice([0, rng.randint(0, scale)]) for _ in arcs]
    upper = [low + rng.randint(0, scale) for low in lower]
    tails, heads = np.array(arcs, np.int32).T
    return FlowNetwork(nodes, np.ascontiguousarray(tails), np.ascontiguousarray(heads)), lower, upper


def violation(network, cut, lower, upper):
    into = ~cut[network.tails] & cut[network.heads]
    out = cut[network.tails] & ~cut[network.heads]
    return sum(low for low, n in zip(lower, into, strict=True) if n) - sum(
        high for high, n in zip(upper, out, strict=True) if n
    )


def test_circulation_keeps_bounds_and_balance_or_names_the_most_violated_cut():
    rng = random.Random(1)
    for _ in range(300):
        network, lower, upper = random_network(rng, 5)
        found = network.circulate(np.array(lower), np.array(upper))
        if found.deficit:
            assert violation(network, found.cut, lower, upper) == found.deficit
        else:
            assert not found.cut.any()
            assert (np.array(lower) <= found.flows).all()
            assert (found.flows <= np.array(upper)).all()
            balance = np.zeros(network.nodes, int)
            np.add.at(balance, network.heads, found.flows)
            np.subtract.at(balance, network.tails, found.flows)
            assert not balance.any()


@pytest.mark.parametrize("bits", [0, 70, 200])
def test_exact_flows_of_large_numbers_agree_with_those_of_small_ones(bits):
    """Numbers beyond 64 bits: scaled small ones, then with a last bit that decides."""
    rng = random.Random(2)
    for _ in range(120):
        network, lower, upper = random_network(rng, 9)
        found = network.circulate(np.array(lower), np.array(upper))
        large = [[n << bits for n in bound] for bound in (lower, upper)]
        cut = network.violated_cut(*large)
        assert (cut is None) == (found.deficit == 0)
        if cut is not None:
            assert violation(network, cut, *large) == found.deficit << bits


def test_exact_flows_see_a_violation_in_the_last_of_two_hundred_bits():
    network = FlowNetwork(2, np.array([0, 1], np.int32), np.array([1, 0], np.int32))
    large = 3**126
    assert network.violated_cut([large, 0], [large, large]) is None
    cut = network.violated_cut([large, 0], [large, large - 1])
    assert violation(network, cut, [large, 0], [large, large - 1]) == 1


def test_numbers_that_64_bits_cannot_hold_are_an_error_not_a_wrong_answer():
    network = FlowNetwork(3, np.array([0, 0, 1, 2], np.int32), np.array([1, 2, 0, 0], np.int32))
    with pytest.raises(FlowFailed):
        network.circulate(np.array([2**62, 2**62, 0, 0]), np.full(4, 2**62))
    with pytest.raises(FlowFailed, match="POSSIBLE_OVERFLOW"):
        max_flow(np.zeros(3, np.int32), np.ones(3, np.int32), np.full(3, 2**62), 0)


def test_crossed_bounds_are_refused():
    network = FlowNetwork(2, np.array([0, 1], np.int32), np.array([1, 0], np.int32))
    with pytest.raises(ValueError, match="bound"):
        network.circulate(np.array([1, 0]), np.zeros(2, np.int64))


def test_flow_needs_nothing_of_what_is_not_installed_for_it():
    """scripts/setup.py leaves these out of the product's list: OR-Tools asks for them, its maximum flow does not."""
    program = (
        "import sys\n"
        "sys.modules.update(dict.fromkeys(('pandas', 'google', 'absl', 'immutabledict')))\n"
        "import numpy as np\n"
        "from trainings.seats.flow import max_flow\n"
        "print(max_flow(np.array([1, 0], np.int32), np.array([0, 2], np.int32), np.array([7, 5]), 1)[0])\n"
    )

    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)

    assert (done.stdout, done.stderr) == ("5\n", "")
