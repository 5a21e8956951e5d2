"""What the administrator decides for a new office; as soon as it is at work, its own people do."""

from __future__ import annotations

from collections.abc import Collection

import sqlalchemy as sa
from sqlalchemy.orm import Session

from eventmail.addresses import AddressError, EmailAddress
from eventmail.administration import service as administration
from eventmail.audit.service import record
from eventmail.errors import NotFound, UserError
from eventmail.language import said
from eventmail.offices import settings
from eventmail.offices.models import Bureau, Mailbox, Office, Staff
from eventmail.proposals import mailboxes
from eventmail.proposals import service as proposals
from eventmail.relays.kind import RELAY
from eventmail.relays.service import Choice
from eventmail.setup import facts
from eventmail.setup.facts import Facts
from eventmail.staffmail import service as staffmail

NOT_OPEN = said(
    "所「{name}」は、もう所の職員が設定を決めます。所の管理者か決裁者に、"
    "画面の「所の設定」から変更を提案してもらってください。"
)


def found_office(session: Session, by: Staff, bureau: str, name: str) -> Office:
    """The first office, and its bureau unless that is there already."""
    administration.require(by)
    known = session.scalar(sa.select(Bureau).where(Bureau.name == bureau))
    parent = known or administration.add_bureau(session, by, bureau)
    return administration.add_office(session, by, parent.id, name)


def seen(session: Session, by: Staff, office_id: int) -> Facts:
    """How far an office is, for the administrator."""
    administration.require(by)
    found = facts.of(session, office_id)
    if found is None:
        raise NotFound
    return found


def still_open(session: Session, by: Staff, office_id: int) -> Facts:
    """The same; raises :class:`UserError` where nobody from outside decides any more."""
    administration.require(by)
    settings.lock(session, office_id)
    found = seen(session, by, office_id)
    if not found.is_open:
        raise UserError(NOT_OPEN.format(name=found.name))
    return found


def choose_relay(session: Session, by: Staff, office_id: int, wanted: Choice) -> None:
    """Let a new office send through this server, which has taken a test mail."""
    still_open(session, by, office_id)
    place = RELAY.at(office_id)
    if place.now(session) == wanted.told():
        return
    proposals.set_up(session, place, wanted.told())
    subject = f"relay:{office_id}"
    host = wanted.host
    record(session, "relay.chosen", subject, office_id=office_id, staff_id=by.id, host=host)


def add_mailbox(session: Session, by: Staff, office_id: int, name: str, address: str) -> Mailbox:
    """Give a new office a mailbox to send from."""
    still_open(session, by, office_id)
    place = mailboxes.place_of(office_id, address)
    if place.now(session) is not None:
        raise UserError(mailboxes.TAKEN.format(address=address))
    proposals.set_up(session, place, {"name": name})
    made = settings.mailbox_at(session, office_id, place.subject)
    assert made is not None
    record(session, "mailbox.added", f"mailbox:{made.id}", office_id=office_id, staff_id=by.id)
    return made


def set_own_address(session: Session, by: Staff, text: str, domains: Collection[str]) -> None:
    """Where the administrator gets his test mails: an address like any other of the staff.

    Before the first mailbox nothing says which domains are the offices' own, unless the settings
    do; there is no participant yet either, and any domain will do.
    """
    administration.require(by)
    staff = session.get_one(Staff, by.id)
    try:
        email = EmailAddress.parse(text)
    except AddressError as error:
        raise UserError(
            said("アドレス「{text}」を登録できません。{message}", text=text, message=error.message)
        ) from error
    if staff.address == email.key:
        return
    ours = {each.email.domain for each in session.scalars(sa.select(Mailbox))} | set(domains)
    staffmail.set_address(session, staff, text, ours or {email.domain})
