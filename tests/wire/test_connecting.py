"""From nothing to a connection that may be used: what can go wrong, and what is said then."""

from __future__ import annotations

import contextlib
import dataclasses
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from eventmail.wire import Connection, Relay, RelayUnavailable, Security
from eventmail.wire.connecting import open_connection
from tests.recorder import DROP, Recorder, allow_port

STARTTLS = b"250-relay.example\r\n250 STARTTLS\r\n"


@dataclass
class Dialogue:
    """What a server heard; ``hung_up`` once the client has closed the connection."""

    port: int
    lines: list[bytes] = field(default_factory=list)
    hung_up: threading.Event = field(default_factory=threading.Event)


@contextlib.contextmanager
def server(*replies: bytes) -> Iterator[Dialogue]:
    """Says the first reply at once, each next one after a line, and then only listens."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        dialogue = Dialogue(listening.getsockname()[1])
        allow_port(dialogue.port)
        thread = threading.Thread(target=_serve, args=(listening, dialogue, replies))
        thread.start()
        yield dialogue
        thread.join()


def _serve(listening: socket.socket, dialogue: Dialogue, replies: tuple[bytes, ...]) -> None:
    client, _ = listening.accept()
    with client, client.makefile("rb") as lines:
        client.settimeout(3)
        client.sendall(replies[0])
        rest = iter(replies[1:])
        with contextlib.suppress(OSError):
            for line in lines:
                dialogue.lines.append(line)
                client.sendall(next(rest, b""))
            dialogue.hung_up.set()  # and not after the time-out


def relay_to(dialogue: Dialogue, **other: object) -> Relay:
    relay = Relay("127.0.0.1", dialogue.port, sink=True, timeout=0.5)
    return dataclasses.replace(relay, **other)  # type: ignore[arg-type]


def unavailable(relay: Relay) -> RelayUnavailable:
    with pytest.raises(RelayUnavailable) as caught:
        open_connection(relay)
    return caught.value


def test_a_connection_that_is_given_up_is_closed() -> None:
    with server(b"220 hello\r\n", b"250 relay.example\r\n") as heard:
        error = unavailable(relay_to(heard, security=Security.STARTTLS))
        assert heard.hung_up.wait(2)
    assert error.code == "no_starttls"


def test_a_silent_relay_is_waited_for_as_long_as_its_setting_says() -> None:
    with server(b"220 hello\r\n") as heard:
        error = unavailable(relay_to(heard))
    assert error.code == "timeout"
    assert error.message_ja == (
        f"送信サーバー 127.0.0.1:{heard.port} から0.5秒以内に応答がありません。"
        "時間をおいて試してください。"
    )


def test_starttls_that_is_refused_is_not_gone_without() -> None:
    with server(b"220 hello\r\n", STARTTLS, b"454 not now\r\n") as heard:
        assert unavailable(relay_to(heard, security=Security.STARTTLS)).code == "tls"
    assert heard.lines[1:] in ([b"STARTTLS\r\n"], [b"STARTTLS\r\n", b"QUIT\r\n"])


def test_starttls_answered_with_silence() -> None:
    with server(b"220 hello\r\n", STARTTLS) as heard:
        assert unavailable(relay_to(heard, security=Security.STARTTLS)).code == "timeout"


def test_a_server_that_does_not_speak_tls() -> None:
    with server(b"220 hello\r\n") as heard:
        assert unavailable(relay_to(heard, security=Security.TLS)).code == "tls"


def test_a_server_that_is_silent_where_tls_should_begin() -> None:
    with server(b"") as heard:
        assert unavailable(relay_to(heard, security=Security.TLS)).code == "timeout"


def test_a_server_that_hangs_up_on_the_greeting(relay: Relay, recorder: Recorder) -> None:
    recorder.script("EHLO", DROP)
    assert unavailable(relay).code == "refused"


@pytest.mark.parametrize("security", [Security.STARTTLS, Security.TLS])
def test_with_tls_a_password_may_go_over_a_network(security: Security) -> None:
    relay = Relay("relay.invalid", 25, security, username="office", password="x")
    assert unavailable(relay).code == "cannot_connect"  # and not: auth_in_clear


SIGN_INS = {399: "auth", 400: "auth_later", 454: "auth_later", 499: "auth_later", 500: "auth"}


@pytest.mark.parametrize(("code", "means"), SIGN_INS.items())
def test_signing_in_is_refused_for_now_or_for_good(
    relay: Relay, recorder: Recorder, code: int, means: str
) -> None:
    recorder.script("AUTH", f"{code} no", times=3)
    office = dataclasses.replace(relay, username="office", password="correct horse")
    assert unavailable(office).code == means


def test_without_a_name_of_its_own_it_greets_with_the_machines(
    relay: Relay, recorder: Recorder
) -> None:
    with Connection(dataclasses.replace(relay, ehlo_name="")):
        pass
    (verb, name) = recorder.commands[0].split()
    assert verb == "EHLO"
    assert name


def test_small_packets_do_not_wait(relay: Relay) -> None:
    line, _ = open_connection(relay)
    assert line._sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
    line.close()
