"""One mail on its way: what is said for it, which of its recipients are settled, and how.

What becomes of a recipient who is not settled depends on whether the final dot had left: before
it the relay must drop the mail, after it nobody knows.
"""

from __future__ import annotations

import contextlib
from collections.abc import Sequence

from eventmail.addresses import EmailAddress
from eventmail.wire.conversation import Answer, Conversation, Garbled, command
from eventmail.wire.envelope import recipients_of
from eventmail.wire.gate import Cleared
from eventmail.wire.outcome import Kind, Outcome, Reply, Result, reply

LOST = Reply(0, "connection lost")
DONE = 2  # the class of replies that say yes
CLOSING = 421
GO_AHEAD = 354
DATA = b"DATA\r\n"
DOT = b".\r\n"
RESET = b"RSET\r\n"


class Transaction:
    """A cleared mail with its commands, and the recipients that are refused so far.

    ``said``: the commands have left ahead of their turn, together with the mail before.
    ``begun``: the relay has taken the sender. ``go_ahead``: it waits for the content.
    ``in_doubt``: after what it said, the connection cannot be used any more.
    """

    __slots__ = (
        "begun", "commands", "go_ahead", "in_doubt", "pieces", "recipients", "refused", "said",
    )  # fmt: skip

    def __init__(self, cleared: Cleared, pieces: Sequence[bytes], *, with_size: bool) -> None:
        self.pieces = pieces
        self.recipients = recipients_of(cleared.envelope)
        self.refused: dict[EmailAddress, Result] = {}
        self.said = self.begun = self.go_ahead = self.in_doubt = False
        size = f" size={cleared.size}" if with_size else ""
        self.commands = [
            command(f"MAIL FROM:<{cleared.sender.wire}>{size}"),
            *(command(f"RCPT TO:<{each.wire}>") for each in self.recipients),
            DATA,
        ]

    @property
    def is_refused(self) -> bool:
        """Whether nobody is left to send it to."""
        return len(self.refused) == len(self.recipients)

    @property
    def may_go(self) -> bool:
        """Whether the relay waits for the content, and there is somebody to get it."""
        return self.go_ahead and not self.is_refused

    def outcome(self, kind: Kind = Kind.NOT_SENT, answer: Reply = LOST) -> Outcome:
        """What became of it: ``kind`` for all who were not refused before."""
        return Outcome(
            tuple(self.refused.get(each) or Result(each, kind, answer) for each in self.recipients)
        )

    def offer(self, line: Conversation, *, ahead: bool) -> None:
        """MAIL, RCPT and DATA. What is refused is noted at once, so that a loss keeps it.

        With ``ahead`` all of them were said before, and have their replies whatever the first
        ones were; else what has become pointless is not said.
        """
        mail_from, *rcpts, data = self.commands
        self._offer_sender(_ask(line, mail_from, ahead=ahead))
        for recipient, rcpt in zip(self.recipients, rcpts, strict=True):
            if self.in_doubt or not (self.begun or ahead):
                return
            self._offer_recipient(recipient, _ask(line, rcpt, ahead=ahead))
        if not self.in_doubt and (ahead or not self.is_refused):
            self._offer_content(_ask(line, data, ahead=ahead))

    def _offer_sender(self, answer: Answer) -> None:
        self.begun = answer[0] // 100 == DONE
        if not self.begun:
            self._refuse(answer)

    def _offer_recipient(self, recipient: EmailAddress, answer: Answer) -> None:
        taken = answer[0] // 100 == DONE
        if taken and not self.begun:
            self.in_doubt = True  # a mail without a sender?
        elif not taken:
            self._refuse(answer, *([recipient] if answer[0] != CLOSING else []))

    def _offer_content(self, answer: Answer) -> None:
        self.go_ahead = answer[0] == GO_AHEAD
        if not self.go_ahead:
            self._refuse(answer)

    def _refuse(self, answer: Answer, *only: EmailAddress) -> None:
        """The relay does not take the mail for these, or for anybody who is left."""
        said = reply(*answer)
        kind = said.kind(Kind.NOT_SENT)
        if kind not in (Kind.DEFERRED, Kind.REFUSED):
            # A 2xx where none belongs (after DATA) is no acceptance: the relay never had the mail.
            kind, self.in_doubt = Kind.NOT_SENT, True
        if said.code == CLOSING:
            self.in_doubt = True
        for each in only or self.recipients:
            self.refused.setdefault(each, Result(each, kind, said))


def _ask(line: Conversation, said: bytes, *, ahead: bool) -> Answer:
    if not ahead:
        line.write(said)
    return line.answer()


def garbled(error: OSError) -> Reply:
    """The reply that a loss is told with: what the relay said if it was no reply at all."""
    said = error.said if isinstance(error, Garbled) else b""
    return reply(0, said) if said else LOST


def last_words(line: Conversation, error: OSError | None = None) -> Reply:
    """Why the relay broke off before the final dot, if it said so; else what the error tells."""
    if isinstance(error, Garbled):
        return garbled(error)
    with contextlib.suppress(OSError):
        if line.has_spoken():
            said = reply(*line.answer())
            if said.kind(Kind.NOT_SENT) in (Kind.DEFERRED, Kind.REFUSED):
                return said
    return LOST
