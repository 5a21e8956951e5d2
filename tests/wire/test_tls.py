"""TLS with certificates that the tests make: one trusted by the test, one that nobody trusts."""

from __future__ import annotations

import datetime
import ipaddress
import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from eventmail.wire import Connection, Kind, Relay, RelayUnavailable, Security
from tests.recorder import DROP, PASS, Recorder, allow_port
from tests.wire.samples import cleared


def certificate(folder: Path, address: str) -> Path:
    """A self-signed certificate for ``address``, with its key in the same file."""
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
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(address))]), False
        )
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
