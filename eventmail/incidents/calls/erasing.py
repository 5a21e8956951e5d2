"""The words of the contact list go with the incident's names and numbers; counts and days stay."""

from __future__ import annotations

from collections.abc import Collection, Iterable

import sqlalchemy as sa
from sqlalchemy.orm import Session

from eventmail.incidents.calls.models import Call, Caller, Followup
from eventmail.incidents.models import Incident

QUIET = {"synchronize_session": False}


def of_incident(session: Session, incident: Incident) -> None:
    """Blank what was wished, and why an entry was struck out."""
    _blank(session, Followup.incident_id == incident.id, Call.incident_id == incident.id)
    callers = sa.delete(Caller).where(Caller.incident_id == incident.id)
    session.execute(callers.execution_options(**QUIET))


def of_parties(session: Session, ids: Collection[int]) -> None:
    """The same of some companies."""
    _blank(session, Followup.party_id.in_(ids), Call.party_id.in_(ids))


def of_words(session: Session, incident_ids: Collection[int], words: Collection[str]) -> None:
    """The same wherever one of these words was written down: of another company, too."""
    here = Followup.incident_id.in_(incident_ids), Call.incident_id.in_(incident_ids)
    wished = session.execute(sa.select(Followup.party_id, Followup.wishes).where(here[0])).all()
    noted = session.execute(sa.select(Call.id, Call.note).where(here[1], Call.note != "")).all()

    def telling(rows: Iterable[sa.Row[int, str]]) -> list[int]:
        return [key for key, text in rows if any(word in text for word in words)]

    _blank(session, Followup.party_id.in_(telling(wished)), Call.id.in_(telling(noted)))


def _blank(
    session: Session, followups: sa.ColumnElement[bool], calls: sa.ColumnElement[bool]
) -> None:
    for each in (
        sa.update(Followup).where(followups).values(wishes=""),
        sa.update(Call).where(calls, Call.note != "").values(note=""),
    ):
        session.execute(each.execution_options(**QUIET))
    session.expire_all()
