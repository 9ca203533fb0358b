"""Who earns a certificate. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from trainings.checkin.passages.attendance import Attendance


def fulfils(sessions: Sequence[Attendance], rule: str, minutes: int | None) -> bool:
    """Whether someone earns the certificate. rule: "none", "all_sessions" or "minutes" (in all, at least `minutes`)."""
    if rule == "all_sessions":
        return bool(sessions) and all(one.present for one in sessions)
    if rule == "minutes":
        return any(one.present for one in sessions) and sum(one.minutes for one in sessions) >= (minutes or 0)
    return False
