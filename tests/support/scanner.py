"""A scanner that types: keys as Chromium gets them from a keyboard, at times of their own, so that a busy machine does not
make a slow scanner of a quick one."""

from __future__ import annotations

import time
from typing import Any

from playwright.sync_api import Page

PLACES = {
    " ": "Space",
    ":": "Semicolon",
    "/": "Slash",
    ".": "Period",
    "-": "Minus",
    ";": "Semicolon",
    "?": "Slash",
    "=": "Equal",
    "_": "IntlRo",
    "@": "BracketLeft",
    "+": "Semicolon",
    "!": "Digit1",
}
ENDS = {"Enter": ("Enter", 13, "\r"), "Tab": ("Tab", 9, "")}
USUAL_MS = 8.0
"""Between two keys of a scanner at USB."""


# For every page before it loads: its timers wait while keys are on their way: what a busy machine needs for a key is no pause of the scanner's.
HOLD_TIMERS = """
(() => {
  const [after, forget] = [window.setTimeout.bind(window), window.clearTimeout.bind(window)];
  const now = new Map();
  window.setTimeout = (act, ms, ...given) => {
    const first = after(due, ms);
    function due() {
      if (window.keysOnTheirWay) return now.set(first, after(due, 5));
      now.delete(first);
      act(...given);
    }
    return first;
  };
  window.clearTimeout = (id) => { forget(now.get(id) ?? id); now.delete(id); };
})();
"""


class Scanner:
    """Its page has HOLD_TIMERS (fixture `new_context`). every: milliseconds between two keys. end: the key after each code, "Enter", "Tab" or ""
    for none. placeless: keys without `code`, as Android's input methods send them."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self.every, self.end, self.placeless = USUAL_MS, "Enter", False

    def read(self, text: str) -> None:
        """Type a code and the end."""
        self._page.evaluate("() => { window.keysOnTheirWay = true; }")
        session = self._page.context.new_cdp_session(self._page)
        at = time.time()
        for sign in text:
            at += self.every / 1000
            self._press(session, at, sign, self._code(sign), _number(sign), sign)
        if self.end:
            key, number, typed = ENDS[self.end]
            self._press(session, at + self.every / 1000, key, "" if self.placeless else key, number, typed)
        session.detach()
        self._page.evaluate("() => { window.keysOnTheirWay = false; }")
        # What comes next must not lie before the last key.
        self._page.wait_for_timeout(max(0.0, (at - time.time()) * 1000 + 2 * self.every))

    def _code(self, sign: str) -> str:
        if self.placeless:
            return ""
        if sign.isascii() and sign.isalpha():
            return f"Key{sign.upper()}"
        return f"Digit{sign}" if sign.isascii() and sign.isdigit() else PLACES.get(sign, "")

    def _press(self, session: Any, at: float, key: str, code: str, number: int, typed: str) -> None:
        said = {"key": key, "code": code, "windowsVirtualKeyCode": number, "timestamp": at}
        session.send("Input.dispatchKeyEvent", {"type": "keyDown", "text": typed, **said})
        session.send("Input.dispatchKeyEvent", {"type": "keyUp", **said})


def _number(sign: str) -> int:
    """The old number of a key, which Chromium needs to press buttons."""
    return ord(sign.upper()) if sign.isascii() and (sign.isalnum() or sign == " ") else 0
