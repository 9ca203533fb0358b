"""All pages of guests, gathered: importing a room is what adds its routes to the blueprint."""

from trainings.guest import event_pages, my_address, my_application, my_history, robots, ticket
from trainings.guest.blueprint import bp

__all__ = ["bp", "event_pages", "my_address", "my_application", "my_history", "robots", "ticket"]
