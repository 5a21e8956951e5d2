from __future__ import annotations

import contextlib
import dataclasses
import socket
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest

from eventmail.addresses import EmailAddress
from eventmail.wire import (
    BlindBatch,
    Cleared,
    Connection,
    Individual,
    Kind,
    NotAllowedHere,
    Outcome,
    Relay,
    RelayUnavailable,
    Reply,
    gate,
    inspect,
)
from tests.recorder import DROP, PASS, SILENCE, Recorder, allow_port
from tests.wire.samples import (
    AOZORA,
    IDENTITY,
    KNOWLEDGE,
    KURE,
    MIDORI,
    cleared,
    mail,
    material,
)

BATCH = BlindBatch((AOZORA, MIDORI, KURE))


def send(relay: Relay, **choices: Any) -> Outcome:
    with Connection(relay) as connection:
        return connection.send(cleared(), **choices)


def test_a_cleared_mail_arrives_byte_for_byte(relay: Relay, recorder: Recorder) -> None:
    outcome = send(relay)
    (received,) = recorder.received
    assert outcome.kind is Kind.ACCEPTED
    assert outcome.reply == Reply(250, "2.0.0 Kept as 001")
    assert received.content == mail().content
    assert (received.mail_from, received.rcpt_to) == ("gakusotsu@hirono.example", (str(AOZORA),))


def test_many_mails_go_over_one_connection(relay: Relay, recorder: Recorder) -> None:
    with Connection(relay) as connection:
        for _ in range(3):
            assert connection.send(cleared()).kind is Kind.ACCEPTED
        assert connection.usable
    assert len(recorder.received) == 3
    assert sum(command.startswith("EHLO") for command in recorder.commands) == 1


def test_a_batch_is_one_transaction(relay: Relay, recorder: Recorder) -> None:
    with Connection(relay) as connection:
        outcome = connection.send(cleared(BATCH))
    (received,) = recorder.received
    assert received.rcpt_to == tuple(map(str, BATCH.recipients))
    assert [result.kind for result in outcome.results] == [Kind.ACCEPTED] * 3


def test_a_large_mail_arrives_byte_for_byte(relay: Relay, recorder: Recorder) -> None:
    encoded = (material(bytes(range(256)) * 8000),)
    content = mail(materials=encoded).content
    passed = inspect(content, Individual(AOZORA), IDENTITY, KNOWLEDGE, encoded)
    with Connection(relay) as connection:
        assert connection.send(passed).kind is Kind.ACCEPTED
    assert recorder.received[0].content == content


def test_lines_that_begin_with_dots_arrive_as_they_were(relay: Relay, recorder: Recorder) -> None:
    # Our mails have no such line; the transport does not rely on it (RFC 5321, section 4.5.2).
    content = mail().head + b".\r\n..two\r\n.one\r\n"
    passed = Cleared(IDENTITY.address, Individual(AOZORA), (content,), seal=gate._SEAL)
    with Connection(relay) as connection:
        assert connection.send(passed).kind is Kind.ACCEPTED
    assert recorder.received[0].content == content


def test_size_and_names_are_told_in_the_envelope(relay: Relay, recorder: Recorder) -> None:
    send(relay)
    size = len(mail().content)
    assert recorder.commands[0] == "EHLO test.example"
    assert recorder.commands[1] == f"MAIL FROM:<gakusotsu@hirono.example> size={size}"


ODD_ADDRESSES = {
    "a carrier's two dots": ("taro..yamada@docomo.ne.jp", '"taro..yamada"@docomo.ne.jp'),
    "a carrier's last dot": ("taro.@ezweb.ne.jp", '"taro."@ezweb.ne.jp'),
    "a Japanese domain": ("saiyo@青空製作所.example", "saiyo@xn--2qq737btvruind2q.example"),
    "signs": ("neill+fair/a=b@aozora.example", "neill+fair/a=b@aozora.example"),
    "capitals": ("Taro.Yamada@aozora.example", "Taro.Yamada@aozora.example"),
}


@pytest.mark.parametrize("offers", [["SMTPUTF8"], []], ids=["with SMTPUTF8", "without"])
@pytest.mark.parametrize(("written", "wire"), ODD_ADDRESSES.values(), ids=ODD_ADDRESSES)
def test_an_odd_address_goes_over_the_wire_as_it_is(
    relay: Relay, recorder: Recorder, written: str, wire: str, offers: list[str]
) -> None:
    """In ASCII, so that every relay takes it, whether or not it knows SMTPUTF8 (RFC 6531)."""
    recorder.extensions += offers
    with Connection(relay) as connection:
        address = EmailAddress.parse(written)
        assert connection.send(cleared(Individual(address))).kind is Kind.ACCEPTED
    assert f"RCPT TO:<{wire}>" in recorder.commands
    assert f"\r\nTo: {wire}\r\n".encode() in recorder.received[0].content


LATER, NEVER = "451 4.3.0 later", "550 5.1.1 no such user"
SCRIPTS = {
    "later, at MAIL": ("MAIL", LATER, Kind.DEFERRED, 451),
    "never, at MAIL": ("MAIL", NEVER, Kind.REFUSED, 550),
    "too large, at MAIL": ("MAIL", "552 5.3.4 too large", Kind.REFUSED, 552),
    "later, at RCPT": ("RCPT", LATER, Kind.DEFERRED, 451),
    "never, at RCPT": ("RCPT", NEVER, Kind.REFUSED, 550),
    "later, at DATA": ("DATA", LATER, Kind.DEFERRED, 451),
    "never, at DATA": ("DATA", NEVER, Kind.REFUSED, 550),
    "later, after the mail": ("DOT", LATER, Kind.DEFERRED, 451),
    "never, after the mail": ("DOT", NEVER, Kind.REFUSED, 550),
    "closing, after the mail": ("DOT", "421 4.3.2 closing", Kind.DEFERRED, 421),
    "nonsense at MAIL": ("MAIL", "huh?", Kind.NOT_SENT, 0),
    "nonsense at RCPT": ("RCPT", "huh?", Kind.NOT_SENT, 0),
    "yes where 354 belongs": ("DATA", "250 fine", Kind.NOT_SENT, 250),
    "nonsense after the mail": ("DOT", "huh?", Kind.UNCERTAIN, 0),
    "354 after the mail": ("DOT", "354 go on", Kind.UNCERTAIN, 354),
    "a code from nowhere after the mail": ("DOT", "999 what", Kind.UNCERTAIN, 999),
    "hung up at MAIL": ("MAIL", DROP, Kind.NOT_SENT, 0),
    "hung up at RCPT": ("RCPT", DROP, Kind.NOT_SENT, 0),
    "hung up at DATA": ("DATA", DROP, Kind.NOT_SENT, 0),
    "hung up after the final dot": ("DOT", DROP, Kind.UNCERTAIN, 0),
}


@pytest.mark.parametrize(("verb", "answer", "kind", "code"), SCRIPTS.values(), ids=SCRIPTS)
def test_a_relay_that_says(
    relay: Relay, recorder: Recorder, verb: str, answer: str, kind: Kind, code: int
) -> None:
    recorder.script(verb, answer)
    outcome = send(relay)
    assert (outcome.kind, outcome.reply.code) == (kind, code)
    assert recorder.received == []


@pytest.mark.parametrize("verb", ["MAIL", "RCPT", "DATA", "DOT"])
@pytest.mark.parametrize("answer", [LATER, NEVER])
def test_after_a_refusal_the_next_mail_goes_over_the_same_connection(
    relay: Relay, recorder: Recorder, verb: str, answer: str
) -> None:
    recorder.script(verb, answer)
    with Connection(relay) as connection:
        connection.send(cleared())
        assert connection.usable
        assert connection.send(cleared(Individual(MIDORI))).kind is Kind.ACCEPTED
    assert [each.rcpt_to for each in recorder.received] == [(str(MIDORI),)]


@pytest.mark.parametrize("verb", ["MAIL", "RCPT", "DATA", "DOT"])
@pytest.mark.parametrize("answer", [DROP, "421 4.3.2 closing", "huh?"])
def test_after_a_loss_the_connection_is_not_used_again(
    relay: Relay, recorder: Recorder, verb: str, answer: str
) -> None:
    recorder.script(verb, answer)
    with Connection(relay) as connection:
        connection.send(cleared())
        assert not connection.usable
        assert connection.send(cleared()).kind is Kind.NOT_SENT
    assert recorder.received == []


def test_a_reset_that_fails_ends_the_connection(relay: Relay, recorder: Recorder) -> None:
    recorder.script("RCPT", NEVER)
    recorder.script("RSET", "500 no")
    with Connection(relay) as connection:
        assert connection.send(cleared()).kind is Kind.REFUSED
        assert not connection.usable


def test_refused_recipients_of_a_batch_are_recorded_one_by_one(
    relay: Relay, recorder: Recorder
) -> None:
    recorder.script("RCPT", PASS)
    recorder.script("RCPT", NEVER)
    with Connection(relay) as connection:
        outcome = connection.send(cleared(BATCH))
    kinds = {str(each.recipient): each.kind for each in outcome.results}
    assert kinds == {
        str(AOZORA): Kind.ACCEPTED, str(MIDORI): Kind.REFUSED, str(KURE): Kind.ACCEPTED,
    }  # fmt: skip
    assert outcome.kind is Kind.ACCEPTED
    assert outcome.results[1].reply == Reply(550, "5.1.1 no such user")
    assert recorder.received[0].rcpt_to == (str(AOZORA), str(KURE))


def test_a_batch_refused_wholly_is_not_sent_to_anybody(relay: Relay, recorder: Recorder) -> None:
    recorder.script("RCPT", NEVER, times=2)
    recorder.script("RCPT", LATER)
    with Connection(relay) as connection:
        outcome = connection.send(cleared(BATCH))
    assert [each.kind for each in outcome.results] == [Kind.REFUSED, Kind.REFUSED, Kind.DEFERRED]
    assert "DATA" not in recorder.commands


def test_a_refusal_is_kept_though_the_connection_is_lost_after_it(
    relay: Relay, recorder: Recorder
) -> None:
    recorder.script("RCPT", NEVER)
    recorder.script("RCPT", DROP)
    with Connection(relay) as connection:
        outcome = connection.send(cleared(BATCH))
    assert [each.kind for each in outcome.results] == [Kind.REFUSED, Kind.NOT_SENT, Kind.NOT_SENT]


def test_hung_up_before_the_final_dot_is_not_sent(relay: Relay, recorder: Recorder) -> None:
    recorder.script("CONTENT", DROP)
    outcome = send(relay, handing_over=lambda: time.sleep(0.3))
    assert outcome.kind is Kind.NOT_SENT
    assert recorder.seen == []


def test_handing_over_is_called_before_the_mail_is_complete(
    relay: Relay, recorder: Recorder
) -> None:
    seen: list[int] = []
    send(relay, handing_over=lambda: seen.append(len(recorder.seen)))
    assert (seen, len(recorder.seen)) == ([0], 1)


def test_if_handing_over_fails_the_relay_never_gets_the_mail(
    relay: Relay, recorder: Recorder
) -> None:
    def fail() -> None:
        raise LookupError("the database is gone")

    with Connection(relay) as connection:
        with pytest.raises(LookupError):
            connection.send(cleared(), handing_over=fail)
        assert not connection.usable
    assert recorder.seen == []


@pytest.mark.parametrize("thing", [None, b"x", mail().content, mail(), "RSET"])
def test_nothing_but_a_cleared_mail_is_sent(relay: Relay, recorder: Recorder, thing: Any) -> None:
    with Connection(relay) as connection, pytest.raises(TypeError):
        connection.send(thing)
    assert recorder.commands == ["EHLO test.example"]


def test_outside_production_real_recipients_are_refused_before_a_word(
    relay: Relay, recorder: Recorder
) -> None:
    careful = dataclasses.replace(relay, sink=False)
    with Connection(careful) as connection, pytest.raises(NotAllowedHere, match="本番環境ではない"):
        connection.send(cleared())
    assert recorder.commands == ["EHLO test.example"]


def test_a_limit_of_mails_per_connection_is_told(relay: Relay) -> None:
    with Connection(dataclasses.replace(relay, mails_per_connection=2)) as connection:
        connection.send(cleared())
        assert connection.usable
        connection.send(cleared())
        assert not connection.usable


def test_signing_in(relay: Relay, recorder: Recorder) -> None:
    send(dataclasses.replace(relay, username="office", password="correct horse"))
    assert len(recorder.received) == 1
    assert any(command.startswith("AUTH") for command in recorder.commands)


def unavailable(relay: Relay) -> RelayUnavailable:
    with pytest.raises(RelayUnavailable) as caught, Connection(relay):
        pass
    assert f"{relay.host}:{relay.port}" in caught.value.message_ja
    assert caught.value.message_ja.endswith("ください。")
    return caught.value


SIGN_INS = {
    "a wrong password": ("", "wrong", "auth"),
    "a wrong password in Japanese": ("", "合言葉", "auth"),
    "a relay that is busy": ("454 4.7.0 later", "correct horse", "auth_later"),
    "a relay that hangs up": (DROP, "correct horse", "auth"),
}


@pytest.mark.parametrize(("answer", "password", "code"), SIGN_INS.values(), ids=SIGN_INS)
def test_signing_in_fails_with(
    relay: Relay, recorder: Recorder, answer: str, password: str, code: str
) -> None:
    if answer:
        recorder.script("AUTH", answer, times=3)
    relay = dataclasses.replace(relay, username="office", password=password)
    assert unavailable(relay).code == code


def test_a_relay_without_sign_in(relay: Relay, recorder: Recorder) -> None:
    recorder.offers_auth = False
    try:
        relay = dataclasses.replace(relay, username="office", password="correct horse")
        assert unavailable(relay).code == "no_auth"
    finally:
        recorder.offers_auth = True


def test_a_password_never_goes_unencrypted_over_a_network() -> None:
    relay = Relay(host="192.0.2.1", port=25, username="office", password="x")
    assert unavailable(relay).code == "auth_in_clear"


def test_nobody_listens(relay: Relay) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    allow_port(port)
    assert unavailable(dataclasses.replace(relay, port=port)).code == "cannot_connect"


def test_a_host_that_does_not_exist(relay: Relay) -> None:
    nowhere = dataclasses.replace(relay, host="relay.invalid", sink=False)
    assert unavailable(nowhere).code == "cannot_connect"


@contextlib.contextmanager
def listener(greeting: bytes, *, hold: bool) -> Iterator[int]:
    """A server that says one thing, and then is silent or hangs up."""
    done = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            client, _ = server.accept()
            with client:
                client.sendall(greeting)
                if hold:
                    done.wait(5)

        thread = threading.Thread(target=serve)
        thread.start()
        port = server.getsockname()[1]
        allow_port(port)
        yield port
        done.set()
        thread.join()


GREETINGS = {
    "silence": (b"", True, "timeout"),
    "silence after the greeting": (b"220 hello\r\n", True, "timeout"),
    "a refusal": (b"554 not for you\r\n", True, "refused"),
    "later": (b"421 busy\r\n", True, "refused"),
    "nothing": (b"", False, "refused"),
    "nonsense": (b"HTTP/1.1 400 Bad Request\r\n", False, "refused"),
}


@pytest.mark.parametrize(("greeting", "hold", "code"), GREETINGS.values(), ids=GREETINGS)
def test_a_server_that_greets_with(relay: Relay, greeting: bytes, hold: bool, code: str) -> None:
    with listener(greeting, hold=hold) as port:
        assert unavailable(dataclasses.replace(relay, port=port, timeout=0.4)).code == code


def test_silence_after_the_final_dot_is_uncertain(relay: Relay, recorder: Recorder) -> None:
    recorder.script("DOT", SILENCE)
    assert send(dataclasses.replace(relay, timeout=0.3)).kind is Kind.UNCERTAIN


def test_replies_are_stored_readable(relay: Relay, recorder: Recorder) -> None:
    recorder.script("RCPT", "550 5.1.1 " + "x" * 2000)
    outcome = send(relay)
    assert len(outcome.reply.text) == 500
    recorder.script("RCPT", "550-first\r\n550 second \x1b[31m")
    assert send(relay).reply.text == "first second  [31m"
