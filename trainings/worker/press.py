"""Making the papers that staff asked for: part by part, with mails and jobs in between, never in one transaction."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from flask import Flask

from trainings.core.db import db, only_read
from trainings.core.paper.pdf import PdfUnavailable, Press
from trainings.core.readiness import is_full
from trainings.core.web import beside_requests
from trainings.printing.actions import (
    Claim,
    Paper,
    claim_paper,
    fail_paper,
    finish_paper,
    note_progress,
    put_back,
)
from trainings.printing.models import Failure, PaperOrder

_log = logging.getLogger(__name__)


def make_papers(
    app: Flask, papers: Mapping[str, Paper], *, stop: Callable[[], bool], between: Callable[[], object]
) -> int:
    """Make what was asked for, oldest first; how many are ready now. between: called after each part, so that nobody's mail
    waits for a paper."""
    ready = 0
    while not stop() and (claim := _next(app)) is not None:
        try:
            ready += _make(app, papers[claim.kind], claim, stop, between)
        except Exception as error:
            _log.exception("paper %s (%s) failed", claim.kind, claim.id)
            with beside_requests(app):
                fail_paper(claim, _why(error))
    return ready


def _next(app: Flask) -> Claim | None:
    with beside_requests(app):
        return claim_paper()


def _why(error: Exception) -> Failure:
    if isinstance(error, PdfUnavailable):
        return Failure.NO_PRINTING
    return Failure.NO_ROOM if is_full(error) else Failure.FAULT


def _make(
    app: Flask, paper: Paper, claim: Claim, stop: Callable[[], bool], between: Callable[[], object]
) -> bool:
    """Whether it is ready; not if nobody is on it, if it was withdrawn meanwhile or if the worker is told to stop."""
    with beside_requests(app):
        only_read()
        places = paper.people(db.session.get_one(PaperOrder, claim.id))
    people = [one for one in places if one is not None]
    with beside_requests(app):
        if not people:
            fail_paper(claim, Failure.NOBODY)
            return False
        if not note_progress(claim, done=0, total=len(people)):
            return False
    press = Press(Path(app.static_folder or ""))
    for begin in range(0, len(places), paper.part):
        press.lay_out(_html(app, paper, claim, places[begin : begin + paper.part]))
        done = sum(one is not None for one in places[: begin + paper.part])
        with beside_requests(app):
            if stop():
                put_back(claim)
                return False
            if not note_progress(claim, done=done, total=len(people)):
                return False
        between()
    content = press.written()
    with beside_requests(app):
        return finish_paper(claim, paper, people=people, content=content)


def _html(app: Flask, paper: Paper, claim: Claim, places: Sequence[uuid.UUID | None]) -> str:
    with beside_requests(app):
        only_read()
        return paper.html(db.session.get_one(PaperOrder, claim.id), places)
