"""The event for a participant's calendar: the organiser and himself, and nobody else."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from datetime import UTC, date, datetime, time, timedelta

from icalendar import Calendar, vCalAddress, vText
from icalendar import Event as Entry

from eventmail import clock
from eventmail.links.service import Guest

_TIME = r"(?P<noon>午前|午後)?(?P<h>\d{1,2})(?::(?P<m>\d{2})|時(?:(?P<n>\d{1,2})分|(?P<half>半))?)"
_HOURS = re.compile(_TIME + r"(?:\s*(?:から|[~〜～\-–—])\s*" + _TIME.replace(">", "_end>") + r")?")
_ASIDE = re.compile(r"\([^()]*\)")
NOON = 12


def calendar_of(guest: Guest, page: str) -> bytes:
    """The calendar file; ``page`` is the address of his own page."""
    event, contact = guest.event, guest.contact
    entry = Entry()
    name = f"{event.office_id}|{event.id}|{contact.id}"
    domain = event.sender.address.rpartition("@")[2]
    entry.add("uid", f"{hashlib.sha256(name.encode()).hexdigest()[:32]}@{domain}")
    entry.add("dtstamp", clock.now().replace(microsecond=0))
    entry.add("summary", event.name)
    entry.add("location", event.place)
    entry.add("description", f"{clock.japanese_date(event.held_on)} {event.hours}".strip())
    entry.add("url", page)
    start, end = span(event.held_on, event.hours)
    entry.add("dtstart", start)
    entry.add("dtend", end)
    organiser = vCalAddress(f"MAILTO:{event.reply_to.address}")
    organiser.params["CN"] = vText(event.sender.name)
    entry["organizer"] = organiser
    himself = vCalAddress(f"MAILTO:{contact.address}")
    himself.params["CN"] = vText(guest.participant.company)
    entry.add("attendee", himself, encode=False)
    calendar = Calendar()
    calendar.add("prodid", "-//Eventmail//participant page//JA")
    calendar.add("version", "2.0")
    calendar.add_component(entry)
    return bytes(calendar.to_ical())


def span(day: date, hours: str) -> tuple[date, date] | tuple[datetime, datetime]:
    """From when to when, in UTC; the whole day where the hours cannot be read for sure."""
    whole = (day, day + timedelta(days=1))
    plain = unicodedata.normalize("NFKC", hours)
    told = list(_HOURS.finditer(_ASIDE.sub("", plain))) or list(_HOURS.finditer(plain))
    if len(told) != 1:  # which of them is the event's?
        return whole
    (found,) = told
    noon = found["noon"] or ""
    start = _moment(day, noon, found["h"], found["m"] or found["n"], found["half"])
    if start is None:
        return whole
    if not found["h_end"]:
        return start, start + timedelta(hours=1)
    noon_end = found["noon_end"] or noon
    minute = found["m_end"] or found["n_end"]
    end = _moment(day, noon_end, found["h_end"], minute, found["half_end"])
    return (start, end) if end is not None and end > start else whole


def _moment(
    day: date, noon: str, hour: str, minute: str | None, half: str | None
) -> datetime | None:
    hours = int(hour) + (NOON if noon == "午後" and int(hour) < NOON else 0)
    minutes = 30 if half else int(minute or 0)
    if hours > 23 or minutes > 59:
        return None
    return datetime.combine(day, time(hours, minutes), clock.TOKYO).astimezone(UTC)
