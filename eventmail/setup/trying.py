"""試しの一通: one real mail through an office's relay, to the tester's own mailbox (L15).

It goes as the test mails of a letter go: through composer and gate, noted in the audit before it
leaves, not during a STOP, few in a while.
"""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from eventmail import clock
from eventmail.alerts import posting
from eventmail.audit.models import AuditEntry
from eventmail.audit.service import record
from eventmail.errors import UserError
from eventmail.events import service as events
from eventmail.language import said
from eventmail.letters import trying
from eventmail.letters.trying import Box
from eventmail.mailings.rendering import new_token
from eventmail.offices import service as offices
from eventmail.offices.models import Mailbox, Office, Staff
from eventmail.outbox import words
from eventmail.sendlock import service as sendlock
from eventmail.wire import Cleared, GateRefusal, Kind, Relay, Unwritable

SENT = "relay.test_mail"
TAKEN, FAILED = "relay.test_mail_taken", "relay.test_mail_failed"
SUBJECT = "【イベントメール】送信サーバーの確認"
BODY = """{office}
{name}さん

イベントメールから、送信サーバーを確かめるために送った試しの一通です。
このメールが届いていれば、このサーバーから案内を送れます。

送信サーバー：{place}
送った時刻：{at}

このメールに返信する必要はありません。
"""
NO_SENDER = said("差出人にできるアドレスがありません。先に、差出人のアドレスを登録してください。")
ASK_THE_SERVERS_PEOPLE = said(
    "所のメールサーバーの担当者に、この応答をそのまま伝え、イベントメールのサーバーからの送信を"
    "認めてもらってください。"
)
# What to do about the relay's own words, by what they mean.
REMEDIES = {
    words.SIGN_IN: said("ユーザー名とパスワードを確かめ、入力し直してください。"),
    words.SENDER: said(
        "差出人のアドレスが、このサーバーから送ってよいアドレスか確かめてください。"
    ),
    words.NO_MAILBOX: said("あなたのアドレスに誤りがないか確かめてください。"),
    words.NO_DOMAIN: said("あなたのアドレスに誤りがないか確かめてください。"),
    words.BAD_ADDRESS: said("あなたのアドレスに誤りがないか確かめてください。"),
    words.GREYLISTED: said("5分ほど待ってから、もう一度送ってください。"),
    words.TOO_FAST: said("5分ほど待ってから、もう一度送ってください。"),
    words.LATER: said("5分ほど待ってから、もう一度送ってください。"),
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of it, and what to do if it did not arrive."""

    taken: bool
    sentence: str


def boxes(session: Session, office_id: int, staff: Staff) -> list[Box]:
    """Where a test mail may go: one's own mailbox, where it is known, and the office's."""
    own = staff.address
    found = [Box("own", staff.name, Mailbox(address=own).email)] if own else []
    ours = offices.mailboxes(session, office_id)
    return found + [Box(f"mailbox-{each.id}", each.name, each.email) for each in ours]


def make(session: Session, office_id: int, relay: Relay, staff: Staff, box: Box) -> Cleared:
    """The mail, through the gate; from the office's first mailbox, or else from oneself."""
    office = session.get_one(Office, office_id)
    sender = _sender(session, office_id, staff)
    at = clock.now()
    told = {"office": office.name, "name": staff.name, "place": relay.place}
    body = BODY.format(**told, at=clock.japanese_moment(at))
    known = events.known_addresses(session, office_id)
    if box.email.key in known:
        raise UserError(trying.PARTICIPANTS)
    try:
        return posting.cleared(sender, box.email, SUBJECT, body, new_token(), at, known)
    except Unwritable as error:
        raise UserError(error.message_ja) from error
    except GateRefusal as refusal:
        raise UserError(refusal.message_ja) from refusal


def note(session: Session, office_id: int, staff: Staff, box: Box, cleared: Cleared) -> None:
    """Write down that one is about to leave. Raises :class:`UserError` if it must not."""
    session.execute(sa.select(Staff.id).where(Staff.id == staff.id).with_for_update())
    office = session.get_one(
        Office, office_id, populate_existing=True, with_for_update={"read": True}
    )
    sendlock.require_unlocked(session)
    if office.stopped_at is not None:
        raise UserError(trying.STOPPED)
    trying.require_few(
        session, SENT, AuditEntry.staff_id == staff.id, trying.MOST_OF_ONE, trying.OF_ONE_WITHIN
    )
    _audit(session, office_id, staff, SENT, box=box.key, sha256=cleared.digest)


def send(relay: Relay, cleared: Cleared, box: Box) -> Outcome:
    """Hand it to the relay, once; with the relay's own words, and what to do about them."""
    handed = trying.hand_over(relay, cleared)
    sentence = handed.told(box)
    if handed.kind is Kind.ACCEPTED:
        return Outcome(True, sentence)
    meaning = words.meaning(handed.reply)
    if meaning is None:
        return Outcome(False, sentence)
    remedy = REMEDIES.get(meaning, ASK_THE_SERVERS_PEOPLE)
    return Outcome(False, f"{sentence}。{meaning.happened}{remedy}")


def settle(session: Session, office_id: int, staff: Staff, *, taken: bool) -> None:
    """Write down what became of it."""
    _audit(session, office_id, staff, TAKEN if taken else FAILED)


def _sender(session: Session, office_id: int, staff: Staff) -> Mailbox:
    ours = offices.mailboxes(session, office_id)
    if not ours and staff.address is None:
        raise UserError(NO_SENDER)
    return ours[0] if ours else Mailbox(name=staff.name, address=staff.address)


def _audit(session: Session, office_id: int, staff: Staff, action: str, **details: object) -> None:
    subject = f"relay:{office_id}"
    record(session, action, subject, office_id=office_id, staff_id=staff.id, **details)
