"""One connection's side of a sending: the mails it has taken, and what became of them."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Iterator
from datetime import datetime

from eventmail import clock, tracing
from eventmail.language import said
from eventmail.outbox import fates
from eventmail.outbox.settling import Answer, Handed
from eventmail.outbox.supply import Supply
from eventmail.wire import Cleared, Connection, Kind, Outcome, Pressure, pressure_of

log = logging.getLogger(__name__)

SIGN_IN = said(
    "送信サーバー {place} がサインインを求めています（{reply}）。"
    "ユーザー名とパスワードの設定を確認してください。"
)


class Blocked(Exception):
    """The relay wants other credentials: nobody goes on until a person has seen to it."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.message_ja = sentence


class Window:
    """What one connection has in hand. One thread uses it."""

    def __init__(self, supply: Supply, connection: Connection) -> None:
        self.connection = connection
        self.pulled: deque[Handed] = deque()
        self.moved = False  # whether this connection has settled anything for good
        self.lost = False
        self._supply = supply
        self._accepted = 0
        supply.join(self)

    def mails(self) -> Iterator[Cleared]:
        """The mails to send, in order; each is pulled when the one before it is all but sent."""
        while (handed := self._supply.take(self)) is not None:
            yield handed.made.cleared

    def note(self, outcome: Outcome) -> None:
        """What became of the oldest mail that was pulled."""
        handed = self.pulled[0]
        if pressure_of(outcome.reply) is Pressure.CREDENTIALS:
            reply = f"{outcome.reply.code} {outcome.reply.text}"
            place = self.connection.relay.place
            self._supply.halt = Blocked(SIGN_IN.format(place=place, reply=reply))
        taken = outcome.kind is Kind.ACCEPTED
        self._accepted += taken
        self.moved |= outcome.kind in fates.FINAL
        self.lost |= any(each.kind in (Kind.UNCERTAIN, Kind.NOT_SENT) for each in outcome.results)
        answer = Answer(handed, outcome, clock.now(), taken, self._accepted > 0, self.moved)
        self._supply.answer(self, answer)
        _log(handed, outcome)

    def close(self) -> None:
        """Settle what was answered; what this connection took without an answer is uncertain."""
        self._supply.leave(self)


def _log(handed: Handed, outcome: Outcome) -> None:
    """One line a transaction; the relay's words may hold anything, its codes do not."""
    if log.isEnabledFor(logging.INFO):
        ids = handed.made.delivery_ids
        code = outcome.reply.code or None
        with tracing.about(delivery=ids[0] if len(ids) == 1 else ids):
            facts = tracing.facts(outcome=outcome.kind.value, code=code)
            log.info("the relay answered", extra=facts)


def soon(moment: datetime | None) -> bool:
    """Whether it pays to keep the connection open until then."""
    return moment is not None and (moment - clock.now()).total_seconds() < 30
