"""Staff's own addresses, whether they want notices, and queueing a notice once."""

from __future__ import annotations

from collections.abc import Collection

import sqlalchemy as sa
from sqlalchemy.orm import Session

from eventmail.addresses import AddressError, EmailAddress
from eventmail.audit.service import address_digest, record
from eventmail.database import insert_new
from eventmail.errors import UserError
from eventmail.events.models import Contact
from eventmail.language import said
from eventmail.offices.models import Mailbox, Office, Staff
from eventmail.offices.permissions import Actor
from eventmail.staffmail.models import StaffNotice, fresh

FOREIGN = said(
    "アドレス「{address}」は、所のアドレスと同じドメインではないため登録できません。"
    "ほかのドメインを使うときは、設定 EVENTMAIL_STAFF_DOMAINS に加えてください。"
)
PARTICIPANT = said(
    "アドレス「{address}」は参加事業所の担当者として登録されているため、"
    "職員のアドレスにはできません。"
)
SHARED = said(
    "アドレス「{address}」は所の共用のアドレスのため、職員のアドレスにはできません。"
    "職員本人だけが読むアドレスにしてください。"
)
TAKEN = said("アドレス「{address}」は、ほかの職員のアドレスとして登録されています。")


def staff_with_login(session: Session, login: str) -> Staff:
    """The member of staff with that login; :class:`UserError` naming it if there is none."""
    staff: Staff | None = session.scalar(sa.select(Staff).where(Staff.login == login))
    if staff is None:
        raise UserError(said("ユーザー名「{login}」の職員は登録されていません。", login=login))
    return staff


def set_address(session: Session, staff: Staff, text: str, domains: Collection[str] = ()) -> None:
    """Give a member of staff the address for notices, or take it away with an empty text.

    It lies in a domain of the office's own mailboxes or in one of ``domains``, and belongs neither
    to a colleague nor to a mailbox that many read nor to anybody on a roster: a mistyped address
    must not bring the office's business to a participant.
    """
    before = {"address": address_digest(session, staff.address or "")}
    staff.address = _own_address(session, staff, text, domains) if text.strip() else None
    session.flush()
    after = {"address": address_digest(session, staff.address or "")}
    record(session, "staff.address_set", f"staff:{staff.id}", before=before, after=after)


def _own_address(session: Session, staff: Staff, text: str, domains: Collection[str]) -> str:
    try:
        email = EmailAddress.parse(text)
    except AddressError as error:
        raise UserError(
            said("アドレス「{text}」を登録できません。{message}", text=text, message=error.message)
        ) from error
    if email.domain not in own_domains(session, staff) | set(domains):
        raise UserError(FOREIGN.format(address=text))
    if email.key in {each.email.key for each in session.scalars(sa.select(Mailbox))}:
        raise UserError(SHARED.format(address=text))
    if is_participants(session, email):
        raise UserError(PARTICIPANT.format(address=text))
    other = sa.select(Staff.id).where(Staff.address == email.key, Staff.id != staff.id)
    if session.scalar(other) is not None:
        raise UserError(TAKEN.format(address=text))
    return email.key


def own_domains(session: Session, staff: Staff) -> set[str]:
    """The domains of the mailboxes of all offices in which somebody works."""
    offices = [each.office_id for each in staff.memberships]
    query = sa.select(Mailbox).where(Mailbox.office_id.in_(offices))
    return {each.email.domain for each in session.scalars(query)}


def is_participants(session: Session, email: EmailAddress) -> bool:
    """Whether the address stands on any roster, of whichever office."""
    everywhere = Contact.office_id.in_(sa.select(Office.id))  # by the index that begins with it
    query = sa.select(Contact.id).where(everywhere, Contact.address_key == email.key).limit(1)
    return session.scalar(query) is not None


def want_notices(session: Session, actor: Actor, wanted: bool) -> None:
    """Switch one's own notices on or off."""
    staff = session.get_one(Staff, actor.id)
    if staff.notices != wanted:
        before, staff.notices = staff.notices, wanted
        record(
            session,
            "staff.notices_set",
            f"staff:{staff.id}",
            office_id=actor.office.id,
            staff_id=actor.id,
            before={"wanted": before},
            after={"wanted": wanted},
        )


def queue(session: Session, actor: Actor, mailing_id: int, kind: str, occasion: str) -> None:
    """Have a notice sent, unless this person was ever told of this occasion."""
    values = fresh(actor.office.id, actor.id) | {
        "mailing_id": mailing_id,
        "occasion": occasion,
        "kind": kind,
    }
    insert_new(session, StaffNotice, values)


def queued_for(session: Session, staff_id: int, occasions: Collection[str]) -> set[str]:
    """Which of these occasions the person was told of already."""
    query = sa.select(StaffNotice.occasion).where(
        StaffNotice.staff_id == staff_id, StaffNotice.occasion.in_(occasions)
    )
    return set(session.scalars(query))
