"""A new office's first manager is invited by the administrator, who gets no further into it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
import sqlalchemy as sa
from flask import Flask

from eventmail import clock, sample
from eventmail.accounts import invitations
from eventmail.administration import inviting
from eventmail.audit.models import AuditEntry
from eventmail.database import Database
from eventmail.events.models import Event
from eventmail.offices import service as offices
from eventmail.offices import settings
from eventmail.offices.models import Office, Role, Staff
from eventmail.offices.permissions import Forbidden
from eventmail.sample import People
from tests.conftest import Meeting
from tests.pages import Pages
from tests.people.test_inviting import PASSWORD, path_in

TYPED = {"name": "山本 はるか", "login": "yamamoto", "address": ""}


@pytest.fixture
def administrator(app: Flask, database: Database) -> Pages:
    with database.writing() as session:
        sample.load_outside(session)
    browser = Pages(app)
    browser.sign_in("system", "demo-system-pass")
    return browser


@pytest.fixture
def new(database: Database, people: People) -> Office:
    with database.writing() as session:
        return offices.add_office(session, "みどり野労働局", "青葉所")


def path_of(office: Office) -> str:
    return f"/administration/offices/{office.id}/manager"


def test_from_the_invitation_to_the_managers_first_page(
    administrator: Pages, app: Flask, database: Database, new: Office
) -> None:
    link = path_in(administrator.post(path_of(new), TYPED).text)
    assert "招待中" in administrator.get("/administration").text
    manager = Pages(app)
    page = manager.post(link, {"password": PASSWORD, "again": PASSWORD})
    assert page.h1 == "ホーム", page.text
    assert "所の管理者" in page.text
    assert manager.get("/people").h1 == "職員"
    with database.reading() as session:
        who = session.scalars(sa.select(Staff).where(Staff.login == "system")).one()
        made = sa.select(AuditEntry).where(AuditEntry.action == "invitation.made")
        assert session.scalars(made).one().staff_id == who.id
    page = administrator.post(path_of(new), TYPED | {"login": "tsugi"}, status=409)
    assert "ここからは招待できません" in page.text


def test_a_lost_link_is_made_anew_and_the_first_ends(
    administrator: Pages, app: Flask, database: Database, new: Office
) -> None:
    first = path_in(administrator.post(path_of(new), TYPED).text)
    with database.reading() as session:
        (waits,) = inviting.invited(session, new.id)
    assert "山本 はるか" in administrator.get(path_of(new)).text
    second = path_in(administrator.post(f"{path_of(new)}/{waits.id}/link").text)
    Pages(app).get(first, status=404)
    assert "山本 はるか" in Pages(app).get(second).text


def test_a_second_ones_link_ends_when_the_first_has_come(
    administrator: Pages, app: Flask, database: Database, new: Office
) -> None:
    """Whoever made both links must not come with the other one when there is something to see."""
    kept = path_in(administrator.post(path_of(new), TYPED).text)
    other = path_in(administrator.post(path_of(new), TYPED | {"login": "tsugi"}).text)
    manager = Pages(app)
    manager.post(other, {"password": PASSWORD, "again": PASSWORD})
    Pages(app).get(kept, status=404)
    Pages(app).post(kept, {"password": PASSWORD, "again": PASSWORD}, status=404)
    with database.reading() as session:
        waits = session.scalars(sa.select(Staff).where(Staff.login == "yamamoto")).one()
    administrator.post(f"{path_of(new)}/{waits.id}/link", status=409)
    own = path_in(manager.post(f"/people/{waits.id}/link").text)
    assert "山本 はるか" in Pages(app).get(own).text


def test_two_who_have_not_come_are_no_dead_end(
    administrator: Pages, app: Flask, database: Database, new: Office
) -> None:
    for login in ("yamamoto", "tsugi"):
        administrator.post(path_of(new), TYPED | {"login": login})
    assert "管理者を招待する" in administrator.get("/administration").text
    with database.reading() as session:
        (waits, _) = inviting.invited(session, new.id)
    page = administrator.get(path_of(new))
    assert f"{path_of(new)}/{waits.id}/link" in [
        each.attributes.get("action") for each in page.all("form")
    ]
    link = path_in(administrator.post(f"{path_of(new)}/{waits.id}/link").text)
    assert "山本 はるか" in Pages(app).get(link).text


@pytest.mark.parametrize(
    ("changed", "status", "told"),
    [({"name": ""}, 422, "氏名を入力してください。"), ({"login": "kian"}, 409, "すでに使われて")],
)
def test_what_is_wrong_stays_to_be_mended(
    administrator: Pages, new: Office, changed: dict[str, str], status: int, told: str
) -> None:
    page = administrator.post(path_of(new), TYPED | changed, status=status)
    assert told in page.text
    assert {"yamamoto", "kian"} & {e.attributes.get("value") for e in page.all("input")}


def test_nobody_else_is_made_by_the_form(
    administrator: Pages, database: Database, new: Office
) -> None:
    administrator.post(path_of(new), TYPED | {"roles": ["author", "approver"]})
    with database.reading() as session:
        made = session.scalars(sa.select(Staff).where(Staff.login == "yamamoto")).one()
        assert {(each.office_id, each.role) for each in made.memberships} == {
            (new.id, Role.MANAGER)
        }


def test_one_of_the_two_may_approve_as_well(
    administrator: Pages, database: Database, new: Office
) -> None:
    administrator.post(path_of(new), TYPED | {"approves": "y"})
    with database.reading() as session:
        made = session.scalars(sa.select(Staff).where(Staff.login == "yamamoto")).one()
        assert made.roles_in(new.id) == {Role.MANAGER, Role.APPROVER}


def test_a_link_that_has_ended_is_not_shown_as_open(
    administrator: Pages, app: Flask, database: Database, new: Office
) -> None:
    first = path_in(administrator.post(path_of(new), TYPED).text)
    administrator.post(path_of(new), TYPED | {"login": "tsugi"})
    manager = Pages(app)
    manager.post(first, {"password": PASSWORD, "again": PASSWORD})
    page = manager.get("/people")
    assert "まだ使われていないリンク" not in page.text
    assert "招待のリンクを作り直す" in page.text


def _two_approvers(database: Database, office: Office, people: People) -> None:
    with database.writing() as session:
        for each in (people.approver, people.checker):
            settings.set_up(session, office.id, "roles", ["approver"], str(each.id))


def _a_manager(database: Database, office: Office, people: People) -> None:
    with database.writing() as session:
        settings.set_up(session, office.id, "roles", ["manager"], str(people.checker.id))


def _an_event(database: Database, office: Office, people: People) -> None:
    with database.writing() as session:
        box = offices.add_mailbox(session, office, "青葉所", "aoba@aoba.example")
        author = offices.add_staff(
            session, office, "aoba", "青葉 守", "green umbrella on the pier", [Role.AUTHOR]
        )
        session.add(
            Event(
                office_id=office.id,
                name="説明会",
                held_on=date(2040, 1, 1),
                place="会場",
                sender_id=box.id,
                reply_to_id=box.id,
                created_by=author.id,
                created_at=clock.now(),
            )
        )


Filling = Callable[[Database, Office, People], None]


@pytest.mark.parametrize("fill", [_two_approvers, _a_manager, _an_event])
def test_an_office_that_is_at_work_is_closed_to_him(
    administrator: Pages, database: Database, people: People, new: Office, fill: Filling
) -> None:
    fill(database, new, people)
    assert "管理者を招待する" not in administrator.get("/administration").text
    administrator.post(path_of(new), TYPED, status=409)
    with database.reading() as session:
        assert session.scalar(sa.select(Staff).where(Staff.login == "yamamoto")) is None


def test_no_link_is_made_for_anybody_else(
    administrator: Pages, people: People, meeting: Meeting, new: Office
) -> None:
    for staff_id in (people.manager.id, people.author.id, 99):
        administrator.post(f"{path_of(new)}/{staff_id}/link", status=404)
    own = f"/administration/offices/{people.author.office.id}/manager"
    administrator.post(f"{own}/{people.manager.id}/link", status=409)
    administrator.post("/administration/offices/99/manager", TYPED, status=404)


def test_only_an_administrator_may(database: Database, people: People, new: Office) -> None:
    wanted = invitations.Invitee("yamamoto", "山本 はるか", ())
    with database.writing() as session, pytest.raises(Forbidden):
        inviting.invite(session, people.manager.staff, new.id, wanted, ())
