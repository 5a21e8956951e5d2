"""A page shows what is there now: after what its own request wrote, and after what overtook it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from flask import Flask

from eventmail.offices.models import Office
from eventmail.sample import People
from eventmail.web.context import anew, reading, services, writing
from tests.looking import rolled_back

LATER = "あとの公共職業安定所"


@contextmanager
def asked(app: Flask, method: str) -> Iterator[Callable[[], str]]:
    """Within a request that has looked already; gives back what the office is called, anew."""
    with app.test_request_context("/", method=method):
        before = reading().get_one(Office, 1)
        assert before.name != LATER
        yield lambda: anew().get_one(Office, 1).name


def written_by_the_request() -> None:
    with writing() as session:
        session.get_one(Office, 1).name = LATER


def written_by_somebody_else() -> None:
    with services().database.writing() as session:
        session.get_one(Office, 1).name = LATER


@pytest.mark.parametrize("write", [written_by_the_request, written_by_somebody_else])
def test_what_is_sent_in_sees_what_was_written_meanwhile(
    app: Flask, people: People, write: Callable[[], None]
) -> None:
    with asked(app, "POST") as name:
        write()
        assert name() == LATER


def test_a_look_that_has_written_sees_it(app: Flask, people: People) -> None:
    """Such as a page that notes who has opened it."""
    with asked(app, "GET") as name:
        written_by_the_request()
        assert name() == LATER


def test_a_look_stays_of_one_moment(app: Flask, people: People) -> None:
    with asked(app, "GET") as name:
        written_by_somebody_else()
        assert name() != LATER


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_no_look_ends_with_a_rollback(app: Flask, people: People, method: str) -> None:
    with rolled_back() as found, asked(app, method) as name:
        written_by_the_request()
        name()
    assert not found
