"""Hands cleared mails to the relay, and knows to the byte how far each of them came.

Where the relay offers it (RFC 2920), the final dot of one mail and the commands of the next leave
together, so a mail costs one round trip. Content never leaves before the relay has said to whom it
may go, and the final dot only while the relay is silent: what may be done after a failure depends
on whether that dot had left. Whatever goes wrong on the way is an ``OSError``.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Iterator
from types import TracebackType

from eventmail.wire.connecting import RelayUnavailable, open_connection
from eventmail.wire.conversation import Conversation, HungUp
from eventmail.wire.envelope import LARGEST_BATCH
from eventmail.wire.extensions import Extensions
from eventmail.wire.gate import Cleared, is_as_cleared
from eventmail.wire.lines import Lines
from eventmail.wire.outcome import Kind, Outcome, Reply, Result, reply
from eventmail.wire.relay import NotAllowedHere, Relay, Security, relay_from
from eventmail.wire.transaction import (
    CLOSING,
    DOT,
    RESET,
    Transaction,
    garbled,
    last_words,
)

__all__ = [
    "Connection",
    "Kind",
    "NotAllowedHere",
    "Outcome",
    "Relay",
    "RelayUnavailable",
    "Reply",
    "Result",
    "Security",
    "relay_from",
]


class Connection:
    """A connection that is kept for many mails. Open it with ``with``; it does not reconnect.

    Raises :class:`RelayUnavailable` on entering. After a loss ``usable`` is false: open another.
    One thread at a time uses it; only ``close_now`` may be called from another.
    """

    def __init__(self, relay: Relay) -> None:
        self.relay = relay
        self._line: Conversation | None = None
        self._offered = Extensions()
        self._lines = Lines()
        self._sent = 0
        self._owes_reset = False
        self._stopped = False

    def __enter__(self) -> Connection:
        self._line, self._offered = open_connection(self.relay, self._watch)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._line is not None:
            with contextlib.suppress(OSError):
                self._line.ask("QUIT")
        self._drop()

    @property
    def usable(self) -> bool:
        """Whether another mail can go over this connection."""
        limits = (self.relay.mails_per_connection, self._offered.limit("MAILMAX"))
        most = min((each for each in limits if each is not None), default=None)
        return self._line is not None and not self._stopped and (most is None or self._sent < most)

    @property
    def most_recipients(self) -> int:
        """How many recipients one transaction may have: our setting, or the relay's own limit.

        The relay states it with the LIMITS extension (RFC 9422, ``RCPTMAX``).
        """
        return min(self.relay.most_recipients, self._offered.limit("RCPTMAX") or LARGEST_BATCH)

    @property
    def largest_size(self) -> int | None:
        """The most bytes a mail may have, if the relay states a limit (RFC 1870)."""
        return self._offered.largest_size

    def close_now(self) -> None:
        """End the connection from another thread; the one that waits for the relay sees a loss."""
        self._stopped = True
        line = self._line
        if line is not None:
            line.close_now()

    def send(self, cleared: Cleared, *, handing_over: Callable[[], None] | None = None) -> Outcome:
        """Send one cleared mail and say what became of it, recipient by recipient.

        ``handing_over`` is called when all but the final dot has been sent; if it raises, the
        relay never gets the mail. Raises :class:`NotAllowedHere` outside production, and
        ``TypeError`` for anything but what the gate made.
        """
        mail = self._take(cleared)
        try:
            outcome = self._offer(mail)
            if outcome is None:
                if handing_over is not None:
                    handing_over()
                outcome = self._hand_over(mail, None)
        except BaseException:
            self._drop()
            raise
        self._end()
        return outcome

    def send_all(self, mails: Iterable[Cleared]) -> Iterator[Outcome]:
        """Send many mails; yields the outcome of each, in order, as soon as it is known.

        The next mail is taken from ``mails`` only when all of the one before but its final dot has
        been sent, the relay is still silent and the connection is ``usable``. Every mail that was
        taken gets an outcome. If taking one raises, or the one that was taken must not be sent
        (as in :meth:`send`), the mail before is finished, its outcome yielded, and the exception
        goes on; the connection can still be used. Whoever stops taking outcomes before the end
        loses the connection, and mails without an outcome were not sent.
        """
        coming = _Coming(self._take, mails)
        finished = False
        try:
            yield from self._stream(coming)
            finished = True
        finally:
            if not finished:
                self._drop()
        self._end()
        if coming.trouble is not None:
            raise coming.trouble

    def _stream(self, coming: _Coming) -> Iterator[Outcome]:
        before: Transaction | None = None
        mail = coming.next() if self.usable else None
        while mail is not None:
            if before is not None:
                yield self._hand_over(before, mail)
            outcome = self._offer(mail)
            before = mail if outcome is None else None
            if outcome is not None:
                yield outcome
            mail = coming.next() if self.usable else None
        if before is not None:
            yield self._hand_over(before, None)

    def _take(self, cleared: Cleared) -> Transaction:
        if not is_as_cleared(cleared):
            raise TypeError("only what the gate has cleared can be sent, and only as it was then")
        pieces = self._lines.ready(cleared.pieces)
        if pieces is None:
            raise TypeError("a mail has lines that end in CRLF, and nowhere else")
        mail = Transaction(cleared, pieces, with_size=self._offered.wants_size)
        self.relay.check_allowed(mail.recipients)
        self._sent += 1
        return mail

    def _offer(self, mail: Transaction) -> Outcome | None:
        """Everything but the final dot. An outcome if it ends here, None if the dot may follow."""
        line = self._line
        if line is None:
            return mail.outcome()
        try:
            if not mail.said:
                self._begin(line, mail)
            mail.offer(line, ahead=self._offered.pipelining)
            if not mail.may_go:
                self._after_refusal(line, mail)
                return mail.outcome()
            line.write_pieces(mail.pieces)
            if line.has_spoken():
                raise HungUp("the relay spoke while it should have been listening")
        except OSError as error:
            words = last_words(line, error)
            self._drop()
            return mail.outcome(Kind.NOT_SENT, words)
        return None

    def _begin(self, line: Conversation, mail: Transaction) -> None:
        """Say the commands now, if the relay takes them in one go, and the reset that is due."""
        if line.has_spoken():
            raise HungUp("the relay took its leave between two mails")
        ahead, reset = self._offered.pipelining, self._owes_reset
        if ahead:
            line.write(b"".join((RESET if reset else b"", *mail.commands)))
        if reset:
            self._reset(line, said=ahead)

    def _reset(self, line: Conversation, *, said: bool) -> None:
        if not said:
            line.write(RESET)
        if line.answer()[0] != 250:
            raise HungUp("the relay cannot forget the mail before")
        self._owes_reset = False

    def _after_refusal(self, line: Conversation, mail: Transaction) -> None:
        """Nothing of the mail is sent. The relay must forget it before the next one."""
        if mail.in_doubt:
            self._drop()
        elif mail.go_ahead:
            # RFC 2920, section 3.1: DATA was said ahead, and nobody is left to send it to.
            line.write(DOT)
            self._drop_behind(reply(*line.answer()))
        else:
            self._owes_reset = mail.begun

    def _hand_over(self, mail: Transaction, following: Transaction | None) -> Outcome:
        """The final dot and the relay's last word; code 0 if that never came.

        With pipelining the commands of the ``following`` mail leave in the same packet.
        """
        line = self._line
        assert line is not None, "the content went over it"
        if line.has_spoken():
            words = last_words(line)
            self._drop()
            return mail.outcome(Kind.NOT_SENT, words)
        say = DOT
        if following is not None and self._offered.pipelining:
            say = b"".join((DOT, *following.commands))
            following.said = True
        try:
            line.write(say)
            answer = reply(*line.answer())
        except OSError as error:
            self._drop()
            return mail.outcome(Kind.UNCERTAIN, garbled(error))
        self._drop_behind(answer)
        return mail.outcome(answer.kind(Kind.UNCERTAIN), answer)

    def _drop_behind(self, answer: Reply) -> None:
        """Behind a final dot: whether the connection can go on is for the relay's answer to say."""
        if answer.code == CLOSING or answer.kind(Kind.UNCERTAIN) is Kind.UNCERTAIN:
            self._drop()

    def _end(self) -> None:
        """Leave the connection fresh, or give it up."""
        if self._line is not None and self._owes_reset:
            try:
                self._reset(self._line, said=False)
            except OSError:
                self._drop()

    def _watch(self, line: Conversation) -> None:
        self._line = line
        if self._stopped:
            line.close_now()

    def _drop(self) -> None:
        if self._line is not None:
            self._line.close()
        self._line = None


class _Coming:
    """The mails that are still to come. After trouble, which is kept, no more do."""

    def __init__(self, take: Callable[[Cleared], Transaction], mails: Iterable[Cleared]) -> None:
        self._take, self._mails = take, iter(mails)
        self.trouble: BaseException | None = None

    def next(self) -> Transaction | None:
        try:
            for cleared in self._mails:
                return self._take(cleared)
        except BaseException as error:  # noqa: BLE001 - it goes on after the mail before it
            self.trouble = error
        return None
