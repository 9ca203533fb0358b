"""What a desk is told and shown: plain JSON, and nothing that a volunteer need not know."""

from __future__ import annotations

import uuid
from typing import Any

from trainings.checkin import texts
from trainings.checkin.models import Direction, Method, Outcome, Scan, ScanKind, Why
from trainings.checkin.passages.decision import Decision
from trainings.core.db import db
from trainings.core.paper import letters
from trainings.directory.models import Profession
from trainings.events.models import EventGroup
from trainings.registration.models import Application


def answer_kept(decision: Decision, application: Application | None, *, desk: str = "") -> dict[str, Any]:
    """What a scan row keeps of its answer: codes and ids, no name. desk: who let a repeated one in first."""
    return {
        "outcome": decision.outcome,
        "why": decision.why,
        "since": decision.since,
        "desk": desk,
        "application": str(application.id) if application else None,
        "table": application.table_number if application else None,
        "state": application.state.value if application else None,
        "profession": str(application.profession_id) if application and application.profession_id else None,
        "group": str(application.event_group_id) if application else None,
    }


def answer_given(scan: Scan, application: Application | None) -> dict[str, Any]:
    """The answer to one scan as the device gets it, the same each time it asks: the outcome, words, the next step,
    and whom it was about."""
    kept = scan.answer
    outcome, why = Outcome(kept["outcome"]), Why(kept["why"])
    say, then = texts.SAYS[outcome], ""
    if outcome == Outcome.REFUSED:
        say, then = texts.WHYS[why]
        then = then.format(event=kept.get("event", ""))
    elif scan.kind == ScanKind.UNDO:
        say, then = texts.UNDONE, texts.STILL_IN if kept["since"] else ""
    elif outcome == Outcome.ADMITTED and "twin" in kept:
        say, then = texts.TWIN, texts.TWIN_NEXT.format(code=kept["twin"])
    elif outcome == Outcome.ADMITTED and scan.direction == Direction.OUT:
        say = texts.OUT
    elif outcome == Outcome.ADMITTED and application is not None:
        then = _to_do(scan, application)
    guest = None
    if application is not None:
        guest = roster_entry(application) | {"table": kept["table"], "state": kept["state"]}
        guest |= _counted_then(kept, application)
    return {
        "scan_id": str(scan.id),
        "outcome": outcome.value,
        "why": why.value,
        "say": say,
        "next": then,
        "since": kept["since"],
        "desk": kept["desk"],
        "session": str(scan.session_id) if scan.session_id else None,
        "undo": scan.kind == ScanKind.UNDO and outcome == Outcome.ADMITTED,
        "guest": guest,
    }


def _to_do(scan: Scan, application: Application) -> str:
    """What the desk still has to see to, for somebody who comes in."""
    to_do = []
    if application.event.pledge and application.pledged_at is None:
        to_do.append(texts.PLEDGE_BY_HAND)
    if scan.method == Method.WALK_IN:
        lost = letters.missing(application.full_name, application.organisation_name)
        to_do += [texts.BADGE_BY_HAND.format(letters=letters.named(lost))] if lost else []
    return "".join(to_do)


def _counted_then(kept: dict[str, Any], application: Application) -> dict[str, Any]:
    """Profession and group as they were when the answer was first given, where they were corrected since."""
    if "group" not in kept:
        return {}  # kept by an earlier version
    profession_id, group_id = (uuid.UUID(kept[one]) if kept[one] else None for one in ("profession", "group"))
    then = {}
    if profession_id != application.profession_id:
        profession = db.session.get(Profession, profession_id) if profession_id else None
        then["profession"] = profession.name if profession else ""
    if group_id != application.event_group_id and (group := db.session.get(EventGroup, group_id)):
        then |= {"group": group.name, "mark": group.mark, "css": group.css}
    return then


def untold(answer: dict[str, Any]) -> dict[str, Any]:
    """What a guest hears who proved to be somebody by number and kana only: in, with the table, or not; neither a name nor
    since when or why."""
    is_in = answer["outcome"] != Outcome.REFUSED
    table = answer["guest"]["table"] if is_in and answer["guest"] else None
    return {
        "outcome": (Outcome.ADMITTED if is_in else Outcome.REFUSED).value,
        "say": texts.SAYS[Outcome.ADMITTED] if is_in else texts.AT_DESK,
        "guest": {"name": "", "table": table},
    }


def withheld(answer: dict[str, Any]) -> dict[str, Any]:
    """What a desk hears of its scan when the door is closed: what became of it, and nothing about anybody."""
    return answer | {"guest": None, "since": "", "desk": "", "next": ""}


def roster_entry(application: Application) -> dict[str, Any]:
    """One line of a device's roster: ticket fingerprint and display fields; no contact data, no care note, only
    whether there is one."""
    return {
        "id": str(application.id),
        "ticket": application.ticket_fingerprint,
        "code": application.code,
        "name": application.full_name,
        "kana": application.full_kana,
        "office": application.organisation_name,
        "group": application.group.name,
        "profession": application.profession.name if application.profession else "",
        "mark": application.group.mark,
        "css": application.group.css,
        "table": application.table_number,
        "state": application.state.value,
        "role": application.role,
        "care": bool(application.care_note),
        "search": application.search_key,
    }


def seen(scan: Scan) -> dict[str, Any]:
    """A scan as other desks need it."""
    about = str(scan.about_id) if scan.about_id else None
    return {
        "scan_id": str(scan.id),
        "application": str(scan.application_id) if scan.application_id else None,
        "session": str(scan.session_id) if scan.session_id else None,
        "outcome": scan.outcome.value,
        "why": scan.why.value,
        "kind": scan.kind.value,
        "undoes": about if scan.kind == ScanKind.UNDO else None,
        "corrects": about if scan.kind == ScanKind.CORRECTION else None,
        "again_of": about if scan.kind == ScanKind.SCAN else None,
        "direction": scan.direction.value,
        "at": scan.scanned_at.isoformat(),
        "device": str(scan.device_id) if scan.device_id else None,
    }
