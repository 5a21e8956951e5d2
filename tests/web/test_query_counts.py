"""No page asks the database more often the more there is: every GET page, with few and with many.

A loop that asks once for each row is quick with the sample's rows and slow in an office of five
years. What grows here are the rows of every list that a page could show.
"""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from eventmail import clock, sample
from eventmail.addresses import EmailAddress
from eventmail.alerts import service as alerts
from eventmail.allowed import service as allowed
from eventmail.answers import asking
from eventmail.answers.asking import Wording
from eventmail.answers.models import QuestionKind
from eventmail.audit.service import record
from eventmail.database import Database
from eventmail.events.models import Contact, Event, Participant
from eventmail.incidents.record import service as records
from eventmail.incidents.record.service import Plan
from eventmail.notices import addressing
from eventmail.notices import service as notices
from eventmail.notices.drafting import Draft
from eventmail.notices.models import Kind as NoticeKind
from eventmail.offices import deputies
from eventmail.offices import service as offices
from eventmail.offices.models import Role
from eventmail.offices.permissions import Actor
from eventmail.sample import People
from eventmail.suppression import models as stopping
from eventmail.suppression import service as suppression
from eventmail.training import service as training
from eventmail.training.models import Purpose
from eventmail.training.papers import Sort
from eventmail.wordings import service as wordings
from eventmail.wordings.builtin import Text
from eventmail.wordings.models import WordingKind
from tests.conftest import opened
from tests.counting import selects_of
from tests.incidents import story
from tests.mailings import journey
from tests.web.matrix import MAY
from tests.web.test_matrix import NEEDS, World, rules, world

__all__ = ["world"]
MANY = 4
ALL_ROLES = frozenset(Role)
# One question for each sending under way: a handful at a time.
GROWS = {"home.index"}


def test_no_page_asks_more_often_the_more_there_is(world: World) -> None:
    world.app.config["WTF_CSRF_ENABLED"] = True  # the matrix posts, this only looks
    few, many = (_counts_when_there_is_more(world, start) for start in (0, MANY))
    grown = {page: (few[page], many[page]) for page in few if many[page] > few[page]}
    assert set(grown) <= GROWS, grown
    assert len(few) > 100


def test_a_page_that_asks_for_each_row_would_be_seen(world: World) -> None:
    """What the test above stands on: the counter counts, and the world has rows to ask for."""
    database: Database = world.app.extensions["eventmail"].database

    def one_by_one() -> None:
        with database.reading() as session:
            for number in session.scalars(sa.select(Participant.id)).all():
                session.get_one(Participant, number)

    assert selects_of(one_by_one) > 30


def _counts_when_there_is_more(world: World, start: int) -> dict[str, int]:
    """Of every list there are some at both times: what is asked only of some is asked at both."""
    database: Database = opened(str(world.app.extensions["eventmail"].database.url))
    people = _people_of_the_sample(database)
    with database.writing() as session:
        _grow(session, people, range(start, start + MANY))
    _send_more(database, people)
    database.dispose()
    return _counts(world)


def _counts(world: World) -> dict[str, int]:
    """How often each page asks, once it was opened before."""
    found = {}
    for rule in rules(world.app):
        if "GET" in (rule.methods or ()):
            client = world.clients[MAY[NEEDS[rule.endpoint]].split()[0]]
            found[rule.endpoint] = _asked(client, world.path(rule))
    return found


def _asked(client: FlaskClient, path: str) -> int:
    answer = client.get(path)
    assert answer.status_code < 500, path
    answer.close()
    return selects_of(lambda: client.get(path).close())


def _people_of_the_sample(database: Database) -> People:
    with database.reading() as session:
        told = {each["role"]: each["login"] for each in sample.story()["staff"]}
        office = session.get_one(offices.Office, 1)
        found = {
            role: Actor(
                session.scalars(sa.select(offices.Staff).filter_by(login=login)).one(), office
            )
            for role, login in told.items()
        }
        for each in found.values():
            _ = each.staff.memberships, each.staff.oversight
        return People(**found)


def _grow(session: Session, people: People, numbers: range) -> None:
    """More of everything that stands in a list."""
    event = session.scalars(sa.select(Event).order_by(Event.id)).first()
    assert event is not None
    for number in numbers:
        _more_of_the_office(session, people, number)
        _more_of_the_bureau(session, number)
        _more_of_the_event(session, people, event, number)
    record(session, "event.changed", f"event:{event.id}", office_id=event.office_id)


def _more_of_the_office(session: Session, people: People, number: int) -> None:
    day = clock.today() + timedelta(days=3 + number)
    own = Text(f"礼{number}", "礼", "礼")
    wordings.add_wording(session, people.author, WordingKind.OWN, own)
    allowed.allow(session, people.author, f"kaijo{number}@kaikan.example")
    deputies.appoint(session, people.approver, people.checker.id, day, day, "出張")
    due = training.Wanted(frozenset({Sort.CHECKLIST}), Purpose.REGULAR, day)
    training.assign(session, people.manager, due, [people.author.id, people.checker.id])
    leak = story.leak(session, people.manager)
    records.add_measure(
        session, people.manager, leak, Plan("会議を開く", owner_name="所長", due_on=day)
    )
    address = EmailAddress.parse(f"yameru{number}@yameru.example")
    suppression.suppress(
        session,
        people.author.office.id,
        None,
        address,
        stopping.Kind.ASKED_BY_PHONE,
        source=stopping.Source.PHONE,
    )


def _more_of_the_bureau(session: Session, number: int) -> None:
    """A notice to everybody in each office, and every other time another in its place."""
    login = next(
        each["login"] for each in sample.story()["outside"] if each["standing"] == "overseer"
    )
    overseer = session.scalars(sa.select(offices.Staff).filter_by(login=login)).one()
    batch = f"{number + 1:032x}"
    _tell(session, overseer, Draft(NoticeKind.CAUTION, "題名", "本文", None, ALL_ROLES), batch)
    if number % 2:
        better = Draft(NoticeKind.CAUTION, "題名", "訂正", None, ALL_ROLES, corrects=batch)
        _tell(session, overseer, better, f"{number + 100:032x}")


def _tell(session: Session, overseer: offices.Staff, draft: Draft, batch: str) -> None:
    seen = addressing.stamp(draft, addressing.prepared(session, overseer, draft))
    notices.send(session, overseer, draft, batch, seen)


def _more_of_the_event(session: Session, people: People, event: Event, number: int) -> None:
    alerts.raise_alert(session, event.reply_to, "test", f"event:{event.id}", "止まりました。")
    asking.add(session, people.author, event, Wording(QuestionKind.NUMBER, f"台数{number}", False))
    like = session.scalars(sa.select(Contact).where(Contact.event_id == event.id)).first()
    assert like is not None
    for each in range(5):
        _one_more_company(session, event, like, number * 5 + each)


def _one_more_company(session: Session, event: Event, like: Contact, number: int) -> None:
    company = Participant(
        office_id=event.office_id, event_id=event.id, company=f"追加{number}", status="attending"
    )
    session.add(company)
    session.flush()
    same = ("office_id", "event_id", "import_id", "row_digest", "department", "title", "name")
    session.add(
        Contact(
            **{name: getattr(like, name) for name in same},
            participant_id=company.id,
            address=f"tsuika{number}@tsuika.example",
            address_key=f"tsuika{number}@tsuika.example",
            source_row=1000 + number,
        )
    )


def _send_more(database: Database, people: People) -> None:
    """Two more events: of one a mailing is approved, of the other one waits for the checker."""
    for steps in (2, 0):
        with database.writing() as session:
            event = sample.make_event(session, people.author)
            mailing = sample.draft_letter(session, people.author, event)
        journey.submit(database, people, mailing.id, answering=True)
        for step in (journey.check, journey.approve)[:steps]:
            step(database, people, mailing.id)
