"""The blueprint that all pages of guests share."""

from trainings.core.web import blueprint

bp = blueprint("guest")
