"""What has changed among the recipients since the last mailing of the same event."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from operator import attrgetter

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from eventmail.events.erased import ContactErasure, EventErasure
from eventmail.language import said
from eventmail.mailings.models import Decision, Review, Snapshot, SnapshotRecipient, Step
from eventmail.mailings.snapshot import Recipient, recipient_of
from eventmail.remembering import Remembered

NEW = said("前回のメールにはいなかった送信先です。")
ANOTHER_ADDRESS = said("前回とアドレスが変わりました（前回：{address}）。")
ANOTHER_COMPANY = said("前回と事業所名が変わりました（前回：{company}）。")

Differing = tuple[Sequence[Recipient], Sequence[Recipient]]
MOST_KEPT = 2_000  # recipients of one comparison


def _is_small(found: Differing) -> bool:
    return sum(map(len, found)) <= MOST_KEPT


_compared_lately: Remembered[tuple[str, str], Differing] = Remembered(32, worth=_is_small)


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
    if _is_erased(session, previous):
        return None  # retention has been there: nothing can be compared
    return between(session, previous, snapshot)


def between(session: Session, previous: Snapshot, snapshot: Snapshot) -> Since:
    """How one differs from another, as :func:`compared` says of all of both. Neither changes."""
    found = _compared_lately.of(
        (previous.digest, snapshot.digest), lambda: _differing(session, previous, snapshot)
    )
    return compared(previous, *found)


def compared(previous: Snapshot, before: Sequence[Recipient], now: Sequence[Recipient]) -> Since:
    """Contact by contact; one that was taken out and put in again is known by company and name.

    Who is the same in both, contact, address and company, may be left out of both.
    """
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


def _is_erased(session: Session, snapshot: Snapshot) -> bool:
    """Whether anything of it was, by the records that come first: not one row of it is read."""
    of_a_person = (
        sa.select(ContactErasure.contact_id)
        .join(SnapshotRecipient, SnapshotRecipient.contact_id == ContactErasure.contact_id)
        .where(
            ContactErasure.event_id == snapshot.event_id,
            SnapshotRecipient.snapshot_id == snapshot.id,
        )
    )
    whole = sa.exists().where(EventErasure.event_id == snapshot.event_id)
    return bool(session.scalar(sa.select(sa.or_(whole, of_a_person.exists()))))


def _differing(session: Session, previous: Snapshot, snapshot: Snapshot) -> Differing:
    """Those of each that are not the same in the other, and whom a new one may have been.

    Of 100,000 these are a few: the database leaves the rest out.
    """
    now, before, same = (aliased(SnapshotRecipient) for _ in range(3))
    was, is_now = before.snapshot_id == previous.id, now.snapshot_id == snapshot.id
    differs = sa.or_(before.address_key != now.address_key, before.company != now.company)
    names = ("company", "department", "name")
    is_namesake = sa.and_(was, *(getattr(before, each) == getattr(now, each) for each in names))
    is_new = ~sa.exists().where(same.snapshot_id == previous.id, same.contact_id == now.contact_id)
    is_gone = ~sa.exists().where(
        same.snapshot_id == snapshot.id, same.contact_id == before.contact_id
    )
    pair = sa.select(before, now).select_from(now).where(is_now)
    changed = pair.join(before, sa.and_(was, before.contact_id == now.contact_id)).where(differs)
    new = pair.outerjoin(before, is_namesake).where(is_new).order_by(before.position)
    pairs = {
        each.contact_id: (old, each)
        for query in (changed, new)
        for old, each in session.execute(query)
    }
    olds = [old for old, _ in pairs.values() if old is not None]
    olds += session.scalars(sa.select(before).where(was, is_gone))
    return _in_order(olds), _in_order([each for _, each in pairs.values()])


def _in_order(rows: list[SnapshotRecipient]) -> list[Recipient]:
    found = {each.contact_id: each for each in rows}
    return [recipient_of(each) for each in sorted(found.values(), key=attrgetter("position"))]
