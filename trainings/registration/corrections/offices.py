"""The office of somebody who applies: chosen from the list, or typed as it stands in the directory."""

from __future__ import annotations

import uuid
from typing import Any

from trainings.core.db import db
from trainings.directory.models import Organisation
from trainings.directory.queries import organisation_by_exact_name
from trainings.registration.models import Application
from trainings.registration.texts import NO_OFFICE


def id_of(text: str | None) -> uuid.UUID | None:
    """What a field holds as an id; None for anything else."""
    try:
        return uuid.UUID(text or "")
    except ValueError:
        return None


class TypedOffice:
    """Of a form with the fields organisation_name and organisation_id."""

    organisation_name: Any
    organisation_id: Any
    held: Application | None
    _office: Organisation | None = None
    """Kept, so that the session does not read it anew each time that it is asked for."""
    _looked_up: str | None = None
    """The typed name that was looked up last."""

    def _chosen_office(self, typed: str) -> uuid.UUID | None:
        """The id of the office chosen from the list, or of the only one in use whose name was typed, width and blanks apart,
        as happens without JavaScript; None for another name, and for one that went out of use: it is kept as typed then."""
        chosen = id_of(self.organisation_id.data)
        office = db.session.get(Organisation, chosen) if chosen else None
        is_valid = (
            office is not None
            and office.name == typed
            and (office.active or (self.held is not None and self.held.organisation_id == office.id))
        )
        if is_valid:
            self._office = office
        elif self._looked_up != typed:
            self._looked_up = typed
            self._office = None if typed in NO_OFFICE else organisation_by_exact_name(typed)
        return self._office.id if self._office is not None else None

    @property
    def office_as_stored(self) -> str:
        """The office's name as it will be stored: that of the directory where it is in it."""
        typed = self.organisation_name.data or ""
        return self._office.name if self._chosen_office(typed) and self._office is not None else typed
