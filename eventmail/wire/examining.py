"""Asks a relay what it offers and what it makes of a sender: no recipient is named, none mailed."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from datetime import datetime

from eventmail.addresses import EmailAddress
from eventmail.wire.connecting import open_connection
from eventmail.wire.conversation import Conversation
from eventmail.wire.extensions import Extensions
from eventmail.wire.outcome import Reply, reply
from eventmail.wire.relay import Relay
from eventmail.wire.transaction import LOST


@dataclass(frozen=True, slots=True)
class Examined:
    """What it offers, until when its certificate holds, and its answer to MAIL FROM, if asked."""

    offered: Extensions
    certified_until: datetime | None
    sender: Reply | None


def examine(relay: Relay, sender: EmailAddress | None) -> Examined:
    """Go as far as MAIL FROM. Raises :class:`RelayUnavailable`."""
    line, offered = open_connection(relay)
    try:
        certified = line.certified_until
        answer = _answer(line, sender) if sender else None
        with contextlib.suppress(OSError):
            line.ask("RSET")
            line.ask("QUIT")
        return Examined(offered, certified, answer)
    finally:
        line.close()


def _answer(line: Conversation, sender: EmailAddress) -> Reply:
    try:
        return reply(*line.ask(f"MAIL FROM:<{sender.wire}>"))
    except OSError:
        return LOST
