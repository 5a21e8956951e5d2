"""The transport with the mail servers that stand behind most relays: Postfix and Exim."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator

import pytest

from eventmail.wire import (
    BlindBatch,
    Cleared,
    Connection,
    Individual,
    Kind,
    Pressure,
    Relay,
    RelayUnavailable,
    Security,
    gate,
    pressure_of,
)
from tests.wire.samples import AOZORA, KURE, MIDORI, OFFICE, cleared, mail
from tests.wire.servers import LARGEST, REFUSED, SERVERS, Server, exim

TRACE = re.compile(rb"\A(?:Received:[^\r]*\r\n(?:[ \t][^\r]*\r\n)*)+")
A, R = Kind.ACCEPTED, Kind.REFUSED


@pytest.fixture(scope="module", params=SERVERS)
def server(request: pytest.FixtureRequest) -> Iterator[Server]:
    with SERVERS[request.param]() as running:
        yield running


@pytest.fixture
def relay(server: Server) -> Relay:
    return Relay("127.0.0.1", server.port, sink=True, timeout=20, ehlo_name="test.example")


def plain(content: bytes) -> bytes:
    """A mail without the lines that each server on the way puts on top."""
    return TRACE.sub(b"", content)


def long(lines: int) -> Cleared:
    """A mail with dots where they matter, and of some length."""
    content = mail().content + b".\r\n..\r\n.dots\r\n" + (b"x" * 70 + b"\r\n") * lines
    return Cleared(OFFICE, Individual(AOZORA), (content,), seal=gate._SEAL)


def test_many_mails_arrive_byte_for_byte(server: Server, relay: Relay) -> None:
    mails = [cleared(Individual(each)) for each in (AOZORA, KURE)] * 10
    with Connection(relay) as connection:
        assert connection._offered.pipelining
        outcomes = list(connection.send_all(iter(mails)))
        assert connection.usable
    assert [each.kind for each in outcomes] == [A] * 20
    arrived = server.next_hop.arrived(20)
    expected = sorted((str(each.envelope.to), each.content) for each in mails)  # type: ignore[union-attr]
    assert sorted((each.rcpt_to[0], plain(each.content)) for each in arrived) == expected
    assert {each.mail_from for each in arrived} == {str(OFFICE)}


def test_dots_and_length_arrive_as_they_were(server: Server, relay: Relay) -> None:
    mails = [long(0), long(4000), long(1)]
    with Connection(relay) as connection:
        assert [each.kind for each in connection.send_all(mails)] == [A] * 3
    arrived = [plain(each.content) for each in server.next_hop.arrived(3)]
    assert sorted(arrived) == sorted(each.content for each in mails)


def test_a_refused_recipient_holds_up_nobody(server: Server, relay: Relay) -> None:
    batch = cleared(BlindBatch((AOZORA, MIDORI, KURE)))
    mails = [cleared(), cleared(Individual(MIDORI)), batch, cleared(Individual(KURE))]
    with Connection(relay) as connection:
        outcomes = list(connection.send_all(mails))
        assert connection.usable
    assert [[each.kind for each in outcome.results] for outcome in outcomes] == [
        [A], [R], [A, R, A], [A],
    ]  # fmt: skip
    assert outcomes[1].reply.code == 550
    assert outcomes[1].reply.enhanced == "5.1.1"
    arrived = server.next_hop.arrived(3)
    rcpts = sorted(each.rcpt_to for each in arrived if len(each.rcpt_to) == 2)
    assert [sorted(each) for each in rcpts] == [sorted([str(AOZORA), str(KURE)])]
    assert not any(REFUSED in each.rcpt_to for each in arrived)
    assert plain(next(each for each in arrived if len(each.rcpt_to) == 2).content) == batch.content


def test_a_mail_that_is_too_big_is_told_so_and_the_next_one_goes(
    server: Server, relay: Relay
) -> None:
    big = long(LARGEST // 70)
    with Connection(relay) as connection:
        assert connection.largest_size == LARGEST
        outcomes = list(connection.send_all([big, cleared(), big, cleared()]))
        assert connection.usable
    assert [each.kind for each in outcomes] == [R, A, R, A]
    assert pressure_of(outcomes[0].reply) is Pressure.TOO_BIG
    assert [plain(each.content) for each in server.next_hop.arrived(2)] == [cleared().content] * 2


def test_one_mail_at_a_time_goes_too(server: Server, relay: Relay) -> None:
    with Connection(relay) as connection:
        assert [connection.send(each).kind for each in (cleared(), long(3))] == [A, A]
    server.next_hop.arrived(2)


def test_encrypted_too(server: Server, relay: Relay, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(server.certificate))
    mails = [cleared(), long(4000), cleared(Individual(MIDORI)), cleared(Individual(KURE))]
    secure = dataclasses.replace(relay, security=Security.STARTTLS)
    with Connection(secure) as connection:
        assert [each.kind for each in connection.send_all(mails)] == [A, A, R, A]
    arrived = server.next_hop.arrived(3)
    assert sorted(plain(each.content) for each in arrived) == sorted(
        mails[each].content for each in (0, 1, 3)
    )
    assert b"TLS" in arrived[0].content.partition(b"\r\nFrom:")[0]


@pytest.fixture(scope="module")
def signing() -> Iterator[Server]:
    with exim() as running:
        yield running


@pytest.mark.parametrize("password", ["correct horse", "wrong"])
@pytest.mark.parametrize("mechanism", ["CRAM-MD5", "PLAIN", "LOGIN"])
def test_each_way_of_signing_in(
    signing: Server, monkeypatch: pytest.MonkeyPatch, mechanism: str, password: str
) -> None:
    monkeypatch.setattr("eventmail.wire.connecting.mechanisms_of", lambda _: [mechanism])
    relay = Relay("127.0.0.1", signing.port, username="office", password=password, sink=True)
    if password == "wrong":
        with pytest.raises(RelayUnavailable) as caught, Connection(relay):
            pass
        assert (caught.value.code, caught.value.reply.code) == ("auth", 535)
        assert caught.value.pressure is Pressure.CREDENTIALS
    else:
        with Connection(relay) as connection:
            assert connection.send(cleared()).kind is A
        assert signing.next_hop.arrived(1)
