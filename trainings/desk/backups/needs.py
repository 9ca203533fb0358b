"""What of backups waits for a hand: one that failed, is old or was never made, and a worker that waits after a restore."""

from __future__ import annotations

import uuid

from trainings.core.needs import Need, need
from trainings.core.restoration import held
from trainings.core.web import jdatetime
from trainings.desk.backups import nightly, texts

PAGE = "desk.backups"


def needs(event_id: uuid.UUID | None = None) -> list[Need]:
    """Of the house only."""
    if event_id is not None:
        return []
    found = [need("restored", texts.NEEDS, PAGE)] if held() else []
    if not nightly.is_on():
        return found
    failed, age = nightly.failed_at(), nightly.age()
    if nightly.is_missing():
        return [*found, need("backup_never", texts.NEEDS, PAGE)]
    if failed is not None:
        found.append(need("backup_failed", texts.NEEDS, PAGE, at=jdatetime(failed)))
    if age is not None and age > nightly.OLD:
        found.append(need("backup_old", texts.NEEDS, PAGE, hours=int(age.total_seconds()) // 3600))
    return found
