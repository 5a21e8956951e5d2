"""Both ends of a connection to PostgreSQL are told how soon a silent other end counts as dead.

That it is so over a network is seen in ``tests/machines``: there a machine is cut off.
"""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from eventmail import silence
from eventmail.config import Mode, Settings
from eventmail.outbox.queue import make_huey
from tests.conftest import SECRET, Templates

PLAIN = "postgresql+psycopg://eventmail:p%40ss@db.office.example/eventmail"


def test_an_address_that_says_nothing_gets_all_of_it() -> None:
    found = silence.noticed(sa.make_url(PLAIN))
    assert dict(found.query) == silence.TOLD
    assert found.set(query={}) == sa.make_url(PLAIN)


def test_what_it_says_itself_stays_and_counts_at_both_ends() -> None:
    url = sa.make_url(f"{PLAIN}?keepalives_idle=2&sslmode=verify-full&tcp_user_timeout=4000")
    found = silence.noticed(url)
    assert found.query["keepalives_idle"] == "2"
    assert found.query["sslmode"] == "verify-full"
    assert found.query["keepalives_count"] == silence.TOLD["keepalives_count"]
    there = silence.settings_there(url)
    assert there["tcp_keepalives_idle"] == "2"
    assert there["tcp_user_timeout"] == "4000"
    assert there["tcp_keepalives_interval"] == silence.TOLD["keepalives_interval"]


@pytest.mark.parametrize("url", [PLAIN, f"{PLAIN}?keepalives_idle=2&tcp_user_timeout=4000"])
def test_nobody_waits_longer_than_a_lease(url: str) -> None:
    told = {name: int(value) for name, value in silence.settings_there(sa.make_url(url)).items()}
    probes = told["tcp_keepalives_count"] * told["tcp_keepalives_interval"]
    assert told["tcp_keepalives_idle"] + probes < Settings().lease_seconds
    assert told["tcp_user_timeout"] < 1000 * Settings().lease_seconds


def test_the_queue_is_told_as_well(templates: Templates) -> None:
    url = templates.copy("postgresql")
    made = make_huey(Settings(mode=Mode.TEST, secret_key=SECRET, database_url=url))
    try:
        told = made.storage.conn.info.get_parameters()
    finally:
        made.storage.close()
    assert {name: told.get(name) for name in silence.TOLD} == silence.TOLD
