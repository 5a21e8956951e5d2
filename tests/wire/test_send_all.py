"""When the next mail is taken, and what ends the taking; no outcome is lost by it."""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from eventmail.wire import (
    Cleared,
    Connection,
    Individual,
    NotAllowedHere,
    Outcome,
    RelayUnavailable,
    Reply,
    gate,
)
from tests.wire.samples import AOZORA, KURE, OFFICE, cleared, mail
from tests.wire.scripted import SILENCE, Script
from tests.wire.streams import (
    EACH,
    THREE,
    A,
    N,
    Pulled,
    U,
    collect,
    kinds,
    line,
    mails,
    said,
)

__all__ = ["line"]  # the fixture


def test_no_mail_is_taken_and_no_dot_sent_once_the_relay_has_spoken(line: Script) -> None:
    spoken = threading.Event()
    line.answers("CONTENT", [b"552 5.3.4 too big\r\n", spoken.set])
    pulled: list[Cleared] = []

    def coming() -> Iterator[Cleared]:
        for each in mails(*THREE):
            if pulled:
                assert spoken.wait(3)
            pulled.append(each)
            yield each

    with Connection(line.relay) as connection:
        outcomes = list(connection.send_all(coming()))
        assert not connection.usable
    assert kinds(outcomes) == [N] * len(pulled)
    assert outcomes[0].reply == Reply(552, "5.3.4 too big")
    assert len(pulled) <= 2
    assert "." not in said(line)


def test_no_mail_is_taken_behind_one_that_the_relay_has_interrupted(line: Script) -> None:
    line.answers("DATA", b"354 go on\r\n552 5.3.4 too big\r\n")
    pulled = Pulled(*THREE)
    with Connection(line.relay) as connection:
        assert pulled.through(connection) == [N]
    assert pulled.outcomes[0].reply == Reply(552, "5.3.4 too big")
    assert pulled.known == [0]


@pytest.mark.parametrize("limits", [{"mails_per_connection": 2}, {}], ids=["ours", "the relay's"])
def test_no_mail_is_taken_that_the_connection_may_not_send(
    line: Script, limits: dict[str, int]
) -> None:
    if not limits:
        line.offers.append("LIMITS MAILMAX=2")
    pulled = Pulled(*THREE)
    with Connection(dataclasses.replace(line.relay, **limits)) as connection:
        assert pulled.through(connection) == [A, A]
        assert not connection.usable
        assert list(connection.send_all(mails(*THREE))) == []
    assert len(pulled.known) == 2
    assert said(line) == EACH * 2


def test_a_connection_that_is_lost_takes_no_mail(line: Script) -> None:
    pulled = Pulled(*THREE)
    assert pulled.through(Connection(line.relay)) == []
    assert pulled.known == []


class Gone(Exception):
    """The database is gone."""


def failing(after: int, error: BaseException) -> Iterator[Cleared]:
    yield from mails(*THREE)[:after]
    raise error


@pytest.mark.parametrize("error", [Gone(), KeyboardInterrupt()], ids=["an error", "an interrupt"])
@pytest.mark.parametrize("after", [0, 1, 2])
def test_if_taking_the_next_mail_fails_the_last_one_is_finished(
    line: Script, after: int, error: BaseException
) -> None:
    outcomes: list[Outcome] = []
    with Connection(line.relay) as connection:
        with pytest.raises(type(error)):
            collect(connection, failing(after, error), outcomes)
        assert connection.usable
        assert connection.send(cleared()).kind is A
    assert kinds(outcomes) == [A] * after
    assert said(line) == EACH * (after + 1)


@pytest.mark.parametrize("wrong", ["another domain", "no cleared mail", "bare line feeds"])
def test_a_mail_that_must_not_be_sent_loses_no_outcome(line: Script, wrong: str) -> None:
    bare = Cleared(OFFICE, Individual(AOZORA), (mail().content, b"x\n.\n"), seal=gate._SEAL)
    second: Any = {
        "another domain": cleared(Individual(KURE)),
        "no cleared mail": mail().content,
        "bare line feeds": bare,
    }[wrong]
    careful = dataclasses.replace(
        line.relay, sink=False, allowed_domains=frozenset({"aozora.example"})
    )
    outcomes: list[Outcome] = []
    with Connection(careful) as connection:
        with pytest.raises((NotAllowedHere, TypeError)):
            collect(connection, [cleared(), second, cleared()], outcomes)
        assert connection.usable
    assert kinds(outcomes) == [A]
    assert said(line) == EACH


def test_whoever_stops_listening_loses_the_connection_and_no_mail_leaves_unheard(
    line: Script,
) -> None:
    with Connection(line.relay) as connection:
        sending = connection.send_all(iter(mails(*THREE)))
        assert next(sending).kind is A
        sending.close()
        assert not connection.usable
    assert said(line).count(".") == 1


def test_another_thread_ends_the_wait_for_an_answer(line: Script) -> None:
    with Connection(line.relay) as connection:
        line.answers("DOT", [connection.close_now, SILENCE])
        assert kinds(list(connection.send_all(mails(*THREE)))) == [U, N]
        assert not connection.usable


def test_another_thread_ends_the_greeting(line: Script) -> None:
    connection = Connection(line.relay)
    line.answers("GREETING", [connection.close_now, SILENCE])
    with pytest.raises(RelayUnavailable) as caught, connection:
        pass
    assert caught.value.code == "refused"


def test_what_was_ended_before_it_began_sends_nothing(line: Script) -> None:
    connection = Connection(line.relay)
    connection.close_now()
    with pytest.raises(RelayUnavailable), connection:
        pass
    assert not connection.usable
