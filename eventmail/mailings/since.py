"""What has changed among the recipients since the last mailing of the same event."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from eventmail.language import said
from eventmail.mailings.models import Decision, Review, Snapshot, SnapshotRecipient, Step
from eventmail.mailings.snapshot import Recipient, recipient_of

NEW = said("前回のメールにはいなかった送信先です。")
ANOTHER_ADDRESS = said("前回とアドレスが変わりました（前回：{address}）。")
ANOTHER_COMPANY = said("前回と事業所名が変わりました（前回：{company}）。")


@dataclass(frozen=True, slots=True)
class Since:
    """The last approved mailing of the event, and how the recipients differ from its own.

    ``remarks`` are sentences by contact. ``gone`` are those who are no recipients any more.
    """

    previous: Snapshot
    remarks: dict[int, str]
    gone: tuple[Recipient, ...]


def since_last(session: Session, snapshot: Snapshot) -> Since | None:
    """How a snapshot differs from what was approved before it; None where there is nothing."""
    previous = session.scalars(
        sa.select(Snapshot)
        .join(Review, Review.snapshot_id == Snapshot.id)
        .where(Snapshot.event_id == snapshot.event_id, Snapshot.id < snapshot.id)
        .where(Review.step == Step.APPROVE, Review.decision == Decision.PASSED)
        .order_by(Snapshot.id.desc())
        .limit(1)
    ).first()
    if previous is None:
        return None
    before, now = _people(session, previous), _people(session, snapshot)
    if any(not each.address for each in before):
        return None  # retention has erased them: nothing can be compared
    return compared(previous, before, now)


def compared(previous: Snapshot, before: list[Recipient], now: list[Recipient]) -> Since:
    """Contact by contact; one that was taken out and put in again is known by company and name."""
    by_contact = {each.contact_id: each for each in before}
    by_name = {(each.company, each.department, each.name): each for each in before}
    remarks: dict[int, str] = {}
    met: set[int] = set()
    for each in now:
        old = by_contact.get(each.contact_id)
        old = old or by_name.get((each.company, each.department, each.name))
        if old is not None:
            met.add(old.contact_id)
        remark = _remark(old, each)
        if remark:
            remarks[each.contact_id] = remark
    gone = tuple(each for each in before if each.contact_id not in met)
    return Since(previous, remarks, gone)


def _remark(old: Recipient | None, new: Recipient) -> str:
    if old is None:
        return NEW
    if old.email.key != new.email.key:
        return ANOTHER_ADDRESS.format(address=old.address)
    if old.company != new.company:
        return ANOTHER_COMPANY.format(company=old.company)
    return ""


def _people(session: Session, snapshot: Snapshot) -> list[Recipient]:
    query = sa.select(SnapshotRecipient).where(SnapshotRecipient.snapshot_id == snapshot.id)
    return [recipient_of(row) for row in session.scalars(query.order_by("position"))]
