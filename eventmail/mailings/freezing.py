"""Freezes a draft into a snapshot's rows, and prepares the press for a content."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Iterable, Iterator, Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from eventmail import clock
from eventmail.addresses import EmailAddress
from eventmail.audit.models import AuditEntry
from eventmail.database import among, learn, table_of
from eventmail.doorway import doorway_of
from eventmail.events import service as events
from eventmail.events.models import Contact, Participant
from eventmail.links import service as links
from eventmail.links.service import Owner
from eventmail.links.tokens import SAMPLE, Place
from eventmail.mailings import audiences
from eventmail.mailings.known import AskedAddresses, KnownAddresses, KnownKeys
from eventmail.mailings.letter import Letter, names_page
from eventmail.mailings.models import (
    Erasure,
    Mailing,
    Reached,
    Snapshot,
    SnapshotMaterial,
    SnapshotRecipient,
)
from eventmail.mailings.rendering import OfficeAddresses, Pages, Press, make_press, no_pages
from eventmail.mailings.review_models import Lift
from eventmail.mailings.snapshot import (
    Attachment,
    Content,
    Recipient,
    bare_content,
)
from eventmail.offices import service as offices
from eventmail.offices.permissions import Actor
from eventmail.suppression import service as suppression
from eventmail.suppression.tokens import links_of
from eventmail.wire import search_ahead

COPIED = (
    "revision",
    "digest",
    "purpose",
    "sender_name",
    "sender_address",
    "reply_to",
    "subject",
    "body",
    "html",
    "stoppable",
    "format",
    "event_name",
    "event_date",
    "event_hours",
    "event_place",
    "send_at",
    "audience",
    "expected_count",
    "by_link",
)


# In the order of a recipient's fields.
_AS_RECIPIENT = (
    *(Contact.participant_id, Contact.id, Participant.company, Contact.department),
    *(Contact.title, Contact.name, Contact.address),
)
# Where the keys of known addresses stand: the roster, and what was sent from it.
_KEYS = (
    (Contact.address_key, Contact.office_id),
    (SnapshotRecipient.address_key, SnapshotRecipient.office_id),
)
# Built once: it is asked with every handful of mails.
_OWN = sa.select(table_of(Contact).c.participant_id, table_of(Contact).c.address).where(
    among(table_of(Contact).c.participant_id, "ids"),
    table_of(Contact).c.active,
)


def freeze(session: Session, actor: Actor, mailing: Mailing, content: Content) -> Snapshot:
    """Write ``content`` down for good as the mailing's next snapshot."""
    owner = {"office_id": mailing.office_id, "event_id": mailing.event_id}
    snapshot = Snapshot(
        **owner,
        **{name: getattr(content, name) for name in COPIED},
        mailing_id=mailing.id,
        mode=mailing.mode,
        recipient_count=len(content.recipients),
        submitted_by=actor.id,
        submitted_at=clock.now(),
    )
    snapshot.recipients = [
        SnapshotRecipient(**owner, **_fields(each), position=position, address_key=each.email.key)
        for position, each in enumerate(content.recipients, start=1)
    ]
    snapshot.materials = [
        SnapshotMaterial(**owner, **_fields(each), position=position)
        for position, each in enumerate(content.materials, start=1)
    ]
    mailing.snapshots.append(snapshot)
    learn(session, SnapshotRecipient)
    session.flush()
    _give_links(session, content, snapshot)
    return snapshot


def _give_links(session: Session, content: Content, snapshot: Snapshot) -> None:
    """Whoever will be led to a page of his own has one before anything leaves."""
    door = doorway_of(session)
    if door is None or content.is_batch or not names_page(content.letter):
        return
    owners = [
        Owner(_place(snapshot.office_id, snapshot.event_id, each), each.email.key)
        for each in content.recipients
    ]
    links.keep_ready(session, door.sealer, snapshot.event_id, owners)


def pages_of(session: Session, office_id: int, event_id: int, letter: Letter) -> Pages:
    """Which page each recipient of a letter is led to."""
    door = doorway_of(session)
    if door is None or not names_page(letter):
        return no_pages
    book = links.book_of(session, door.sealer, event_id)

    def page(to: Recipient | None) -> str:
        token = SAMPLE if to is None else book.token(_place(office_id, event_id, to))
        return door.page(token)

    return page


def _place(office_id: int, event_id: int, to: Recipient) -> Place:
    return Place(office_id, event_id, to.participant_id, to.contact_id)


def _fields(value: Recipient | Attachment) -> dict[str, object]:
    return dataclasses.asdict(value)


def audience(
    session: Session, mailing: Mailing, submitted: Snapshot | None = None
) -> tuple[Recipient, ...]:
    """Who would get the mailing now: of those taking part, whom its filter names.

    Less whom an earlier snapshot reached: an address that was reached counts, whatever row of the
    roster it stands in today; and less those to whom no such mail may go (suppression). All of it
    is asked in one query, so nobody withdrawn can slip in.
    ``submitted``: who would get that snapshot now, where answers that came since change nothing.
    """
    named = audiences.frozen(mailing, submitted) if submitted else audiences.named_by(mailing)
    reached = (
        sa.select(SnapshotRecipient.address_key)
        .join(
            Reached,
            sa.and_(
                Reached.snapshot_id == SnapshotRecipient.snapshot_id,
                Reached.contact_id == SnapshotRecipient.contact_id,
            ),
        )
        .where(Reached.mailing_id == mailing.id)
    )
    rows = events.addressee_rows(
        session,
        mailing.event,
        _AS_RECIPIENT,
        Contact.address_key.not_in(reached),
        named,
        ~is_stopped(mailing),
    )
    return tuple(itertools.starmap(Recipient, rows))


def is_stopped(mailing: Mailing) -> sa.ColumnElement[bool]:
    """The condition that a contact gets no mail of this kind any more."""
    place = mailing.office_id, mailing.event_id
    return Contact.address_key.in_(suppression.stopped_keys(*place, stoppable=mailing.stoppable))


def reached_count(session: Session, mailing: Mailing) -> int:
    """How many contacts earlier snapshots of this mailing have reached, or may have."""
    query = sa.select(sa.func.count()).where(Reached.mailing_id == mailing.id)
    return session.scalars(query).one()


def is_erased(session: Session, mailing: Mailing) -> bool:
    """Whether retention has erased whom it was for: then nothing more of it can be sent."""
    query = (
        sa.select(Erasure.snapshot_id)
        .join(Snapshot, Snapshot.id == Erasure.snapshot_id)
        .where(Snapshot.mailing_id == mailing.id)
    )
    return session.scalars(query).first() is not None


def contributors(session: Session, mailing: Mailing) -> set[int]:
    """Whoever made or changed the event, its roster or its shelf: they made the mailing too.

    Taken from the audit, which nobody can rewrite.
    """
    query = sa.select(AuditEntry.staff_id).where(AuditEntry.subject == f"event:{mailing.event_id}")
    return {staff_id for staff_id in session.scalars(query) if staff_id is not None}


def press_for_one(
    session: Session, content: Content, to: Recipient, lifted: frozenset[str] = frozenset()
) -> Press:
    """The press for one copy of a content: its materials' bytes, and what the gate must know."""
    mailing = session.get_one(Mailing, content.mailing_id)
    return make_press(
        content,
        lambda sha256: events.read_blob(session, mailing.office_id, sha256),
        _addresses_for_one(session, mailing, to),
        lifted,
        pages_of(session, mailing.office_id, mailing.event_id, content.letter),
        links_of(session, mailing.office_id, mailing.event_id),
    )


def press_for_snapshot(session: Session, snapshot: Snapshot) -> Press:
    """The press for a snapshot that is sent a few recipients at a time: it holds none.

    The companies' own addresses are read with each handful, and given to ``Press.clear``.
    """

    def read(sha256: str) -> bytes:
        content = events.read_blob(session, snapshot.office_id, sha256)
        search_ahead(content)  # the gate asks with the first mail
        return content

    addresses = compact_addresses(session, snapshot.office_id)
    content = bare_content(snapshot)
    office_id, event_id = snapshot.office_id, snapshot.event_id
    pages = pages_of(session, office_id, event_id, content.letter)
    links = links_of(session, office_id, event_id)
    return make_press(content, read, addresses, lifted(session, snapshot.id), pages, links)


def lifted(session: Session, snapshot_id: int) -> frozenset[str]:
    """The materials of a snapshot that go although nobody could look into them."""
    return frozenset(session.scalars(sa.select(Lift.sha256).where(Lift.snapshot_id == snapshot_id)))


def office_addresses(
    session: Session,
    office_id: int,
    event_id: int,
    *,
    stoppable: bool = True,
    known: KnownKeys | None = None,
) -> OfficeAddresses:
    """The office's mailboxes, every participant address it knows, each company's own, and to which
    of them no such mail may go.

    ``known``: what is kept of the addresses, where nothing leaves by it. For a mail that leaves
    they are read.
    """
    query = sa.select(Contact.participant_id, Contact.address).where(
        Contact.event_id == event_id, Contact.office_id == office_id, Contact.active
    )
    return OfficeAddresses(
        ours=_mailboxes(session, office_id),
        known=known if known is not None else KnownKeys(_known_keys(session, office_id)),
        by_participant=_by_participant(session.execute(query)),
        suppressed=suppression.suppressed_keys(session, office_id, event_id, stoppable=stoppable),
    )


def _addresses_for_one(session: Session, mailing: Mailing, to: Recipient) -> OfficeAddresses:
    """As :func:`office_addresses`; whom the one mail names is asked for when the gate asks."""
    office_id = mailing.office_id
    place = office_id, mailing.event_id
    return OfficeAddresses(
        ours=_mailboxes(session, office_id),
        known=AskedAddresses(
            lambda key: _is_known(session, office_id, key),
            lambda: _known_keys(session, office_id),
        ),
        by_participant=own_addresses(session, [to.participant_id]),
        suppressed=suppression.suppressed_keys(session, *place, stoppable=mailing.stoppable),
    )


def own_addresses(
    session: Session, participant_ids: Sequence[int]
) -> dict[int, frozenset[EmailAddress]]:
    """The addresses of these companies, each its own: what their mails may name."""
    found = session.connection().execute(_OWN, {"ids": participant_ids})
    return _by_participant(found.all())


def compact_addresses(session: Session, office_id: int) -> OfficeAddresses:
    """As :func:`office_addresses`, held small; the companies' own are read a few at a time."""
    return OfficeAddresses(
        ours=_mailboxes(session, office_id),
        known=KnownAddresses(_known_keys(session, office_id)),
        by_participant={},
    )


def _by_participant(rows: Iterable[sa.Row[int, str]]) -> dict[int, frozenset[EmailAddress]]:
    found: dict[int, set[EmailAddress]] = {}
    for participant_id, address in rows:
        found.setdefault(participant_id, set()).add(EmailAddress.parse(address))
    return {key: frozenset(value) for key, value in found.items()}


def _mailboxes(session: Session, office_id: int) -> frozenset[EmailAddress]:
    return frozenset(box.email for box in offices.mailboxes(session, office_id))


def _known_keys(session: Session, office_id: int) -> Iterator[str]:
    """The roster's of all events; and those mended since may still stand in somebody's files."""
    for column, owner in _KEYS:
        query = sa.select(column).where(owner == office_id)
        yield from session.scalars(query.execution_options(yield_per=1000))


def _is_known(session: Session, office_id: int, key: str) -> bool:
    """Whether :func:`_known_keys` has this one."""
    found = (sa.exists().where(owner == office_id, column == key) for column, owner in _KEYS)
    return bool(session.scalar(sa.select(sa.or_(*found))))
