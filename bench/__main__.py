"""`python -m bench [name …]`: run all benches, or the named ones, one after the other."""

from __future__ import annotations

import importlib
import sys

from bench import readme

BENCHES = (
    "web",
    "drawing",
    "hostile",
    "xlsx",
    "skills",
    "growth",
    "paper",
    "pairs",
    "race",
    "seats",
    "desk",
    "slow",
    "decode",
    "door",
    "killed",
    "scan",
)


def main() -> None:
    """Each bench prints a table and writes bench/results/<name>.json; at the end the README's table is written anew."""
    wanted = sys.argv[1:] or list(BENCHES)
    unknown = sorted(set(wanted) - set(BENCHES))
    if unknown:
        raise SystemExit(f"no such bench: {', '.join(unknown)}. There are: {', '.join(BENCHES)}")
    for name in wanted:
        importlib.import_module(f"bench.{name}").main()
    readme.main()


if __name__ == "__main__":
    main()
