"""Answering a survey as a guest does."""

from __future__ import annotations

from typing import Any

from tests.support.client import Client
from tests.support.pages import Page


def answer(client: Client, link: str, **answers: str) -> Page:
    """Open a personal address, or that of the run alone, answer, and send; the next page."""
    path, _, secret = link.partition("#")
    page = client.get("/s/" + path.rsplit("/", 1)[1])
    typed: dict[str, Any] = {f"q-{key}": value for key, value in answers.items()}
    return page.press("この内容で送る", token=secret, **typed)
