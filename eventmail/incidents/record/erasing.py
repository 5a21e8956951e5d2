"""What people wrote into the chronology: names go from it, and its words for others stay."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from itertools import groupby

import sqlalchemy as sa
from sqlalchemy.orm import Session

from eventmail.incidents.models import Incident
from eventmail.incidents.record import chronology
from eventmail.incidents.record.models import Chronicled
from eventmail.incidents.record.naming import Anonymous

SOMEBODY = "担当者"


def of_incident(session: Session, incident: Incident) -> None:
    """Take the names out of every version that people wrote. The companies are still known."""
    _take_out(session, incident, chronology.written(session, incident))


def of_words(session: Session, incident_ids: Collection[int], words: Collection[str]) -> None:
    """The same of every version that has one of these words: somebody asked to be erased."""
    query = sa.select(Chronicled).where(Chronicled.incident_id.in_(incident_ids))
    told = [
        each
        for each in session.scalars(query.order_by(Chronicled.incident_id, Chronicled.version))
        if any(word in each.text + each.public + each.note for word in words)
    ]
    for incident_id, rows in groupby(told, key=lambda each: each.incident_id):
        _take_out(session, session.get_one(Incident, incident_id), list(rows), words)


def _take_out(
    session: Session,
    incident: Incident,
    written: Iterable[Chronicled],
    words: Collection[str] = (),
) -> None:
    rows = [each for each in written if each.text]
    public = Anonymous(*chronology.names(session, incident), [each.text for each in rows])
    for each in rows:
        told = each.public or public(each.text)
        for word in sorted(words, key=len, reverse=True):
            told = told.replace(word, SOMEBODY)
        each.public = told
        each.text = each.note = ""
    session.flush()
