"""The WSGI entry point: `gunicorn wsgi:app`, `flask --app wsgi …`. Settings come from the environment."""

from config import Settings
from trainings import create_app

app = create_app(Settings.from_environment())
