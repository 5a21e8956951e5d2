"""The faulty sink does what it is told, and its book holds just what it has taken."""

from __future__ import annotations

import hashlib
import socket
from collections.abc import Iterator
from typing import Any

import pytest

from tests.faults.handles import FaultySink
from tests.faults.rules import Rule
from tests.faults.sink import HERE

ONE, TWO = "saiyo@aozora.example", "jinji@kure.example"


@pytest.fixture(scope="module")
def process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FaultySink]:
    with FaultySink(tmp_path_factory.mktemp("sink") / "taken.jsonl") as found:
        yield found


@pytest.fixture
def sink(process: FaultySink) -> FaultySink:
    process.book.write_text("")
    process.tell(clear=True, down=False)
    return process


def mail(to: str = ONE, body: str = "..dots\r\n") -> bytes:
    head = f"Message-ID: <t1@hirono.example>\r\nFrom: office@hirono.example\r\nTo: {to}\r\n"
    return f"{head}\r\n{body}".encode()


class Client:
    """Says lines, and hears the last line of each reply."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection((HERE, port), timeout=10)
        self.file = self.socket.makefile("rb")

    def close(self) -> None:
        self.file.close()
        self.socket.close()

    def hear(self) -> str:
        """Empty if it hung up."""
        try:
            while (line := self.file.readline().decode("latin-1"))[3:4] == "-":
                pass
        except ConnectionError:
            return ""
        return line.strip()

    def say(self, *lines: str) -> list[str]:
        """In one go; the reply to each."""
        self.socket.sendall("".join(f"{each}\r\n" for each in lines).encode())
        return [self.hear() for _ in lines]

    def send(self, content: bytes, to: str = ONE) -> str:
        """A whole mail; the first reply that is not as usual, or the last."""
        envelope = ("MAIL FROM:<office@hirono.example>", f"RCPT TO:<{to}>", "DATA")
        for said in self.say(*envelope):
            if said[:1] not in "23" or not said:
                return said
        stuffed = content.replace(b"\r\n.", b"\r\n..")
        try:
            self.socket.sendall(stuffed + b".\r\n")
        except ConnectionError:
            return ""
        return self.hear()


@pytest.fixture
def client(sink: FaultySink) -> Iterator[Client]:
    found = Client(sink.port)
    assert found.hear().startswith("220")
    assert found.say("EHLO test.example")[0].startswith("250")
    yield found
    found.close()


def test_a_mail_that_was_taken_stands_in_the_book(client: Client, sink: FaultySink) -> None:
    assert client.send(mail()).startswith("250")
    (entry,) = sink.taken()
    assert (entry.recipient, entry.message_id) == (ONE, "<t1@hirono.example>")
    assert entry.sha256 == hashlib.sha256(mail()).hexdigest()
    assert entry.faults == ()


def test_a_bad_mail_is_judged_in_the_book(client: Client, sink: FaultySink) -> None:
    client.send(mail(to=f"{ONE}, {TWO}"))
    (entry,) = sink.taken()
    assert any("To" in each for each in entry.faults)


def test_an_earlier_recipients_address_is_seen(client: Client, sink: FaultySink) -> None:
    client.send(mail(to=TWO), TWO)
    client.send(mail(body=f"{TWO}\r\n"))
    assert sink.taken()[0].faults == ()
    assert any("another recipient" in each for each in sink.taken()[1].faults)


REFUSED: dict[str, dict[str, Any]] = {
    "MAIL": {"at": "MAIL", "do": "say", "words": "451 later"},
    "RCPT": {"at": "RCPT", "do": "say", "words": "550 never"},
    "DATA": {"at": "DATA", "do": "say", "words": "451 later"},
    "DOT": {"at": "DOT", "do": "say", "words": "552 full"},
    "drop in the middle": {"at": "CONTENT", "do": "drop"},
    "drop before": {"at": "DOT", "do": "drop"},
    "garbage": {"at": "RCPT", "do": "garbage"},
    "hang": {"at": "DOT", "do": "hang", "seconds": 0.05},
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_was_refused_or_lost_before_is_not_in_the_book(
    name: str, client: Client, sink: FaultySink
) -> None:
    rule = REFUSED[name]
    sink.tell(rule=rule)
    said = client.send(mail())
    assert said.startswith(rule.get("words", said[:0])[:3])
    assert not said.startswith("250")
    assert sink.taken() == []


LOST_AFTER: dict[str, dict[str, Any]] = {
    "drop": {"at": "TAKEN", "do": "drop"},
    "garbage": {"at": "TAKEN", "do": "garbage"},
    "hang": {"at": "TAKEN", "do": "hang", "seconds": 0.05},
    "another reply": {"at": "TAKEN", "do": "say", "words": "451 or so I say"},
}


@pytest.mark.parametrize("name", LOST_AFTER)
def test_what_was_lost_after_it_was_taken_is_in_the_book(
    name: str, client: Client, sink: FaultySink
) -> None:
    sink.tell(rule=LOST_AFTER[name])
    assert not client.send(mail()).startswith("250")
    assert [each.recipient for each in sink.taken()] == [ONE]


def test_greylisting_asks_each_recipient_once(client: Client, sink: FaultySink) -> None:
    sink.rule("RCPT", "say", words="451 come again", once=True)
    said = [client.send(mail(to=each), each)[:3] for each in (ONE, TWO, ONE, TWO)]
    assert said == ["451", "451", "250", "250"]


def test_a_rule_for_some_recipients_and_a_number_of_times(client: Client, sink: FaultySink) -> None:
    sink.rule("RCPT", "say", words="550 no", only="kure", times=1)
    said = [client.send(mail(to=each), each)[:3] for each in (ONE, TWO, TWO)]
    assert said == ["250", "550", "250"]


def test_the_same_seed_throws_the_same_dice(client: Client, sink: FaultySink) -> None:
    rounds = []
    for _ in range(2):
        sink.tell(clear=True)
        sink.rule("MAIL", "say", words="451 later", share=0.5, seed=3)
        rounds.append([client.send(mail())[:3] for _ in range(12)])
    assert rounds[0] == rounds[1]
    assert set(rounds[0]) == {"250", "451"}


def test_it_closes_after_so_many_mails(client: Client, sink: FaultySink) -> None:
    sink.set(close_after=1)
    assert [client.send(mail())[:3] for _ in range(2)] == ["250", "421"]
    assert client.hear() == ""


LIMITS: dict[str, tuple[dict[str, Any], str, str]] = {
    "recipients": ({"recipients": 1}, "RCPT TO:<b@kure.example>", "452"),
    "size": ({"size": 10}, "MAIL FROM:<a@kure.example> size=11", "552"),
    "per minute": ({"per_minute": 0}, "MAIL FROM:<a@kure.example>", "450"),
    "sign-in": ({"users": {"office": "pass"}}, "MAIL FROM:<a@kure.example>", "530"),
}


@pytest.mark.parametrize("name", LIMITS)
def test_limits_hold_from_now_on(name: str, client: Client, sink: FaultySink) -> None:
    limits, words, code = LIMITS[name]
    client.say("MAIL FROM:<a@kure.example>", "RCPT TO:<a@kure.example>")
    sink.set(**limits)
    assert client.say(words)[0].startswith(code)


def test_more_connections_than_it_may_have_are_refused(client: Client, sink: FaultySink) -> None:
    sink.set(connections=1)
    second = Client(sink.port)
    assert second.hear().startswith("421")
    second.close()


def test_down_it_refuses_and_up_it_takes_again(client: Client, sink: FaultySink) -> None:
    sink.tell(down=True)
    assert client.hear() == ""
    with pytest.raises(ConnectionRefusedError):
        Client(sink.port)
    sink.tell(down=False)
    again = Client(sink.port)
    assert again.hear().startswith("220")
    again.close()


@pytest.mark.parametrize(
    "rule",
    [
        {"at": "NOWHERE", "do": "drop"},
        {"at": "MAIL", "do": "dance"},
        {"at": "MAIL", "do": "say"},
        {"at": "DOT", "do": "say", "words": "250 a lie"},
    ],
    ids=["no such place", "no such deed", "no words", "a lie"],
)
def test_a_rule_that_makes_no_sense_is_refused(rule: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"rule|told"):
        Rule(**rule)
