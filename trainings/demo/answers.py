"""Made-up answers to the sample city's questionnaires."""

from __future__ import annotations

import random
import uuid
from datetime import datetime

from trainings.core import clock
from trainings.core.db import unit_of_work
from trainings.demo import texts
from trainings.surveys import pairing
from trainings.surveys.actions import review_text, submit_answers
from trainings.surveys.models import ResponseChannel, Review, SurveyRun
from trainings.surveys.queries import invitations_of_event, key_folder, runs_of_event, texts_of_run

ANSWER_RATE = 0.81
FIVE = ("5", "4", "3", "2", "1")
SPREAD = {
    "satisfied": (42, 46, 9, 2, 1),
    "understood": (33, 51, 12, 3, 1),
    "useful": (40, 44, 13, 2, 1),
    "conduct": (26, 42, 18, 11, 3),
    "other_professions": (46, 45, 7, 1, 1),
}
"""How many of a hundred people answer 5, 4, 3, 2, 1."""


def give(event_id: uuid.UUID, at: datetime, chance: random.Random) -> None:
    """Let four of five who were there answer, by their personal link."""
    with clock.frozen(at), unit_of_work():
        run = runs_of_event(event_id)[-1]
        key = pairing.read_key(key_folder(), event_id)
        for invitation in invitations_of_event(event_id):
            if chance.random() < ANSWER_RATE:
                submit_answers(
                    run=run,
                    response_id=uuid.uuid4(),
                    code=pairing.token(key, invitation.pair_uuid),
                    given=_given(chance),
                    channel=ResponseChannel.LINK,
                )


def _given(chance: random.Random) -> dict[str, list[str]]:
    given = {key: [chance.choices(FIVE, spread)[0]] for key, spread in SPREAD.items()}
    given["new_contacts"] = [str(chance.choices((0, 1, 2, 3, 5), (12, 25, 32, 22, 9))[0])]
    given["knew_desk"] = [chance.choices(("before", "today", "unsure"), (55, 38, 7))[0]]
    given["try_intention"] = [chance.choices(("yes", "thinking", "no"), (48, 38, 14))[0]]
    for key, sentences, share in (
        ("try_what", texts.TRIES, 0.3),
        ("good", texts.GOODS, 0.35),
        ("change", texts.CHANGES, 0.2),
        ("topics", texts.TOPICS, 0.2),
    ):
        if chance.random() < share:
            given[key] = [chance.choice(sentences)]
    return given


def review(run: SurveyRun, chance: random.Random) -> None:
    """Release most of the free texts, as an organiser who has read them would."""
    for row in texts_of_run(run):
        if chance.random() < 0.9:
            review_text(run=run, text_id=row.id, review=Review.PUBLIC)
