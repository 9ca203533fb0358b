"""Who still has to be told without a mail."""

from __future__ import annotations

import uuid

from trainings.core.needs import Need, need
from trainings.notices import texts
from trainings.notices.queries import count_untold


def needs(event_id: uuid.UUID | None = None) -> list[Need]:
    """Of one event, or of all."""
    return [
        need("untold_people", texts.NEEDS, "notices.index", event_id=id, n=n)
        for id, n in count_untold(event_id).items()
    ]
