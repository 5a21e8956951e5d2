"""Each step of a transaction, over a line that fails where the test says; no network in it."""

from __future__ import annotations

import smtplib  # noqa: TID251
import socket
from collections import defaultdict, deque
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from eventmail.wire import (
    BlindBatch,
    Cleared,
    Connection,
    Individual,
    Kind,
    Outcome,
    Relay,
    Reply,
    gate,
    transport,
)
from tests.wire.samples import AOZORA, KURE, MIDORI, OFFICE, cleared, mail

BATCH = BlindBatch((AOZORA, MIDORI, KURE))
LATER, NEVER, STRANGE = (451, b"later"), (550, b"never"), (-1, b"huh?")
USUAL = {"data": (354, b"go on"), "quit": (221, b"bye")}


class Line:
    """What an ``smtplib.SMTP`` does, by a script, and a note of all that was said over it."""

    def __init__(self) -> None:
        self.script: defaultdict[str, deque[Any]] = defaultdict(deque)
        self.said: list[str | bytes] = []
        self.esmtp_features = {"size": ""}
        near, self.far = socket.socketpair()
        self.sock: socket.socket | None = near
        self._near, self._verb = near, ""

    def answers(self, verb: str, *answers: Any) -> Line:
        self.script[verb].extend(answers)
        return self

    def putcmd(self, verb: str, rest: str = "") -> None:
        self.said.append(f"{verb} {rest}".strip())
        self._verb = verb

    def getreply(self) -> tuple[int, bytes]:
        return self._next(self._verb)

    def send(self, content: bytes) -> None:
        self.said.append(content)
        self._verb = "dot" if content == b".\r\n" else "content"
        if self._verb == "content":
            self._next("content")

    def has_extn(self, name: str) -> bool:
        return name in self.esmtp_features

    def rset(self) -> tuple[int, bytes]:
        self.said.append("rset")
        return self._next("rset")

    def quit(self) -> tuple[int, bytes]:
        self.said.append("quit")
        return self._next("quit")

    def close(self) -> None:
        self.said.append("close")
        self.sock = None

    def hang_up(self) -> None:
        for each in (self._near, self.far):
            each.close()

    def _next(self, verb: str) -> tuple[int, bytes]:
        answer = self.script[verb].popleft() if self.script[verb] else None
        if isinstance(answer, Exception):
            raise answer
        return answer or USUAL.get(verb, (250, b"fine"))


@pytest.fixture
def line(monkeypatch: pytest.MonkeyPatch) -> Iterator[Line]:
    made = Line()
    monkeypatch.setattr(transport, "open_connection", lambda _: made)
    yield made
    made.hang_up()


RELAY = Relay("127.0.0.1", 25, sink=True)


def send(
    envelope: BlindBatch | None = None, handing_over: Callable[[], None] | None = None
) -> tuple[Outcome, bool]:
    """The outcome, and whether the connection was usable afterwards."""
    with Connection(RELAY) as connection:
        outcome = connection.send(cleared(envelope), handing_over=handing_over)
        return outcome, connection.usable


FAULTS = {
    "a reset": ConnectionResetError("reset"),
    "silence": TimeoutError("timed out"),
    "a loss that smtplib noticed": smtplib.SMTPServerDisconnected("gone"),
    "a line that smtplib cannot take": smtplib.SMTPResponseException(500, "too long"),
}
each_fault = pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)


def test_a_mail_is_said_verb_by_verb(line: Line) -> None:
    outcome, usable = send()
    size = len(mail().content)
    assert (outcome.kind, usable) == (Kind.ACCEPTED, True)
    assert line.said == [
        f"mail FROM:<gakusotsu@hirono.example> size={size}",
        "rcpt TO:<saiyo@aozora.example>",
        "data",
        mail().content,
        b".\r\n",
        "quit",
        "close",
    ]


def test_a_relay_that_does_not_ask_for_the_size_is_not_told(line: Line) -> None:
    line.esmtp_features.clear()
    send()
    assert line.said[0] == "mail FROM:<gakusotsu@hirono.example>"


DOTS = {
    "at the beginning": (b".\r\nx\r\n", b"..\r\nx\r\n"),
    "at the beginning alone": (b".x\r\n", b"..x\r\n"),
    "on a line": (b"x\r\n.\r\n", b"x\r\n..\r\n"),
    "inside a line": (b"x.\r\nx.x\r\n", b"x.\r\nx.x\r\n"),
}


@pytest.mark.parametrize(("content", "said"), DOTS.values(), ids=DOTS)
def test_dots_are_doubled_where_they_would_end_the_mail(
    line: Line, content: bytes, said: bytes
) -> None:
    passed = Cleared(OFFICE, Individual(AOZORA), (content,), seal=gate._SEAL)
    with Connection(RELAY) as connection:
        connection.send(passed)
    assert said in line.said


@each_fault
@pytest.mark.parametrize("verb", ["mail", "rcpt", "data", "content"])
def test_before_the_final_dot_a_mail_was_not_sent_after(
    line: Line, verb: str, fault: Exception
) -> None:
    line.answers(verb, fault)
    outcome, usable = send()
    assert (outcome.kind, outcome.reply) == (Kind.NOT_SENT, Reply(0, "connection lost"))
    assert not usable
    assert line.said[-1] == "close"
    assert b".\r\n" not in line.said


@each_fault
def test_behind_the_final_dot_nobody_knows_after(line: Line, fault: Exception) -> None:
    line.answers("dot", fault)
    outcome, usable = send()
    assert (outcome.kind, outcome.reply) == (Kind.UNCERTAIN, Reply(0, "connection lost"))
    assert not usable
    assert line.said[-2:] == [b".\r\n", "close"]


@each_fault
def test_a_refusal_stays_though_the_reset_ends_in(line: Line, fault: Exception) -> None:
    line.answers("rcpt", NEVER).answers("rset", fault)
    outcome, usable = send()
    assert (outcome.kind, outcome.reply.code) == (Kind.REFUSED, 550)
    assert not usable
    assert line.said[-2:] == ["rset", "close"]


@each_fault
def test_taking_leave_is_no_matter_that_ends_in(line: Line, fault: Exception) -> None:
    line.answers("quit", fault)
    with Connection(RELAY) as connection:
        assert connection.usable
    assert not connection.usable
    assert line.said == ["quit", "close"]


def test_a_connection_that_was_left_sends_nothing(line: Line) -> None:
    connection = Connection(RELAY)
    assert not connection.usable
    with connection:
        pass
    assert connection.send(cleared()).kind is Kind.NOT_SENT
    assert line.said == ["quit", "close"]


def test_a_relay_that_speaks_before_the_final_dot_never_gets_it(line: Line) -> None:
    outcome, usable = send(handing_over=lambda: line.far.sendall(b"421 closing\r\n"))
    assert (outcome.kind, usable) == (Kind.NOT_SENT, False)
    assert b".\r\n" not in line.said
    assert line.said[-1] == "close"


def test_a_line_that_is_closed_before_the_final_dot_never_gets_it(line: Line) -> None:
    outcome, usable = send(handing_over=lambda: setattr(line, "sock", None))
    assert (outcome.kind, usable) == (Kind.NOT_SENT, False)
    assert b".\r\n" not in line.said


def test_if_one_of_many_answers_is_strange_the_connection_is_given_up(line: Line) -> None:
    line.answers("rcpt", NEVER, STRANGE, NEVER)
    outcome, usable = send(BATCH)
    kinds = [each.kind for each in outcome.results]
    assert kinds == [Kind.REFUSED, Kind.NOT_SENT, Kind.REFUSED]
    assert not usable
    assert "rset" not in line.said


def test_a_refused_recipient_keeps_its_own_answer_when_the_mail_is_refused_too(line: Line) -> None:
    line.answers("rcpt", NEVER).answers("data", LATER)
    outcome, usable = send(BATCH)
    found = [(each.kind, each.reply.code) for each in outcome.results]
    assert found == [(Kind.REFUSED, 550), (Kind.DEFERRED, 451), (Kind.DEFERRED, 451)]
    assert usable
    assert line.said.count("rset") == 1


@pytest.mark.parametrize("limit", [1, 2, 3])
def test_a_connection_takes_as_many_mails_as_it_may(line: Line, limit: int) -> None:
    with Connection(Relay("127.0.0.1", 25, sink=True, mails_per_connection=limit)) as connection:
        for _ in range(limit):
            assert connection.usable
            connection.send(cleared(Individual(MIDORI)))
        assert not connection.usable


LIMITS = {
    "nothing": (None, 80),
    "no limits": ("", 80),
    "a limit of one": ("RCPTMAX=1", 1),
    "a limit of nine": ("RCPTMAX=9", 9),
    "a limit of ten": ("RCPTMAX=10", 10),
    "a limit of 29": ("RCPTMAX=29", 29),
    "more than we send": ("RCPTMAX=1000", 80),
    "more than any number we know": ("RCPTMAX=123456789", 80),
    "in small letters": ("rcptmax=50", 50),
    "among others": ("MAILMAX=5 RCPTMAX=50 RCPTDOMAINMAX=1", 50),
    "another limit": ("MAILMAX=5 RCPTDOMAINMAX=1", 80),
    "none at all": ("RCPTMAX=0", 80),
    "no number": ("RCPTMAX=5x", 80),
}


@pytest.mark.parametrize(("said", "most"), LIMITS.values(), ids=LIMITS)
def test_one_transaction_has_no_more_recipients_than_the_relay_says(
    line: Line, said: str | None, most: int
) -> None:
    if said is not None:
        line.esmtp_features["limits"] = said
    connection = Connection(Relay("127.0.0.1", 25, sink=True, most_recipients=80))
    assert connection.most_recipients == 80
    with connection:
        assert connection.most_recipients == most
