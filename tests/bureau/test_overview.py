"""The bureau sees its offices in figures, and nobody's address."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from eventmail import clock
from eventmail.alerts import service as alerts
from eventmail.bureau import service
from eventmail.bureau.chart import Bar, Part, bars
from eventmail.bureau.service import Figures, Overview
from eventmail.database import Database
from eventmail.events.models import Event
from eventmail.mailings.models import Mailing, MailingState, Snapshot
from eventmail.offices import service as offices
from eventmail.outbox.models import Delivery, DeliveryState
from eventmail.sample import People
from tests.conftest import Meeting


def figures(database: Database, people: People) -> list[Figures]:
    with database.reading() as session:
        return list(service.overview(session, people.author.office.bureau_id).offices)


def hold_in(database: Database, days: int) -> None:
    with database.writing() as session:
        session.execute(sa.update(Event).values(held_on=clock.today() + timedelta(days=days)))


def test_an_office_with_nothing_has_noughts(database: Database, people: People) -> None:
    assert figures(database, people) == [Figures("姫里公共職業安定所")]
    assert not figures(database, people)[0].wants_attention


def test_a_near_event_with_a_draft_only(
    database: Database, people: People, meeting: Meeting
) -> None:
    hold_in(database, 7)
    (office,) = figures(database, people)
    assert (office.events, office.mailings) == (1, {MailingState.DRAFT: 1})
    assert [each.name for each in office.neglected] == [meeting.event.name]
    assert office.wants_attention


@pytest.mark.parametrize(("days", "events", "mailings"), [(61, 0, 1), (-30, 0, 1), (-31, 0, 0)])
def test_how_far_the_figures_look(
    database: Database, people: People, meeting: Meeting, days: int, events: int, mailings: int
) -> None:
    hold_in(database, days)
    (office,) = figures(database, people)
    assert (office.events, sum(office.mailings.values())) == (events, mailings)


def test_mails_of_which_nobody_knows_whether_they_came(
    database: Database, people: People, approved: Snapshot
) -> None:
    with database.writing() as session:
        two = sa.select(Delivery.id).where(~Delivery.first_copy).order_by(Delivery.id).limit(2)
        session.execute(
            sa.update(Delivery)
            .where(Delivery.id.in_(two.scalar_subquery()))
            .values(state=DeliveryState.UNCERTAIN)
        )
        session.execute(
            sa.update(Delivery).where(Delivery.first_copy).values(state=DeliveryState.UNCERTAIN)
        )
    assert figures(database, people)[0].uncertain == 2, "the office's own copy is nobody's loss"


def test_an_alert_until_it_is_seen_to(database: Database, people: People, meeting: Meeting) -> None:
    with database.writing() as session:
        box = session.get_one(Mailing, meeting.mailing.id).event.reply_to
        made = alerts.raise_alert(session, box, "test", "mailing:1", "止まりました。")
    assert figures(database, people)[0].alerts == 1
    with database.writing() as session:
        alerts.see_to(session, people.approver, made.id)
    assert figures(database, people)[0].alerts == 0


def test_offices_that_want_attention_come_first_and_other_bureaus_are_left_out(
    database: Database, people: People, meeting: Meeting
) -> None:
    with database.writing() as session:
        near = offices.add_office(session, "みどり野労働局", "となりの公共職業安定所")
        near.stopped_at = clock.now()
        offices.add_office(session, "べつの労働局", "よその公共職業安定所")
    hold_in(database, 40)
    found = [each.name for each in figures(database, people)]
    assert found == ["となりの公共職業安定所", "姫里公共職業安定所"]


def test_the_number_of_queries_does_not_grow_with_the_offices(
    database: Database, people: People, meeting: Meeting
) -> None:
    def asked() -> int:
        statements: list[str] = []

        def note(_c: object, _cursor: object, statement: str, *_: object) -> None:
            statements.append(statement)

        sa.event.listen(database.engine, "before_cursor_execute", note)
        figures(database, people)
        sa.event.remove(database.engine, "before_cursor_execute", note)
        return len(statements)

    before = asked()
    with database.writing() as session:
        for number in range(20):
            offices.add_office(session, "みどり野労働局", f"{number}番目の公共職業安定所")
    assert len(figures(database, people)) == 21
    assert asked() == before


def test_the_bars_have_one_scale() -> None:
    busy = Figures("甲", mailings={MailingState.SENT: 3, MailingState.DRAFT: 1})
    calm = Figures("乙", mailings={MailingState.HALTED: 1})
    found = bars(Overview("局", (busy, calm, Figures("丙"))))
    assert found == (
        Bar("甲", 4, (Part("ok", 0.0, 750.0), Part("neutral", 750.0, 250.0))),
        Bar("乙", 1, (Part("error", 0.0, 250.0),)),
        Bar("丙", 0, ()),
    )
