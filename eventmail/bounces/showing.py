"""What came back, as the organiser sees it: whom a mail has not reached, why, and whom to call."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from eventmail.bounces.models import Bounce, BounceMail
from eventmail.bounces.reading import Class
from eventmail.database import Asked
from eventmail.events.models import Contact, Event
from eventmail.language import said
from eventmail.mailings.models import Mailing, Snapshot, SnapshotRecipient
from eventmail.outbox.models import Delivery, DeliveryState, Dispatch

MOST = 500  # of one sending; whoever has more of them has another trouble
NAMES = {
    Class.HARD: said("届かないアドレス"),
    Class.SOFT: said("一時的な理由"),
    Class.POLICY: said("相手やサーバーの決まり"),
    Class.UNKNOWN: said("理由がわからない"),
}


@dataclass(frozen=True, slots=True)
class Failed:
    """One company's mail of which something came back; the newest sure word counts.

    ``mended``: the roster has another address by now. ``times``: how many mails said so.
    """

    delivery_id: int
    participant_id: int
    company: str
    name: str
    address: str
    phone: str
    state: DeliveryState
    hardness: Class
    reason: str
    sure: bool
    at: datetime
    times: int
    contact_id: int
    active: bool
    mended: bool

    @property
    def is_lost(self) -> bool:
        """Whether it is settled that this mail has not arrived."""
        return self.state is DeliveryState.BOUNCED


def of_snapshot(session: Session, snapshot: Snapshot) -> list[Failed]:
    """What came back of a sending: first what is lost, then in the order of the roster."""
    own = BounceMail.office_id == snapshot.office_id  # a few mails, against all of the sending
    lost_first = sa.case((Delivery.state == DeliveryState.BOUNCED, 0), else_=1)
    query = _rows(lost_first).where(Delivery.snapshot_id == snapshot.id, own).limit(MOST * 4)
    newest = {each.delivery_id: each for each in _failed(session, query)}
    return list(newest.values())[:MOST]


def unmended(session: Session, office_id: int, since: date) -> list[tuple[Snapshot, int]]:
    """Sendings for events from ``since`` on, with how many of their mails are lost and whose
    contacts still stand in the roster with the address that failed.
    """
    lost = query_lost(office_id, since).subquery()
    query = (
        sa.select(Snapshot, lost.c.n)
        .join(lost, lost.c.snapshot_id == Snapshot.id)
        .order_by(Snapshot.id)
        .options(joinedload(Snapshot.mailing).joinedload(Mailing.event))
    )
    return [(snapshot, count) for snapshot, count in session.execute(query)]


def query_unmended(office_id: Asked, since: Asked) -> sa.Select[Dispatch]:
    """Which sendings those are. Of each, the first mail that is lost is enough."""
    return (
        sa.select(Dispatch)
        .join(Event, Event.id == Dispatch.event_id)
        .where(
            Dispatch.office_id == office_id,
            Event.held_on >= since,
            sa.exists()
            .where(
                Delivery.snapshot_id == Dispatch.snapshot_id,
                Delivery.state == DeliveryState.BOUNCED,
                _recipient(),
                _still(),
            )
            .correlate(Dispatch),
        )
    )


def query_lost(office_id: Asked, since: Asked) -> sa.Select[int, int]:
    """The same with the numbers of the sendings only."""
    return (
        sa.select(
            Delivery.snapshot_id, sa.func.count(Delivery.participant_id.distinct()).label("n")
        )
        .join(Dispatch, Dispatch.snapshot_id == Delivery.snapshot_id)
        .join(SnapshotRecipient, _recipient())
        .join(Contact, _still())
        .join(Event, Event.id == Dispatch.event_id)
        .where(
            Dispatch.office_id == office_id,
            Delivery.state == DeliveryState.BOUNCED,
            Event.held_on >= since,
        )
        .group_by(Delivery.snapshot_id)
    )


def _still() -> sa.ColumnElement[bool]:
    """Whether the contact stands in the roster with the address that failed."""
    return sa.and_(
        Contact.id == Delivery.contact_id,
        Contact.active,
        Contact.address_key == SnapshotRecipient.address_key,
    )


def of_delivery(session: Session, delivery_id: int) -> Failed | None:
    """What came back of one mail; None if nothing did."""
    found: Failed | None = None
    for found in _failed(session, _rows().where(Delivery.id == delivery_id)):  # noqa: B007
        pass
    return found


def _failed(session: Session, query: sa.Select[*tuple[Any, ...]]) -> Iterator[Failed]:
    """One for each mail that said something; of a delivery the surest and newest last."""
    times: dict[int, int] = {}
    for row in session.execute(query).mappings():
        number = row["delivery_id"]
        times[number] = times.get(number, 0) + 1
        yield Failed(**row, times=times[number])


def _recipient() -> sa.ColumnElement[bool]:
    return sa.and_(
        SnapshotRecipient.snapshot_id == Delivery.snapshot_id,
        SnapshotRecipient.contact_id == Delivery.contact_id,
    )


def _rows(*before: sa.ColumnElement[int]) -> sa.Select[*tuple[Any, ...]]:
    """What is told of each, by its name; whole rows of five tables would be four times as much."""
    # A contact outlives its snapshot: what retention erased there is not shown from here.
    phone = sa.case((SnapshotRecipient.company != "", Contact.phone), else_="")
    return (
        sa.select(
            Delivery.id.label("delivery_id"),
            *(Delivery.participant_id, Delivery.state),
            *(SnapshotRecipient.company, SnapshotRecipient.name, SnapshotRecipient.address),
            *(Bounce.hardness, Bounce.reason, Bounce.sure, BounceMail.received_at.label("at")),
            *(Contact.id.label("contact_id"), Contact.active, phone.label("phone")),
            (Contact.address_key != SnapshotRecipient.address_key).label("mended"),
        )
        .select_from(Bounce)
        .join(BounceMail, BounceMail.id == Bounce.mail_id)
        .join(Delivery, Delivery.id == Bounce.delivery_id)
        .join(SnapshotRecipient, _recipient())
        .join(Contact, Contact.id == Delivery.contact_id)
        .where(Bounce.action != "delivered")
        .order_by(*before, SnapshotRecipient.position, Bounce.sure, Bounce.mail_id)
    )
