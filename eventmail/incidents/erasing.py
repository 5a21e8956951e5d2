"""An incident's addresses, names and numbers go: after its time, or one person's on request."""

from __future__ import annotations

from collections.abc import Collection

import sqlalchemy as sa
from sqlalchemy.orm import Session

from eventmail import clock
from eventmail.incidents import service
from eventmail.incidents.exposure import exposure
from eventmail.incidents.models import ExposedAddress, Incident, IncidentMail, Party

QUIET = {"synchronize_session": False}


def of_incident(session: Session, incident: Incident) -> None:
    """Blank all of them; what was counted, when it was and what the staff wrote stays."""
    found = exposure(session, incident)
    for each in (
        sa.update(ExposedAddress)
        .where(ExposedAddress.incident_id == incident.id)
        .values(**blank_address()),
        sa.update(Party)
        .where(Party.incident_id == incident.id)
        .values(company="", phone="", version=Party.version + 1),
        sa.update(IncidentMail)
        .where(IncidentMail.incident_id == incident.id)
        .values(subject="", sender="", unread=[]),
    ):
        session.execute(each.execution_options(**QUIET))
    incident.erased_at = clock.now()
    session.flush()
    session.expire_all()
    service.audit(
        session,
        incident,
        "incident.erased",
        None,
        addresses=found.total,
        participants=found.companies,
        mails=len(found.mails),
    )


def of_addresses(session: Session, ids: Collection[int]) -> None:
    """Blank these; and a company of whose people nobody is left, for it may be one person's."""
    found = session.scalars(sa.select(ExposedAddress).where(ExposedAddress.id.in_(ids))).all()
    parties = {each.party_id for each in found}
    # What nobody has named yet is called by the address, or by the name beside it.
    called = {word for each in found for word in (each.address, each.shown_name)}
    incidents = sa.select(ExposedAddress.incident_id).where(ExposedAddress.id.in_(ids))
    left = sa.exists().where(ExposedAddress.party_id == Party.id, ExposedAddress.address != "")
    for each in (
        sa.update(IncidentMail).where(IncidentMail.incident_id.in_(incidents)).values(unread=[]),
        sa.update(ExposedAddress).where(ExposedAddress.id.in_(ids)).values(**blank_address()),
        sa.update(Party)
        .where(Party.id.in_(parties), sa.or_(~left, Party.company.in_(called)))
        .values(company="", phone="", version=Party.version + 1),
    ):
        session.execute(each.execution_options(**QUIET))


def blank_address() -> dict[str, object]:
    """The values of an address of which nothing is known any more; its key stays unique."""
    key = sa.literal("erased:") + sa.cast(ExposedAddress.id, sa.String)
    return {"address": "", "shown_name": "", "address_key": key}
