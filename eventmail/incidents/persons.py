"""Which addresses identify a person: somebody looks at what the classifier said, and answers."""

from __future__ import annotations

from collections.abc import Mapping

import sqlalchemy as sa
from sqlalchemy.orm import Session

from eventmail import clock
from eventmail.audit.service import address_digest
from eventmail.errors import NotFound
from eventmail.incidents import service
from eventmail.incidents.models import ExposedAddress, Incident
from eventmail.offices.permissions import Actor


def confirm(session: Session, actor: Actor, incident: Incident, answers: Mapping[int, bool]) -> int:
    """Keep the answers, each of its own; returns how many are new or others than before."""
    service.touch(session, actor, incident)
    query = sa.select(ExposedAddress).where(
        ExposedAddress.incident_id == incident.id, ExposedAddress.id.in_(answers)
    )
    found = session.scalars(query.execution_options(populate_existing=True)).all()
    if len(found) != len(answers):
        raise NotFound
    changed = [each for each in found if each.is_person is not answers[each.id]]
    for each in changed:
        _answer(session, actor, incident, each, answers[each.id])
    session.flush()
    return len(changed)


def _answer(
    session: Session, actor: Actor, incident: Incident, address: ExposedAddress, answer: bool
) -> None:
    before = address.is_person
    address.is_person, address.confirmed_by = answer, actor.id
    address.confirmed_at = clock.now()
    service.audit(
        session,
        incident,
        "incident.person_confirmed",
        actor,
        address=address_digest(session, address.address),
        before={"is_person": before},
        after={"is_person": answer},
    )
