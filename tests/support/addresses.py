"""Mail addresses that were confirmed, for tests of what lies behind them. Call them inside a unit."""

from __future__ import annotations

from trainings.registration.models import Application
from trainings.registration.people.addresses import address_of, confirm_address, person_secret


def own_link(application: Application) -> str:
    """The secret of the person link, of the application's address, which is confirmed."""
    address = address_of(application)
    confirm_address(address)
    return person_secret(address)
