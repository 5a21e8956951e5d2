"""TLS with certificates that the tests make: one trusted by the test, one that nobody trusts."""

from __future__ import annotations

import dataclasses
import datetime
import ipaddress
import socket
import ssl
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from eventmail.wire import Connection, Kind, Relay, RelayUnavailable, Security
from eventmail.wire.conversation import Conversation
from tests.recorder import DROP, PASS, Recorder, allow_port
from tests.wire.samples import cleared
from tests.wire.scripted import HANG_UP, SILENCE, scripted


def certificate(folder: Path, address: str, *others: str) -> Path:
    """A self-signed certificate for these addresses or names, with its key in the same file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "relay.example")])
    start = datetime.datetime.now(datetime.UTC) - datetime.timedelta(days=1)
    built = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(start + datetime.timedelta(days=30))
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName([*map(_named, (address, *others))]), False)
        .sign(key, hashes.SHA256())
    )
    path = folder / f"{address}.pem"
    secret = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    path.write_bytes(secret + built.public_bytes(serialization.Encoding.PEM))
    return path


def _named(place: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(place))
    except ValueError:
        return x509.DNSName(place)


def server(path: Path, *, implicit: bool) -> Recorder:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(path)
    return Recorder(tls=context, implicit_tls=implicit)


@pytest.fixture(params=[Security.STARTTLS, Security.TLS])
def security(request: pytest.FixtureRequest) -> Security:
    chosen: Security = request.param
    return chosen


@pytest.fixture
def trusted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = certificate(tmp_path, "127.0.0.1")
    monkeypatch.setenv("SSL_CERT_FILE", str(path))
    return path


def relay_to(recorder: Recorder, security: Security) -> Relay:
    allow_port(recorder.port)
    return Relay("127.0.0.1", recorder.port, security, sink=True, timeout=5.0)


@pytest.fixture
def secure(trusted: Path, security: Security) -> Iterator[Recorder]:
    with server(trusted, implicit=security is Security.TLS) as recorder:
        yield recorder


def test_a_mail_goes_through_tls(secure: Recorder, security: Security) -> None:
    with Connection(relay_to(secure, security)) as connection:
        assert connection.send(cleared()).kind is Kind.ACCEPTED
        assert connection.send(cleared()).kind is Kind.ACCEPTED
    assert len(secure.received) == 2


def code_for(relay: Relay) -> str:
    with pytest.raises(RelayUnavailable) as caught, Connection(relay):
        pass
    return caught.value.code


def test_a_certificate_nobody_vouches_for(
    secure: Recorder, security: Security, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")
    assert code_for(relay_to(secure, security)) == "certificate"


def test_after_starttls_the_relay_is_greeted_anew(secure: Recorder, security: Security) -> None:
    with Connection(relay_to(secure, security)):
        greetings = [each for each in secure.commands if each.startswith("EHLO")]
    assert len(greetings) == (2 if security is Security.STARTTLS else 1)


def test_a_relay_that_hangs_up_after_starttls(trusted: Path) -> None:
    with server(trusted, implicit=False) as recorder:
        recorder.script("EHLO", PASS)
        recorder.script("EHLO", DROP)
        assert code_for(relay_to(recorder, Security.STARTTLS)) == "tls"


def test_a_certificate_for_another_host(
    tmp_path: Path, security: Security, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = certificate(tmp_path, "127.0.0.9")
    monkeypatch.setenv("SSL_CERT_FILE", str(path))
    with server(path, implicit=security is Security.TLS) as recorder:
        assert code_for(relay_to(recorder, security)) == "certificate"


def test_a_relay_without_starttls(recorder: Recorder) -> None:
    assert code_for(relay_to(recorder, Security.STARTTLS)) == "no_starttls"
    assert not any(command.startswith("MAIL") for command in recorder.commands)


def test_tls_to_a_relay_that_speaks_in_the_clear(recorder: Recorder) -> None:
    assert code_for(relay_to(recorder, Security.TLS)) in ("tls", "timeout", "refused")


READY, FORGED = b"220 ready\r\n", b"250-relay.example\r\n250 AUTH PLAIN\r\n"


@pytest.mark.parametrize("behind", [b"", FORGED, b"2"], ids=["nothing", "a reply", "a letter"])
def test_what_comes_in_clear_behind_ready_is_a_strangers(trusted: Path, behind: bytes) -> None:
    """CVE-2011-0411: else it would be read as if it had come encrypted."""
    with scripted("STARTTLS") as relay:
        relay.answers("STAR", [READY + behind, lambda: relay.encrypt(trusted)])
        secure = dataclasses.replace(relay.relay, security=Security.STARTTLS)
        if behind:
            assert code_for(secure) == "tls"
        else:
            with Connection(secure) as connection:
                assert connection.send(cleared()).kind is Kind.ACCEPTED
    assert (b"(encrypted)" in relay.heard) is (not behind)


def test_what_was_offered_in_clear_counts_no_more(trusted: Path) -> None:
    with scripted("STARTTLS", "PIPELINING", "SIZE 1", "AUTH PLAIN") as relay:
        relay.answers("STAR", [READY, lambda: relay.encrypt(trusted), relay.offers.clear])
        secure = dataclasses.replace(relay.relay, security=Security.STARTTLS, username="office")
        assert code_for(dataclasses.replace(secure, password="correct horse")) == "no_auth"


def test_many_mails_go_through_tls_in_groups(trusted: Path) -> None:
    with scripted("STARTTLS", "PIPELINING", patient=3) as relay:
        relay.answers("STAR", [READY, lambda: relay.encrypt(trusted)])
        secure = dataclasses.replace(relay.relay, security=Security.STARTTLS)
        with Connection(secure) as connection:
            outcomes = list(connection.send_all([cleared()] * 3))
    assert [each.kind for each in outcomes] == [Kind.ACCEPTED] * 3


@pytest.mark.parametrize("said", [b"421 4.3.2 closing\r\n", HANG_UP])
def test_on_tls_too_the_final_dot_waits_for_a_silent_relay(trusted: Path, said: object) -> None:
    with scripted("STARTTLS") as relay:
        relay.answers("STAR", [READY, lambda: relay.encrypt(trusted)]).answers("CONTENT", said)
        secure = dataclasses.replace(relay.relay, security=Security.STARTTLS)
        with Connection(secure) as connection:
            line = connection._line
            assert line is not None
            outcome = connection.send(
                cleared(), handing_over=lambda: line._ready.poll(2000) and None
            )
            assert not connection.usable
    assert outcome.kind is Kind.NOT_SENT
    assert b".\r\n" not in relay.heard


def test_a_tls_message_of_its_own_is_no_word_of_the_relay(trusted: Path) -> None:
    """TLS 1.3 sends session tickets when it likes; the relay has said nothing by that."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(trusted)
    near, far = socket.socketpair()
    relay = context.wrap_socket(far, server_side=True, do_handshake_on_connect=False)
    thread = threading.Thread(target=relay.do_handshake)
    thread.start()
    line = Conversation(near, timeout=3.0)
    line.start_tls("127.0.0.1")
    thread.join()
    assert line._ready.poll(2000), "the tickets are there"
    assert not line.has_spoken()
    relay.sendall(b"250 hello\r\n")
    assert line.has_spoken()
    assert line.answer() == (250, b"hello")
    line.close()
    relay.close()


def test_another_thread_ends_a_wait_on_tls(trusted: Path) -> None:
    with scripted("STARTTLS") as relay:
        relay.answers("STAR", [READY, lambda: relay.encrypt(trusted)])
        secure = dataclasses.replace(relay.relay, security=Security.STARTTLS)
        with Connection(secure) as connection:
            relay.answers("DOT", [connection.close_now, SILENCE])
            assert connection.send(cleared()).kind is Kind.UNCERTAIN
