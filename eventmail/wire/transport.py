"""Hands cleared mails to the relay, and knows to the byte how far each of them came.

The verbs of RFC 5321 are spoken one by one, because what may be done after a failure depends on
whether the final dot had left: before it the relay must drop the mail, after it nobody knows.
Whatever goes wrong on the way is an ``OSError``: smtplib's own exceptions are of that kind too.
"""

from __future__ import annotations

import contextlib
import re
import select
import smtplib  # noqa: TID251
from collections.abc import Callable, Iterator
from types import TracebackType

from eventmail.addresses import EmailAddress
from eventmail.wire.connecting import RelayUnavailable, open_connection
from eventmail.wire.envelope import LARGEST_BATCH, recipients_of
from eventmail.wire.gate import Cleared, is_as_cleared
from eventmail.wire.outcome import Kind, Outcome, Pressure, Reply, Result, pressure_of, reply
from eventmail.wire.relay import NotAllowedHere, Relay, Security, relay_from

__all__ = [
    "Connection",
    "Kind",
    "NotAllowedHere",
    "Outcome",
    "Pressure",
    "Relay",
    "RelayUnavailable",
    "Reply",
    "Result",
    "Security",
    "pressure_of",
    "relay_from",
]

_LOST = Reply(0, "connection lost")
_RCPTMAX = re.compile(r"\bRCPTMAX=([1-9][0-9]*)\b", re.IGNORECASE)
_LINE_DOT = re.compile(rb"^\.", re.MULTILINE)
GO_AHEAD = 354
CLOSING = 421


class Connection:
    """A connection that is kept for many mails. Open it with ``with``; it does not reconnect.

    Raises :class:`RelayUnavailable` on entering. After a loss ``usable`` is false: open another.
    """

    def __init__(self, relay: Relay) -> None:
        self.relay = relay
        self._smtp: smtplib.SMTP | None = None
        self._sent = 0

    def __enter__(self) -> Connection:
        self._smtp = open_connection(self.relay)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._smtp is not None:
            with contextlib.suppress(OSError):
                self._smtp.quit()
        self._drop()

    @property
    def usable(self) -> bool:
        """Whether another mail can go over this connection."""
        limit = self.relay.mails_per_connection
        return self._smtp is not None and (limit is None or self._sent < limit)

    @property
    def most_recipients(self) -> int:
        """How many recipients one transaction may have: our setting, or the relay's own limit.

        The relay states it with the LIMITS extension (RFC 9422, ``RCPTMAX``).
        """
        said = self._smtp.esmtp_features.get("limits", "") if self._smtp is not None else ""
        found = _RCPTMAX.search(said)
        return min(self.relay.most_recipients, int(found[1]) if found else LARGEST_BATCH)

    def send(self, cleared: Cleared, *, handing_over: Callable[[], None] | None = None) -> Outcome:
        """Send one cleared mail and say what became of it, recipient by recipient.

        ``handing_over`` is called when all but the final dot has been sent; if it raises, the
        relay never gets the mail. Raises :class:`NotAllowedHere` outside production, and
        ``TypeError`` for anything but what the gate made.
        """
        if not is_as_cleared(cleared):
            raise TypeError("only what the gate has cleared can be sent, and only as it was then")
        if not _has_whole_lines(cleared.content):
            raise TypeError("a mail has lines that end in CRLF, and nowhere else")
        recipients = recipients_of(cleared.envelope)
        self.relay.check_allowed(recipients)
        if self._smtp is None:
            return _all(recipients, Kind.NOT_SENT, _LOST, {})
        self._sent += 1
        return self._transaction(self._smtp, cleared, recipients, handing_over)

    @property
    def largest_size(self) -> int | None:
        """The largest mail the relay takes, in bytes, where it says so (RFC 1870)."""
        said = self._smtp.esmtp_features.get("size", "") if self._smtp is not None else ""
        return int(said) or None if said.isdecimal() else None

    def send_all(self, mails: Iterator[Cleared]) -> Iterator[Outcome]:
        """Send mail after mail; one outcome for each that was pulled."""
        while self.usable and (cleared := next(mails, None)) is not None:
            yield self.send(cleared)

    def _transaction(
        self,
        smtp: smtplib.SMTP,
        cleared: Cleared,
        recipients: tuple[EmailAddress, ...],
        handing_over: Callable[[], None] | None,
    ) -> Outcome:
        refused: dict[EmailAddress, Result] = {}
        try:
            _offer(smtp, cleared, recipients, refused)
            if len(refused) == len(recipients):
                self._reset(smtp, refused)
                return _outcome(recipients, refused)
            smtp.send(_dots_doubled(cleared.content))
        except OSError:
            self._drop()
            return _all(recipients, Kind.NOT_SENT, _LOST, refused)
        last = self._hand_over(smtp, handing_over)
        if last is None:
            return _all(recipients, Kind.NOT_SENT, _LOST, refused)
        return _all(recipients, last.kind(Kind.UNCERTAIN), last, refused)

    def _hand_over(
        self, smtp: smtplib.SMTP, handing_over: Callable[[], None] | None
    ) -> Reply | None:
        """The final dot and the relay's last word; code 0 if that never came.

        None if the dot was not sent, because the relay has hung up or interrupted.
        """
        try:
            if handing_over is not None:
                handing_over()
        except BaseException:
            self._drop()
            raise
        if _has_spoken(smtp):
            self._drop()
            return None
        try:
            smtp.send(b".\r\n")
            answer = reply(*smtp.getreply())
        except OSError:
            self._drop()
            return _LOST
        if answer.code == CLOSING or answer.kind(Kind.UNCERTAIN) is Kind.UNCERTAIN:
            self._drop()
        return answer

    def _reset(self, smtp: smtplib.SMTP, refused: dict[EmailAddress, Result]) -> None:
        """After a refusal the connection is made fresh, or given up where that is in doubt."""
        replies = {each.reply.code for each in refused.values()}
        strange = any(each.kind is Kind.NOT_SENT for each in refused.values())
        if CLOSING in replies or strange or smtp.rset()[0] != 250:
            self._drop()

    def _drop(self) -> None:
        if self._smtp is not None:
            self._smtp.close()
        self._smtp = None


def _offer(
    smtp: smtplib.SMTP,
    cleared: Cleared,
    recipients: tuple[EmailAddress, ...],
    refused: dict[EmailAddress, Result],
) -> None:
    """MAIL, RCPT and DATA. Fills ``refused`` one by one, so that a loss on the way keeps them."""
    size = f" size={len(cleared.content)}" if smtp.has_extn("size") else ""
    answer = _say(smtp, "mail", f"FROM:<{cleared.sender.wire}>{size}")
    if answer.kind(Kind.NOT_SENT) is not Kind.ACCEPTED:
        refused |= {each: _refusal(each, answer) for each in recipients}
        return
    for each in recipients:
        answer = _say(smtp, "rcpt", f"TO:<{each.wire}>")
        if answer.kind(Kind.NOT_SENT) is not Kind.ACCEPTED:
            refused[each] = _refusal(each, answer)
    if len(refused) < len(recipients):
        answer = _say(smtp, "data")
        if answer.code != GO_AHEAD:
            refused |= {each: _refusal(each, answer) for each in recipients if each not in refused}


def _say(smtp: smtplib.SMTP, verb: str, rest: str = "") -> Reply:
    smtp.putcmd(verb, rest)
    return reply(*smtp.getreply())


def _has_spoken(smtp: smtplib.SMTP) -> bool:
    """Whether the relay has said something, or hung up, while it should be listening."""
    return smtp.sock is None or bool(select.select([smtp.sock], [], [], 0)[0])


def _has_whole_lines(content: bytes) -> bool:
    """A bare CR or LF is how a second mail is smuggled in; the transport relies on no gate here."""
    ends = content.count(b"\r\n")
    return content.endswith(b"\r\n") and ends == content.count(b"\n") == content.count(b"\r")


def _dots_doubled(content: bytes) -> bytes:
    """Dot-stuffing (RFC 5321, section 4.5.2)."""
    if b"\n." not in content and not content.startswith(b"."):
        return content
    return _LINE_DOT.sub(b"..", content)


def _refusal(recipient: EmailAddress, answer: Reply) -> Result:
    kind = answer.kind(Kind.NOT_SENT)
    # A 2xx where none belongs (after DATA) is no acceptance: the relay never had the mail.
    return Result(recipient, Kind.NOT_SENT if kind is Kind.ACCEPTED else kind, answer)


def _outcome(recipients: tuple[EmailAddress, ...], results: dict[EmailAddress, Result]) -> Outcome:
    return Outcome(tuple(results[each] for each in recipients))


def _all(
    recipients: tuple[EmailAddress, ...],
    kind: Kind,
    answer: Reply,
    but: dict[EmailAddress, Result],
) -> Outcome:
    return _outcome(recipients, {each: Result(each, kind, answer) for each in recipients} | but)
