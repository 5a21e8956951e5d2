"""Mails the links that were asked for: each a letter to one participant, through press and gate."""

from __future__ import annotations

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from eventmail import clock
from eventmail.alerts import postbag
from eventmail.alerts.postbag import DROPPED, QUEUED, REFUSED, Bag, Fate
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
from eventmail.wire import Cleared, Unwritable

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


def send_due(database: Database, relay_of: RelayOf) -> None:
    """Mail what is due, each through its office's relay; a stopped office's mails wait."""
    postbag.send_due(database, relay_of, BAG)


def _going() -> sa.ColumnElement[bool]:
    return LinkMail.office_id.in_(sa.select(Office.id).where(Office.stopped_at.is_(None)))


def _is_tired(mail: LinkMail) -> bool:
    return clock.now() - mail.made_at > GIVE_UP


def _make(session: Session, mail: LinkMail) -> Cleared | Fate:
    """The link is there before the mail is."""
    office = session.get_one(Office, mail.office_id, with_for_update={"read": True})
    if office.stopped_at is not None:
        return Fate(QUEUED)
    contact = session.get_one(Contact, mail.contact_id)
    door = doorway_of(session)
    if door is None or not contact.active or not contact.address:
        return Fate(DROPPED)
    token = links.token_for(session, door.sealer, contact)
    if links.opened(session, token) is None:
        return Fate(DROPPED)
    try:
        return _cleared(session, door.sealer, contact, mail)
    except Unwritable as refusal:
        return Fate(REFUSED, refusal.message_ja)


BAG = Bag(
    called="the links that were asked for",
    table=LinkMail,
    states=LinkMailState,
    make=_make,
    tired=_is_tired,
    waits=WAITS,
    at_once=AT_ONCE,
    written=True,
    only=_going,
)


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
