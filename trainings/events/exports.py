"""An event for calendars and search engines."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

from flask import current_app, url_for

from trainings.core import clock
from trainings.core.paper import sheets
from trainings.events import texts
from trainings.events.models import Event, EventState, Responsible
from trainings.events.queries import notices_of

CALENDAR = "text/calendar"
LINKED_DATA = "application/ld+json"
SCHEMA = "https://schema.org"


def public_url(event: Event) -> str:
    """The address of the event's page."""
    address: str = current_app.config["TSUDOI"].url(url_for("guest.event", slug=event.slug))
    return address


def place(event: Event) -> str:
    return " ".join(part for part in (event.venue, event.room) if part)


# -- iCalendar -------------------------------------------------------------------------------------------------


def calendar_file(event: Event) -> bytes:
    """An iCalendar file (RFC 5545) with one entry per session, in Tokyo time with its VTIMEZONE.

    The uid of a session stays the same and SEQUENCE grows with each change of day, time or place, so that a second download
    of a moved event replaces the first entry; that of one that is postponed or called off takes the entry back.
    """
    from icalendar import Calendar
    from icalendar import Event as Entry

    host = current_app.config["TSUDOI"].public_url.partition("://")[2].rstrip("/")
    calendar = Calendar()
    calendar.add("prodid", "-//Tsudoi//tsudoi//JA")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    for session in event.sessions:
        entry = Entry()
        entry.add("uid", f"{session.id}@{host}")
        entry.add("summary", event.title if len(event.sessions) == 1 else f"{event.title} {session.title}")
        entry.add("dtstart", clock.local(session.starts_at))
        entry.add("dtend", clock.local(session.ends_at))
        entry.add("dtstamp", clock.now())
        entry.add("last-modified", event.revised_at or event.published_at or event.created_at)
        entry.add("sequence", event.revision)
        entry.add("status", "CONFIRMED" if event.is_held else "CANCELLED")
        entry.add("location", " ".join(part for part in (place(event), event.address) if part))
        entry.add("url", public_url(event))
        calendar.add_component(entry)
    calendar.add_missing_timezones()
    content: bytes = calendar.to_ical()
    return content


def calendar_name(event: Event) -> str:
    return sheets.file_name(clock.local(event.starts_at).date(), event.title, ending="ics")


# -- schema.org ------------------------------------------------------------------------------------------------


def structured_data(event: Event, *, is_full: bool) -> dict[str, Any]:
    """schema.org Event (https://schema.org/Event) as JSON-LD. is_full: no seat is left, and nobody may wait for one."""
    data: dict[str, Any] = {
        "@context": SCHEMA,
        "@type": "Event",
        "@id": public_url(event),
        "name": event.title,
        "description": event.description,
        "startDate": clock.local(event.starts_at).isoformat(),
        "endDate": clock.local(event.ends_at).isoformat(),
        "doorTime": clock.local(event.doors_open_at).isoformat(),
        "eventAttendanceMode": f"{SCHEMA}/OfflineEventAttendanceMode",
        **_standing(event),
        "url": public_url(event),
        "inLanguage": "ja",
        "location": {
            "@type": "Place",
            "name": place(event),
            "address": {
                "@type": "PostalAddress",
                "addressCountry": "JP",
                "streetAddress": event.address or event.venue,
            },
        },
        "organizer": _organisers(event),
        "audience": {"@type": "Audience", "audienceType": event.audience},
    }
    if event.capacity is not None:
        data["maximumAttendeeCapacity"] = event.capacity
    speakers = list(dict.fromkeys(item.speaker for item in event.programme if item.speaker))
    if speakers:
        data["performer"] = [{"@type": "Person", "name": speaker} for speaker in speakers]
    if len(event.sessions) > 1:
        data["subEvent"] = [
            {
                "@type": "Event",
                "name": f"{event.title} {session.title}",
                "startDate": clock.local(session.starts_at).isoformat(),
                "endDate": clock.local(session.ends_at).isoformat(),
                "location": data["location"],
            }
            for session in event.sessions
        ]
    return data | _price(event, is_full)


STANDING = {EventState.POSTPONED: "EventPostponed", EventState.CALLED_OFF: "EventCancelled"}


def _standing(event: Event) -> dict[str, Any]:
    """Whether it is held, and on another day than announced (https://schema.org/EventStatusType)."""
    if not event.is_held:
        return {"eventStatus": f"{SCHEMA}/{STANDING[event.state]}"}
    starts = {one.before["starts_at"] for one in notices_of(event.id)} if event.revision else set()
    earlier = sorted(starts - {event.starts_at.astimezone(UTC).isoformat()})
    if not earlier:
        return {"eventStatus": f"{SCHEMA}/EventScheduled"}
    return {
        "eventStatus": f"{SCHEMA}/EventRescheduled",
        "previousStartDate": [clock.local(datetime.fromisoformat(one)).isoformat() for one in earlier],
    }


def _organisers(event: Event) -> list[dict[str, str]]:
    settings = current_app.config["TSUDOI"]
    city = {"@type": "GovernmentOrganization", "name": settings.city_name}
    association = {"@type": "Organization", "name": settings.association_name}
    by_whom = {
        Responsible.CITY: [city],
        Responsible.ASSOCIATION: [association],
        Responsible.JOINT: [city, association],
    }
    return by_whom[event.responsible]


def _price(event: Event, is_full: bool) -> dict[str, Any]:
    """What it costs, as far as the words of the fee say so without doubt; and that it is sold out, whatever it costs."""
    is_free = event.fee in texts.FREE and event.fee_amount is None
    found: dict[str, Any] = {"isAccessibleForFree": is_free}
    yen = re.fullmatch(r"([0-9,]+)円", event.fee)
    if event.state != EventState.PUBLISHED or not (is_free or yen or is_full):
        return found
    offer = {
        "@type": "Offer",
        "url": public_url(event),
        "validFrom": clock.local(event.application_opens_at).isoformat(),
        "validThrough": clock.local(event.application_closes_at).isoformat(),
    }
    if is_free or yen:
        offer |= {"price": yen[1].replace(",", "") if yen and not is_free else "0", "priceCurrency": "JPY"}
    if is_full:
        offer["availability"] = f"{SCHEMA}/SoldOut"
    return found | {"offers": offer}
