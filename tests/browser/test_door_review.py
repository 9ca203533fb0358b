"""What asks for a look after an evening, and the page that closes it, on a phone and on a desk."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import timedelta

from playwright.sync_api import Page, expect

from tests.browser.test_door import Night, night
from tests.support.arrivals import make_evening
from tests.support.evening import come_in, device_of
from tests.support.hands import Clock
from tests.support.site import Site
from tests.support.staff import add_staff, session_cookie
from trainings.accounts.models import Role
from trainings.checkin.actions import heard_from
from trainings.checkin.models import Device, Direction, Method
from trainings.checkin.passages.attempts import Attempt
from trainings.checkin.passages.scanning import record_attempts
from trainings.registration.models import Application
from trainings.registration.secrets import ticket_code
from trainings.registration.states import State

__all__ = ["night"]


def test_review_and_closing_read_well(
    watched_page: Page,
    night: Night,
    site: Site,
    clock: Clock,
    assert_accessible: Callable[[Page], None],
) -> None:
    event, guests = night.evening.event, night.evening.guests

    def scan(device: Device, **said: object) -> None:
        values = {"scan_id": uuid.uuid4(), "scanned_at": clock.now, "method": Method.CAMERA} | said
        record_attempts(event_id=event.id, device=device, attempts=[Attempt(**values)])

    with site.unit() as session:
        one, two, three = (device_of(event, f"受付{number}")[0] for number in (1, 2, 3))
        foreign = ticket_code(make_evening(title="べつの催し").guests[0])
        come_in(event, one, guests[:2])
        for guest in guests[:2]:
            scan(two, application_id=guest.id, offline=True)
        scan(two, application_id=guests[4].id, offline=True, direction=Direction.OUT)
        scan(one, ticket=foreign)
        for guest in guests[2:4]:
            ahead = clock.now + timedelta(minutes=25)
            scan(three, application_id=guest.id, scanned_at=ahead, clock_off=1500)
        session.get_one(Application, guests[4].id).state = State.WAITING
        session.flush()
        session.expire_all()
        scan(one, application_id=guests[4].id, forced=True)
        heard_from(device=one, unsent=0)
        heard_from(device=two, unsent=4)
    clock.set(event.ends_at)
    staff = add_staff(site.unit, Role.PLANNER, name="欅田 まもる", mail="planner@city.keyaki.example")
    watched_page.context.add_cookies(
        [{"name": "tsudoi", "value": session_cookie(site.app, staff), "url": site.url}]
    )

    watched_page.goto(f"/staff/events/{event.slug}/door/review")

    expect(watched_page.get_by_text("「べつの催し」のチケット")).to_be_visible()
    assert_accessible(watched_page)
    watched_page.get_by_role("button", name="2件を、ずれの分だけ直す").click()
    expect(watched_page.get_by_text("2件の時刻を直しました。")).to_be_visible()

    watched_page.goto(f"/staff/events/{event.slug}/close")

    expect(watched_page.get_by_role("heading", name="受付の端末　3台")).to_be_visible()
    assert_accessible(watched_page)
