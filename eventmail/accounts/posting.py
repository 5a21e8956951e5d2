"""Mails the link of an invitation to the person's own address, once, while somebody waits."""

from __future__ import annotations

import dataclasses

from sqlalchemy.orm import Session

from eventmail import clock
from eventmail.accounts.invitations import Made
from eventmail.addresses import EmailAddress
from eventmail.alerts import posting
from eventmail.events import service as events
from eventmail.offices import service as offices
from eventmail.offices.models import Office
from eventmail.wire import (
    Cleared,
    Connection,
    GateRefusal,
    Kind,
    NotAllowedHere,
    Relay,
    RelayUnavailable,
)

PATIENCE = 10.0  # seconds for each step
SUBJECTS = {False: "招待のリンク", True: "新しいパスワードを決めるリンク"}
BODY = """{office}
{name}さん

イベントメールで{deed}ためのリンクです。
次のページを開き、パスワードをご自分で決めてください。

{url}

このリンクは{until}まで、一度だけ使えます。
ほかの人には渡さないでください。心当たりのないときは、開かずに所の管理者に知らせてください。
"""
DEEDS = {False: "仕事を始める", True: "新しいパスワードを決める"}


def mail(session: Session, made: Made, url: str) -> Cleared | None:
    """The mail with the link; None where there is no address, no mailbox, or the gate says no."""
    office = session.get(Office, made.invitation.office_id or 0)
    boxes = offices.mailboxes(session, office.id) if office else []
    if office is None or made.staff.address is None or not boxes:
        return None
    reset = made.invitation.is_reset
    body = BODY.format(
        office=office.name,
        name=made.staff.name,
        deed=DEEDS[reset],
        url=url,
        until=clock.japanese_moment(made.invitation.expires_at),
    )
    try:
        return posting.cleared(
            boxes[0],
            EmailAddress.parse(made.staff.address),
            f"【イベントメール】{SUBJECTS[reset]}",
            body,
            made.invitation.token_digest[:32],
            clock.now(),
            events.known_addresses(session, office.id),
        )
    except GateRefusal:
        return None


def send(relay: Relay, cleared: Cleared) -> bool:
    """Hand it to the relay; whether it surely was taken. The link is shown in any case."""
    patient = dataclasses.replace(relay, timeout=min(relay.timeout, PATIENCE))
    try:
        with Connection(patient) as connection:
            (result,) = connection.send(cleared).results
    except (RelayUnavailable, NotAllowedHere):
        return False
    return result.kind is Kind.ACCEPTED
