"""Pages of seats, gathered: importing a room is what adds its routes to the blueprint."""

from trainings.allocation import record_views, views
from trainings.allocation.views import bp

__all__ = ["bp", "record_views", "views"]
