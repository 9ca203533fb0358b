"""The WSGI entry point: `gunicorn wsgi:app`, `flask --app wsgi …`. Settings come from the environment."""

import os
import sys
from itertools import pairwise

from config import Settings
from trainings import create_app
from trainings.cli.draw import verifying_app

# What we write (database, queue, survey keys) is for the service's own account only.
os.umask(0o077)

# Whoever checks a record of a draw has no settings, no database and no need of either.
checks_a_record = ("draw", "verify") in pairwise(sys.argv)
app = verifying_app() if checks_a_record else create_app(Settings.from_environment())
