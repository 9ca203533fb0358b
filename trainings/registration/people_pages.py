"""Pages about who is whom, gathered: importing a room is what adds its routes to the blueprint."""

from trainings.registration import people_views, settling_views
from trainings.registration.settling_views import bp

__all__ = ["bp", "people_views", "settling_views"]
