"""When an incident's names go, its chronology keeps the words for others."""

from __future__ import annotations

from sqlalchemy.orm import Session

from eventmail.incidents.models import Incident
from eventmail.incidents.record import chronology
from eventmail.incidents.record.naming import Anonymous


def of_incident(session: Session, incident: Incident) -> None:
    """Take the names out of every version that people wrote. The companies are still known."""
    staff, companies = chronology.names(session, incident)
    written = chronology.written(session, incident)
    public = Anonymous(staff, companies, [each.text for each in written])
    for each in written:
        if each.text:
            each.public = each.public or public(each.text)
            each.text = each.note = ""
    session.flush()
