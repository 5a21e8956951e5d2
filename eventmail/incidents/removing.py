"""A mail that was added by mistake goes again, with what only it had shown."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

from eventmail.errors import NotFound, UserError
from eventmail.incidents import service, taking
from eventmail.incidents.models import (
    Evidence,
    ExposedAddress,
    Incident,
    IncidentMail,
    Party,
    Sighting,
)
from eventmail.language import said
from eventmail.offices.permissions import Actor

OURS = said("このサービスの送信記録は、取り除けません。")


def remove(session: Session, actor: Actor, incident: Incident, mail_id: int) -> None:
    """Take it out; companies that no other mail names and nobody has called go with it.

    That it was there stays in the audit.
    """
    service.touch(session, actor, incident)
    query = sa.select(IncidentMail).where(
        IncidentMail.id == mail_id, IncidentMail.incident_id == incident.id
    )
    mail = session.scalar(query)
    if mail is None:
        raise NotFound
    if mail.evidence is Evidence.MAILING:
        raise UserError(OURS)
    told = {"kind": mail.evidence.value, "sha256": mail.sha256, "number": mail.number}
    gone = _only_here(session, mail)
    session.execute(sa.delete(Sighting).where(Sighting.mail_id == mail.id))
    session.execute(sa.delete(IncidentMail).where(IncidentMail.id == mail.id))
    parties = {each.party_id for each in gone}
    for each in gone:
        session.delete(each)
    session.flush()
    _drop(session, parties)
    session.expire_all()
    service.audit(session, incident, "incident.mail_removed", actor, addresses=len(gone), **told)


def _only_here(session: Session, mail: IncidentMail) -> list[ExposedAddress]:
    elsewhere = sa.select(Sighting.address_id).where(
        Sighting.incident_id == mail.incident_id, Sighting.mail_id != mail.id
    )
    here = sa.select(Sighting.address_id).where(Sighting.mail_id == mail.id)
    query = sa.select(ExposedAddress).where(
        ExposedAddress.id.in_(here), ExposedAddress.id.not_in(elsewhere)
    )
    return list(session.scalars(query))


def _drop(session: Session, ids: set[int]) -> None:
    """Companies of which no address is left; one that was called stays in the list."""
    left = set(
        session.scalars(sa.select(ExposedAddress.party_id).where(ExposedAddress.party_id.in_(ids)))
    )
    for each in session.scalars(sa.select(Party).where(Party.id.in_(ids - left))).all():
        taking.let_go_if_untouched(session, each)
