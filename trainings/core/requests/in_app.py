"""Browsers inside other apps (LINE, Instagram …): what they keep is apart from the real one's, may go with the app, and some
lend no camera. Pure."""

from __future__ import annotations

import re
from enum import StrEnum


class Around(StrEnum):
    """Which app is around the page. LINE opens the real browser by an address of its own; the others only by their menu."""

    LINE = "line"
    OTHER = "other"


LINE = r"\bLine/\d"
OTHERS = (
    r"FBAN/|FBAV/|FB_IAB|Instagram|Twitter for|MicroMessenger/|YJApp|Yahoo AppID|BytedanceWebview"
    r"|musical_ly|KAKAOTALK|\bGSA/|; wv\)"
)
"""What a User-Agent holds that is no browser of its own; `; wv)` is any page inside an Android app. A web app on an iPhone's
home screen has none of them."""
ANY = f"{LINE}|{OTHERS}"


def around(user_agent: str) -> Around | None:
    """The app whose browser this is; None for a browser of its own."""
    if re.search(LINE, user_agent):
        return Around.LINE
    return Around.OTHER if re.search(OTHERS, user_agent) else None
