"""Who wrote in a mailing and who reviewed it: whom the two looks of others leave out."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload, selectinload
from sqlalchemy.sql.base import ExecutableOption

from eventmail.audit.service import record, text_digest
from eventmail.mailings.models import AUDIENCE_NAMES, MODE_NAMES, Mailing, MailingEditor, Snapshot
from eventmail.offices.permissions import Actor

WRITTEN = ("purpose", "subject", "body")


def note_editors(session: Session, mailing: Mailing, staff_ids: set[int]) -> None:
    """Write down who wrote in it; nobody is ever struck off again."""
    for staff_id in sorted(staff_ids - editors(session, mailing)):
        session.add(MailingEditor(mailing_id=mailing.id, staff_id=staff_id))
    session.flush()


def editors(session: Session, mailing: Mailing) -> frozenset[int]:
    """Whoever wrote in it."""
    query = sa.select(MailingEditor.staff_id).where(MailingEditor.mailing_id == mailing.id)
    return frozenset(session.scalars(query))


def editors_of(session: Session, mailings: Collection[Mailing]) -> dict[int, frozenset[int]]:
    """The same of several, in one query."""
    found: dict[int, set[int]] = {each.id: set() for each in mailings}
    query = sa.select(MailingEditor.mailing_id, MailingEditor.staff_id)
    for mailing_id, staff_id in session.execute(query.where(MailingEditor.mailing_id.in_(found))):
        found[mailing_id].add(staff_id)
    return {mailing_id: frozenset(people) for mailing_id, people in found.items()}


def with_reviews() -> tuple[ExecutableOption, ...]:
    """For a query of mailings that asks each for its event and who decided: not one by one."""
    return (
        joinedload(Mailing.event),
        selectinload(Mailing.snapshots).selectinload(Snapshot.reviews),
    )


def reviewers(mailing: Mailing) -> frozenset[int]:
    """Whoever decided on what was last submitted."""
    latest = mailing.latest
    return frozenset(each.staff_id for each in latest.reviews) if latest else frozenset()


def audit(session: Session, mailing: Mailing, action: str, actor: Actor, **details: Any) -> None:
    """Record what a person did to a mailing."""
    subject = f"mailing:{mailing.id}"
    record(session, action, subject, office_id=mailing.office_id, staff_id=actor.id, **details)


def recordable(session: Session, mailing: Mailing) -> dict[str, Any]:
    """What the author has written, for the audit: of free texts, in which an address may stand, a
    digest.
    """
    texts = {name: text_digest(session, getattr(mailing, name)) for name in WRITTEN}
    return texts | {
        "mode": MODE_NAMES[mailing.mode],
        "html": mailing.html,
        "stoppable": mailing.stoppable,
        "send_at": mailing.send_at.isoformat() if mailing.send_at else None,
        "audience": AUDIENCE_NAMES[mailing.audience],
        "since_id": mailing.since_id,
        "expected_count": mailing.expected_count,
        "by_link": mailing.by_link,
        "materials": sorted(each.id for each in mailing.materials),
    }
