"""Pages of seats, gathered: importing a room is what adds its routes to the blueprint."""

from trainings.allocation import views
from trainings.allocation.draws import record_views
from trainings.allocation.views import bp

__all__ = ["bp", "record_views", "views"]
