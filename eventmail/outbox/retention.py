"""The one way in which a snapshot's personal data goes: whole, recorded, and for good."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

from eventmail import clock
from eventmail.audit.service import record
from eventmail.errors import UserError
from eventmail.language import said
from eventmail.mailings.answers import erase_answers
from eventmail.mailings.models import (
    Erasure,
    Mailing,
    MailingState,
    Snapshot,
    SnapshotRecipient,
)
from eventmail.offices.permissions import Actor
from eventmail.outbox.models import Attempt, DecisionRecord, Delivery, Dispatch

IN_USE = (MailingState.CHECKING, MailingState.APPROVING, MailingState.SENDING)


def erase(session: Session, actor: Actor | None, snapshot: Snapshot, reason: str) -> None:
    """Erase names, addresses and mails of a snapshot; digests, counts and fates stay.

    Without ``actor`` the service itself did it. Raises :class:`UserError` while the mailing is
    being decided on or sent. The database allows these changes only after the erasure's record,
    and lets nothing more of that mailing be sent: whom it has reached is gone with it.
    """
    mailing = session.get_one(Mailing, snapshot.mailing_id, with_for_update=True)
    if session.get(Erasure, snapshot.id) is not None:
        return
    dispatch = session.get(Dispatch, snapshot.id)
    on_its_way = dispatch is not None and dispatch.finished_at is None
    if mailing.state in IN_USE or on_its_way:
        raise UserError(
            said(
                "確認・決裁・送信の途中の案件からは消去できません。終わってから、もう一度お試しください。"
            )
        )
    staff_id = actor.id if actor else None
    erasure = Erasure(snapshot_id=snapshot.id, at=clock.now(), staff_id=staff_id, reason=reason)
    session.add(erasure)
    session.flush()
    _blank_people(session, snapshot)
    _blank_mails(session, snapshot)
    erase_answers(session, snapshot)
    session.expire_all()
    record(
        session,
        "snapshot.erased",
        f"mailing:{snapshot.mailing_id}",
        office_id=snapshot.office_id,
        staff_id=staff_id,
        digest=snapshot.digest,
        recipients=snapshot.recipient_count,
    )


def _blank_people(session: Session, snapshot: Snapshot) -> None:
    blank = dict.fromkeys(("company", "department", "title", "name", "address"), "")
    # The key stays unique in its snapshot, and says nothing.
    key = sa.literal("erased:") + sa.cast(SnapshotRecipient.contact_id, sa.String)
    session.execute(
        sa.update(SnapshotRecipient)
        .where(SnapshotRecipient.snapshot_id == snapshot.id)
        .values(**blank, address_key=key)
        .execution_options(synchronize_session=False)
    )


def _blank_mails(session: Session, snapshot: Snapshot) -> None:
    """The mails, and what relays (which quote addresses) and people said of them."""
    of_snapshot = sa.select(Delivery.id).where(Delivery.snapshot_id == snapshot.id)
    blanks = (
        sa.update(Attempt)
        .where(Attempt.delivery_id.in_(of_snapshot))
        .values(head=b"", reply_text=""),
        sa.update(DecisionRecord)
        .where(DecisionRecord.delivery_id.in_(of_snapshot))
        .values(note=""),
        sa.update(Delivery).where(Delivery.snapshot_id == snapshot.id).values(reply=""),
    )
    for each in blanks:
        session.execute(each.execution_options(synchronize_session=False))
