"""What the sample city's people were seen to do before: levels confirmed by a test or an observer.

Without it the matrix would show attendance only, and attendance alone lifts nobody above "knows".
"""

from __future__ import annotations

import random
from datetime import date, timedelta

from sqlalchemy import select

from trainings.core.db import db
from trainings.demo import texts
from trainings.directory.models import Person
from trainings.skills.models import Evidence, EvidenceKind
from trainings.skills.queries import current_framework, targets_of_group

SHARE_OF_PEOPLE = 0.75
SHARE_OF_SKILLS = 0.55


def write(chance: random.Random, today: date) -> int:
    """Write evidence for most people and about half of the skills of their group. How many rows."""
    framework = current_framework()
    assert framework is not None
    written = 0
    for person in db.session.scalars(select(Person).order_by(Person.mail)).unique():
        if (
            person.profession is None
            or not person.profession.skill_group
            or chance.random() > SHARE_OF_PEOPLE
        ):
            continue
        targets = targets_of_group(framework, person.profession.skill_group, today)
        # Some domains of work are better trained than others: the same bias for all of a profession.
        for place, (skill_id, target) in enumerate(sorted(targets.items(), key=lambda item: str(item[0]))):
            leaning = (place * 7 + len(person.profession.skill_group)) % 10 / 10
            if chance.random() > SHARE_OF_SKILLS + 0.4 * (leaning - 0.5):
                continue
            level = max(1, min(4, target + chance.choice((-1, 0, 0, 1))))
            db.session.add(
                Evidence(
                    person_id=person.id,
                    skill_id=skill_id,
                    level=level,
                    kind=chance.choice((EvidenceKind.OBSERVATION, EvidenceKind.TEST)),
                    observed_on=today - timedelta(days=chance.randint(60, 600)),
                    assessor=texts.STAFF_TRAINER,
                    recorded_by="sample city",
                )
            )
            written += 1
    db.session.flush()
    return written
