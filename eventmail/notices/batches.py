"""What an overseer sent to several offices at once, found again, and whether it can be mended."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

from eventmail.errors import NotFound, UserError
from eventmail.language import said
from eventmail.notices.models import Notice
from eventmail.offices import places
from eventmail.offices.models import Office, Staff

OVER = said("このお知らせは、すでに取り下げたか訂正しているため、{deed}。")
PARTLY = said(
    "このお知らせは、あなたの担当でない局の所にも送られているため、{deed}。"
    "送った人に依頼してください。"
)


def of_overseer(session: Session, overseer: Staff, batch: str) -> list[Notice]:
    """What his offices got of a batch; nothing if that is not there."""
    own = [each.id for each in places.overseen(session, overseer)]
    query = (
        sa.select(Notice)
        .join(Office, Office.id == Notice.office_id)
        .where(Notice.batch == batch, Notice.office_id.in_(own))
        .order_by(Office.name)
        .execution_options(populate_existing=True)
    )
    return list(session.scalars(query))


def sent_batch(session: Session, overseer: Staff, batch: str) -> list[Notice]:
    """What the overseer's offices got at once; anything else is not found."""
    found = of_overseer(session, overseer, batch)
    if not found:
        raise NotFound
    return found


def open_batch(session: Session, overseer: Staff, batch: str, deed: str) -> list[Notice]:
    """One that can still be withdrawn or corrected; :class:`UserError` says why not."""
    found = sent_batch(session, overseer, batch)
    fault = why_fixed(session, found, deed)
    if fault:
        raise UserError(fault)
    return found


def why_fixed(session: Session, found: list[Notice], deed: str) -> str:
    """Why a batch can be neither withdrawn nor corrected; empty if it can."""
    if not all(each.holds for each in found):
        return OVER.format(deed=deed)
    everywhere = sa.select(sa.func.count()).where(Notice.batch == found[0].batch)
    return "" if session.scalar(everywhere) == len(found) else PARTLY.format(deed=deed)


def corrected_by(session: Session, notice: Notice) -> Notice | None:
    """The earlier notice whose mistake this one mends."""
    return session.get(Notice, notice.corrects_id) if notice.corrects_id else None
