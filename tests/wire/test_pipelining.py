"""Many mails over one connection: one round trip each where the relay takes groups (RFC 2920)."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from eventmail.wire import (
    Connection,
    Kind,
    Relay,
    Reply,
)
from tests.recorder import PASS, Recorder
from tests.wire.samples import AOZORA, KURE, MIDORI, cleared, mail
from tests.wire.scripted import FINE, HANG_UP, RESET, SILENCE, Script, scripted
from tests.wire.streams import (
    BATCH,
    CLOSING,
    EACH,
    LATER,
    LOST,
    NEVER,
    THREE,
    A,
    D,
    N,
    Pulled,
    R,
    U,
    kinds,
    line,
    mails,
    said,
    send_all,
)

__all__ = ["line"]  # the fixture


def test_mails_arrive_in_order_each_with_its_outcome(line: Script) -> None:
    line.answers("DOT", FINE, NEVER, LATER)
    outcomes = send_all(line, *THREE)
    assert kinds(outcomes) == [A, R, D]
    assert [each.results[0].recipient for each in outcomes] == list(THREE)
    assert said(line) == EACH * 3


def test_a_mail_costs_one_round_trip() -> None:
    """The relay does not answer the final dot before it has heard the next mail's commands."""
    with scripted("PIPELINING", patient=3) as relay:
        assert kinds(send_all(relay, *THREE)) == [A, A, A]
    assert said(relay) == EACH * 3


def test_a_single_mail_goes_in_one_group_too() -> None:
    with scripted("PIPELINING", patient=1) as relay, Connection(relay.relay) as connection:
        assert connection.send(cleared(BATCH)).kind is A
    assert said(relay) == ["MAIL", "RCPT", "RCPT", "RCPT", "DATA", "<mail>", "."]


def test_no_mails_are_no_words(line: Script) -> None:
    assert send_all(line) == []
    assert said(line) == []


@pytest.mark.parametrize("drops", [1, 2, 3, 7])
def test_replies_may_come_in_drops(line: Script, drops: int) -> None:
    line.drops = drops
    line.answers("RCPT", FINE, b"550-5.1.1 no\r\n550 5.1.1 such user\r\n")
    outcomes = send_all(line, *THREE)
    assert kinds(outcomes) == [A, R, A]
    assert outcomes[1].reply == Reply(550, "5.1.1 no 5.1.1 such user")


def test_a_mail_is_taken_when_the_one_before_lacks_but_its_final_dot(line: Script) -> None:
    pulled = Pulled(*THREE)
    with Connection(line.relay) as connection:
        assert pulled.through(connection) == [A, A, A]
    assert pulled.known == [0, 0, 1]


REFUSED = {
    "the sender": ("MAIL", NEVER, R, ["MAIL"], ["MAIL", "RCPT", "DATA"], False),
    "the recipient": ("RCPT", NEVER, R, ["MAIL", "RCPT"], ["MAIL", "RCPT", "DATA"], True),
    "the content": ("DATA", LATER, D, ["MAIL", "RCPT", "DATA"], ["MAIL", "RCPT", "DATA"], True),
}


@pytest.mark.parametrize(
    ("verb", "answer", "kind", "slowly", "grouped", "reset"), REFUSED.values(), ids=REFUSED
)
def test_after_a_refusal_the_relay_forgets_the_mail_before_the_next(
    line: Script, verb: str, answer: bytes, kind: Kind, slowly: list[str], grouped: list[str],
    reset: bool,
) -> None:  # fmt: skip
    line.answers(verb, FINE if verb != "DATA" else b"354 go on\r\n", answer)
    assert kinds(send_all(line, *THREE)) == [A, kind, A]
    refused = grouped if "PIPELINING" in line.offers else slowly
    assert said(line) == [*EACH, *refused, *(["RSET"] if reset else []), *EACH]


@pytest.mark.parametrize("verb", ["RCPT", "DATA"])
def test_a_last_refusal_is_forgotten_too(line: Script, verb: str) -> None:
    line.answers(verb, NEVER)
    with Connection(line.relay) as connection:
        assert kinds(list(connection.send_all(mails(AOZORA)))) == [R]
        assert said(line)[-1] == "RSET"
        assert connection.send(cleared()).kind is A


def test_the_next_mail_is_not_sent_if_the_relay_cannot_forget_the_last(line: Script) -> None:
    line.answers("RCPT", NEVER).answers("RSET", b"500 no\r\n")
    assert kinds(send_all(line, *THREE)) == [R, N]
    assert "." not in said(line)


def test_content_for_nobody_is_a_lone_dot() -> None:
    """RFC 2920, section 3.1: a relay may say 354 though it has refused everybody."""
    with scripted("PIPELINING") as relay:
        relay.answers("RCPT", NEVER).answers("DATA", b"354 go on\r\n").answers("DOT", NEVER)
        outcomes = send_all(relay, AOZORA, MIDORI)
    assert kinds(outcomes) == [R, A]
    assert outcomes[0].reply == Reply(550, "5.1.1 never")
    assert said(relay) == ["MAIL", "RCPT", "DATA", ".", *EACH]


@pytest.mark.parametrize("code", [250, 451, 550])
def test_a_lone_dot_may_be_answered_as_the_relay_likes(code: int) -> None:
    with scripted("PIPELINING") as relay:
        relay.answers("RCPT", NEVER).answers("DATA", b"354 go on\r\n")
        relay.answers("DOT", b"%d lone\r\n" % code)
        assert kinds(send_all(relay, AOZORA, MIDORI)) == [R, A]


@pytest.mark.parametrize("answer", [CLOSING, b"354 more?\r\n", b"huh?\r\n", HANG_UP, RESET])
def test_a_lone_dot_that_ends_the_connection(answer: Any) -> None:
    with scripted("PIPELINING") as relay:
        relay.answers("RCPT", NEVER).answers("DATA", b"354 go on\r\n").answers("DOT", answer)
        with Connection(relay.relay) as connection:
            assert kinds(list(connection.send_all(mails(AOZORA, MIDORI)))) == [R]
            assert not connection.usable


def test_a_sender_who_is_refused_gets_no_content_though_the_relay_says_yes_to_the_rest() -> None:
    with scripted("PIPELINING") as relay:
        relay.answers("MAIL", NEVER).answers("RCPT", FINE).answers("DATA", b"354 go on\r\n")
        assert kinds(send_all(relay, AOZORA, MIDORI)) == [R]
    assert said(relay) == ["MAIL", "RCPT", "DATA"]


def test_a_batch_goes_to_those_who_were_not_refused(line: Script) -> None:
    line.answers("RCPT", FINE, NEVER, FINE, FINE, FINE, FINE, LATER)
    outcomes = send_all(line, BATCH, AOZORA, BATCH)
    found = [[each.kind for each in outcome.results] for outcome in outcomes]
    assert found == [[A, R, A], [A], [A, A, D]]
    assert "RSET" not in said(line)


LOSSES = {
    "hangs up": (HANG_UP, LOST),
    "resets": (RESET, LOST),
    "falls silent": (SILENCE, LOST),
    "talks nonsense": (b"huh?\r\n", Reply(0, "huh?")),
}
each_loss = pytest.mark.parametrize(("loss", "told"), LOSSES.values(), ids=LOSSES)


@each_loss
def test_the_mail_behind_whose_dot_is_uncertain_the_next_not_sent_if_the_relay(
    line: Script, loss: Any, told: Reply
) -> None:
    line.answers("DOT", FINE, loss)
    pulled = Pulled(AOZORA, MIDORI, KURE, AOZORA)
    with Connection(dataclasses.replace(line.relay, timeout=0.4)) as connection:
        assert pulled.through(connection) == [A, U, N]
        assert not connection.usable
    assert pulled.outcomes[1].reply == told
    assert len(pulled.known) == 3


@each_loss
@pytest.mark.parametrize("verb", ["MAIL", "RCPT", "DATA"])
def test_the_mail_at_whose_commands_is_not_sent_if_the_relay(
    line: Script, verb: str, loss: Any, told: Reply
) -> None:
    line.answers(verb, b"354 go on\r\n" if verb == "DATA" else FINE, loss)
    pulled = Pulled(*THREE)
    with Connection(dataclasses.replace(line.relay, timeout=0.4)) as connection:
        assert pulled.through(connection) == [A, N]
        assert not connection.usable
    assert pulled.outcomes[1].reply == told
    assert len(pulled.known) == 2


@pytest.mark.parametrize("farewell", [[], [b"421 4.4.2 too many mails\r\n"]])
def test_a_relay_that_hangs_up_between_two_mails_has_not_got_the_next(
    line: Script, farewell: list[Any]
) -> None:
    line.answers("DOT", [FINE, *farewell, HANG_UP])
    found = kinds(send_all(line, *THREE))
    assert found[0] is A
    assert found[1:] in ([N], [D])  # 421 may be read as the answer to MAIL
    assert said(line).count("<mail>") == 1


@pytest.mark.parametrize("verb", ["MAIL", "RCPT", "DATA"])
def test_a_relay_that_closes_at_a_command_has_said_later(line: Script, verb: str) -> None:
    line.answers(verb, b"354 go on\r\n" if verb == "DATA" else FINE, [CLOSING, HANG_UP])
    outcomes = send_all(line, *THREE)
    assert kinds(outcomes) == [A, D]
    assert outcomes[1].reply == Reply(421, "4.3.2 closing")
    assert said(line).count(".") == 1


def test_a_relay_that_closes_after_a_mail_has_not_taken_it_nor_got_the_next(line: Script) -> None:
    line.answers("DOT", [CLOSING, HANG_UP])
    assert kinds(send_all(line, *THREE)) == [D, N]
    assert said(line).count(".") == 1


def test_one_answer_too_many_ends_the_connection_before_a_mail_is_taken_for_sent(
    line: Script,
) -> None:
    line.answers("DOT", FINE + FINE)
    assert kinds(send_all(line, *THREE)) == [A, N]
    assert said(line).count(".") == 1


def test_a_real_server_takes_them_byte_for_byte(relay: Relay, recorder: Recorder) -> None:
    recorder.extensions.append("PIPELINING")
    recorder.script("RCPT", PASS)
    recorder.script("RCPT", "550 5.1.1 no such user")
    with Connection(relay) as connection:
        outcomes = list(connection.send_all(mails(*THREE, *THREE)))
    assert kinds(outcomes) == [A, R, A, A, A, A]
    assert [each.rcpt_to[0] for each in recorder.received] == [
        str(each) for each in (AOZORA, KURE, *THREE)
    ]
    assert {each.content for each in recorder.received[:1]} == {mail().content}
