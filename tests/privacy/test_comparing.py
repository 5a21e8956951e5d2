"""What was erased is compared with nothing, although the comparison was made before."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest

from eventmail.database import Database
from eventmail.mailings import freezing
from eventmail.mailings import service as mailings
from eventmail.mailings.models import Snapshot
from eventmail.mailings.service import Draft
from eventmail.mailings.since import since_last
from eventmail.mailings.snapshot import content_of_snapshot
from eventmail.outbox import sending
from eventmail.privacy import erasing, people, purge
from eventmail.sample import People
from eventmail.sealing import Sealer
from eventmail.wire import Relay

SEALER = Sealer((b"k" * 32,))


def one_person(database: Database, people_: People, address: str) -> None:
    with database.writing() as session:
        found = people.find(session, people_.manager, address)
        erasing.erase(session, people_.manager, SEALER, found, "本人の請求")


def the_event(database: Database, _people: People, _address: str) -> None:
    assert purge.run(database.writing, date(2040, 1, 1)) == 1


@pytest.mark.parametrize("erase", [one_person, the_event])
def test_the_next_mailing_is_compared_until_something_of_the_last_is_erased(
    database: Database,
    people: People,
    approved: Snapshot,
    relay: Relay,
    erase: Callable[[Database, People, str], None],
) -> None:
    sending.run(database, relay, approved.id)
    with database.writing() as session:
        last = session.get_one(Snapshot, approved.id)
        first, *others = content_of_snapshot(last).recipients
        draft = Draft("変更", "会場の変更について", "会場を変えました。", (), 0)
        coming = mailings.add_mailing(session, people.author, last.mailing.event, draft)
        content = replace(mailings.draft_content(session, coming), recipients=tuple(others))
        after = freezing.freeze(session, people.author, coming, content)
        told = since_last(session, after)
        assert told is not None
        assert [each.address for each in told.gone] == [first.address]
    erase(database, people, first.address)
    with database.reading() as session:
        assert since_last(session, session.get_one(Snapshot, after.id)) is None
