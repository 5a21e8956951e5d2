"""A leaver is deactivated and never deleted; what he had in hand goes to a colleague."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from threading import Barrier, BrokenBarrierError

import pytest
import sqlalchemy as sa

from eventmail import clock
from eventmail.accounts import invitations
from eventmail.accounts.models import StaffSession
from eventmail.database import Database
from eventmail.errors import UserError
from eventmail.mailings.models import Mailing, Snapshot
from eventmail.mailings.people import editors
from eventmail.offices import service as offices
from eventmail.offices import settings
from eventmail.offices.models import Role, Staff
from eventmail.offices.permissions import ROLE_NAMES, Actor
from eventmail.people import service
from eventmail.proposals import service as proposals
from eventmail.proposals.kinds import Place, known
from eventmail.roster.models import ImportState, RosterImport
from eventmail.sample import People, decide
from tests.conftest import Meeting
from tests.pages import Pages

PASSWORD = "a colleague's password"


@pytest.fixture
def heir(database: Database, people: People) -> Staff:
    """A second author: two people gave him the role."""
    with database.writing() as session:
        new = offices.add_person(session, people.author.office, "kian2", "若林 修", PASSWORD)
        place = Place(people.author.office.id, known("roles"), str(new.id))
        decide(session, people, place, [Role.AUTHOR.value])
    return new


def test_everybody_with_his_roles_in_words(sign_in: Callable[[str], Pages]) -> None:
    page = sign_in("manager").get("/people")
    assert "利用中の職員（5人）" in page.text
    for name in ("森下 あかり", *ROLE_NAMES.values()):
        assert name in page.text


def test_his_letters_go_to_a_colleague_who_may_then_not_check_them(
    sign_in: Callable[[str], Pages],
    database: Database,
    people: People,
    meeting: Meeting,
    heir: Staff,
) -> None:
    his = sign_in("author")
    browser = sign_in("manager")
    page = browser.get(f"/people/{people.author.id}/leave")
    assert "引き継ぐメール案件（1件）" in page.text
    stamp = str(meeting.mailing.id)
    page = browser.post(
        f"/people/{people.author.id}/leave",
        {"confirmed": "yes", "heir": heir.id, "stamp": stamp},
    )
    assert "「森下 あかり」の利用を止めました。" in page.text
    assert "利用を止めた職員（1人）" in page.text
    assert his.get("/").h1 == "サインイン"
    with database.reading() as session:
        mailing = session.get_one(Mailing, meeting.mailing.id)
        assert mailing.created_by == heir.id
        assert editors(session, mailing) == {people.author.id, heir.id}
        gone = session.get_one(Staff, people.author.id)
        assert (gone.active, gone.name) == (False, "森下 あかり")
        open_ones = sa.select(StaffSession).where(
            StaffSession.staff_id == gone.id, StaffSession.ended_at.is_(None)
        )
        assert session.scalars(open_ones).all() == []


def test_what_nobody_can_take_over_is_shown(
    sign_in: Callable[[str], Pages], database: Database, people: People, meeting: Meeting
) -> None:
    with database.writing() as session:
        place = Place(people.approver.office.id, known("hold"))
        proposals.propose(session, people.approver, place, 7, "落ち着いて送るため")
        done = session.scalars(sa.select(RosterImport)).one()
        half = RosterImport(
            office_id=done.office_id,
            event_id=done.event_id,
            filename="あとから来た名簿.xlsx",
            sha256=done.sha256,
            state=ImportState.PENDING,
            reading={},
            uploaded_by=people.approver.id,
            uploaded_at=clock.now(),
        )
        session.add(half)
    page = sign_in("manager").get(f"/people/{people.approver.id}/leave")
    assert "途中の名簿の取り込みが1件" in page.text
    assert "あとから来た名簿.xlsx" in page.text
    assert "提案した設定の変更が1件" in page.text
    assert "提案した設定" not in sign_in("manager").get(f"/people/{people.author.id}/leave").text


def test_his_links_end_with_his_time_here(database: Database, people: People) -> None:
    with database.writing() as session:
        link = invitations.reset(session, people.manager, session.get_one(Staff, people.auditor.id))
        service.deactivate(session, people.manager, people.auditor.id, None, "none")
        service.reactivate(session, people.manager, people.auditor.id)
        with pytest.raises(UserError):
            invitations.find(session, link.token)


def test_two_managers_who_stop_each_other_are_not_both_gone(
    database: Database, people: People, heir: Staff
) -> None:
    """The second waits for the first, and is refused."""
    place = Place(people.author.office.id, known("roles"), str(heir.id))
    with database.writing() as session:
        decide(session, people, place, [Role.MANAGER.value])
    with database.reading() as session:
        other = Actor(session.get_one(Staff, heir.id), people.manager.office)
        session.expunge_all()
    gate = Barrier(2)

    def stop(actor: Actor, staff_id: int) -> bool:
        with suppress(UserError, BrokenBarrierError), database.writing() as session:
            service.refuse_to_deactivate(session, actor, session.get_one(Staff, staff_id))
            if not database.is_sqlite:  # there a writer is alone from the start
                gate.wait(10)
            service.deactivate(session, actor, staff_id, None, "none")
            return True
        return False

    with ThreadPoolExecutor() as pool:
        tries = [
            pool.submit(stop, people.manager, heir.id),
            pool.submit(stop, other, people.manager.id),
        ]
        assert sorted(each.result() for each in tries) == [False, True]


def test_he_may_come_back_without_what_was_handed_over(
    database: Database, people: People, meeting: Meeting, heir: Staff
) -> None:
    with database.writing() as session:
        service.deactivate(
            session, people.manager, people.author.id, heir.id, str(meeting.mailing.id)
        )
    with database.writing() as session:
        back = service.reactivate(session, people.manager, people.author.id)
        assert back.active
        assert service.in_hand(session, people.manager, back).mailings == []


REFUSED = {
    "oneself": ("manager", "", service.ONESELF),
    "without an heir": ("author", "1", service.NOBODY),
    "with what has changed meanwhile": ("author", "1-2", service.MOVED),
}


@pytest.mark.parametrize(("who", "stamp", "told"), REFUSED.values(), ids=REFUSED)
def test_it_is_refused(
    database: Database, people: People, meeting: Meeting, who: str, stamp: str, told: str
) -> None:
    person = getattr(people, who)
    with database.writing() as session, pytest.raises(UserError, match=told[:12]):
        service.deactivate(session, people.manager, person.id, None, stamp)
    with database.reading() as session:
        assert session.get_one(Staff, person.id).active


def test_who_serves_elsewhere_too_is_not_deactivated_by_one_office(
    database: Database, people: People
) -> None:
    with database.writing() as session:
        other = offices.add_office(session, "みどり野労働局", "となりの所")
        settings.set_up(session, other.id, "roles", ["checker"], str(people.checker.id))
        with pytest.raises(UserError, match="ほかの所でも"):
            service.deactivate(session, people.manager, people.checker.id, None, "none")


def test_the_last_manager_stays(database: Database, people: People) -> None:
    with database.writing() as session:
        place = Place(people.author.office.id, known("roles"), str(people.approver.id))
        decide_alone = proposals.propose(
            session, people.manager, place, ["approver", "manager"], "管理を分けるため"
        )
        assert decide_alone.id
        staff = session.get_one(Staff, people.manager.id)
        with pytest.raises(UserError, match="ただ1人の管理者"):
            service.refuse_to_deactivate(session, people.approver, staff)


def test_who_checked_a_letter_cannot_take_it_over(
    database: Database, people: People, checked: Snapshot
) -> None:
    with database.writing() as session:
        place = Place(people.author.office.id, known("roles"), str(people.checker.id))
        decide(session, people, place, ["author", "checker"])
    with database.writing() as session, pytest.raises(UserError, match="確認しているため"):
        service.deactivate(
            session, people.manager, people.author.id, people.checker.id, str(checked.mailing_id)
        )


def test_without_the_tick_nothing_happens_and_the_choice_stays(
    sign_in: Callable[[str], Pages],
    database: Database,
    people: People,
    meeting: Meeting,
    heir: Staff,
) -> None:
    browser = sign_in("manager")
    page = browser.post(
        f"/people/{people.author.id}/leave",
        {"heir": heir.id, "stamp": str(meeting.mailing.id)},
        status=422,
    )
    assert [e.text for e in page.all("option") if "selected" in e.attributes] == ["若林 修"]
    with database.reading() as session:
        assert session.get_one(Staff, people.author.id).active


def test_the_database_deletes_nobody(database: Database, people: People) -> None:
    with pytest.raises(sa.exc.IntegrityError), database.writing() as session:
        session.execute(sa.text(f"DELETE FROM staff WHERE id = {people.auditor.id}"))
    with pytest.raises(sa.exc.IntegrityError), database.writing() as session:
        session.execute(sa.text("DELETE FROM office_staff"))


def test_other_roles_are_proposed_and_not_given_by_one(
    sign_in: Callable[[str], Pages], database: Database, people: People
) -> None:
    browser = sign_in("manager")
    path = f"/people/{people.checker.id}/roles"
    page = browser.get(path)
    ticked = [e.attributes.get("value") for e in page.all("input") if "checked" in e.attributes]
    assert ticked == ["checker"]
    page = browser.post(path, {"roles": ["author"], "reason": "異動のため"})
    assert "「長谷川 誠」の役割の変更を提案しました。" in page.text
    with database.reading() as session:
        staff = session.get_one(Staff, people.checker.id)
        assert staff.roles_in(people.checker.office.id) == {Role.CHECKER}
    browser.post(path, {"roles": ["author"], "reason": "もう一度"}, status=409)
    mine = f"/people/{people.manager.id}/roles"
    page = browser.post(mine, {"roles": ["author"], "reason": "交代"}, status=409)
    assert "ただ1人の管理者" in page.text
    assert "理由を入力してください" in browser.post(path, {"roles": ["author"]}, status=422).text


def test_an_older_proposal_does_not_take_the_last_manager_either(
    database: Database, people: People, heir: Staff
) -> None:
    """Two managers, each proposed to be none: the second confirmation is refused."""
    office_id = people.author.office.id
    place = Place(office_id, known("roles"), str(heir.id))
    with database.writing() as session:
        decide(session, people, place, [Role.MANAGER.value])
    with database.writing() as session:
        made = [
            proposals.propose(session, people.approver, each, [Role.AUTHOR.value], "異動のため")
            for each in (place, Place(office_id, known("roles"), str(people.manager.id)))
        ]
        proposals.confirm(session, people.manager, made[0], made[0].digest)
        with pytest.raises(UserError, match="ただ1人の管理者"):
            proposals.confirm(session, people.manager, made[1], made[1].digest)
