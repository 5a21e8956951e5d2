"""Greeting, encrypting and signing in, word by word, and what a failure asks for."""

from __future__ import annotations

import base64
import dataclasses
import hmac
import logging
import traceback
from collections.abc import Iterator

import pytest

from eventmail.wire import Connection, Pressure, Relay, RelayUnavailable, Security
from tests.wire.scripted import HANG_UP, RESET, SILENCE, Script, scripted

PASSWORD = "correct horse 合言葉"
WRONG, WELCOME = b"535 5.7.8 wrong\r\n", b"235 2.7.0 welcome\r\n"


@pytest.fixture
def line() -> Iterator[Script]:
    with scripted("SIZE") as made:
        yield made


def signing(line: Script, *mechanisms: str, **choices: object) -> Relay:
    """The relay with a name and a password, offering these ways."""
    line.offers.append(f"AUTH {' '.join(mechanisms)}")
    given = {"username": "office", "password": PASSWORD} | choices
    return dataclasses.replace(line.relay, **given)  # type: ignore[arg-type]


def connect(relay: Relay) -> None:
    with Connection(relay):
        pass


def unavailable(relay: Relay) -> RelayUnavailable:
    with pytest.raises(RelayUnavailable) as caught:
        connect(relay)
    return caught.value


def encoded(word: str | bytes) -> bytes:
    return base64.b64encode(word.encode() if isinstance(word, str) else word)


def asked(word: bytes) -> bytes:
    return b"334 " + encoded(word) + b"\r\n"


def heard(line: Script) -> list[bytes]:
    return [each.strip() for each in line.heard[1:] if each != b"QUIT\r\n"]


def test_plain_is_said_at_once(line: Script) -> None:
    line.answers("AUTH", WELCOME)
    connect(signing(line, "PLAIN"))
    assert heard(line) == [b"AUTH PLAIN " + encoded(f"\0office\0{PASSWORD}")]


def test_login_is_said_in_two_words(line: Script) -> None:
    line.answers("AUTH", asked(b"Password:")).answers(_verb(PASSWORD), WELCOME)
    connect(signing(line, "LOGIN"))
    assert heard(line) == [b"AUTH LOGIN " + encoded("office"), encoded(PASSWORD)]


def test_cram_md5_never_says_the_password(line: Script) -> None:
    challenge = b"<1896.697170952@relay.example>"
    digest = hmac.new(PASSWORD.encode(), challenge, "md5").hexdigest()
    line.answers("AUTH", asked(challenge)).answers(_verb(f"office {digest}"), WELCOME)
    connect(signing(line, "CRAM-MD5", "PLAIN"))
    assert heard(line) == [b"AUTH CRAM-MD5", encoded(f"office {digest}")]


def _verb(word: str) -> str:
    """What the script takes for the verb of such a line."""
    return encoded(word)[:4].decode().upper()


def test_the_best_way_is_tried_first_and_a_refusal_is_not_the_last_word(line: Script) -> None:
    line.answers("AUTH", b"504 not today\r\n", WRONG, asked(b"?"))
    line.answers(_verb(PASSWORD), WELCOME)
    connect(signing(line, "LOGIN", "XOAUTH2", "PLAIN", "CRAM-MD5"))
    assert [each.split()[1] for each in heard(line)[:3]] == [b"CRAM-MD5", b"PLAIN", b"LOGIN"]


def test_a_relay_that_closes_is_not_asked_again(line: Script) -> None:
    line.answers("AUTH", b"421 4.7.0 too many attempts\r\n")
    error = unavailable(signing(line, "PLAIN", "LOGIN"))
    assert (error.code, error.pressure) == ("auth_later", Pressure.SLOW_DOWN)
    assert len(heard(line)) == 1


def test_whoever_asks_on_and_on_is_told_that_it_is_over(line: Script) -> None:
    line.answers("AUTH", asked(b"?")).answers("*", b"501 5.7.0 given up\r\n")
    assert unavailable(signing(line, "PLAIN")).code == "auth"
    assert heard(line)[1:] == [b"*"]


def test_old_servers_write_it_with_an_equals_sign(line: Script) -> None:
    line.offers.append("AUTH=PLAIN")
    line.answers("AUTH", WELCOME)
    connect(dataclasses.replace(line.relay, username="office", password=PASSWORD))
    assert heard(line)[0].startswith(b"AUTH PLAIN ")


@pytest.mark.parametrize("answer", [WELCOME, b"503 5.5.1 already\r\n"])
def test_signed_in_is_signed_in(line: Script, answer: bytes) -> None:
    line.answers("AUTH", answer)
    connect(signing(line, "PLAIN"))


REFUSED = {
    "a wrong password": (WRONG, "auth", Pressure.CREDENTIALS, 535),
    "a busy relay": (b"454 4.7.0 later\r\n", "auth_later", Pressure.DOWN, 454),
    "a challenge that is no base64": (b"334 !\r\n", "auth", Pressure.CREDENTIALS, 501),
    "nonsense": (b"huh?\r\n", "auth", Pressure.DOWN, 0),
    "a hang-up": (HANG_UP, "auth", Pressure.DOWN, 0),
    "a reset": (RESET, "auth", Pressure.DOWN, 0),
    "silence": (SILENCE, "timeout", Pressure.DOWN, 0),
}


@pytest.mark.parametrize(("answer", "code", "pressure", "said"), REFUSED.values(), ids=REFUSED)
def test_signing_in_ends_in(
    line: Script, answer: object, code: str, pressure: Pressure, said: int
) -> None:
    line.answers("AUTH", answer).answers("*", b"501 5.7.0 given up\r\n")
    error = unavailable(signing(line, "PLAIN", timeout=0.4))
    assert (error.code, error.pressure, error.reply.code) == (code, pressure, said)


def test_a_challenge_that_is_cut_off_ends_it(line: Script) -> None:
    line.answers("AUTH", b"334 abc\r\n")
    error = unavailable(signing(line, "CRAM-MD5"))
    assert (error.code, error.pressure) == ("auth", Pressure.DOWN)
    assert heard(line) == [b"AUTH CRAM-MD5"]


@pytest.mark.parametrize("mechanisms", [(), ("XOAUTH2", "GSSAPI")])
def test_no_way_that_we_know(line: Script, mechanisms: tuple[str, ...]) -> None:
    error = unavailable(signing(line, *mechanisms))
    assert (error.code, error.pressure) == ("no_auth", Pressure.MISCONFIGURED)
    assert heard(line) == []


@pytest.mark.parametrize("which", ["username", "password"])
def test_what_has_a_nul_is_not_said(line: Script, which: str) -> None:
    assert unavailable(signing(line, "PLAIN", **{which: "x\0y"})).code == "auth"
    assert heard(line) == []


def test_the_password_stands_in_no_log_and_no_traceback(
    line: Script, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    line.answers("AUTH", WRONG)
    error = unavailable(signing(line, "PLAIN"))
    told = "".join(traceback.format_exception(error)) + caplog.text + repr(error)
    assert "correct horse" not in told
    assert encoded(f"\0office\0{PASSWORD}").decode() not in told


# The greeting


def test_a_relay_that_does_not_know_ehlo_is_greeted_the_old_way(line: Script) -> None:
    line.answers("EHLO", b"502 5.5.1 what?\r\n")
    with Connection(line.relay) as connection:
        assert connection._offered.offered == {}
    assert line.heard[:2] == [b"EHLO test.example\r\n", b"HELO test.example\r\n"]


GREETINGS = {
    "busy": ("GREETING", b"421 4.3.2 busy\r\n", Pressure.SLOW_DOWN, 421),
    "too many connections": ("GREETING", b"450 4.7.1 too many\r\n", Pressure.SLOW_DOWN, 450),
    "not for you": ("GREETING", b"554 5.7.1 no\r\n", Pressure.DOWN, 554),
    "a hang-up": ("GREETING", HANG_UP, Pressure.DOWN, 0),
    "a page of the web": ("GREETING", b"HTTP/1.1 400 Bad\r\n", Pressure.DOWN, 0),
    "closing at EHLO": ("EHLO", b"421 4.3.2 bye\r\n", Pressure.SLOW_DOWN, 421),
    "a hang-up at EHLO": ("EHLO", HANG_UP, Pressure.DOWN, 0),
}


@pytest.mark.parametrize(("verb", "answer", "pressure", "code"), GREETINGS.values(), ids=GREETINGS)
def test_a_greeting_that_is(
    line: Script, verb: str, answer: object, pressure: Pressure, code: int
) -> None:
    line.answers(verb, answer)
    error = unavailable(line.relay)
    assert (error.code, error.pressure, error.reply.code) == ("refused", pressure, code)
    assert b"HELO test.example\r\n" not in line.heard


def test_neither_ehlo_nor_helo(line: Script) -> None:
    line.answers("EHLO", b"550 no\r\n").answers("HELO", b"550 5.7.1 never\r\n")
    error = unavailable(line.relay)
    assert (error.code, error.pressure, error.reply.code) == ("refused", Pressure.DOWN, 550)


# STARTTLS


def encrypting(line: Script) -> Relay:
    line.offers.append("STARTTLS")
    return dataclasses.replace(line.relay, security=Security.STARTTLS)


STARTS = {
    "later": (b"454 4.7.0 not available\r\n", Pressure.DOWN, 454),
    "never": (b"502 5.5.1 what?\r\n", Pressure.MISCONFIGURED, 502),
    "nonsense": (b"huh?\r\n", Pressure.DOWN, 0),
    "a hang-up": (HANG_UP, Pressure.DOWN, 0),
}


@pytest.mark.parametrize(("answer", "pressure", "code"), STARTS.values(), ids=STARTS)
def test_encryption_that_does_not_begin(
    line: Script, answer: object, pressure: Pressure, code: int
) -> None:
    line.answers("STAR", answer)
    relay = encrypting(line)
    error = unavailable(dataclasses.replace(relay, username="office", password=PASSWORD))
    assert (error.code, error.pressure, error.reply.code) == ("tls", pressure, code)
    assert not any(b"AUTH" in each for each in line.heard)
