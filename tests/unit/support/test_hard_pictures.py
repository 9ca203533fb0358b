"""The pictures that readers are measured on: of their seed alone, and readable by a rule that knows no reader."""

from io import BytesIO

import numpy as np
import pytest
import zxingcpp
from PIL import Image

from bench.hard_pictures import picture
from bench.hardest_pictures import CODEWORDS, MODULES, codewords, hardest_picture, is_readable


def test_picture_is_made_of_its_seed_alone() -> None:
    first = picture("small", 2, seed=7)

    assert picture("small", 2, seed=7) == first
    other = picture("small", 2, seed=8)
    assert (other.text != first.text, other.png != first.png) == (True, True)


def test_codewords_share_no_module_and_leave_the_finders_alone() -> None:
    places = codewords()

    assert len(places) == CODEWORDS
    assert {int(place.sum()) for place in places} == {8}
    together = np.sum(places, axis=0)
    assert together.max() == 1
    assert not together[:8, :8].any()


@pytest.mark.parametrize(("lost", "expected"), [(13, True), (14, False)])
def test_code_is_readable_up_to_thirteen_lost_codewords(lost: int, expected: bool) -> None:
    signals = np.full((MODULES, MODULES), 50.0)
    for place in codewords()[:lost]:
        signals[np.argwhere(place)[0][0], np.argwhere(place)[0][1]] = 0.0

    assert is_readable(signals) is expected


def test_code_without_the_middle_of_a_finder_is_not_readable() -> None:
    signals = np.full((MODULES, MODULES), 50.0)
    signals[2:5, 2:5] = 0.0

    assert not is_readable(signals)


def test_signals_are_measured_where_the_modules_lie() -> None:
    """Were the rule a little beside the modules, it would call unreadable what an independent reader reads."""
    one = hardest_picture("moving fast", 0, seed=2)

    assert one is not None
    assert zxingcpp.read_barcode(Image.open(BytesIO(one.png))).text == one.text
