"""Pages about who is whom, gathered: importing a room is what adds its routes to the blueprint."""

from trainings.registration.people import person_views as people_views
from trainings.registration.people import settling_views
from trainings.registration.people.settling_views import bp

__all__ = ["bp", "people_views", "settling_views"]
