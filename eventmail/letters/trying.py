"""テストメール: one mail to one's own mailbox, or to the office's, and to nobody else (L15).

It takes a way of its own: through composer and gate like every mail, but it is no delivery, and
no participant's address is ever at hand as its recipient.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from eventmail import clock
from eventmail.addresses import EmailAddress
from eventmail.audit.models import AuditEntry
from eventmail.audit.service import record
from eventmail.errors import UserError
from eventmail.events import service as events
from eventmail.language import said
from eventmail.mailings.freezing import press_for_one
from eventmail.mailings.models import Mailing
from eventmail.mailings.rendering import new_token
from eventmail.mailings.snapshot import Content, Recipient
from eventmail.offices.models import Office, Staff
from eventmail.offices.permissions import Action, Actor
from eventmail.sendlock import service as sendlock
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

SENT, SETTLED = "mailing.test_mail", "mailing.test_mail_settled"
MOST_OF_ONE, OF_ONE_WITHIN = 5, timedelta(minutes=10)
MOST_OF_ALL, OF_ALL_WITHIN = 30, timedelta(hours=1)
PATIENCE = 10.0  # seconds for each step: somebody waits at the screen
STOPPED = said(
    "所の送信をすべて止めているため、テストメールも送りません。再開してから送ってください。"
)
PARTICIPANTS = said(
    "あなたのアドレスは参加者名簿にもあるため、テストメールを送れません。"
    "所のアドレスを選んでください。"
)
TOO_MANY = said(
    "テストメールが続いたため、いまは送れません。{minutes}分ほど待ってから送ってください。"
)
NO_BOX = said("テストメールのあて先を選び直してください。")
ACCEPTED = said("テストメールを{box}に送りました。届いたメールを開いて確かめてください。")
UNCERTAIN = said(
    "テストメールの送信の途中で接続が切れました。{box}に届いているか、受信箱を確かめてください。"
)
FAILED = said("テストメールを送れませんでした。送信サーバーの応答：{reply}")


@dataclass(frozen=True, slots=True)
class Box:
    """A mailbox that a test mail may go to."""

    key: str
    name: str
    email: EmailAddress

    def __str__(self) -> str:
        return f"{self.name} <{self.email}>"


@dataclass(frozen=True, slots=True)
class Handed:
    """What became of a mail: the relay's own words, or why it never came to any (``trouble``)."""

    kind: Kind
    reply: str = ""
    trouble: str = ""

    def told(self, box: Box) -> str:
        """The sentence for the person who sent it."""
        if self.kind is Kind.ACCEPTED:
            return ACCEPTED.format(box=box)
        if self.kind is Kind.UNCERTAIN:
            return UNCERTAIN.format(box=box)
        return self.trouble or FAILED.format(reply=self.reply or said("なし"))


def boxes(actor: Actor, mailing: Mailing) -> list[Box]:
    """One's own mailbox, where it is known, and the office's two of this event."""
    own = actor.staff.address
    found = [Box("own", actor.staff.name, EmailAddress.parse(own))] if own else []
    ours = {each.id: each for each in (mailing.event.reply_to, mailing.event.sender)}
    return found + [Box(f"mailbox-{box.id}", box.name, box.email) for box in ours.values()]


def box_named(actor: Actor, mailing: Mailing, key: str | None) -> Box:
    """The mailbox of that key; nothing else can be typed or sent in its place."""
    for each in boxes(actor, mailing):
        if each.key == key:
            return each
    raise UserError(NO_BOX)


def make(session: Session, content: Content, box: Box, like: Recipient) -> Cleared:
    """The mail that ``like`` would get, marked and addressed to ``box``, through the gate."""
    mailing = session.get_one(Mailing, content.mailing_id)
    if events.known_among(session, mailing.office_id, [box.email.key]):
        raise UserError(PARTICIPANTS)
    try:
        press = press_for_one(session, content, like)
        date = clock.now().replace(microsecond=0)
        return press.clear_test(press.compose_test(box.email, new_token(), date, like), box.email)
    except Unwritable as error:
        raise UserError(error.message_ja) from error
    except GateRefusal as refusal:
        raise UserError(refusal.message_ja) from refusal


def note(session: Session, actor: Actor, mailing: Mailing, box: Box, cleared: Cleared) -> None:
    """Write down that a test mail is about to leave. Raises :class:`UserError` if it must not."""
    actor.require(Action.EDIT_MAILING)
    # The person's row, so that two clicks at once are counted one after the other.
    session.execute(sa.select(Staff.id).where(Staff.id == actor.id).with_for_update())
    office = session.get_one(
        Office, mailing.office_id, populate_existing=True, with_for_update={"read": True}
    )
    sendlock.require_unlocked(session)
    if office.stopped_at is not None:
        raise UserError(STOPPED)
    require_few(session, SENT, AuditEntry.staff_id == actor.id, MOST_OF_ONE, OF_ONE_WITHIN)
    require_few(session, SENT, AuditEntry.office_id == office.id, MOST_OF_ALL, OF_ALL_WITHIN)
    _audit(session, actor, mailing, SENT, box=box.key, sha256=cleared.digest)


def send(relay: Relay, cleared: Cleared, box: Box) -> tuple[Kind, str]:
    """Hand it to the relay, once. What became of it, and the sentence for the person."""
    handed = hand_over(relay, cleared)
    return handed.kind, handed.told(box)


def hand_over(relay: Relay, cleared: Cleared) -> Handed:
    """Hand a mail to the relay, once, while somebody waits."""
    patient = dataclasses.replace(relay, timeout=min(relay.timeout, PATIENCE))
    try:
        with Connection(patient) as connection:
            (result,) = connection.send(cleared).results
    except (RelayUnavailable, NotAllowedHere) as error:
        return Handed(Kind.NOT_SENT, trouble=error.message_ja)
    reply = f"{result.reply.code or ''} {result.reply.text}".strip()
    return Handed(result.kind, reply[:300])


def settle(session: Session, actor: Actor, mailing: Mailing, kind: Kind) -> None:
    """Write down what became of it."""
    _audit(session, actor, mailing, SETTLED, outcome=kind.value)


def require_few(
    session: Session, action: str, whose: sa.ColumnElement[bool], most: int, within: timedelta
) -> None:
    """Raise :class:`UserError` where this was done as often as it may be in a while."""
    since = clock.now() - within
    query = sa.select(sa.func.count()).where(
        AuditEntry.action == action, whose, AuditEntry.at > since
    )
    if session.scalars(query).one() >= most:
        raise UserError(TOO_MANY.format(minutes=int(within.total_seconds() // 60)))


def _audit(
    session: Session, actor: Actor, mailing: Mailing, action: str, **details: object
) -> None:
    subject = f"mailing:{mailing.id}"
    record(session, action, subject, office_id=mailing.office_id, staff_id=actor.id, **details)
