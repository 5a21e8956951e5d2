"""What a participant's page shows: what was sent to this contact, and what may be taken there."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session, selectinload

from eventmail.errors import NotFound
from eventmail.events import service as events
from eventmail.events.models import Contact, Material, ParticipantStatus
from eventmail.links.service import Guest
from eventmail.mailings.letter import render
from eventmail.mailings.models import (
    Audience,
    Mailing,
    MailingState,
    Snapshot,
    SnapshotMaterial,
    SnapshotRecipient,
)
from eventmail.mailings.snapshot import bare_content, recipient_of
from eventmail.outbox import service as outbox
from eventmail.outbox.models import Attempt, Delivery, DeliveryState, Dispatch
from eventmail.wire import ParsedMail, parse_mail

# Handed over, or perhaps: whoever comes in by the link has the mail.
REACHED = (DeliveryState.ACCEPTED, DeliveryState.UNCERTAIN)
MOST_LETTERS = 50
# An office notes down what it likes, of others as well: shown is what has no other word in it.
_OWN_PLACE = re.compile(
    r"(?=.*(?:(?:ブース|小間|コーナー|テーブル).*[A-Z\d]|[A-Z\d].*(?:ブース|小間|コーナー|テーブル)"
    r"|\d番|\d:\d\d|\d時))"
    r"(?:ブース|小間|コーナー|テーブル|番号?|第|会場|受付|集合|搬入|搬出|面談|開始|終了|時間|時刻"
    r"|午前|午後|から|まで|[A-Z](?![A-Z])|\d{1,3}(?!\d)|[月日時分半階のは]|[\s:~〜–—()・-])+"
)
LONGEST_PLACE = 40
_PIECES = re.compile(r"[、。,;/／；\n]+")


@dataclass(frozen=True, slots=True)
class Sent:
    """One letter that went to this contact."""

    delivery_id: int
    subject: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Shown:
    """One material as it may be taken now: its newest version that an approved mailing released.

    ``changed_at``: since when it is another one than was last sent to this contact.
    """

    key: str
    filename: str
    size: int
    sha256: str
    media_type: str
    changed_at: datetime | None


def takes_part(guest: Guest) -> bool:
    """Whether his company has not withdrawn."""
    return guest.participant.status is ParticipantStatus.ATTENDING


def own_place(contact: Contact) -> list[str]:
    """Booth or time out of the roster's notes, and nothing else that an office noted down there."""
    pieces = (each.strip() for each in _PIECES.split(unicodedata.normalize("NFKC", contact.notes)))
    return [each for each in pieces if len(each) <= LONGEST_PLACE and _OWN_PLACE.fullmatch(each)]


def letters(session: Session, guest: Guest) -> list[Sent]:
    """The letters that went to this contact, the newest first."""
    query = (
        sa.select(Delivery, Snapshot, SnapshotRecipient, Attempt.handed_over_at)
        .join(Snapshot, Snapshot.id == Delivery.snapshot_id)
        .join(
            SnapshotRecipient,
            sa.and_(
                SnapshotRecipient.snapshot_id == Delivery.snapshot_id,
                SnapshotRecipient.contact_id == Delivery.contact_id,
            ),
        )
        .join(
            Attempt,
            sa.and_(Attempt.delivery_id == Delivery.id, Attempt.number == Delivery.attempts),
        )
        .where(*_went_to(guest))
        .options(selectinload(Snapshot.materials))
        .order_by(Attempt.handed_over_at.desc(), Delivery.id.desc())
        .limit(MOST_LETTERS)
    )
    return [
        Sent(delivery.id, _subject(snapshot, to), at)
        for delivery, snapshot, to, at in session.execute(query)
    ]


def letter(session: Session, guest: Guest, delivery_id: int) -> ParsedMail:
    """One of them, exactly as it was sent; :class:`NotFound` for any other."""
    query = sa.select(Delivery).where(Delivery.id == delivery_id, *_went_to(guest))
    delivery = session.scalar(query)
    if delivery is None:
        raise NotFound
    return parse_mail(outbox.as_delivered(session, delivery))


def materials(session: Session, guest: Guest) -> list[Shown]:
    """What was sent to this contact and still lies on the event's shelf, each in its newest
    released version. A version is released with the mails of an approved mailing to all of the
    event, or to this contact: what went to some others under the same name may be meant for them
    alone, and what waits for its start, or was stopped, may be wrong.
    """
    if not takes_part(guest):
        return []
    sent = _sent_files(session, guest)
    shelf = sa.select(Material.filename).where(
        Material.event_id == guest.event.id, ~Material.removed
    )
    on_shelf = set(session.scalars(shelf))
    released = _released(session, guest, sorted(set(sent) & on_shelf))
    return [
        Shown(
            key_of(each.filename),
            each.filename,
            each.size,
            each.sha256,
            each.media_type,
            at if each.sha256 != sent[each.filename] else None,
        )
        for each, at in released
    ]


def material(session: Session, guest: Guest, key: str) -> tuple[Shown, bytes]:
    """One of them with its bytes; :class:`NotFound` for any other."""
    for each in materials(session, guest):
        if each.key == key:
            return each, events.read_blob(session, guest.office_id, each.sha256)
    raise NotFound


def key_of(filename: str) -> str:
    """Names a material in an address, whichever its version."""
    return hashlib.sha256(filename.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _went_to(guest: Guest) -> tuple[sa.ColumnElement[bool], ...]:
    return (
        Delivery.contact_id == guest.contact.id,
        Delivery.event_id == guest.event.id,
        Delivery.office_id == guest.office_id,
        ~Delivery.first_copy,
        Delivery.state.in_(REACHED),
    )


def _subject(snapshot: Snapshot, to: SnapshotRecipient) -> str:
    content = bare_content(snapshot)
    if content.is_batch or not to.address:
        return content.subject_shown
    return render(content.letter, recipient_of(to).addressee, content.occasion).subject


def _sent_files(session: Session, guest: Guest) -> dict[str, str]:
    """What this contact was last sent under each name."""
    query = (
        sa.select(SnapshotMaterial.filename, SnapshotMaterial.sha256)
        .join(Delivery, Delivery.snapshot_id == SnapshotMaterial.snapshot_id)
        .where(*_went_to(guest))
        .order_by(SnapshotMaterial.snapshot_id)
    )
    return {filename: sha256 for filename, sha256 in session.execute(query)}


def _released(
    session: Session, guest: Guest, names: list[str]
) -> Iterator[tuple[SnapshotMaterial, datetime]]:
    """The newest version of each name that was released to this contact."""
    his = sa.exists().where(
        SnapshotRecipient.snapshot_id == SnapshotMaterial.snapshot_id,
        SnapshotRecipient.contact_id == guest.contact.id,
    )
    query = (
        sa.select(SnapshotMaterial, Dispatch.created_at)
        .join(Dispatch, Dispatch.snapshot_id == SnapshotMaterial.snapshot_id)
        .join(Snapshot, Snapshot.id == SnapshotMaterial.snapshot_id)
        .join(Mailing, Mailing.id == Snapshot.mailing_id)
        .where(
            sa.or_(Mailing.audience == Audience.ALL, his),
            SnapshotMaterial.event_id == guest.event.id,
            SnapshotMaterial.office_id == guest.office_id,
            SnapshotMaterial.filename.in_(names),
            # Not before the office's first copy was found right, and not what was stopped since.
            Dispatch.released_at.is_not(None),
            Dispatch.cancelled_at.is_(None),
            Mailing.state != MailingState.HALTED,
        )
        .order_by(Dispatch.created_at, SnapshotMaterial.snapshot_id)
    )
    newest = {found.filename: (found, at) for found, at in session.execute(query)}
    yield from (newest[each] for each in names if each in newest)
