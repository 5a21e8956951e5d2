"""Taking a mail that came in: kept once, matched, and what it says done.

A hard bounce of a mail that was surely ours marks the delivery and suppresses its address. Nothing
else does: soft ones are counted, a program's answer and a person's change nothing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

import sqlalchemy as sa
from sqlalchemy.orm import Session

from eventmail import clock
from eventmail.addresses import EmailAddress
from eventmail.alerts import service as alerts
from eventmail.alerts.models import Alert
from eventmail.alerts.wording import REPLIED as REPLY_ALERT
from eventmail.audit.service import record
from eventmail.bounces import matching
from eventmail.bounces.matching import Found
from eventmail.bounces.models import Bounce, BounceMail, Source
from eventmail.bounces.reading import Class, Kind, Recipient, Report
from eventmail.language import said
from eventmail.mailings.models import Mailing, Snapshot, SnapshotRecipient
from eventmail.outbox.models import Delivery, DeliveryState
from eventmail.outbox.returns import Returns
from eventmail.suppression import service as suppression
from eventmail.suppression.models import Kind as Why
from eventmail.suppression.models import Source as Whence

REPLIED = said(
    "「{event}」のメールへの返信が、届かなかったメールの知らせを受けるメールボックスに届いています。"
    "管理者に、そのメールボックスを見てもらってください。"
)
FATES = (DeliveryState.ACCEPTED, DeliveryState.UNCERTAIN)
ACTIONS = frozenset({"failed", "delayed", "delivered", "relayed", "expanded"})
# Of several words about one delivery the worst counts.
WORST = (Class.HARD, Class.POLICY, Class.UNKNOWN, Class.SOFT)


def digest_of(raw: bytes, message_id: str) -> str:
    """What stands for a mail, so that it is taken once on whatever ways it comes in."""
    named = f"id:{message_id}".encode() if message_id else b"mail:" + raw
    return hashlib.sha256(named).hexdigest()


def is_taken(session: Session, digest: str) -> bool:
    """Whether this mail came in before."""
    query = sa.select(BounceMail.id).where(BounceMail.digest == digest)
    return session.scalar(query) is not None


def take(
    session: Session, report: Report, digest: str, source: Source, returns: Returns | None
) -> BounceMail | None:
    """Keep one mail and do what it says; None if it came in before."""
    if is_taken(session, digest):
        return None
    found = matching.find(session, report, returns)
    mail = BounceMail(
        office_id=found.office_id,
        received_at=clock.now(),
        digest=digest,
        source=source,
        kind=report.kind,
        match=found.match,
        forged=found.forged,
        readable=report.readable,
    )
    session.add(mail)
    session.flush()
    if report.kind is Kind.BOUNCE:
        _note_bounces(session, mail, found, report)
    elif report.kind is Kind.OTHER:
        _tell_of_reply(session, found)
    return mail


def mark_due(session: Session) -> int:
    """Mark what came back before it was settled; returns how many were."""
    query = (
        sa.select(Bounce)
        .join(Delivery, Delivery.id == Bounce.delivery_id)
        .where(
            Bounce.hardness == Class.HARD,
            Bounce.sure,
            Delivery.state.in_(FATES),
            ~Delivery.first_copy,
        )
    )
    return sum(_mark(session, each) for each in list(session.scalars(query.limit(500))))


def _note_bounces(session: Session, mail: BounceMail, found: Found, report: Report) -> None:
    for delivery_id, told in _told_of(found, report):
        bounce = Bounce(
            mail_id=mail.id,
            delivery_id=delivery_id,
            hardness=told.kind,
            action=told.action if told.action in ACTIONS else "",
            status=told.status[:12],
            reason=told.reason,
            sure=found.sure,
        )
        session.add(bounce)
        session.flush()
        _audit(session, bounce)
        if bounce.hardness is Class.HARD and bounce.sure:
            _mark(session, bounce)


def _told_of(found: Found, report: Report) -> Iterator[tuple[int, Recipient]]:
    """The worst that is said of each delivery."""
    ranked = sorted(report.recipients, key=lambda each: WORST.index(each.kind))
    for delivery_id, key in found.deliveries:
        own = [each for each in ranked if each.address.casefold() == key]
        # Behind a forwarding it is another address that fails, and ours that nobody reads.
        told = own or (ranked if found.alone else [])
        if told:
            yield delivery_id, told[0]


def _mark(session: Session, bounce: Bounce) -> bool:
    """The delivery has come back and its address gets nothing more; whether that is new."""
    delivery = session.get_one(Delivery, bounce.delivery_id)
    if delivery.first_copy:
        return False
    suppression.lock_office(session, delivery.office_id)  # before any delivery, like whoever sends
    session.refresh(delivery, with_for_update={"key_share": True})
    if delivery.state not in FATES:
        return False
    delivery.state, delivery.reply = DeliveryState.BOUNCED, bounce.reason
    session.flush()
    _suppress(session, delivery, bounce)
    return True


def _suppress(session: Session, delivery: Delivery, bounce: Bounce) -> None:
    """The address that was written to, whatever the roster says by now."""
    query = sa.select(SnapshotRecipient.address).where(
        SnapshotRecipient.snapshot_id == delivery.snapshot_id,
        SnapshotRecipient.contact_id == delivery.contact_id,
    )
    address = session.scalar(query)
    if address:  # it may have been erased since
        suppression.suppress(
            session,
            delivery.office_id,
            None,
            EmailAddress.parse(address),
            Why.BOUNCED,
            source=Whence.BOUNCE,
            reason=bounce.reason,
        )


def _audit(session: Session, bounce: Bounce) -> None:
    delivery = session.get_one(Delivery, bounce.delivery_id)
    mailing_id = session.get_one(Snapshot, delivery.snapshot_id).mailing_id
    record(
        session,
        "delivery.bounced",
        f"mailing:{mailing_id}",
        office_id=delivery.office_id,
        delivery=delivery.id,
        hardness=bounce.hardness.value,
        status=bounce.status,
        sure=bounce.sure,
    )


def _tell_of_reply(session: Session, found: Found) -> None:
    """That somebody answered to where nobody looks; once, until an office has seen to it."""
    if not found.deliveries:
        return
    delivery = session.get_one(Delivery, found.deliveries[0][0])
    mailing = session.get_one(Mailing, session.get_one(Snapshot, delivery.snapshot_id).mailing_id)
    subject = f"mailing:{mailing.id}"
    known = sa.select(Alert.id).where(
        Alert.office_id == mailing.office_id,
        Alert.kind == REPLY_ALERT,
        Alert.subject == subject,
        Alert.seen_at.is_(None),
    )
    if session.scalar(known.limit(1)) is None:
        sentence = REPLIED.format(event=mailing.event.name)
        alerts.raise_alert(session, mailing.event.reply_to, REPLY_ALERT, subject, sentence)
