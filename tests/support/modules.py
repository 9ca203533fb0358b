"""The modules of the page itself, for scripts of tests: under their versioned addresses, so that there is one of each."""

from __future__ import annotations

import re

_NAMED = re.compile(r"""(['"])/static/(js/[^'"]+)\1""")
_THERE = r"document.querySelector('script[src*=\"/static/\"]').src.replace(/(\/static\/\w+\/).*/, `$1{name}`)"


def of_the_page(script: str) -> str:
    """A script whose "/static/js/…" are addresses of the page's own version."""
    return _NAMED.sub(lambda found: _THERE.replace('\\"', '"').replace("{name}", found[2]), script)
