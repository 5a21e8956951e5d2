"""The newest change of a roster can be taken back until something was sent."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from eventmail import clock
from eventmail.database import Database
from eventmail.errors import UserError
from eventmail.events import service as events
from eventmail.events.models import Contact, Participant
from eventmail.mailings.models import Snapshot
from eventmail.sample import People
from tests.conftest import Meeting
from tests.roster.importer import A, B, C, Importer


def state(database: Database, bring: Importer) -> list[tuple[object, ...]]:
    """Every contact with its company, as far as anything is said of it."""
    with database.reading() as session:
        found = session.scalars(
            sa.select(Contact).where(Contact.event_id == bring.event.id).order_by(Contact.id)
        )
        return [
            (
                each.participant.company,
                each.participant.status.value,
                each.name,
                each.address,
                each.active,
                each.import_id,
                each.source_row,
            )
            for each in found
        ]


def test_the_first_import_leaves_nothing_behind(bring: Importer, database: Database) -> None:
    bring(A, B)
    bring.undo()
    assert state(database, bring) == []
    with database.reading() as session:
        assert events.participants(session, bring.event) == []


CHANGES = {
    "a new one": (A, B, C),
    "one gone": (A,),
    "another name": (A, (*B[:2], "乙野 三", *B[3:])),
    "another address": (A, (*B[:3], "z@otsu.example", B[4])),
    "a company spelt anew": (("㈱甲", *A[1:]), B),
    "a withdrawal": (A, (*B[:4], "辞退")),
    "addresses swapped between two companies": ((*A[:3], B[3], A[4]), (*B[:3], A[3], B[4])),
    "an address with another company": (("株式会社丁", "", "", A[3], "参加"), B),
    "the same once more": (A, B),
}


@pytest.mark.parametrize("rows", CHANGES.values(), ids=CHANGES.keys())
def test_everything_stands_as_before(
    rows: tuple[tuple[str, ...], ...], bring: Importer, database: Database
) -> None:
    bring(A, B)
    before = state(database, bring)
    bring(*rows)
    bring.undo()
    assert state(database, bring) == before


def test_one_after_the_other_from_the_newest(bring: Importer) -> None:
    first = bring(A).id
    bring(A, B)
    with pytest.raises(UserError, match="新しいものから順に"):
        bring.undo(first)
    bring.undo()
    bring.undo()
    assert bring.addressees() == []


def test_not_twice(bring: Importer) -> None:
    done = bring(A).id
    bring.undo()
    with pytest.raises(UserError, match="すでに元に戻した"):
        bring.undo(done)


def test_not_after_something_was_sent(bring: Importer) -> None:
    bring(A)
    with pytest.raises(UserError, match="メールを送信したため"):
        bring.undo(last_sent=clock.now() + timedelta(seconds=1))
    bring.undo(last_sent=clock.now() - timedelta(days=1))
    assert bring.addressees() == []


def test_who_is_in_a_frozen_mailing_stays_as_inactive(
    database: Database, people: People, meeting: Meeting, submitted: Snapshot
) -> None:
    bring = Importer(database, people, meeting.event)
    bring.undo()
    with database.reading() as session:
        contacts = session.scalars(sa.select(Contact)).all()
        assert [each.active for each in contacts] == [False] * 30
        assert {p.status.value for p in session.scalars(sa.select(Participant))} == {"withdrawn"}


def test_a_plan_of_before_is_out_of_date(bring: Importer) -> None:
    bring(A)
    bring.open(A, B)
    waiting = bring.id
    bring.undo()
    bring.confirm(import_id=waiting)
    assert bring.addressees() == []
    assert "内容が変わりました" in bring.current().message
