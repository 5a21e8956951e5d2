"""The exposure record: what every mail of a sending, as it left, showed of other participants.

Made once, when the sending is over, from the stored heads and materials: each mail is put together
again, must have the digest that was written down before it left, and is looked through for the
address of any participant of the office that is not its recipient's own.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session, undefer

from eventmail import clock
from eventmail.addresses import EmailAddress
from eventmail.audit.service import record
from eventmail.database import Database, learn
from eventmail.events import service as events
from eventmail.events.models import Contact
from eventmail.mailings.freezing import compact_addresses, lifted, own_addresses
from eventmail.mailings.models import Erasure, SendMode, Snapshot, SnapshotRecipient
from eventmail.mailings.rendering import OfficeAddresses
from eventmail.outbox.models import Attempt, Delivery, Dispatch, ExposureRecord
from eventmail.wire import (
    BlindBatch,
    EncodedMaterial,
    Envelope,
    Individual,
    Knowledge,
    Malformed,
    Material,
    encode_material,
    exposures,
    pieces_of,
    sha256_of,
)

log = logging.getLogger(__name__)

AT_A_TIME = 200
LEFT_TO_ITS_WORKER = timedelta(minutes=5)
A_MAIL = timedelta(milliseconds=5)  # and so much for each: several times what it takes
MADE_AT_ONCE = 20  # by one sweep; after an upgrade there may be years of them


@dataclass(frozen=True, slots=True)
class Look:
    """One delivery's last attempt, as it was sent, and what it showed."""

    delivery_id: int
    digest: str
    readable: bool
    exposed_places: tuple[str, ...]


@dataclass(slots=True)
class Tally:
    """How many mails were looked through, and what was found."""

    mails: int = 0
    exposing: int = 0
    unreadable: int = 0

    @classmethod
    def of(cls, looks: Iterator[Look]) -> Tally:
        """Count, and keep none of them."""
        found = cls()
        for each in looks:
            found.mails += 1
            found.exposing += bool(each.exposed_places)
            found.unreadable += not each.readable
        return found


def newest_record(session: Session, snapshot_id: int) -> ExposureRecord | None:
    """What was found after the last round; None if it was not looked through yet."""
    query = sa.select(ExposureRecord).where(ExposureRecord.snapshot_id == snapshot_id)
    return session.scalars(query.order_by(ExposureRecord.round.desc())).first()


def make_record(database: Database, snapshot_id: int) -> None:
    """Look through all mails of a finished sending and keep what was found; once for each."""
    with database.writing() as session:
        learn(session, Contact, Delivery, Attempt)
    with database.reading() as session:
        number = session.get_one(Dispatch, snapshot_id).round
        if session.get(ExposureRecord, (snapshot_id, number)) is not None:
            return
        snapshot = session.get_one(Snapshot, snapshot_id)
        office = compact_addresses(session, snapshot.office_id)
        tally = Tally.of(look_through(session, snapshot, office))
    with database.writing() as session:
        # Locked, and asked again: another worker may have been as quick, or a new round begun.
        dispatch = session.get_one(Dispatch, snapshot_id, with_for_update=True)
        made = session.get(ExposureRecord, (snapshot_id, number)) is not None
        if not made and dispatch.round == number and dispatch.finished_at is not None:
            _keep(session, snapshot, number, tally, len(office.known))


_making: set[tuple[str, int]] = set()
_guard = threading.Lock()


def try_record(database: Database, snapshot_id: int) -> None:
    """Make a record. If that breaks, the mails are sent all the same, and the sweep tries again."""
    mine = (str(database.url), snapshot_id)
    with _guard:
        if mine in _making:
            return  # with many mails it takes minutes, and another thread is at it
        _making.add(mine)
    try:
        make_record(database, snapshot_id)
    except Exception:
        log.exception("the mails of snapshot %s could not be looked through", snapshot_id)
    finally:
        with _guard:
            _making.discard(mine)


def make_missing(database: Database) -> None:
    """Make the records that a worker left out when it ended between two steps, newest first.

    What has only just ended is left to the worker that ended it, for longer if it is long.
    """
    now = clock.now()
    with database.reading() as session:
        made = sa.select(ExposureRecord.snapshot_id).where(
            ExposureRecord.snapshot_id == Dispatch.snapshot_id,
            ExposureRecord.round == Dispatch.round,
        )
        erased = sa.select(Erasure.snapshot_id)
        query = (
            sa.select(Dispatch.snapshot_id, Dispatch.finished_at, Snapshot.recipient_count)
            .join(Snapshot, Snapshot.id == Dispatch.snapshot_id)
            .where(
                Dispatch.finished_at < now - LEFT_TO_ITS_WORKER,
                ~made.exists(),
                Dispatch.snapshot_id.not_in(erased),
            )
        )
        newest = query.order_by(Dispatch.finished_at.desc()).limit(MADE_AT_ONCE)
        missing = [
            snapshot_id
            for snapshot_id, ended, mails in session.execute(newest)
            if ended is not None and ended + LEFT_TO_ITS_WORKER + mails * A_MAIL < now
        ]
    for snapshot_id in missing:
        try_record(database, snapshot_id)


def look_through(session: Session, snapshot: Snapshot, office: OfficeAddresses) -> Iterator[Look]:
    """Every mail of a snapshot that was handed to the relay, put together and looked through."""
    try:
        materials = stored_materials(session, snapshot)
    except ValueError:  # a stored file was changed: then no mail can be put together again
        materials = None
    unseen = lifted(session, snapshot.id)
    query = (
        sa.select(Delivery, Attempt)
        .join(
            Attempt,
            sa.and_(Attempt.delivery_id == Delivery.id, Attempt.number == Delivery.attempts),
        )
        .where(Delivery.snapshot_id == snapshot.id)
        .options(undefer(Attempt.head))
        .order_by(Delivery.id)
        .execution_options(yield_per=AT_A_TIME)
    )
    for rows in session.execute(query).partitions(AT_A_TIME):
        companies = [delivery.participant_id for delivery, _ in rows if delivery.participant_id]
        own = own_addresses(session, companies)
        addresses = _addresses(session, snapshot, [delivery.contact_id for delivery, _ in rows])
        heads: dict[str, bytes] = {}
        for delivery, attempt in rows:
            to = addresses.get(delivery.contact_id, snapshot.reply_to)
            theirs = own.get(delivery.participant_id or 0, frozenset())
            envelope, own_too = _shown_to(snapshot, delivery, EmailAddress.parse(to), theirs)
            knowledge = Knowledge(office.ours, own_too, office.known, unseen)
            head = attempt.head or heads.get(attempt.digest)
            head = heads[attempt.digest] = head or head_of(session, snapshot.id, attempt)
            yield _look(attempt, head, envelope, knowledge, materials)


def _addresses(
    session: Session, snapshot: Snapshot, contacts: Iterable[int | None]
) -> dict[int | None, str]:
    query = sa.select(SnapshotRecipient.contact_id, SnapshotRecipient.address).where(
        SnapshotRecipient.snapshot_id == snapshot.id, SnapshotRecipient.contact_id.in_(contacts)
    )
    return {contact: address for contact, address in session.execute(query)}


def head_of(session: Session, snapshot_id: int, attempt: Attempt) -> bytes:
    """What is stored of a mail besides its materials; empty if it was erased.

    The recipients of one transaction got the same bytes: they are kept with the first of them.
    """
    if attempt.head:
        return attempt.head
    query = (
        sa.select(Attempt.head)
        .join(Delivery, Delivery.id == Attempt.delivery_id)
        .where(
            Delivery.snapshot_id == snapshot_id,
            Attempt.digest == attempt.digest,
            sa.func.length(Attempt.head) > 0,
        )
    )
    return session.scalars(query.limit(1)).first() or b""


def stored_materials(session: Session, snapshot: Snapshot) -> list[EncodedMaterial]:
    """The materials of a snapshot, encoded as its mails carried them."""
    return [
        encode_material(
            Material(
                each.filename,
                each.media_type,
                events.read_blob(session, each.office_id, each.sha256),
            )
        )
        for each in (() if snapshot.by_link else snapshot.materials)
    ]


def _shown_to(
    snapshot: Snapshot, delivery: Delivery, to: EmailAddress, own: frozenset[EmailAddress]
) -> tuple[Envelope, frozenset[EmailAddress]]:
    if snapshot.mode is SendMode.BATCH and not delivery.first_copy:
        return BlindBatch((to,)), frozenset()
    return Individual(to), own | {to}


def _look(
    attempt: Attempt,
    head: bytes,
    envelope: Envelope,
    knowledge: Knowledge,
    materials: Sequence[EncodedMaterial] | None,
) -> Look:
    if materials is None:
        return Look(attempt.delivery_id, attempt.digest, False, ())
    try:
        content = pieces_of(head, materials)
        same = sha256_of(*content) == attempt.digest
        places = exposures(content, envelope, knowledge, materials)
    except (Malformed, ValueError):
        return Look(attempt.delivery_id, attempt.digest, False, ())
    return Look(attempt.delivery_id, attempt.digest, same, places if same else ())


def _keep(session: Session, snapshot: Snapshot, number: int, tally: Tally, known: int) -> None:
    found = ExposureRecord(
        snapshot_id=snapshot.id,
        round=number,
        examined_at=clock.now(),
        mails=tally.mails,
        known_addresses=known,
        exposing=tally.exposing,
        unreadable=tally.unreadable,
    )
    session.add(found)
    record(
        session,
        "dispatch.examined",
        f"mailing:{snapshot.mailing_id}",
        office_id=snapshot.office_id,
        digest=snapshot.digest,
        mails=found.mails,
        exposing=found.exposing,
        unreadable=found.unreadable,
    )
