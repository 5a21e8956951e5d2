"""How many were asked, have read it, and are late."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from eventmail.database import Database
from eventmail.notices import figures
from eventmail.notices.figures import Count, State
from eventmail.notices.models import Notice
from eventmail.offices.models import Role, Staff
from eventmail.sample import People
from tests.guards import leave_only
from tests.notices.bureau import (
    Bureau,
    draft,
    of_office,
    read,
    send,
    set_up,
    states,
)

HEADS = [Role.MANAGER]


@pytest.fixture
def bureau(database: Database, people: People) -> Bureau:
    return set_up(database)


class TestFigures:
    def test_offices_are_counted_without_those_who_left(
        self, database: Database, bureau: Bureau, people: People
    ) -> None:
        sent = send(database, bureau.overseer, draft())
        own = of_office(sent, people.author)
        read(database, people.author, own.id)
        with database.writing() as session:
            session.get_one(Staff, people.checker.id).active = False
        with database.reading() as session:
            offices_ = [own.office_id, bureau.akebono.id]
            sheet = figures.of_bureau(session, offices_)
            assert sheet.by_office == {
                own.office_id: Count(4, 1, 0),
                bureau.akebono.id: Count(2, 0, 0),
            }
            (batch,) = sheet.sent
            assert batch.notice.batch == own.batch
            assert (batch.offices, batch.count) == (len(sent), Count(6, 1, 0))
            assert figures.unread(session, offices_) == {own.office_id: 3, bureau.akebono.id: 2}
            told = {
                each.name: each.state
                for each in figures.lines(session, session.get_one(Notice, own.id))
            }
        assert told[people.checker.staff.name] is State.GONE
        assert told[people.author.staff.name] is State.READ

    def test_what_is_late_is_counted_until_it_is_read(
        self, database: Database, bureau: Bureau, people: People
    ) -> None:
        own = of_office(send(database, bureau.overseer, draft(days=0)), people.author)
        _overdue(database)
        read(database, people.author, own.id)
        with database.reading() as session:
            assert figures.of_notices(session, [own.id]) == {own.id: Count(5, 1, 4)}
        assert states(database, people.checker) == [State.LATE]


def _overdue(database: Database) -> None:
    leave_only(database, "notices", "replaced")
    with database.writing() as session:
        session.execute(sa.text("UPDATE notices SET due_on = '2020-01-01'"))
