"""An open survey after an evening."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.support.evening import DOCTOR, NURSE, PHARMACIST, come_in, device_of, evening
from tests.support.hands import Clock, Unit
from trainings.desk.closing import close_event
from trainings.directory.actions import load_master_data
from trainings.events.models import Event
from trainings.registration.models import Application
from trainings.surveys import invitations, queries
from trainings.surveys.models import SurveyRun


@dataclass(frozen=True)
class Survey:
    """links: the personal addresses of the people who came, in the order of `people`."""

    event: Event
    run: SurveyRun
    people: Sequence[Application]
    links: Sequence[str]

    @property
    def path(self) -> str:
        return f"/s/{self.run.slug}"


@pytest.fixture
def overrides(tmp_path: Path) -> dict[str, Any]:
    return {"survey_key_dir": str(tmp_path / "keys")}


@pytest.fixture
def came() -> Sequence[str]:
    """Profession codes of those who came; a test module may define its own."""
    return (NURSE,) * 6 + (DOCTOR,) * 5 + (PHARMACIST,) * 2


@pytest.fixture
def evening_survey(unit: Unit, clock: Clock, came: Sequence[str]) -> Survey:
    """An event with an open survey, by default of 13 people: 6 nurses, 5 doctors, 2 pharmacists."""
    with unit():
        load_master_data()
        event, people = evening(came)
    clock.set(event.doors_open_at)
    with unit():
        device, _ = device_of(event)
        come_in(event, device, people)
    clock.set(event.ends_at)
    with unit():
        close_event(event_id=event.id)
    with unit():
        run = queries.runs_of_event(event.id)[-1]
        links = []
        for one in people:
            invitation = queries.invitation_of_application(event.id, one.id)
            assert invitation is not None
            links.append(invitations.personal_link(run, invitation))
    return Survey(event, run, people, links)
