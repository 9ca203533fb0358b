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
from trainings.desk.backups import views as backup_views
from trainings.desk.blueprint import bp

__all__ = [
    "backup_views",
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
