"""Two requests with one key at the same moment: one is done, and both are told of it."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

from eventmail.api import changing
from eventmail.api.models import ApiToken
from eventmail.database import Database
from eventmail.sample import People
from tests.api.programs import made, manager_too

PATIENCE = 20.0


def test_the_second_waits_and_finds_what_the_first_made(database: Database, people: People) -> None:
    with database.writing() as session:
        token_id = made(session, manager_too(session, people))[0].id
    begun, asked, done = threading.Event(), threading.Event(), []

    def deed() -> int:
        done.append(7)
        begun.set()
        asked.wait(PATIENCE)
        return 7

    def ask(first: bool) -> tuple[int, bool]:
        if not first:
            begun.wait(PATIENCE)
            threading.Timer(0.3, asked.set).start()  # while this one is waiting
        with database.writing() as session:
            token = session.get_one(ApiToken, token_id)
            return changing.once(session, token, "key-1", "draft 1 {}", deed)

    with ThreadPoolExecutor(2) as pool:
        told = list(pool.map(ask, (True, False)))
    assert told == [(7, False), (7, True)]
    assert done == [7]
