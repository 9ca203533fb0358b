"""What the worker can do: jobs by their name, what it looks for every minute, and texts made while sending."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from trainings.accounts.actions import SIGN_IN_MAIL, sign_in_body
from trainings.core.jobs import Job
from trainings.core.limits import forget_old_counts
from trainings.messages.delivery import Maker
from trainings.surveys.actions import LATE_BODY as SURVEY_INVITATION
from trainings.surveys.invitations import invitation_body

JobFunction = Callable[[Job], object]


@dataclass(frozen=True)
class Duties:
    """jobs: name of a job → what it does, in one transaction, as the system.
    watches: run every minute, each in a transaction of its own; they queue jobs for what has become due by the clock.
    late_bodies: name of a text → its maker.
    """

    jobs: Mapping[str, JobFunction] = field(default_factory=dict)
    watches: tuple[Callable[[], object], ...] = ()
    late_bodies: Mapping[str, Maker] = field(default_factory=dict)


def about(act: Callable[[uuid.UUID], object]) -> JobFunction:
    """The job whose subject is the one thing that `act` takes."""

    def run(job: Job) -> object:
        if job.subject is None:
            raise ValueError(f"job {job.name} has no subject")
        return act(job.subject)

    return run


DUTIES = Duties(
    jobs={},
    watches=(forget_old_counts,),
    late_bodies={SIGN_IN_MAIL: sign_in_body, SURVEY_INVITATION: invitation_body},
)
