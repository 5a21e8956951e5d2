"""修正して再送: the contact's address is put right, and a new draft is for that contact alone.

Both are what somebody could do by hand, through the same services: the change stands in the
roster's history, the draft goes through check and approval like any other.
"""

from __future__ import annotations

from sqlalchemy.orm import Session

from eventmail.addresses import EmailAddress
from eventmail.bounces import showing
from eventmail.bounces.showing import Failed
from eventmail.errors import NotFound, UserError
from eventmail.events.models import Contact
from eventmail.language import said
from eventmail.letters import copying
from eventmail.mailings import service as mailings
from eventmail.mailings.models import Mailing, Snapshot
from eventmail.offices.permissions import Action, Actor
from eventmail.outbox.models import Delivery
from eventmail.roster import hand
from eventmail.roster.hand import Typed

SAME = said(
    "届かなかったアドレスのままです。会社に電話などで正しいアドレスを確かめ、"
    "新しいアドレスを入力してください。"
)
LEFT = said("この担当者は、名簿から外れています。参加者名簿で、いまの担当者を確かめてください。")
ERASED = said("このメールの送信先は、保存期間が過ぎたため消去しました。")


def failed_of(session: Session, actor: Actor, delivery_id: int) -> tuple[Failed, Snapshot, Contact]:
    """What came back of one of the office's mails, its sending and its contact."""
    delivery = session.get(Delivery, delivery_id)
    if delivery is None or delivery.office_id != actor.office.id:
        raise NotFound
    found = showing.of_delivery(session, delivery_id)
    if found is None:
        raise NotFound
    contact = session.get_one(Contact, found.contact_id)
    return found, session.get_one(Snapshot, delivery.snapshot_id), contact


def mend(
    session: Session, actor: Actor, delivery_id: int, email: EmailAddress
) -> tuple[Mailing, int]:
    """Put the address right and draft the mail anew for this contact alone.

    Returns the draft, and how many mailings under review came back because the roster changed.
    """
    actor.require(Action.IMPORT_ROSTER)
    actor.require(Action.EDIT_MAILING)
    found, snapshot, contact = failed_of(session, actor, delivery_id)
    _require_sense(found, contact, email)
    event, voided = snapshot.mailing.event, 0
    if str(email) != contact.address:
        hand.change(session, actor, event, contact, _with_address(contact, email))
        voided = len(mailings.refresh(session, event))
    draft = copying.copy_for_one(session, actor, snapshot.mailing, contact)
    return draft, voided


def _require_sense(found: Failed, contact: Contact, email: EmailAddress) -> None:
    if not found.address:
        raise UserError(ERASED)
    if not contact.active:
        raise UserError(LEFT)
    if found.is_lost and email.key == found.address.casefold():
        raise UserError(SAME)


def _with_address(contact: Contact, email: EmailAddress) -> Typed:
    """The contact as it stands, with another address."""
    company = contact.participant
    return Typed(
        company=company.company,
        email=email,
        status=company.status.value,
        corporate_number=company.corporate_number,
        department=contact.department,
        title=contact.title,
        name=contact.name,
        phone=contact.phone,
        notes=contact.notes,
        names_person=contact.names_person,
    )
