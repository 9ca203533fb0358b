"""An event for calendars and search engines."""

from __future__ import annotations

from typing import Any

from flask import current_app, url_for

from trainings.core import clock
from trainings.events.models import Event, EventState


def public_url(event: Event) -> str:
    """The address of the event's page."""
    address: str = current_app.config["TSUDOI"].url(url_for("guest.event", slug=event.slug))
    return address


def place(event: Event) -> str:
    return " ".join(part for part in (event.venue, event.room) if part)


def calendar_file(event: Event) -> bytes:
    """An iCalendar file (RFC 5545) with one entry per session, in Tokyo time."""
    from icalendar import Calendar  # lazy door: only this file needs it
    from icalendar import Event as Entry

    calendar = Calendar()
    calendar.add("prodid", "-//Tsudoi//tsudoi//JA")
    calendar.add("version", "2.0")
    for session in event.sessions:
        entry = Entry()
        entry.add("uid", f"{session.id}@tsudoi")
        entry.add("summary", event.title if len(event.sessions) == 1 else f"{event.title} {session.title}")
        entry.add("dtstart", clock.local(session.starts_at))
        entry.add("dtend", clock.local(session.ends_at))
        entry.add("dtstamp", event.published_at or event.created_at)
        entry.add("location", " ".join(part for part in (place(event), event.address) if part))
        entry.add("url", public_url(event))
        calendar.add_component(entry)
    calendar.add_missing_timezones()
    content: bytes = calendar.to_ical()
    return content


def structured_data(event: Event) -> dict[str, Any]:
    """schema.org Event (https://schema.org/Event)."""
    settings = current_app.config["TSUDOI"]
    data: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "Event",
        "name": event.title,
        "description": event.description,
        "startDate": clock.local(event.starts_at).isoformat(),
        "endDate": clock.local(event.ends_at).isoformat(),
        "doorTime": clock.local(event.doors_open_at).isoformat(),
        "eventAttendanceMode": "https://schema.org/OfflineEventAttendanceMode",
        "eventStatus": "https://schema.org/EventScheduled",
        "url": public_url(event),
        "inLanguage": "ja",
        "isAccessibleForFree": True,
        "location": {"@type": "Place", "name": place(event), "address": event.address or event.venue},
        "organizer": [
            {"@type": "GovernmentOrganization", "name": settings.city_name},
            {"@type": "Organization", "name": settings.association_name},
        ],
        "audience": {"@type": "Audience", "audienceType": event.audience},
    }
    if event.capacity is not None:
        data["maximumAttendeeCapacity"] = event.capacity
    if event.state == EventState.PUBLISHED:
        data["offers"] = {
            "@type": "Offer",
            "price": "0",
            "priceCurrency": "JPY",
            "url": public_url(event),
            "validFrom": clock.local(event.application_opens_at).isoformat(),
            "validThrough": clock.local(event.application_closes_at).isoformat(),
        }
    return data
