"""Sends the notices that are due, each through composer and gate, one mail to one person."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from eventmail import clock
from eventmail.addresses import EmailAddress
from eventmail.alerts import posting
from eventmail.alerts.posting import RelayOf
from eventmail.database import Database
from eventmail.events import service as events
from eventmail.mailings.models import Mailing, MailingState
from eventmail.offices.models import Mailbox, Office, Staff
from eventmail.staffmail.models import NoticeState, Posted, StaffNotice
from eventmail.staffmail.service import is_participants, own_domains
from eventmail.staffmail.wording import body, subject
from eventmail.wire import (
    Cleared,
    Connection,
    GateRefusal,
    Kind,
    NotAllowedHere,
    Relay,
    RelayUnavailable,
)

log = logging.getLogger(__name__)

AT_ONCE = 50
WAITS = tuple(timedelta(minutes=minutes) for minutes in (2, 5, 15, 30, 60))
GIVE_UP = timedelta(days=3)
NO_USE = "知らせる必要がなくなったため、送りませんでした。"
NOT_OURS = "職員のアドレスが所のものではなくなったため、送りませんでした。"
# What a kind is about is over when the mailing has gone on.
ABOUT = {
    "check": MailingState.CHECKING,
    "approve": MailingState.APPROVING,
    "first_copy": MailingState.SENDING,
}
_FATES = {
    Kind.ACCEPTED: NoticeState.ACCEPTED,
    Kind.DEFERRED: NoticeState.QUEUED,
    Kind.NOT_SENT: NoticeState.QUEUED,
    Kind.REFUSED: NoticeState.REFUSED,
    Kind.UNCERTAIN: NoticeState.UNCERTAIN,
}


@dataclass(frozen=True, slots=True)
class Post:
    """What every notice needs: the page's address and the domains staff may have besides."""

    public_url: str = ""
    domains: Collection[str] = ()


@dataclass(frozen=True, slots=True)
class Letter:
    """What one notice says, and from which of the office's mailboxes."""

    box: Mailbox
    subject: str
    body: str


@dataclass(frozen=True, slots=True)
class Sort:
    """One table of notices. ``says``: the letter of a row, None if it has no use any more."""

    table: type[Posted]
    says: Callable[[Session, int, Staff, str], Letter | None]


def send_due(database: Database, relay_of: RelayOf, post: Post, sort: Sort | None = None) -> None:
    """Mail what is due, each through its office's relay.

    A relay that is away is no reason to lose one: it waits.
    """
    sort = sort or OF_MAILINGS
    with database.reading() as session:
        query = _due(sort).with_only_columns(sort.table.office_id)
        offices = posting.by_relay(session, query, relay_of)
    for relay, office_ids in offices.items():
        _send_through(database, relay, _claim(database, office_ids, sort), post, sort)


def _send_through(database: Database, relay: Relay, ids: list[int], post: Post, sort: Sort) -> None:
    if not ids:
        return
    try:
        with Connection(relay) as connection:
            for notice_id in ids:
                _try(database, connection, notice_id, post, sort)
    except (RelayUnavailable, NotAllowedHere) as error:
        log.warning("the notices to staff have to wait: %s", type(error).__name__)
        _give_back(database, ids, error.message_ja, sort)


def _due(sort: Sort) -> sa.Select[int]:
    """What is due, and what a worker left claimed that died: it may come twice, but it comes."""
    waits = sort.table.state.in_((NoticeState.QUEUED, NoticeState.CLAIMED))
    return sa.select(sort.table.id).where(waits, sort.table.due_at <= clock.now())


def _claim(database: Database, office_ids: list[int], sort: Sort) -> list[int]:
    now = clock.now()
    due = (
        _due(sort)
        .where(sort.table.office_id.in_(office_ids))
        .order_by(sort.table.id)
        .limit(AT_ONCE)
        .with_for_update(skip_locked=True)
    )
    with database.writing() as session:
        found = list(session.scalars(due.execution_options(populate_existing=True)))
        for notice in session.scalars(sa.select(sort.table).where(sort.table.id.in_(found))):
            notice.state = NoticeState.CLAIMED
            notice.due_at = now + WAITS[min(notice.attempts, len(WAITS) - 1)]
            notice.attempts += 1
        return sorted(found)


def _try(
    database: Database, connection: Connection, notice_id: int, post: Post, sort: Sort
) -> None:
    """Send one; if its mail cannot even be made, the others go all the same."""
    try:
        state, reply = _send(database, connection, notice_id, post, sort)
    except (RelayUnavailable, NotAllowedHere):
        raise
    except Exception as error:
        log.exception("notice %s could not be made", notice_id)
        state, reply = NoticeState.QUEUED, type(error).__name__
    _settle(database, notice_id, state, reply, sort)


def _send(
    database: Database, connection: Connection, notice_id: int, post: Post, sort: Sort
) -> tuple[NoticeState, str]:
    with database.reading() as session:
        notice = session.get_one(sort.table, notice_id)
        staff = session.get_one(Staff, notice.staff_id)
        letter = sort.says(session, notice_id, staff, post.public_url)
        if staff.address is None or not _wants(notice, staff) or letter is None:
            return NoticeState.DROPPED, NO_USE
        to = EmailAddress.parse(staff.address)
        if not _is_ours(session, staff, to, post):
            return NoticeState.REFUSED, NOT_OURS
        try:
            mail = _cleared(session, notice, letter, to)
        except GateRefusal as refusal:  # no address of a participant travels in a notice either
            return NoticeState.REFUSED, refusal.message_ja
    (result,) = connection.send(mail).results
    return _FATES[result.kind], f"{result.reply.code or ''} {result.reply.text}".strip()


def _wants(notice: Posted, staff: Staff) -> bool:
    works = any(each.office_id == notice.office_id for each in staff.memberships)
    return staff.active and staff.notices and works


def _of_a_mailing(session: Session, notice_id: int, staff: Staff, url: str) -> Letter | None:
    notice = session.get_one(StaffNotice, notice_id)
    mailing = session.get_one(Mailing, notice.mailing_id)
    if ABOUT.get(notice.kind) not in (None, mailing.state):
        return None
    office = session.get_one(Office, notice.office_id)
    event = mailing.event
    text = body(notice.kind, office.name, staff.name, event.name, mailing.id, url)
    return Letter(event.reply_to, subject(notice.kind, mailing.id), text)


OF_MAILINGS = Sort(StaffNotice, _of_a_mailing)


def _is_ours(session: Session, staff: Staff, to: EmailAddress, post: Post) -> bool:
    """Whether the address would be taken today as well: rosters and mailboxes change."""
    known = to.domain in own_domains(session, staff) | set(post.domains)
    return known and not is_participants(session, to)


def _cleared(session: Session, notice: Posted, letter: Letter, to: EmailAddress) -> Cleared:
    return posting.cleared(
        letter.box,
        to,
        letter.subject,
        letter.body,
        notice.token,
        notice.made_at,
        events.known_addresses(session, notice.office_id),
    )


def _settle(database: Database, notice_id: int, state: NoticeState, reply: str, sort: Sort) -> None:
    with database.writing() as session:
        notice = session.get_one(sort.table, notice_id)
        tired = state is NoticeState.QUEUED and clock.now() - notice.made_at > GIVE_UP
        notice.state = NoticeState.REFUSED if tired else state
        notice.reply = reply[:500]


def _give_back(database: Database, ids: list[int], reason: str, sort: Sort) -> None:
    """Those not reached wait for their next turn."""
    with database.reading() as session:
        query = sa.select(sort.table.id).where(
            sort.table.id.in_(ids), sort.table.state == NoticeState.CLAIMED
        )
        left = list(session.scalars(query))
    for notice_id in left:
        _settle(database, notice_id, NoticeState.QUEUED, reason, sort)
