"""What an organiser may say about skills."""

from __future__ import annotations

from flask_wtf import FlaskForm


class TaughtSkillsForm(FlaskForm):  # type: ignore[misc]
    """The choice of levels per skill is read by the view, since the skills are rows of the framework."""
