"""What static/js/work.js does, for tests without a browser."""

from __future__ import annotations

from itertools import count

from tests.support.pages import Page
from trainings.core.requests.work import is_solved


def answered(page: Page) -> dict[str, str]:
    """The field with the answer to the work that a page asks for."""
    form = page.one("form[data-work]")
    nonce, bits = form["data-work"], int(form["data-bits"])
    return {form["data-answer"]: next(str(n) for n in count() if is_solved(nonce, str(n), bits))}


def worked(page: Page, *, status: int = 200) -> Page:
    """Do the work that a page asks for, and send what it holds."""
    return page.press("送る", **answered(page), status=status)
