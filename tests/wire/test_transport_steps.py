"""Each step of a transaction, with a relay that fails where the test says."""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Callable, Iterator

import pytest

from eventmail.wire import (
    BlindBatch,
    Connection,
    Individual,
    Kind,
    Outcome,
    Reply,
)
from tests.wire.samples import AOZORA, KURE, MIDORI, cleared, mail
from tests.wire.scripted import FINE, HANG_UP, RESET, SILENCE, Script, scripted

BATCH = BlindBatch((AOZORA, MIDORI, KURE))
LATER, NEVER, STRANGE = b"451 later\r\n", b"550 never\r\n", b"300 huh?\r\n"
SIZE = str(len(mail().content))
LOST = Reply(0, "connection lost")


@pytest.fixture(params=["PIPELINING", ""], ids=["in groups", "verb by verb"])
def line(request: pytest.FixtureRequest) -> Iterator[Script]:
    with scripted("SIZE", *filter(None, [request.param])) as made:
        yield made
    assert "PIPELINING" in made.offers or not made.early


def send(
    line: Script,
    envelope: BlindBatch | None = None,
    handing_over: Callable[[], object] | None = None,
    timeout: float = 0.4,
) -> tuple[Outcome, bool]:
    """The outcome, and whether the connection was usable afterwards."""
    with Connection(dataclasses.replace(line.relay, timeout=timeout)) as connection:
        outcome = connection.send(cleared(envelope), handing_over=handing_over)  # type: ignore[arg-type]
        return outcome, connection.usable


FAULTS = {
    "a reset": (RESET, LOST),
    "silence": (SILENCE, LOST),
    "the relay's leave": (HANG_UP, LOST),
    "half a reply": ([b"25", HANG_UP], LOST),
    "half a reply of many lines": ([b"250-and\r\n", HANG_UP], LOST),
    "a line that is too long": (b"250 " + b"x" * 2043 + b"\r\n", Reply(0, "250 " + "x" * 496)),
    "a line without end": (b"250 " + b"x" * 5000, Reply(0, "250 " + "x" * 496)),
    "lines without end": (b"250-x\r\n" * 200, Reply(0, "250-x")),
    "lines that do not agree": (b"250-x\r\n251 y\r\n", Reply(0, "251 y")),
    "a word": (b"huh?\r\n", Reply(0, "huh?")),
    "a code that is none": (b"25 x\r\n", Reply(0, "25 x")),
    "digits of another kind": ("２５０ x\r\n".encode(), Reply(0, "\ufffd" * 9 + " x")),
    "a code that sticks to its text": (b"250x\r\n", Reply(0, "250x")),
    "a page of the web": (b"HTTP/1.1 400 Bad\r\n", Reply(0, "HTTP/1.1 400 Bad")),
}
each_fault = pytest.mark.parametrize(("fault", "told"), FAULTS.values(), ids=FAULTS)


def test_a_mail_is_said_verb_by_verb_and_in_this_order(line: Script) -> None:
    outcome, usable = send(line)
    assert (outcome.kind, usable) == (Kind.ACCEPTED, True)
    assert line.heard == [
        b"EHLO test.example\r\n",
        f"MAIL FROM:<gakusotsu@hirono.example> size={SIZE}\r\n".encode(),
        b"RCPT TO:<saiyo@aozora.example>\r\n",
        b"DATA\r\n",
        mail().content,
        b".\r\n",
        b"QUIT\r\n",
    ]


def test_a_relay_that_does_not_ask_for_the_size_is_not_told(line: Script) -> None:
    line.offers.remove("SIZE")
    send(line)
    assert line.heard[1] == b"MAIL FROM:<gakusotsu@hirono.example>\r\n"


@each_fault
@pytest.mark.parametrize("verb", ["MAIL", "RCPT", "DATA"])
def test_before_the_final_dot_a_mail_was_not_sent_after(
    line: Script, verb: str, fault: object, told: Reply
) -> None:
    line.answers(verb, fault)
    outcome, usable = send(line)
    assert (outcome.kind, outcome.reply) == (Kind.NOT_SENT, told)
    assert not usable
    assert b".\r\n" not in line.heard


@each_fault
def test_behind_the_final_dot_nobody_knows_after(line: Script, fault: object, told: Reply) -> None:
    line.answers("DOT", fault)
    outcome, usable = send(line)
    assert (outcome.kind, outcome.reply) == (Kind.UNCERTAIN, told)
    assert not usable
    assert line.heard[-1] == b".\r\n"


@each_fault
def test_a_refusal_stays_though_the_reset_ends_in(line: Script, fault: object, told: Reply) -> None:
    line.answers("RCPT", NEVER).answers("RSET", fault)
    outcome, usable = send(line)
    assert (outcome.kind, outcome.reply.code) == (Kind.REFUSED, 550)
    assert not usable
    assert line.verbs[-1] == "RSET"


@each_fault
def test_taking_leave_is_no_matter_that_ends_in(line: Script, fault: object, told: Reply) -> None:
    line.answers("QUIT", fault)
    with Connection(dataclasses.replace(line.relay, timeout=0.4)) as connection:
        assert connection.usable
    assert not connection.usable
    assert line.verbs == ["EHLO", "QUIT"]


def test_a_connection_that_was_left_sends_nothing(line: Script) -> None:
    connection = Connection(line.relay)
    assert not connection.usable
    with connection:
        pass
    assert connection.send(cleared()).kind is Kind.NOT_SENT
    assert line.verbs == ["EHLO", "QUIT"]


SPOKEN = {
    "that it closes": ([b"421 4.3.2 closing\r\n"], Reply(421, "4.3.2 closing")),
    "that the mail is too big": ([b"552 5.3.4 too big\r\n"], Reply(552, "5.3.4 too big")),
    "yes to a question nobody asked": ([FINE], LOST),
    "nonsense": ([b"huh?\r\n"], LOST),
    "farewell": ([b"421 bye\r\n", HANG_UP], Reply(421, "bye")),
    "nothing and hangs up": ([HANG_UP], LOST),
}


def until_spoken(connection: Connection) -> None:
    assert connection._line is not None
    assert connection._line._ready.poll(3000)


@pytest.mark.parametrize(("said", "told"), SPOKEN.values(), ids=SPOKEN)
def test_a_relay_never_gets_the_final_dot_if_before_it_it_says(
    line: Script, said: list[object], told: Reply
) -> None:
    asked = threading.Event()
    line.answers("CONTENT", [lambda: asked.wait(3), *said])
    with Connection(line.relay) as connection:
        outcome = connection.send(
            cleared(), handing_over=lambda: (asked.set(), until_spoken(connection))
        )
        assert not connection.usable
    assert (outcome.kind, outcome.reply) == (Kind.NOT_SENT, told)
    assert b".\r\n" not in line.heard


def test_a_line_that_is_closed_before_the_final_dot_never_gets_it(line: Script) -> None:
    connection = Connection(line.relay)
    with connection:
        outcome = connection.send(cleared(), handing_over=connection.close_now)
        assert not connection.usable
    assert outcome.kind is Kind.NOT_SENT
    assert b".\r\n" not in line.heard


def test_after_a_strange_answer_the_connection_is_given_up(line: Script) -> None:
    line.answers("RCPT", NEVER, STRANGE, NEVER)
    outcome, usable = send(line, BATCH)
    kinds = [each.kind for each in outcome.results]
    assert kinds == [Kind.REFUSED, Kind.NOT_SENT, Kind.NOT_SENT]
    assert not usable
    assert b"RSET\r\n" not in line.heard


def test_a_last_answer_that_is_strange_lets_nothing_leave(line: Script) -> None:
    line.answers("RCPT", FINE, FINE, STRANGE)
    outcome, usable = send(line, BATCH)
    assert [each.kind for each in outcome.results] == [Kind.NOT_SENT] * 3
    assert not usable
    # DATA may have been said ahead; whether it is still heard depends on who closes first.
    assert line.verbs[-1] in (("RCPT", "DATA") if "PIPELINING" in line.offers else ("RCPT",))
    assert b".\r\n" not in line.heard


@pytest.mark.parametrize("code", [200, 299])
@pytest.mark.parametrize("verb", ["MAIL", "RCPT"])
def test_every_2xx_is_a_yes(line: Script, verb: str, code: int) -> None:
    line.answers(verb, b"%d yes\r\n" % code)
    assert send(line)[0].kind is Kind.ACCEPTED


@pytest.mark.parametrize("answer", [b"354 more?\r\n", b"199 what\r\n", b"600 what\r\n"])
def test_an_answer_of_no_class_behind_the_final_dot_ends_the_connection(
    line: Script, answer: bytes
) -> None:
    line.answers("DOT", answer)
    outcome, usable = send(line)
    assert (outcome.kind, usable) == (Kind.UNCERTAIN, False)


def test_a_relay_that_says_too_much_is_not_asked_again(line: Script) -> None:
    line.answers("DOT", FINE + FINE)
    with Connection(line.relay) as connection:
        assert connection.send(cleared()).kind is Kind.ACCEPTED
        assert connection.send(cleared()).kind is Kind.NOT_SENT
        assert not connection.usable
    assert line.verbs.count("MAIL") == 1


@pytest.mark.parametrize("verb", ["MAIL", "RCPT", "DATA"])
def test_a_relay_that_closes_has_said_so_for_all_who_are_left(line: Script, verb: str) -> None:
    line.answers("RCPT", NEVER)
    line.answers(verb, b"421 4.3.2 closing\r\n")
    outcome, usable = send(line, BATCH)
    codes = [each.reply.code for each in outcome.results]
    assert codes == ([421] * 3 if verb == "MAIL" else [550, 421, 421])
    assert outcome.results[-1].kind is Kind.DEFERRED
    assert not usable
    assert b".\r\n" not in line.heard


def test_a_refused_recipient_keeps_its_own_answer_when_the_mail_is_refused_too(
    line: Script,
) -> None:
    line.answers("RCPT", NEVER).answers("DATA", LATER)
    outcome, usable = send(line, BATCH)
    found = [(each.kind, each.reply.code) for each in outcome.results]
    assert found == [(Kind.REFUSED, 550), (Kind.DEFERRED, 451), (Kind.DEFERRED, 451)]
    assert usable
    assert line.verbs.count("RSET") == 1


@pytest.mark.parametrize("limit", [1, 2, 3])
def test_a_connection_takes_as_many_mails_as_it_may(line: Script, limit: int) -> None:
    with Connection(dataclasses.replace(line.relay, mails_per_connection=limit)) as connection:
        for _ in range(limit):
            assert connection.usable
            connection.send(cleared(Individual(MIDORI)))
        assert not connection.usable


@pytest.mark.parametrize(("ours", "theirs"), [(None, 2), (5, 2), (2, 5)])
def test_the_relay_may_state_how_many_mails_a_connection_takes(
    line: Script, ours: int | None, theirs: int
) -> None:
    line.offers.append(f"LIMITS MAILMAX={theirs}")
    with Connection(dataclasses.replace(line.relay, mails_per_connection=ours)) as connection:
        connection.send(cleared())
        assert connection.usable
        connection.send(cleared())
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
    line: Script, said: str | None, most: int
) -> None:
    if said is not None:
        line.offers.append(f"LIMITS {said}".strip())
    connection = Connection(dataclasses.replace(line.relay, most_recipients=80))
    assert connection.most_recipients == 80
    with connection:
        assert connection.most_recipients == most


SIZES = {
    "SIZE 1000": 1000,
    "SIZE 0": None,
    "SIZE": None,
    "size 7": 7,
    "SIZE 1,000": None,
    "SIZE １": None,
    "8BITMIME": None,
}


@pytest.mark.parametrize(("said", "largest"), SIZES.items())
def test_the_relay_states_how_large_a_mail_may_be(
    line: Script, said: str, largest: int | None
) -> None:
    line.offers[0] = said
    connection = Connection(line.relay)
    assert connection.largest_size is None
    with connection:
        assert connection.largest_size == largest
