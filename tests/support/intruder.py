"""Somebody who reads one mailbox and takes everything that it leads to."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape

from tests.support.client import Client
from tests.support.hands import Outbox

_ADDRESS = re.compile(r"https?://[^/\s]+(/[^\s]*)")
_HREF = re.compile(r'href="(/[^"]+)"')
_OPENED_BY_SECRET = ("/a/", "/p/", "/t/")


def opened_to(
    mail: str, client: Client, outbox: Outbox, work: Callable[[], object], *, also: tuple[str, ...] = ()
) -> str:
    """The HTML of everything that the owner of a mailbox reaches: they ask for their links, press every button that
    confirms an address, and follow each link that their mails, `also` and the pages behind them hold."""
    seen: dict[str, str] = {}
    for _ in range(2):
        client.get("/links").press("リンクを送ってもらう", mail=mail)
        work()
        mailed = [path for one in outbox.all(to=mail) for path in _ADDRESS.findall(one.body or "")]
        _follow([*mailed, *also], client, seen)
        work()
    return "\n".join([*seen.values(), *(one.body or "" for one in outbox.all(to=mail))])


def _follow(paths: list[str], client: Client, seen: dict[str, str]) -> None:
    while paths:
        path = paths.pop()
        if path in seen or not (path.startswith(_OPENED_BY_SECRET)):
            continue
        if path.endswith("/confirm"):
            client.post(path)
        answer = client.open("GET", path)
        seen[path] = answer.get_data(as_text=True) if answer.mimetype == "text/html" else ""
        if not path.endswith("/confirm"):
            paths += [unescape(href) for href in _HREF.findall(seen[path])]
        else:
            del seen[path]
