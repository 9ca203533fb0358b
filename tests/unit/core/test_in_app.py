"""Which browsers are inside another app."""

from __future__ import annotations

import pytest

from trainings.core.requests.in_app import Around, around

IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)"
ANDROID = "Mozilla/5.0 (Linux; Android 14; Pixel 8{}) AppleWebKit/537.36 (KHTML, like Gecko)"
SAFARI = f"{IPHONE} Version/17.5 Mobile/15E148 Safari/604.1"
HOME_SCREEN = f"{IPHONE} Mobile/15E148"
CHROME = f"{ANDROID.format('')} Chrome/126.0.0.0 Mobile Safari/537.36"


@pytest.mark.parametrize(
    ("user_agent", "expected"),
    [
        (SAFARI, None),
        (HOME_SCREEN, None),
        (CHROME, None),
        ("", None),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0", None),
        ("Mozilla/5.0 (Online/1.0)", None),
        (f"{IPHONE} Mobile/15E148 Safari Line/14.9.0", Around.LINE),
        (
            f"{ANDROID.format('; wv')} Version/4.0 Chrome/126.0.0.0 Mobile Safari/537.36 Line/14.9.0/IAB",
            Around.LINE,
        ),
        (f"{IPHONE} Mobile/15E148 Instagram 334.0.0.0 (iPhone14,5)", Around.OTHER),
        (f"{IPHONE} Mobile/15E148 [FBAN/FBIOS;FBAV/468.0.0.0]", Around.OTHER),
        (f"{IPHONE} Mobile/15E148 Twitter for iPhone/10.44", Around.OTHER),
        (f"{IPHONE} GSA/321.0 Mobile/15E148 Safari/604.1", Around.OTHER),
        (f"{ANDROID.format('; wv')} Version/4.0 Chrome/126.0.0.0 Mobile Safari/537.36", Around.OTHER),
    ],
)
def test_app_around_a_page_is_known(user_agent: str, expected: Around | None) -> None:
    assert around(user_agent) == expected
