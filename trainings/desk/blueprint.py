"""The blueprint that all pages of the desk share."""

from trainings.core.web import blueprint

bp = blueprint("desk")
