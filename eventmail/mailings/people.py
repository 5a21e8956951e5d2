"""Who wrote in a mailing and who reviewed it: whom the two looks of others leave out."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

from eventmail.audit.service import record
from eventmail.mailings.models import Mailing, MailingEditor
from eventmail.offices.permissions import Actor


def note_editors(session: Session, mailing: Mailing, staff_ids: set[int]) -> None:
    """Write down who wrote in it; nobody is ever struck off again."""
    for staff_id in sorted(staff_ids - editors(session, mailing)):
        session.add(MailingEditor(mailing_id=mailing.id, staff_id=staff_id))
    session.flush()


def editors(session: Session, mailing: Mailing) -> frozenset[int]:
    """Whoever wrote in it."""
    query = sa.select(MailingEditor.staff_id).where(MailingEditor.mailing_id == mailing.id)
    return frozenset(session.scalars(query))


def reviewers(mailing: Mailing) -> frozenset[int]:
    """Whoever decided on what was last submitted."""
    latest = mailing.latest
    return frozenset(each.staff_id for each in latest.reviews) if latest else frozenset()


def audit(session: Session, mailing: Mailing, action: str, actor: Actor, **details: object) -> None:
    """Record what a person did to a mailing."""
    subject = f"mailing:{mailing.id}"
    record(session, action, subject, office_id=mailing.office_id, staff_id=actor.id, **details)
