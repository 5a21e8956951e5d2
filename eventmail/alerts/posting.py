"""The service's own mails: from an office's mailbox to itself or to one of its own staff."""

from __future__ import annotations

from collections.abc import Callable, Container
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from eventmail.addresses import EmailAddress
from eventmail.offices.models import Mailbox
from eventmail.wire import (
    Cleared,
    Identity,
    Individual,
    Knowledge,
    Relay,
    Stamp,
    Wording,
    compose,
    inspect,
    message_id_for,
)

# The relay of an office; None if nothing may go there now.
RelayOf = Callable[[Session, int], Relay | None]


def cleared(
    box: Mailbox,
    to: EmailAddress,
    subject: str,
    body: str,
    token: str,
    at: datetime,
    known: Container[str],
) -> Cleared:
    """One notice to one address of the office's own; it may name nobody else's.

    An address that any roster knows is never the office's own, whatever it was taken for: then
    the gate refuses.
    """
    identity = Identity(name=box.name, address=box.email, reply_to=box.email)
    ours = {box.email, *([to] if to.key not in known else ())}
    envelope = Individual(to)
    stamp = Stamp(message_id_for(identity, token), at.replace(microsecond=0))
    composed = compose(identity, envelope, Wording(subject, body, automatic=True), (), stamp)
    knowledge = Knowledge(ours=frozenset(ours), own=frozenset(), known=known)
    return inspect(composed.content, envelope, identity, knowledge, ())


def by_relay(
    session: Session, office_ids: sa.Select[int], relay_of: RelayOf
) -> dict[Relay, list[int]]:
    """Which offices' mails go through which relay now; an office without one waits."""
    found: dict[Relay, list[int]] = {}
    for office_id in session.scalars(office_ids.distinct()):
        relay = relay_of(session, office_id)
        if relay is not None:
            found.setdefault(relay, []).append(office_id)
    return found
