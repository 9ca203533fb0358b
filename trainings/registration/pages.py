"""Pages of applying and of 名簿, gathered: importing a room is what adds its routes to the blueprint."""

from trainings.registration import list_views, views
from trainings.registration.proxy import views as proxy_views
from trainings.registration.views import bp

__all__ = ["bp", "list_views", "proxy_views", "views"]
