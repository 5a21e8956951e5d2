"""The office's list of addresses that its letters may name."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

from eventmail import clock
from eventmail.addresses import AddressError, EmailAddress
from eventmail.allowed.models import AllowedAddress
from eventmail.audit.service import address_digest, record
from eventmail.errors import NotFound, UserError
from eventmail.events.models import Contact
from eventmail.language import said
from eventmail.offices.permissions import Action, Actor
from eventmail.spreadsheet.domain_tables import COMMON, FREE_MAIL

OF_PARTICIPANT = said(
    "参加事業所のメールアドレスは登録できません。"
    "文面や資料から消すか、差し込み項目を使ってください。"
)
DOMAIN_OF_PARTICIPANT = said(
    "参加事業所が使っているドメインは登録できません。載せるアドレスを1つずつ登録してください。"
)
OF_EVERYBODY = said(
    "だれでも使えるドメインは登録できません。載せるアドレスを1つずつ登録してください。"
)
NOTHING_TYPED = said("登録するメールアドレスかドメインを入力してください。")


def listed(session: Session, office_id: int) -> list[AllowedAddress]:
    """The office's entries in the order of the alphabet."""
    query = sa.select(AllowedAddress).where(AllowedAddress.office_id == office_id)
    return list(session.scalars(query.order_by(AllowedAddress.value)))


def values(session: Session, office_id: int) -> frozenset[str]:
    """The addresses and domains themselves."""
    query = sa.select(AllowedAddress.value).where(AllowedAddress.office_id == office_id)
    return frozenset(session.scalars(query))


def allow(session: Session, actor: Actor, typed: str) -> AllowedAddress:
    """Let the office's letters name an address or a whole domain.

    Raises :class:`UserError` for a participant's, for a provider's domain, and for what is neither.
    """
    actor.require(Action.ALLOW_ADDRESS)
    value = _value(typed)
    office_id = actor.office.id
    _require_nobodys(session, office_id, value)
    query = sa.select(AllowedAddress).where(
        AllowedAddress.office_id == office_id, AllowedAddress.value == value
    )
    entry = session.scalar(query)
    if entry is not None:
        return entry  # pressed twice
    entry = AllowedAddress(
        office_id=office_id, value=value, added_by=actor.id, added_at=clock.now()
    )
    session.add(entry)
    session.flush()
    _audit(session, actor, "address.allowed", after=_recordable(session, value))
    return entry


def disallow(session: Session, actor: Actor, entry_id: int) -> str:
    """Take an entry off the list again; returns what it was."""
    actor.require(Action.ALLOW_ADDRESS)
    query = sa.select(AllowedAddress).where(
        AllowedAddress.id == entry_id, AllowedAddress.office_id == actor.office.id
    )
    entry = session.scalar(query)
    if entry is None:
        raise NotFound
    session.delete(entry)
    session.flush()
    _audit(session, actor, "address.disallowed", before=_recordable(session, entry.value))
    return entry.value


def _value(typed: str) -> str:
    """What was typed as a key: an address, or a domain with or without its ``@``."""
    text = typed.strip()
    if not text.strip("@＠"):
        raise UserError(NOTHING_TYPED)
    is_domain = "@" not in text.lstrip("@＠") and "＠" not in text.lstrip("@＠")
    try:
        if is_domain:
            return EmailAddress.parse(f"info@{text.lstrip('@＠')}").domain
        return EmailAddress.parse(text).key
    except AddressError as error:
        raise UserError(
            said("「{text}」は登録できません。{message}", text=text[:60], message=error.message)
        ) from error


def _require_nobodys(session: Session, office_id: int, value: str) -> None:
    if "@" not in value and value in FREE_MAIL.union(COMMON):
        raise UserError(OF_EVERYBODY)
    is_theirs = Contact.address_key == value
    if "@" not in value:
        is_theirs = Contact.address_key.endswith(f"@{value}", autoescape=True)
    query = sa.select(Contact.id).where(Contact.office_id == office_id, is_theirs).limit(1)
    if session.scalar(query) is not None:
        raise UserError(OF_PARTICIPANT if "@" in value else DOMAIN_OF_PARTICIPANT)


def _recordable(session: Session, value: str) -> str:
    return address_digest(session, value) if "@" in value else value


def _audit(session: Session, actor: Actor, action: str, **sides: str) -> None:
    office_id = actor.office.id
    subject = f"office:{office_id}"
    record(session, action, subject, office_id=office_id, staff_id=actor.id, **sides)
