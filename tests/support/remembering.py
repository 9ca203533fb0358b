"""What every application of a test would make anew and always alike is made once a run: builders of addresses and compiled SQL.

Each test has an application and an engine of its own. Werkzeug compiles two functions for each of some 250 routes, and
SQLAlchemy keeps what it has compiled by the identity of an engine's dialect: together half of the suite's time.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Flask
from sqlalchemy.engine.default import DefaultDialect
from sqlalchemy.util import LRUCache
from werkzeug.routing import Rule

from trainings.core.db import db

COMPILED: LRUCache[Any, Any] = LRUCache(4000)

_compile_builder = Rule._compile_builder
_builders: dict[tuple[object, ...], Callable[..., tuple[str, str]]] = {}


def _remembered_builder(self: Rule, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
    """The function depends on nothing but this; it gets the rule, with its converters, when it is called."""
    defaults = tuple(sorted((self.defaults or {}).items()))
    key = (self.rule, self.subdomain, self.host, defaults, self.merge_slashes, append_unknown)
    if key not in _builders:
        _builders[key] = _compile_builder(self, append_unknown)
    return _builders[key]


def remember() -> None:
    """Once, before the first application is made. All engines of one kind are set up alike here."""
    Rule._compile_builder = _remembered_builder  # type: ignore[method-assign]
    DefaultDialect.__eq__ = lambda self, other: type(self) is type(other)  # type: ignore[method-assign]
    DefaultDialect.__hash__ = lambda self: hash(type(self))  # type: ignore[method-assign]


def share_compiled_sql(app: Flask) -> None:
    """Let an application's engine use what others have compiled."""
    with app.app_context():
        db.engine.update_execution_options(compiled_cache=COMPILED)
