"""Sends the notices that are due, each through composer and gate, one mail to one person."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from sqlalchemy.orm import Session

from eventmail import clock
from eventmail.addresses import EmailAddress
from eventmail.alerts import postbag, posting
from eventmail.alerts.postbag import DROPPED, REFUSED, Bag, Fate
from eventmail.alerts.posting import RelayOf
from eventmail.database import Database
from eventmail.events import service as events
from eventmail.mailings.models import Mailing, MailingState
from eventmail.offices.models import Mailbox, Office, Staff
from eventmail.staffmail.models import NoticeState, Posted, StaffNotice
from eventmail.staffmail.service import is_participants, own_domains
from eventmail.staffmail.wording import body, subject
from eventmail.wire import Cleared

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
    """One table of notices. ``says``: the letter of a row, None if it has no use any more.

    ``outsiders``: administrators get it as well, who may serve in no office.
    """

    table: type[Posted]
    says: Callable[[Session, int, Staff, str], Letter | None]
    outsiders: bool = False


def send_due(database: Database, relay_of: RelayOf, post: Post, sort: Sort | None = None) -> None:
    """Mail what is due, each through its office's relay.

    A relay that is away is no reason to lose one: it waits.
    """
    postbag.send_due(database, relay_of, _bag(post, sort or OF_MAILINGS))


def _bag(post: Post, sort: Sort) -> Bag:
    return Bag(
        called="the notices to staff",
        table=sort.table,
        states=NoticeState,
        make=partial(_make, post=post, sort=sort),
        tired=_is_tired,
        waits=WAITS,
        at_once=AT_ONCE,
    )


def _is_tired(notice: Posted) -> bool:
    return clock.now() - notice.made_at > GIVE_UP


def _make(session: Session, notice: Posted, post: Post, sort: Sort) -> Cleared | Fate:
    staff = session.get_one(Staff, notice.staff_id)
    letter = sort.says(session, notice.id, staff, post.public_url)
    if staff.address is None or not _wants(notice, staff, sort) or letter is None:
        return Fate(DROPPED, NO_USE)
    to = EmailAddress.parse(staff.address)
    if not _is_ours(session, staff, to, post):
        return Fate(REFUSED, NOT_OURS)
    return _cleared(session, notice, letter, to)


def _wants(notice: Posted, staff: Staff, sort: Sort) -> bool:
    works = any(each.office_id == notice.office_id for each in staff.memberships)
    works = works or (sort.outsiders and staff.administrator)
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
