"""Who earns a certificate by an event's rule."""

from __future__ import annotations

from trainings.certificates.earning import fulfils
from trainings.checkin.passages.attendance import Attendance

NOWHERE = Attendance(False, 0, False, False)


def test_certificate_asks_for_every_session() -> None:
    here = Attendance(True, 60, False, True)

    assert fulfils([here, here], "all_sessions", None)
    assert not fulfils([here, NOWHERE], "all_sessions", None)
    assert not fulfils([], "all_sessions", None)


def test_certificate_asks_for_minutes_in_all() -> None:
    sessions = [Attendance(True, 60, False, True), Attendance(True, 59, True, True)]

    assert fulfils(sessions, "minutes", 119)
    assert not fulfils(sessions, "minutes", 120)
    assert not fulfils([NOWHERE], "minutes", 0)


def test_no_rule_gives_no_certificate() -> None:
    assert not fulfils([Attendance(True, 180, False, False)], "none", None)
