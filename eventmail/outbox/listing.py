"""The mails of one sending: filtered, searched, and read one page at a time of 100,000."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from eventmail.database import Asked
from eventmail.events.models import Contact
from eventmail.mailings.models import Mailing, MailingState, Snapshot, SnapshotRecipient
from eventmail.mailings.people import with_reviews
from eventmail.outbox import words
from eventmail.outbox.models import Attempt, DecisionRecord, Delivery, DeliveryState, Verdict
from eventmail.outbox.service import Progress
from eventmail.wire.troubles import ENHANCED

PAGE = 30
PRESSING = 12  # of those that wait for a person, above the list: each has more to say
# What waits for a person, the most pressing first.
NEEDS = (DeliveryState.UNCERTAIN, DeliveryState.REFUSED)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which mails somebody wants to see; ``text`` must stand in company, person or address."""

    state: DeliveryState | None = None
    text: str = ""
    page: int = 1

    @property
    def is_all(self) -> bool:
        """Whether nothing is left out."""
        return self.state is None and not self.text


@dataclass(frozen=True, slots=True)
class Line:
    """One mail: to whom, how it stands, the relay's words, and what a person decided of it."""

    delivery_id: int
    participant_id: int | None
    contact_id: int | None
    position: int
    company: str
    name: str
    address: str
    phone: str
    state: DeliveryState
    reply: str
    due_at: datetime
    attempts: int
    handed_over_at: datetime | None
    verdict: Verdict | None

    @property
    def told(self) -> str:
        """The reply as it is shown."""
        return words.shown(self.reply)

    @property
    def code(self) -> int | None:
        """The reply's code (RFC 5321), where a server gave one."""
        found = words.CODE.match(self.reply)
        return int(found[1]) if found else None

    @property
    def enhanced(self) -> str | None:
        """The reply's enhanced status code (RFC 3463), where a server gave one."""
        found = ENHANCED.search(self.reply)
        return found[0] if found else None

    @property
    def may_go_again(self) -> bool:
        """Whether a person may still say that it shall be sent again."""
        return self.state in NEEDS and self.verdict is None


@dataclass(frozen=True, slots=True)
class Listed:
    """One page of lines."""

    lines: Sequence[Line]
    total: int
    page: int

    @property
    def pages(self) -> int:
        """How many pages there are."""
        return max(1, -(-self.total // PAGE))


def running(session: Session, office_id: int) -> list[Mailing]:
    """The office's mailings whose sending is begun and not over, oldest first."""
    query = query_running(office_id).order_by(Mailing.id).options(*with_reviews())
    return list(session.scalars(query))


def query_running(office_id: Asked) -> sa.Select[Mailing]:
    """The same as a query."""
    return sa.select(Mailing).where(
        Mailing.office_id == office_id, Mailing.state == MailingState.SENDING
    )


def page_of(session: Session, snapshot: Snapshot, progress: Progress, wanted: Wanted) -> Listed:
    """The wanted page; one beyond the last is the last.

    All mails stand in the order of the roster. Those of one state come in the order in which they
    are due, which the index holds: neither needs a look at the other mails.
    """
    total = _total(session, snapshot, progress, wanted)
    page = min(wanted.page, max(1, -(-total // PAGE)))
    ids = _ids(snapshot.id, progress.first_copy.id, wanted, (page - 1) * PAGE)
    return Listed(by_ids(session, snapshot, list(session.scalars(ids))), total, page)


def needing(session: Session, snapshot: Snapshot, progress: Progress) -> list[Line]:
    """Some of those that wait for a person, the most pressing first."""
    found: list[int] = []
    for state in NEEDS:
        if progress.counts.get(state) and len(found) < PRESSING:
            query = _ids(snapshot.id, progress.first_copy.id, Wanted(state), 0)
            found += list(session.scalars(query))[: PRESSING - len(found)]
    return by_ids(session, snapshot, found)


def by_ids(session: Session, snapshot: Snapshot, ids: Sequence[int]) -> list[Line]:
    """These mails of a snapshot, in the order of ``ids``."""
    rows = session.execute(_lines(snapshot.id).where(Delivery.id.in_(ids)))
    found = {line.delivery_id: line for line in map(_line, rows)}
    return [found[each] for each in ids if each in found]


def every(session: Session, snapshot: Snapshot, wanted: Wanted | None = None) -> Iterator[Line]:
    """All wanted mails in the order of the roster, read a thousand at a time."""
    wanted = wanted or Wanted()
    query = _lines(snapshot.id).where(*_conditions(wanted)).order_by(SnapshotRecipient.position)
    for row in session.execute(query.execution_options(yield_per=1000)):
        yield _line(row)


def after(
    session: Session, snapshot: Snapshot, position: int, most: int, state: DeliveryState | None
) -> list[Line]:
    """The next mails in the order of the roster, for whoever reads on and on."""
    at = SnapshotRecipient.position
    conditions = (at > position, *_conditions(Wanted(state)))
    query = _lines(snapshot.id).where(*conditions).order_by(at).limit(most)
    return [_line(row) for row in session.execute(query)]


def _total(session: Session, snapshot: Snapshot, progress: Progress, wanted: Wanted) -> int:
    if wanted.text:
        query = _joined(snapshot.id, sa.func.count()).where(*_conditions(wanted))
        found: int = session.scalars(query).one()
        return found
    return progress.counts.get(wanted.state, 0) if wanted.state else progress.total


def _ids(snapshot_id: int, copy_id: int, wanted: Wanted, offset: int) -> sa.Select[int]:
    if wanted.is_all:
        at = SnapshotRecipient.position
        query = _joined(snapshot_id, Delivery.id).where(at > offset, at <= offset + PAGE)
        return query.order_by(at)
    if wanted.text or wanted.state is None:
        query = _joined(snapshot_id, Delivery.id).where(*_conditions(wanted))
        return query.order_by(SnapshotRecipient.position).limit(PAGE).offset(offset)
    return (
        sa.select(Delivery.id)
        .where(
            Delivery.snapshot_id == snapshot_id,
            Delivery.state == wanted.state,
            Delivery.id != copy_id,
        )
        .order_by(Delivery.due_at, Delivery.id)
        .limit(PAGE)
        .offset(offset)
    )


def _joined(snapshot_id: int, *columns: Any) -> sa.Select[Any]:
    own = sa.and_(
        Delivery.snapshot_id == SnapshotRecipient.snapshot_id,
        Delivery.contact_id == SnapshotRecipient.contact_id,
    )
    return (
        sa.select(*columns)
        .select_from(SnapshotRecipient)
        .join(Delivery, own)
        .where(SnapshotRecipient.snapshot_id == snapshot_id)
    )


def _conditions(wanted: Wanted) -> list[sa.ColumnElement[bool]]:
    columns = (SnapshotRecipient.company, SnapshotRecipient.name, SnapshotRecipient.address)
    found = [sa.or_(*(each.icontains(wanted.text, autoescape=True) for each in columns))]
    return (found if wanted.text else []) + (
        [Delivery.state == wanted.state] if wanted.state else []
    )


def _lines(snapshot_id: int) -> sa.Select[Any]:
    newest = sa.and_(Attempt.delivery_id == Delivery.id, Attempt.number == Delivery.attempts)
    decided = sa.and_(
        DecisionRecord.delivery_id == Delivery.id, DecisionRecord.attempt == Delivery.attempts
    )
    columns = (
        Delivery.id,
        Delivery.participant_id,
        Delivery.contact_id,
        SnapshotRecipient.position,
        SnapshotRecipient.company,
        SnapshotRecipient.name,
        SnapshotRecipient.address,
        Contact.phone,
        Delivery.state,
        Delivery.reply,
        Delivery.due_at,
        Delivery.attempts,
        Attempt.handed_over_at,
        DecisionRecord.verdict,
    )
    return (
        _joined(snapshot_id, *columns)
        .outerjoin(Contact, Contact.id == Delivery.contact_id)
        .outerjoin(Attempt, newest)
        .outerjoin(DecisionRecord, decided)
    )


def _line(row: Any) -> Line:
    number, participant, contact, position, company, name, address, phone, *rest = row
    # A contact outlives its snapshot: what retention erased there is not shown from here.
    shown = phone or "" if company else ""
    ids = number, participant, contact
    return Line(*ids, position, company, name, address, shown, *rest)
