"""Why a mailing is no longer where it was: kept, and shown to everybody who had it in hand."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from eventmail import clock
from eventmail.database import Asked
from eventmail.mailings.models import Mailing, MailingEditor, MailingState, Review, Snapshot
from eventmail.mailings.people import with_reviews
from eventmail.mailings.review_models import CheckStep, MailingNotice, NoticeKind
from eventmail.offices.permissions import Actor

SHOWN_FOR = timedelta(days=14)
STANDING_STILL = (MailingState.DRAFT, MailingState.HALTED, MailingState.REJECTED)


def note(
    session: Session,
    mailing: Mailing,
    kind: NoticeKind,
    sentence: str,
    actor: Actor | None = None,
) -> None:
    """Show ``sentence`` on the mailing, and keep it when another takes its place."""
    mailing.notice = sentence[:500]
    latest = mailing.latest
    session.add(
        MailingNotice(
            mailing_id=mailing.id,
            snapshot_id=latest.id if latest else None,
            kind=kind,
            sentence=sentence[:500],
            staff_id=actor.id if actor else None,
            at=clock.now(),
        )
    )


def history(session: Session, mailing: Mailing) -> list[MailingNotice]:
    """All that befell a mailing, oldest first."""
    query = sa.select(MailingNotice).where(MailingNotice.mailing_id == mailing.id)
    return list(session.scalars(query.order_by(MailingNotice.id)))


def newest_of(session: Session, mailing_ids: Collection[int]) -> dict[int, MailingNotice]:
    """The last thing that befell each of several mailings; those without any are not in it."""
    last = sa.select(sa.func.max(MailingNotice.id)).where(MailingNotice.mailing_id.in_(mailing_ids))
    query = sa.select(MailingNotice).where(
        MailingNotice.id.in_(last.group_by(MailingNotice.mailing_id))
    )
    found = session.scalars(query) if mailing_ids else ()
    return {each.mailing_id: each for each in found}


def concerning(session: Session, actor: Actor) -> list[tuple[Mailing, MailingNotice]]:
    """What befell the mailings that this person had in hand and that have not gone on since.

    Each with its newest notice, for two weeks, and not what the person did himself.
    """
    query = query_concerning(actor.office.id, actor.id, clock.now() - SHOWN_FOR)
    query = query.order_by(MailingNotice.id.desc()).options(*with_reviews())
    return [(mailing, notice) for mailing, notice in session.execute(query)]


def query_concerning(
    office_id: Asked, staff_id: Asked, since: Asked
) -> sa.Select[Mailing, MailingNotice]:
    """The same for an office and a person, as far as it befell them after a moment."""
    newest = (
        sa.select(sa.func.max(MailingNotice.id))
        .where(MailingNotice.mailing_id == Mailing.id)
        .correlate(Mailing)
        .scalar_subquery()
    )
    return (
        sa.select(Mailing, MailingNotice)
        .join(MailingNotice, MailingNotice.id == newest)
        .where(
            Mailing.office_id == office_id,
            Mailing.state.in_(STANDING_STILL),
            MailingNotice.at > since,
            sa.or_(MailingNotice.staff_id.is_(None), MailingNotice.staff_id != staff_id),
            _had_in_hand(staff_id),
        )
    )


def _had_in_hand(staff_id: Asked) -> sa.ColumnElement[bool]:
    """Whether somebody wrote in a mailing, or looked at or decided on any version of it."""
    wrote = sa.exists().where(
        MailingEditor.mailing_id == Mailing.id, MailingEditor.staff_id == staff_id
    )
    decided = sa.exists().where(
        Snapshot.mailing_id == Mailing.id,
        Review.snapshot_id == Snapshot.id,
        Review.staff_id == staff_id,
    )
    looked = sa.exists().where(
        Snapshot.mailing_id == Mailing.id,
        CheckStep.snapshot_id == Snapshot.id,
        CheckStep.staff_id == staff_id,
    )
    return sa.or_(Mailing.created_by == staff_id, wrote, decided, looked)
