"""Many mails over one connection: one round trip each where the relay takes groups (RFC 2920)."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any

import pytest

from eventmail.wire import (
    BlindBatch,
    Cleared,
    Connection,
    Individual,
    Kind,
    Outcome,
    Reply,
)
from tests.wire.samples import AOZORA, KURE, MIDORI, cleared
from tests.wire.scripted import FINE, Script, scripted

THREE = (AOZORA, MIDORI, KURE)
BATCH = BlindBatch(THREE)
LATER, NEVER, CLOSING = b"451 4.3.0 later\r\n", b"550 5.1.1 never\r\n", b"421 4.3.2 closing\r\n"
LOST = Reply(0, "connection lost")
EACH = ["MAIL", "RCPT", "DATA", "<mail>", "."]
A, D, R, U, N = Kind.ACCEPTED, Kind.DEFERRED, Kind.REFUSED, Kind.UNCERTAIN, Kind.NOT_SENT


@pytest.fixture(params=["PIPELINING", ""], ids=["in groups", "verb by verb"])
def line(request: pytest.FixtureRequest) -> Iterator[Script]:
    with scripted("SIZE", *filter(None, [request.param])) as made:
        yield made
    assert "PIPELINING" in made.offers or not made.early


@pytest.fixture
def groups() -> Iterator[Script]:
    """Answers nothing of a group before it has come whole: a client that waits never gets on."""
    with scripted("PIPELINING", patient=True) as made:
        yield made


def mails(*recipients: Any) -> list[Cleared]:
    return [
        cleared(each if isinstance(each, BlindBatch) else Individual(each)) for each in recipients
    ]


def kinds(outcomes: list[Outcome]) -> list[Kind]:
    return [each.kind for each in outcomes]


def send_all(line: Script, *recipients: Any, **choices: Any) -> list[Outcome]:
    with Connection(dataclasses.replace(line.relay, **choices)) as connection:
        return list(connection.send_all(iter(mails(*recipients))))


def said(line: Script) -> list[str]:
    """The verbs, each content as ``<mail>``, without greeting and leave."""
    verbs = ["<mail>" if each.isdigit() else each for each in line.verbs]
    return [each for each in verbs if each not in ("EHLO", "QUIT")]


def test_mails_arrive_in_order_each_with_its_outcome(line: Script) -> None:
    line.answers("DOT", FINE, NEVER, LATER)
    outcomes = send_all(line, *THREE)
    assert kinds(outcomes) == [A, R, D]
    assert [each.results[0].recipient for each in outcomes] == list(THREE)
    assert said(line) == EACH * 3


def test_a_mail_costs_one_round_trip(groups: Script) -> None:
    assert kinds(send_all(groups, *THREE)) == [A, A, A]
    assert said(groups) == EACH * 3


def test_no_mails_are_no_words(line: Script) -> None:
    assert send_all(line) == []
    assert said(line) == []
