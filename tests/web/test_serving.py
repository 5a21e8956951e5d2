"""A proxy in front is believed if its address was named, and nobody else is."""

from __future__ import annotations

import http.client
import json
import socket
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from eventmail.config import ConfigError, Mode, Settings, load
from eventmail.observing import access
from eventmail.web.serving import LONGEST_HEADERS, options
from tests.serving import served

PROXY = "127.0.0.1"
STRANGER = "127.0.0.2"
FORWARDED = {
    "X-Forwarded-For": "192.0.2.44",
    "X-Forwarded-Proto": "https",
    "X-Forwarded-Host": "evil.example",
}
SETTINGS = Settings(mode=Mode.TEST, secret_key="s" * 40, upload_megabytes=1)


def tell(environ: dict[str, Any], start: Any) -> list[bytes]:
    """An application that answers with what it was told of the client."""
    told = {name: environ.get(name) for name in ("REMOTE_ADDR", "wsgi.url_scheme", "HTTP_HOST")}
    told["forwarded"] = [name for name in environ if "FORWARDED" in name]
    start("200 OK", [("Content-Type", "application/json")])
    return [json.dumps(told).encode()]


def serving(settings: Settings) -> AbstractContextManager[int]:
    """Waitress with our options on a free port of every loopback address."""
    return served(tell, host="0.0.0.0", **options(settings))


def ask(
    port: int, peer: str, headers: dict[str, str], body: bytes = b""
) -> http.client.HTTPResponse:
    """One request that comes from that address of this machine."""
    connection = http.client.HTTPConnection("127.0.0.1", port, 10, source_address=(peer, 0))
    connection.request("POST" if body else "GET", "/", body or None, headers)
    response = connection.getresponse()
    response.told = response.read()  # type: ignore[attr-defined]
    connection.close()
    return response


def told(response: http.client.HTTPResponse) -> Any:
    return json.loads(response.told)  # type: ignore[attr-defined]


@pytest.fixture(scope="module")
def behind() -> Iterator[int]:
    with serving(replace(SETTINGS, trusted_proxy=PROXY)) as port:
        yield port


def test_the_named_proxy_says_who_asks_and_over_what(behind: int) -> None:
    found = told(ask(behind, PROXY, FORWARDED | {"Host": "mail.office.example"}))
    assert (found["REMOTE_ADDR"], found["wsgi.url_scheme"]) == ("192.0.2.44", "https")


def test_not_even_the_proxy_says_which_host_was_meant(behind: int) -> None:
    assert told(ask(behind, PROXY, FORWARDED | {"Host": "a.example"}))["HTTP_HOST"] == "a.example"


def test_anybody_else_says_nothing_of_himself(behind: int) -> None:
    found = told(ask(behind, STRANGER, FORWARDED))
    assert (found["REMOTE_ADDR"], found["wsgi.url_scheme"]) == (STRANGER, "http")
    assert found["forwarded"] == []


def test_of_a_chain_only_what_the_last_proxy_saw_is_believed(behind: int) -> None:
    """The client wrote the first address himself; the proxy added whom it saw."""
    chain = FORWARDED | {"X-Forwarded-For": "10.0.0.1, 192.0.2.44"}
    assert told(ask(behind, PROXY, chain))["REMOTE_ADDR"] == "192.0.2.44"


def test_two_proxies_are_believed_where_two_were_named() -> None:
    with serving(replace(SETTINGS, trusted_proxy=PROXY, trusted_proxy_count=2)) as port:
        chain = FORWARDED | {"X-Forwarded-For": "10.0.0.1, 192.0.2.44, 10.1.1.1"}
        assert told(ask(port, PROXY, chain))["REMOTE_ADDR"] == "192.0.2.44"


def test_nobody_is_believed_by_default() -> None:
    with serving(SETTINGS) as port:
        found = told(ask(port, PROXY, FORWARDED))
    assert (found["REMOTE_ADDR"], found["wsgi.url_scheme"]) == (PROXY, "http")
    assert found["forwarded"] == []


def test_the_server_names_no_product(behind: int) -> None:
    assert ask(behind, PROXY, {}).getheader("Server") is None


def test_headers_without_end_are_refused(behind: int) -> None:
    assert ask(behind, PROXY, {"X-Long": "x" * LONGEST_HEADERS}).status == 431


def test_a_body_far_beyond_the_limit_is_refused_before_it_is_read(behind: int) -> None:
    with socket.create_connection(("127.0.0.1", behind), 10) as connection:
        length = 1024**3
        connection.sendall(
            f"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: {length}\r\n\r\n".encode()
        )
        assert connection.recv(100).startswith(b"HTTP/1.1 413 ")


def test_a_request_that_two_servers_would_split_differently_is_refused(behind: int) -> None:
    """Both a length and chunks: the classic of request smuggling."""
    with socket.create_connection(("127.0.0.1", behind), 10) as connection:
        connection.sendall(
            b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n"
            b"Transfer-Encoding: x, chunked\r\n\r\n"
        )
        assert connection.recv(100).startswith((b"HTTP/1.1 400 ", b"HTTP/1.1 501 "))


@pytest.mark.parametrize("value", ["*", "proxy.example", "10.0.0.0/8", "10.0.0.1,10.0.0.2"])
def test_a_proxy_is_one_address(value: str) -> None:
    with pytest.raises(ConfigError, match="EVENTMAIL_TRUSTED_PROXY"):
        load({"EVENTMAIL_SECRET_KEY": "x" * 32, "EVENTMAIL_TRUSTED_PROXY": value})


def test_the_example_for_nginx_sends_what_is_believed() -> None:
    """Wording of the page against the code: the names of headers and settings in the example."""
    page = (Path(__file__).parent.parent.parent / "docs" / "security.md").read_text("utf-8")
    example = page.split("```nginx")[1].split("```")[0]
    for header in ("X-Forwarded-For", "X-Forwarded-Proto", access.HEADER):
        assert f"proxy_set_header {header} $" in example
    assert "proxy_set_header Host $host;" in example
    assert "proxy_set_header X-Forwarded-For $remote_addr;" in example
    for setting in ("EVENTMAIL_TRUSTED_PROXY", "EVENTMAIL_HTTPS", "EVENTMAIL_PUBLIC_URL"):
        assert setting in page
