"""What the worker can do: jobs by their name, what it looks for every minute, and texts made while sending."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from trainings.accounts import actions as accounts
from trainings.accounts.actions import LINK_ASKED as SIGN_IN_ASKED
from trainings.accounts.actions import SIGN_IN_MAIL, send_asked_link, sign_in_body
from trainings.allocation import watches as allocation
from trainings.allocation.draws.freezing import commit_secret
from trainings.allocation.offers import close_waiting_list, offer_free_seats, readmit_waiting, rest_unheard
from trainings.audit.chains import extend_chains
from trainings.certificates import exports as certificates
from trainings.checkin.paper import exports as badges
from trainings.core.jobs import Job
from trainings.core.requests.limits import forget_old_counts
from trainings.desk import morning
from trainings.desk.closing import close_again
from trainings.events.actions import PUBLISHED as EVENT_PUBLISHED
from trainings.events.actions import RECLOSED as EVENT_RECLOSED
from trainings.messages.delivery import Maker
from trainings.notices import exports as notices
from trainings.printing.actions import Paper, forget_papers
from trainings.registration import links
from trainings.registration.people import duplicates
from trainings.registration.transitions import SEAT_FREED
from trainings.surveys import watches as surveys
from trainings.surveys.actions import LATE_BODY as SURVEY_INVITATION
from trainings.surveys.invitations import invitation_body

JobFunction = Callable[[Job], object]


@dataclass(frozen=True)
class Duties:
    """jobs: name of a job → what it does, in one transaction, as the system.
    watches: run every minute, each in a transaction of its own; they queue jobs for what has become due by the clock.
    late_bodies: name of a text → its maker. papers: kind of a paper → how it is made.
    """

    jobs: Mapping[str, JobFunction] = field(default_factory=dict)
    watches: tuple[Callable[[], object], ...] = ()
    late_bodies: Mapping[str, Maker] = field(default_factory=dict)
    papers: Mapping[str, Paper] = field(default_factory=dict)


def about(act: Callable[[uuid.UUID], object]) -> JobFunction:
    """The job whose subject is the one thing that `act` takes."""

    def run(job: Job) -> object:
        if job.subject is None:
            raise ValueError(f"job {job.name} has no subject")
        return act(job.subject)

    return run


DUTIES = Duties(
    jobs={
        EVENT_PUBLISHED: about(lambda event_id: commit_secret(event_id=event_id)),
        SEAT_FREED: about(lambda event_id: offer_free_seats(event_id=event_id)),
        duplicates.NEWS_OF_DUPLICATES: about(duplicates.tell_news),
        SIGN_IN_ASKED: about(send_asked_link),
        links.LINKS_ASKED: about(links.send_asked),
        links.ADDRESS_CONFIRMED: about(links.answer_confirmed),
        EVENT_RECLOSED: about(lambda event_id: close_again(event_id=event_id)),
        allocation.REST: about(lambda event_id: rest_unheard(event_id=event_id)),
        allocation.EXPIRE: about(allocation.expire_offers),
        allocation.READMIT: about(lambda event_id: readmit_waiting(event_id=event_id)),
        allocation.CLOSE_LIST: about(lambda event_id: close_waiting_list(event_id=event_id)),
        surveys.CLOSE: about(surveys.close_due_run),
        morning.MORNING: lambda _: morning.send_morning_mails(),
    },
    watches=(
        extend_chains,
        forget_old_counts,
        accounts.forget_unanswered,
        forget_papers,
        links.forget_unanswered,
        allocation.watch_unheard,
        allocation.watch_offers,
        allocation.watch_release_dates,
        allocation.watch_starts,
        surveys.watch_runs,
        surveys.clear_traces,
        duplicates.watch_duplicates,
        morning.watch_morning,
    ),
    late_bodies={SIGN_IN_MAIL: sign_in_body, SURVEY_INVITATION: invitation_body},
    papers={badges.KIND: badges.MANY, certificates.KIND: certificates.ALL, notices.KIND: notices.ALL},
)
