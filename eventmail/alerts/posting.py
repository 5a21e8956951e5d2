"""The service's own mails: from an office's mailbox to itself or to one of its own staff."""

from __future__ import annotations

from collections.abc import Container
from datetime import datetime

from eventmail.addresses import EmailAddress
from eventmail.offices.models import Mailbox
from eventmail.wire import (
    Cleared,
    Identity,
    Individual,
    Knowledge,
    Stamp,
    Wording,
    compose,
    inspect,
    message_id_for,
)


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
