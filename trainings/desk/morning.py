"""The morning mail: what waits for a hand, to every planner who wants it, once a day and only when there is something."""

from __future__ import annotations

from datetime import time
from itertools import groupby

from flask import current_app, url_for

from trainings.accounts.queries import planners_with_morning_mail
from trainings.core import clock
from trainings.core.jobs import enqueue, was_queued
from trainings.core.web import render_mail
from trainings.desk.needs import tasks
from trainings.messages.actions import queue_mail

MORNING = "morning_mail"
"""Job: write what waits for a hand to those who plan. Also the purpose of these mails."""
FROM, UNTIL = time(7), time(10)
"""When a worker that comes to it late leaves it for the next day: nobody reads a morning mail in the afternoon."""


def watch_morning() -> None:
    """Queue the mail of the day once it is morning."""
    key = clock.today().isoformat()
    if FROM <= clock.local(clock.now()).time() < UNTIL and not was_queued(MORNING, key):
        enqueue(MORNING, key=key)


def send_morning_mails() -> int:
    """Queue one mail for everybody who wants it; how many."""
    found = tasks()
    if not found:
        return 0
    by_event = [
        (event, [one.need for one in of_event])
        for event, of_event in groupby(found, key=lambda one: one.event)
    ]
    link = current_app.config["TSUDOI"].url(url_for("desk.today"))
    staff = planners_with_morning_mail()
    for member in staff:
        subject, body = render_mail(
            "desk/mail/morning.txt", staff=member, by_event=by_event, n=len(found), link=link
        )
        queue_mail(to=member.mail, subject=subject, body=body, purpose=MORNING)
    return len(staff)
