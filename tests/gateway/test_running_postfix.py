"""A Postfix that runs with the rule, put in as the page says: it refuses before it takes a mail."""

from __future__ import annotations

import smtplib  # noqa: TID251 - a client like the staff's, and not ours
from collections.abc import Iterator
from pathlib import Path

import pytest

from eventmail.gateway.targets.postfix import OPTION, POSTFIX, SERVICE, WAY
from tests.gateway.cases import CASES, RULE, out
from tests.wire.servers import Server, postfix

TAKEN = 250


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    table = tmp_path_factory.mktemp("table") / POSTFIX.filename
    table.write_bytes(POSTFIX.content(RULE))
    with postfix(OPTION, SERVICE.replace(WAY, str(table))) as running:
        yield running


def answer(server: Server, content: bytes) -> tuple[int, bytes]:
    """What Postfix says to a mail's last dot."""
    with smtplib.SMTP("127.0.0.1", server.port, timeout=20) as client:
        client.ehlo("pc.example")
        client.mail("saiyo@himesato.example.jp")
        client.rcpt("me@a.example")
        return client.data(content)


def own(count: int) -> str:
    return ", ".join(f"a{each}@himesato.example.jp" for each in range(count))


def mail(headers: str) -> bytes:
    return f"From: saiyo@himesato.example.jp\r\n{headers}\r\n\r\nHello\r\n".encode()


FORWARDED = (
    'MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary="b"\r\n\r\n'
    f"--b\r\nContent-Type: message/rfc822\r\n\r\nTo: {out(15)}\r\n\r\nHello\r\n--b--"
)
REFUSED = {
    "one too many": CASES["one too many"].raw,
    "one line of 20,000 letters": mail(f"To: {out(800)}"),
    "the last ones behind 90 KB of one's own": mail(f"To: {own(3500)}, {out(5)}"),
    "many, folded": mail("To: " + out(800).replace(", ", ",\r\n ")),
}
PASSED = {
    "as many as may be": CASES["exactly as many as may be"].raw,
    "many in Bcc": CASES["in Bcc none counts"].raw,
    "an attached mail to many": mail(f"To: {out(1)}\r\n{FORWARDED}"),
    # As the page says: one header at a time, and no more of it than header_size_limit.
    "too many only together": CASES["too many only with To and Cc together"].raw,
    "the last ones behind 110 KB of one's own": mail(f"To: {own(4300)}, {out(5)}"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_it_refuses_with_the_words_and_the_place_to_go(server: Server, name: str) -> None:
    code, said = answer(server, REFUSED[name])
    assert (code, said.decode()) == (550, f"5.7.1 {RULE.english}")


@pytest.mark.parametrize("name", PASSED)
def test_it_takes_the_others(server: Server, name: str) -> None:
    code, said = answer(server, PASSED[name])
    assert code == TAKEN, said
    (arrived,) = server.next_hop.arrived(1)
    assert b"From: saiyo@himesato.example.jp" in arrived.content


def test_nothing_was_skipped_or_given_up(server: Server) -> None:
    """A pattern that Postfix cannot use, or that costs too much, is only noted in its log."""
    for content in (*REFUSED.values(), *PASSED.values()):
        answer(server, content)
    log = (Path(server.folder) / "log").read_text().splitlines()
    by_cleanup = [line for line in log if "postfix/cleanup" in line]
    assert by_cleanup
    assert [line for line in by_cleanup if "warning" in line] == []
