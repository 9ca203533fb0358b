"""All pages of the desk, gathered: importing a room is what adds its routes to the blueprint."""

from trainings.desk import (
    board,
    closing_views,
    editing,
    events_list,
    health_views,
    rules_views,
    standing_views,
    today,
)
from trainings.desk.blueprint import bp

__all__ = [
    "board",
    "bp",
    "closing_views",
    "editing",
    "events_list",
    "health_views",
    "rules_views",
    "standing_views",
    "today",
]
