"""The scans API beyond scans: corrections, deputies, fees, badges, and the PIN of a desk."""

from __future__ import annotations

from dataclasses import replace

from flask import request
from flask.typing import ResponseReturnValue

from trainings.accounts.access import by_device
from trainings.checkin import texts
from trainings.checkin.counter.correcting import correct_profession
from trainings.checkin.counter.deputies import admit_deputy
from trainings.checkin.counter.fees import fee_told, fees_of, take_fee
from trainings.checkin.desk import locks
from trainings.checkin.desk.answers import roster_entry, withheld
from trainings.checkin.desk.api import (
    UNSEEN,
    answer_with,
    body_of_request,
    bp,
    sending_device,
    speaking_device,
)
from trainings.checkin.desk.bodies import (
    Unacceptable,
    read_correction,
    read_deputy,
    read_fee,
    read_id,
    read_instant,
    read_lock,
    read_try,
)
from trainings.checkin.paper.badges import note_printed
from trainings.checkin.paper.exports import badge_of
from trainings.checkin.passages.scanning import ForeignScan
from trainings.checkin.refusals import CheckinRefusal
from trainings.core import clock
from trainings.core.db import db
from trainings.core.refusal import Refused
from trainings.directory.queries import role_names
from trainings.registration.models import Application
from trainings.registration.states import State

__all__ = ["bp"]


@bp.post("/api/v1/door/corrections")
@by_device
def corrections() -> ResponseReturnValue:
    """The profession of somebody who stands at the door, as they say it is. The same one again changes nothing; where
    another one stands by now than the desk has shown, it hears which."""
    _, event, is_closed = sending_device()
    correction = read_correction(body_of_request())
    try:
        guest = correct_profession(event_id=event.id, **correction)
    except LookupError:
        raise Unacceptable("application") from None
    except Refused as refused:
        if refused.code != CheckinRefusal.CORRECTED_MEANWHILE or is_closed:
            raise
        stands = db.session.get_one(Application, correction["application_id"])
        say = refused.sentence(texts.REFUSALS)
        return answer_with({"error": refused.code, "say": say, "guest": roster_entry(stands)}, 422)
    return answer_with({"guest": None if is_closed else roster_entry(guest)})


@bp.get("/api/v1/door/lock")
@by_device
def lock() -> ResponseReturnValue:
    """The PIN that locks this desk, as a salted hash; null where there is none."""
    device, _ = speaking_device()
    return answer_with({"lock": locks.lock_told(device)})


@bp.post("/api/v1/door/deputies")
@by_device
def deputies() -> ResponseReturnValue:
    """One person who came in an applicant's place: name and kana."""
    device, event, is_closed = sending_device()
    deputy = read_deputy(body_of_request())
    if is_closed:
        deputy = replace(deputy, offline=True)
    try:
        answer = admit_deputy(event_id=event.id, deputy=deputy, device=device)
    except LookupError:
        raise Unacceptable("application") from None
    except ForeignScan:
        raise Unacceptable("scan_id") from None
    return answer_with({"answers": [withheld(answer) if is_closed else answer]})


@bp.post("/api/v1/door/lock")
@by_device
def set_lock() -> ResponseReturnValue:
    """The PIN that was set at the desk, as a salted hash; null ends the lock."""
    device, _ = speaking_device()
    wanted = read_lock(body_of_request())
    if wanted is None:
        locks.unlock(device=device)
    else:
        locks.set_lock(device=device, salt=wanted[0], hashed=wanted[1])
    return answer_with({"lock": locks.lock_told(device)})


@bp.post("/api/v1/door/lock/try")
@by_device
def try_lock() -> ResponseReturnValue:
    """A PIN that was typed to open the desk, hashed as the lock is; and how many wrong ones were typed without network."""
    device, _ = speaking_device()
    hashed, wrong = read_try(body_of_request())
    opens = locks.try_pin(device=device, hashed=hashed, wrong=wrong)
    return answer_with({"lock": locks.lock_told(device), "opens": opens})


@bp.post("/api/v1/door/badges")
@by_device
def badges() -> ResponseReturnValue:
    """One badge to be printed at the desk, with the ticket as a QR code. A POST: it is written down for whom."""
    device, event = speaking_device()
    person = db.session.get(Application, read_id(body_of_request(), "application"))
    if person is None or person.event_id != event.id or person.state != State.CONFIRMED:
        raise Unacceptable("application")
    note_printed(event_id=event.id, people=[person], device=device)
    badge = badge_of(person, role_names())
    printed = {place: {"size": text.size, "lines": text.lines} for place, text in badge.texts.items()}
    qr = {"size": badge.picture.size, "path": badge.picture.path}
    shown = ("name", "kana", "office", "mark", "css", "table", "code")
    entry = roster_entry(person)
    return answer_with({"badge": {"printed": printed, "qr": qr, **{name: entry[name] for name in shown}}})


@bp.get("/api/v1/door/fees")
@by_device
def fees() -> ResponseReturnValue:
    """参加費 of all desks, or what has come in since an answer said `at`; what an event without a fee has: nothing."""
    begun = clock.now()
    _, event = speaking_device()
    since = read_instant(request.args, "since") - UNSEEN if "since" in request.args else None
    return answer_with({"fees": [fee_told(one) for one in fees_of(event.id, since)], "at": begun.isoformat()})


@bp.post("/api/v1/door/fees")
@by_device
def take() -> ResponseReturnValue:
    """One fee taken or given back; the same id again gets the same answer."""
    device, event, _ = sending_device()
    entry = read_fee(body_of_request())
    try:
        fee = take_fee(event_id=event.id, entry=entry, device=device)
    except LookupError:
        raise Unacceptable("application") from None
    except ForeignScan:
        raise Unacceptable("fee_id") from None
    return answer_with({"fee": fee_told(fee)})
