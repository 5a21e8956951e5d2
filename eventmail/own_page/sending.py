"""Mails the links that were asked for: each a letter to one participant, through press and gate."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from eventmail import clock
from eventmail.alerts import posting
from eventmail.alerts.posting import RelayOf
from eventmail.database import Database
from eventmail.doorway import doorway_of
from eventmail.events.models import Contact, Event
from eventmail.links import service as links
from eventmail.mailings.freezing import office_addresses, pages_of
from eventmail.mailings.letter import Letter
from eventmail.mailings.rendering import make_press
from eventmail.mailings.snapshot import Recipient, content_to_one
from eventmail.offices.models import Office
from eventmail.own_page import codes
from eventmail.own_page.models import LinkMail, LinkMailState
from eventmail.sealing import Sealer
from eventmail.wire import (
    Cleared,
    Connection,
    GateRefusal,
    Kind,
    NotAllowedHere,
    Relay,
    RelayUnavailable,
    Unwritable,
)

log = logging.getLogger(__name__)

AT_ONCE = 50
WAITS = tuple(timedelta(minutes=minutes) for minutes in (2, 5, 15, 30, 60))
GIVE_UP = timedelta(days=1)
SUBJECT = "【{イベント名}】参加者ページのご案内"
BODY = (
    "{宛名}\n\n"
    "{イベント名}（{開催日}）の参加者ページのアドレスをお送りします。\n"
    "参加者ページを開く画面から、このアドレスあてに送るよう依頼がありました。\n\n"
    "{参加者ページ}\n\n"
    "このページは、このメールを受け取った方のためのものです。ほかの方に転送しないでください。\n"
    "心当たりがないときは、このメールを捨ててください。何も変わりません。\n\n"
    "Your own page for this event is at the address above. It was asked for on our site.\n"
    "If you did not ask for it, simply ignore this mail.\n"
)
CODE_SUBJECT = "【{イベント名}】担当者・アドレスの変更の確認"
CODE_BODY = (
    "{宛名}\n\n"
    "{イベント名}（{開催日}）の参加者ページで、担当者またはメールアドレスの変更の申し出がありました。\n"
    "変更してよいときは、次の参加者ページの「担当者・アドレスの変更」を開いて内容を確かめ、\n"
    "確認コードを入力してください。\n\n"
    "{参加者ページ}\n\n"
    "確認コード：%(code)s\n\n"
    "心当たりがないときは、コードを入力しないでください。何も変わりません。\n"
    "念のため、このメールに返信してお知らせください。\n\n"
    "Somebody asked on your page to change the contact person or the mail address.\n"
    "If that is right, open the page, look at the change and enter the code above.\n"
    "If not, do not enter the code: nothing will change. Please reply to this mail.\n"
)
_FATES = {
    Kind.ACCEPTED: LinkMailState.ACCEPTED,
    Kind.DEFERRED: LinkMailState.QUEUED,
    Kind.NOT_SENT: LinkMailState.QUEUED,
    Kind.REFUSED: LinkMailState.REFUSED,
    Kind.UNCERTAIN: LinkMailState.UNCERTAIN,
}


def send_due(database: Database, relay_of: RelayOf) -> None:
    """Mail what is due, each through its office's relay; a stopped office's mails wait."""
    with database.reading() as session:
        query = _due().with_only_columns(LinkMail.office_id)
        offices = posting.by_relay(session, query, relay_of)
    for relay, office_ids in offices.items():
        _send_through(database, relay, _claim(database, office_ids))


def _send_through(database: Database, relay: Relay, ids: list[int]) -> None:
    if not ids:
        return
    try:
        with Connection(relay) as connection:
            for mail_id in ids:
                _try(database, connection, mail_id)
    except (RelayUnavailable, NotAllowedHere) as error:
        log.warning("the links that were asked for have to wait: %s", type(error).__name__)
        _give_back(database, ids)


def _due() -> sa.Select[int]:
    """What is due, and what a worker left claimed that died: it may come twice, but it comes."""
    waits = LinkMail.state.in_((LinkMailState.QUEUED, LinkMailState.CLAIMED))
    going = sa.select(Office.id).where(Office.stopped_at.is_(None))
    return sa.select(LinkMail.id).where(
        waits, LinkMail.due_at <= clock.now(), LinkMail.office_id.in_(going)
    )


def _claim(database: Database, office_ids: list[int]) -> list[int]:
    now = clock.now()
    due = (
        _due()
        .where(LinkMail.office_id.in_(office_ids))
        .order_by(LinkMail.id)
        .limit(AT_ONCE)
        .with_for_update(skip_locked=True)
    )
    with database.writing() as session:
        found = list(session.scalars(due.execution_options(populate_existing=True)))
        for mail in session.scalars(sa.select(LinkMail).where(LinkMail.id.in_(found))):
            mail.state = LinkMailState.CLAIMED
            mail.due_at = now + WAITS[min(mail.attempts, len(WAITS) - 1)]
            mail.attempts += 1
        return sorted(found)


def _try(database: Database, connection: Connection, mail_id: int) -> None:
    """Send one; if its mail cannot even be made, the others go all the same."""
    try:
        state, reply = _send(database, connection, mail_id)
    except (RelayUnavailable, NotAllowedHere):
        raise
    except Exception as error:
        log.exception("the mail with link %s could not be made", mail_id)
        state, reply = LinkMailState.QUEUED, type(error).__name__
    _settle(database, mail_id, state, reply)


def _send(database: Database, connection: Connection, mail_id: int) -> tuple[LinkMailState, str]:
    with database.writing() as session:  # the link is there before the mail is
        mail = session.get_one(LinkMail, mail_id)
        office = session.get_one(Office, mail.office_id, with_for_update={"read": True})
        if office.stopped_at is not None:
            return LinkMailState.QUEUED, ""
        contact = session.get_one(Contact, mail.contact_id)
        door = doorway_of(session)
        if door is None or not contact.active or not contact.address:
            return LinkMailState.DROPPED, ""
        token = links.token_for(session, door.sealer, contact)
        if links.opened(session, token) is None:
            return LinkMailState.DROPPED, ""
        try:
            cleared = _cleared(session, door.sealer, contact, mail)
        except (GateRefusal, Unwritable) as refusal:
            return LinkMailState.REFUSED, refusal.message_ja
    (result,) = connection.send(cleared).results
    return _FATES[result.kind], f"{result.reply.code or ''} {result.reply.text}".strip()


def _letter(sealer: Sealer, mail: LinkMail) -> Letter:
    if not mail.coded:
        return Letter(SUBJECT, BODY)
    return Letter(CODE_SUBJECT, CODE_BODY % {"code": codes.code_of(sealer, mail.token)})


def _cleared(session: Session, sealer: Sealer, contact: Contact, mail: LinkMail) -> Cleared:
    """The letter with the contact's link, made and judged as every letter to a participant is."""
    event = session.get_one(Event, contact.event_id)
    to = _recipient(contact)
    content = content_to_one(event, to, _letter(sealer, mail))
    press = make_press(
        content,
        lambda _sha256: b"",
        office_addresses(session, event.office_id, event.id, stoppable=False),
        pages=pages_of(session, event.office_id, event.id, content.letter),
    )
    return press.clear(press.compose(to, mail.token, _whole_seconds(mail.made_at)), to)


def _recipient(contact: Contact) -> Recipient:
    found = {name: getattr(contact, name) for name in ("department", "title", "name", "address")}
    return Recipient(
        participant_id=contact.participant_id,
        contact_id=contact.id,
        company=contact.participant.company,
        **found,
    )


def _whole_seconds(moment: datetime) -> datetime:
    return moment.replace(microsecond=0)


def _settle(database: Database, mail_id: int, state: LinkMailState, reply: str) -> None:
    with database.writing() as session:
        mail = session.get_one(LinkMail, mail_id)
        tired = state is LinkMailState.QUEUED and clock.now() - mail.made_at > GIVE_UP
        mail.state = LinkMailState.REFUSED if tired else state
        mail.reply = reply[:500]


def _give_back(database: Database, ids: list[int]) -> None:
    """Those not reached wait for their next turn."""
    with database.reading() as session:
        query = sa.select(LinkMail.id).where(
            LinkMail.id.in_(ids), LinkMail.state == LinkMailState.CLAIMED
        )
        left = list(session.scalars(query))
    for mail_id in left:
        _settle(database, mail_id, LinkMailState.QUEUED, "")
