"""Which facts of the door ask for a look, and why: derived from what stands, in whatever order it arrived."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from trainings.checkin.models import Direction, Matter, Method, Outcome, Scan, ScanKind, Why
from trainings.checkin.passages.facts import Passed, passages_of
from trainings.checkin.passages.scanning import WRONG_CLOCK, counts_exits
from trainings.events.models import Event
from trainings.events.queries import notices_of_events
from trainings.events.whereabouts import overtakes

FOREIGN = frozenset({Why.UNKNOWN, Why.OTHER_EVENT})
BEFORE_UNKNOWN = {
    "reused": Matter.REUSED,
    "odd_name": Matter.ODD_NAME,
    "odd_kana": Matter.ODD_KANA,
}
"""What of an answer asks before it is asked whether the code was one of ours, in this order."""


class Matters:
    """Of some scans of some events, with all that stands of their people."""

    def __init__(self, scans: Sequence[Scan], events: Mapping[uuid.UUID, Event]) -> None:
        """events: those of the scans, by id."""
        self._exits = {event.id: counts_exits(event) for event in events.values()}
        self._overtaken_at = _overtaken_at(events.keys()) if scans else {}
        self._passed: dict[uuid.UUID, list[Passed]] = defaultdict(list)
        for one in passages_of({scan.application_id for scan in scans if scan.application_id}):
            if one.scan.application_id is not None:
                self._passed[one.scan.application_id].append(one)

    def of(self, scan: Scan) -> Matter | None:
        """Why a scan asks for a look; None where it does not, or does not any more."""
        if scan.kind != ScanKind.SCAN:
            return None
        return self._asks(scan) or self._overtaken(scan)

    def _asks(self, scan: Scan) -> Matter | None:
        for said, matter in BEFORE_UNKNOWN.items():
            if said in scan.answer:
                return matter
        if scan.why in FOREIGN:
            return Matter.UNKNOWN
        if "clock_off" in scan.answer:
            return Matter.CLOCK
        if scan.flagged and scan.outcome == Outcome.REPEATED:
            return Matter.TWICE if self.other(scan) else None
        if scan.flagged:
            return self._let_in(scan)
        # A device that does not tell its own time shows it where a scan is dated later than it arrived.
        return Matter.CLOCK if scan.scanned_at > scan.received_at + WRONG_CLOCK else None

    def _overtaken(self, scan: Scan) -> Matter | None:
        """Somebody passed, and then the event was called off, postponed or moved to another day."""
        passed = self.passed(scan)
        overtaken_at = self._overtaken_at.get(scan.event_id)
        if passed is None or overtaken_at is None or passed.at >= overtaken_at:
            return None
        return Matter.OVERTAKEN

    def _let_in(self, scan: Scan) -> Matter | None:
        """Let in against the answer; no matter where the answer came only from what had not arrived by then."""
        before, exits = self._before(scan), self._exits[scan.event_id]
        match scan.answer.get("against"):
            case Why.NOT_INSIDE:
                return None if any(one.scan.direction == Direction.IN for one in before) else Matter.NO_ENTRY
            case Why.LEFT_ALREADY if exits or not before or before[-1].scan.direction == Direction.IN:
                return None
            # Online nobody comes in without an application then: the desk did not know.
            case Why.NOT_HELD if scan.method == Method.WALK_IN:
                return Matter.OFFLINE
        return Matter.FORCED if scan.forced else Matter.OFFLINE

    def other(self, scan: Scan) -> Passed | None:
        """Another desk's passage of the same person, the same way in the same session; the first one."""
        mine = self.passed(scan)
        if mine is None or scan.application_id is None:
            return None
        alike = (mine.session_id, scan.direction)
        return next(
            (
                one
                for one in self._passed[scan.application_id]
                if (one.session_id, one.scan.direction) == alike and not _same(one.scan, scan)
            ),
            None,
        )

    def passed(self, scan: Scan) -> Passed | None:
        """A scan with the time that counts; None where it does not stand."""
        if scan.application_id is None:
            return None
        return next((one for one in self._passed[scan.application_id] if one.scan.id == scan.id), None)

    def _before(self, scan: Scan) -> list[Passed]:
        mine = self.passed(scan)
        if mine is None or scan.application_id is None:
            return []
        return [
            one
            for one in self._passed[scan.application_id]
            if one.session_id == mine.session_id and one.at < mine.at
        ]


def _overtaken_at(event_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, datetime]:
    """When events were last called off, postponed or moved to another day; those that never were are left out."""
    found: dict[uuid.UUID, datetime] = {}
    for one in notices_of_events(event_ids):
        if overtakes(one):
            found[one.event_id] = max(one.at, found.get(one.event_id, one.at))
    return found


def _same(one: Scan, other: Scan) -> bool:
    """The same scan, or the same said again."""
    return (one.about_id or one.id) == (other.about_id or other.id)
