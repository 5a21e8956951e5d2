"""経過: the lines that write themselves, with what people added, corrected and left out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from eventmail.incidents.calls import standing
from eventmail.incidents.models import Incident, Party
from eventmail.incidents.record import sources
from eventmail.incidents.record.lines import Line, lines
from eventmail.incidents.record.models import Chronicled
from eventmail.incidents.record.naming import Anonymous
from eventmail.offices.models import OfficeStaff, Staff

BY_HAND = "hand:"
Names = tuple[list[str], list[str]]  # of staff, of companies


@dataclass(frozen=True, slots=True)
class Entry:
    """One line as it counts now. ``public``: the same without names of staff or companies.

    ``version``: how often people have written it, 0 where it wrote itself. ``original``: what it
    said before, ``overtaken``: the line says something else by now than when it was corrected.
    """

    at: datetime
    text: str
    public: str
    key: str
    all_day: bool = False
    version: int = 0
    original: str = ""
    original_at: datetime | None = None
    overtaken: str = ""
    own_words: bool = False  # the public ones
    hidden: bool = False
    note: str = ""
    staff_id: int | None = None

    @property
    def by_hand(self) -> bool:
        """Whether somebody added it."""
        return self.key.startswith(BY_HAND)

    @property
    def corrected(self) -> bool:
        """Whether somebody changed it, or left it out."""
        return self.version > (1 if self.by_hand else 0)


def chronology(session: Session, incident: Incident) -> list[Entry]:
    """What happened, in order, without what was left out."""
    return without_hidden(timeline(session, incident))


def without_hidden(found: Iterable[Entry]) -> list[Entry]:
    """What of a timeline is told."""
    return [each for each in found if not each.hidden]


def timeline(
    session: Session,
    incident: Incident,
    found: Sequence[standing.Line] | None = None,
    known: Names | None = None,
) -> list[Entry]:
    """The same with what was left out, and why. ``found``, ``known``: the contact list and the
    names, for whoever has them at hand.
    """
    derived = lines(sources.known(session, incident, found))
    entries = merged(derived, written(session, incident))
    return named(entries, *(known or names(session, incident)))


def public_words(known: Names, found: Iterable[Entry]) -> Anonymous:
    """Takes the names out of any other text of the incident, by the letters of its timeline."""
    found = list(found)
    public = Anonymous(*known, [each.text for each in found])
    for each in found:
        if not each.own_words:
            public(each.text)
    return public


def find(session: Session, incident: Incident, key: str) -> Entry | None:
    """One line by its key."""
    return next((each for each in timeline(session, incident) if each.key == key), None)


def written(session: Session, incident: Incident) -> list[Chronicled]:
    """All that people wrote, the older versions first."""
    query = sa.select(Chronicled).where(Chronicled.incident_id == incident.id)
    return list(session.scalars(query.order_by(Chronicled.version, Chronicled.id)))


def names(session: Session, incident: Incident) -> Names:
    """Whoever serves or served in the office, and the companies."""
    staff = sa.select(Staff.name).join(OfficeStaff, OfficeStaff.staff_id == Staff.id)
    people = session.scalars(
        staff.where(OfficeStaff.office_id == incident.office_id).order_by(Staff.id)
    )
    companies = sa.select(Party.company).where(Party.incident_id == incident.id)
    return list(people), list(session.scalars(companies.order_by(Party.position)))


def merged(derived: Iterable[Line], rows: Iterable[Chronicled]) -> list[Entry]:
    """Every line once, as its newest version says; the public words still to come."""
    own = {each.key: each for each in derived}
    history: dict[str, list[Chronicled]] = {}
    for row in rows:
        history.setdefault(row.key, []).append(row)
    untouched = [
        Entry(each.at, each.text, "", each.key, each.all_day)
        for each in own.values()
        if each.key not in history
    ]
    found = [*untouched, *(_newest(each, own.get(key)) for key, each in history.items())]
    return sorted(found, key=lambda each: (each.at, each.key))


def named(entries: Sequence[Entry], staff: Iterable[str], companies: Iterable[str]) -> list[Entry]:
    """Each with its public words: those that somebody wrote, else the text without the names."""
    public = Anonymous(staff, companies, [each.text for each in entries])
    return [
        replace(each, public=each.public or public(each.text), text=each.text or each.public)
        for each in entries
    ]


def _newest(versions: Sequence[Chronicled], line: Line | None) -> Entry:
    row, first = versions[-1], versions[0]
    was = line.text if line else row.original or (first.text if len(versions) > 1 else "")
    overtaken = line is not None and row.original != line.text
    return Entry(
        at=row.happened_at,
        text=row.text,
        public=row.public,
        key=row.key,
        all_day=line.all_day and row.happened_at == line.at if line else False,
        version=row.version,
        original=was if was != row.text else "",
        original_at=line.at if line else first.happened_at,
        overtaken=line.text if line is not None and overtaken else "",
        own_words=bool(row.public),
        hidden=row.hidden,
        note=row.note,
        staff_id=row.staff_id,
    )
