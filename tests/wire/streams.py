"""Many mails over one connection, to a relay that takes groups and to one that does not."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator
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
from tests.wire.scripted import Script, scripted

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


class Pulled:
    """Mails that are taken one by one; notes how many outcomes were known at each taking."""

    def __init__(self, *recipients: Any) -> None:
        self._mails = iter(mails(*recipients))
        self.outcomes: list[Outcome] = []
        self.known: list[int] = []

    def __iter__(self) -> Iterator[Cleared]:
        for each in self._mails:
            self.known.append(len(self.outcomes))
            yield each

    def through(self, connection: Connection) -> list[Kind]:
        for each in connection.send_all(self):
            self.outcomes.append(each)
        return kinds(self.outcomes)


def collect(connection: Connection, coming: Iterable[Any], into: list[Outcome]) -> None:
    """Keep what was yielded before an exception."""
    for each in connection.send_all(coming):
        into.append(each)
