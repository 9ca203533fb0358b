"""What stands over the pages of a workbook about an event."""

from __future__ import annotations

from trainings.core.paper.sheets import About
from trainings.core.web import about, jdate
from trainings.events.models import Event


def about_event(event: Event) -> About:
    """第2回 多職種事例検討会　2027年2月14日（日）"""
    return about(f"{event.title}　{jdate(event.starts_at)}")
