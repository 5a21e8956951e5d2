"""One call: where it goes, what it follows, how long it lasts, and what is kept of the answer."""

from __future__ import annotations

import socket
import time
from pathlib import Path

import pytest

from eventmail.webhooks import calling
from eventmail.webhooks.calling import Answer, Fault, call
from eventmail.webhooks.targets import Target
from tests.recorder import allow_port
from tests.webhooks import receiver as other
from tests.webhooks.receiver import Receiver
from tests.wire.test_tls import certificate

HEADERS = {"webhook-id": "msg_1"}


def target_of(receiver: Receiver) -> Target:
    return Target.parse(receiver.url, [receiver.origin])


def test_the_bytes_and_headers_come_as_they_were_given(receiver: Receiver) -> None:
    assert call(target_of(receiver), HEADERS, b'{"a":1}') == Answer(status=204)
    (told,) = receiver.told
    assert (told.path, told.body) == ("/eventmail?key=k3y", b'{"a":1}')
    assert told.headers["webhook-id"] == "msg_1"
    assert told.headers["host"] == f"127.0.0.1:{receiver.port}"
    assert told.headers["content-type"] == "application/json"


@pytest.mark.parametrize("status", [200, 201, 204, 299])
def test_any_2xx_is_a_yes(receiver: Receiver, status: int) -> None:
    receiver.script.append(status)
    assert call(target_of(receiver), HEADERS, b"{}").is_good


@pytest.mark.parametrize("status", [301, 400, 404, 410, 429, 500, 503])
def test_anything_else_is_a_no(receiver: Receiver, status: int) -> None:
    receiver.script.append(status)
    answer = call(target_of(receiver), HEADERS, b"{}")
    assert (answer.status, answer.is_good) == (status, False)


def test_a_redirect_is_not_followed(receiver: Receiver) -> None:
    with Receiver() as inside:
        receiver.script.append(other.redirects(inside.url))
        assert call(target_of(receiver), HEADERS, b"{}") == Answer(status=307)
        assert inside.told == []


def test_no_proxy_of_the_environment_is_asked(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Receiver() as proxy:
        for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "all_proxy"):
            monkeypatch.setenv(name, proxy.origin)
        assert call(target_of(receiver), HEADERS, b"{}").is_good
        assert proxy.told == []


def test_a_certificate_that_nobody_vouches_for_is_refused(tmp_path: Path) -> None:
    with Receiver(certificate(tmp_path, "localhost")) as receiver:
        assert call(target_of(receiver), HEADERS, b"{}") == Answer(fault=Fault.TLS)
        assert receiver.told == []


def test_one_that_the_machine_knows_is_taken_for_its_name_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = certificate(tmp_path, "localhost")
    monkeypatch.setenv("SSL_CERT_FILE", str(path))
    with Receiver(path) as receiver:
        assert call(target_of(receiver), HEADERS, b"{}") == Answer(status=204)
        by_number = Target.parse(
            f"https://127.0.0.1:{receiver.port}/", [f"https://127.0.0.1:{receiver.port}"]
        )
        assert call(by_number, HEADERS, b"{}") == Answer(fault=Fault.TLS)
        assert len(receiver.told) == 1


def test_a_name_that_leads_inside_is_not_even_connected_to(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever owns the name may change where it leads after it was named."""
    named = f"http://hooks.example.jp:{receiver.port}"
    found = [(2, 1, 6, "", (place, receiver.port)) for place in ("127.0.0.1", "169.254.169.254")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
    answer = call(Target.parse(f"{named}/", [named]), HEADERS, b"{}")
    assert answer == Answer(fault=Fault.INSIDE)
    assert receiver.told == []


def test_what_was_judged_is_what_is_connected_to(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The name is asked for once: a second answer could be another."""
    asked = []

    def answers(host: str, port: int, *_: object, **__: object) -> list[object]:
        asked.append(host)
        return [(2, 1, 6, "", ("127.0.0.1", port))]

    monkeypatch.setattr(socket, "getaddrinfo", answers)
    monkeypatch.setattr(calling, "may_be", lambda *_: True)
    named = f"http://hooks.example.jp:{receiver.port}"
    call(Target.parse(f"{named}/", [named]), HEADERS, b"{}")
    assert [each for each in asked if each == "hooks.example.jp"] == ["hooks.example.jp"]
    assert receiver.told[0].headers["host"] == f"hooks.example.jp:{receiver.port}"


def test_a_name_that_nobody_knows(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_: object, **__: object) -> None:
        raise socket.gaierror

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    named = "https://hooks.example.jp:443"
    assert call(Target.parse(f"{named}/", [named]), {}, b"") == Answer(fault=Fault.NAME)


def test_nobody_listens() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    allow_port(port)
    named = f"http://127.0.0.1:{port}"
    assert call(Target.parse(f"{named}/", [named]), {}, b"") == Answer(fault=Fault.CONNECT)


@pytest.mark.parametrize(("answer", "fault"), [("drips", Fault.TIMEOUT), ("babbles", Fault.BROKEN)])
def test_an_answer_that_is_none_ends_in_time(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch, answer: str, fault: Fault
) -> None:
    monkeypatch.setattr(calling, "WHOLE", 0.5)
    receiver.script.append(getattr(other, answer))
    begun = time.monotonic()
    assert call(target_of(receiver), HEADERS, b"{}") == Answer(fault=fault)
    assert time.monotonic() - begun < 5


def test_a_receiver_that_says_nothing_is_left_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calling, "CONNECT", 0.5)
    monkeypatch.setattr(calling, "WHOLE", 0.5)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        allow_port(port)
        for scheme in ("http", "https"):
            named = f"{scheme}://127.0.0.1:{port}"
            begun = time.monotonic()
            answer = call(Target.parse(f"{named}/", [named]), {}, b"")
            assert answer == Answer(fault=Fault.TIMEOUT)
            assert time.monotonic() - begun < 8


def test_of_an_answer_without_an_end_only_the_status_is_taken(receiver: Receiver) -> None:
    receiver.script.append(other.floods)
    begun = time.monotonic()
    assert call(target_of(receiver), HEADERS, b"{}") == Answer(status=200)
    assert time.monotonic() - begun < 5


def test_no_line_of_the_log_tells_what_stands_in_an_address(
    receiver: Receiver, caplog: pytest.LogCaptureFixture
) -> None:
    receiver.script.append(other.mumbles)
    with caplog.at_level("DEBUG"):
        assert call(target_of(receiver), HEADERS, b"{}").is_good
    assert "k3y" not in caplog.text
