"""The built-in receiver: takes mails to return addresses, and to nobody else, over SMTP.

For tests and small sites, behind a mail server or on a network of one's own: it has neither TLS
nor limits on who may connect. It passes nothing on, so it can be no open relay.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from eventmail.wire.inbox import LARGEST
from eventmail.wire.returning import ReturnPattern
from eventmail.wire.sink import Sink

NOBODY = "550 5.1.1 No such mailbox here"
LATER = "451 4.3.0 Try again later"
TOO_BIG = "552 5.3.4 Too big"


def addressed(content: bytes, recipient: str) -> bytes:
    """A mail with the envelope's recipient on top, as mail servers write it."""
    if not recipient.isascii() or any(each.isspace() for each in recipient):
        return content
    return f"X-Original-To: {recipient}\r\n".encode() + content


@dataclass(slots=True)
class Receiver(Sink):
    """Gives each mail to ``take``; the sender is told 250 when that has kept it."""

    pattern: ReturnPattern | None = None
    take: Callable[[bytes], object] = bytes

    async def handle_RCPT(
        self, server: Any, session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        """Take return addresses only, one a mail (called by aiosmtpd)."""
        if self.pattern is None or self.pattern.tag_of(address) is None or envelope.rcpt_tos:
            return NOBODY
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 Ok"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        """Keep the mail, then say so (called by aiosmtpd)."""
        content = bytes(envelope.original_content or b"")
        if len(content) > LARGEST:
            return TOO_BIG
        try:
            self.take(addressed(content, str(envelope.rcpt_tos[0])))
        except Exception:  # noqa: BLE001 - whatever it was, the mail server keeps the mail
            return LATER
        return "250 2.0.0 Kept"
