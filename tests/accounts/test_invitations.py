"""Invitations: one link, one person, one password of his own, once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa
import time_machine

from eventmail import clock
from eventmail.accounts import invitations, password, sessions, signing_in
from eventmail.accounts.invitations import Invitee, Made
from eventmail.accounts.models import Invitation, StaffSession
from eventmail.accounts.origin import NOWHERE
from eventmail.accounts.signing_in import Refused, SignedIn
from eventmail.administration import service as administration
from eventmail.database import Database
from eventmail.errors import NotFound, UserError
from eventmail.offices import service as offices
from eventmail.offices import settings
from eventmail.offices.models import Office, Role, Staff
from eventmail.offices.permissions import Actor, Forbidden
from eventmail.passwords import Attempt
from eventmail.proposals import service as proposals
from eventmail.sample import People
from tests.pages import Pages

CHOSEN = "夜明けの港で猫が三匹あくびした"
NEW = Invitee("shinjin", "新田 進", frozenset({Role.AUTHOR}))


def invited(database: Database, people: People, wanted: Invitee = NEW) -> Made:
    """Invited by the manager, the roles confirmed by the approver."""
    with database.writing() as session:
        office = session.get_one(Office, people.manager.office.id)
        made = invitations.invite(session, people.manager, office, wanted)
        assert made.waits is not None
        proposals.confirm(session, people.approver, made.waits, made.waits.digest)
        return made


def take_up(database: Database, token: str, password: str = CHOSEN) -> invitations.Taken:
    with database.writing() as session:
        return invitations.take_up(session, token, password, NOWHERE)


def begin(database: Database, login: str, password: str) -> object:
    with database.writing() as session:
        return signing_in.begin(session, login, Attempt(password), NOWHERE)


class TestPage:
    def test_looking_changes_nothing_and_the_post_signs_in(
        self, database: Database, people: People, pages: Pages
    ) -> None:
        path = f"/invitations/{invited(database, people).token}"
        for _ in range(2):  # a scanner of mails, then the person
            page = pages.get(path)
            assert "新田 進" in page.text
            assert "起案者" in page.text
            assert pages.response.headers["Referrer-Policy"] == "no-referrer"
        assert pages.post(path, {"password": CHOSEN, "again": CHOSEN}).h1 == "ホーム"
        assert isinstance(begin(database, "shinjin", CHOSEN), SignedIn)

    def test_a_link_taken_up_is_of_no_more_use(
        self, database: Database, people: People, pages: Pages
    ) -> None:
        token = invited(database, people).token
        take_up(database, token)
        pages.get(f"/invitations/{token}", status=404)
        fields = {"password": "another password of mine", "again": "another password of mine"}
        assert (
            pages.post(f"/invitations/{token}", fields, status=404).h1 == "このリンクは使えません"
        )
        assert isinstance(begin(database, "shinjin", CHOSEN), SignedIn)

    @pytest.mark.parametrize(
        ("fields", "told"),
        [
            ({"password": "short", "again": "short"}, "15文字以上"),
            ({"password": "shinjinshinjin2026", "again": "shinjinshinjin2026"}, "もとになっている"),
            ({"password": CHOSEN, "again": CHOSEN + "。"}, "二つのパスワードが違います。"),
            ({"password": "", "again": ""}, "パスワードを入力してください。"),
        ],
    )
    def test_what_will_not_do_is_told_and_the_link_stays(
        self,
        database: Database,
        people: People,
        pages: Pages,
        fields: dict[str, str],
        told: str,
    ) -> None:
        token = invited(database, people).token
        page = pages.post(f"/invitations/{token}", fields, status=422)
        assert told in page.text
        assert fields["password"] not in page.text or not fields["password"]
        assert isinstance(take_up(database, token).found, SignedIn)

    def test_it_ends_the_session_of_somebody_else_on_this_browser(
        self, database: Database, people: People, sign_in: Callable[[str], Pages]
    ) -> None:
        browser = sign_in("author")
        token = invited(database, people).token
        browser.post(f"/invitations/{token}", {"password": CHOSEN, "again": CHOSEN})
        assert "新田 進" in browser.get("/").text
        with database.reading() as session:
            assert not sessions.living(session, people.author.id, sessions.Limits())


class TestOneUse:
    def test_it_ends_after_three_days(self, database: Database, people: People) -> None:
        token = invited(database, people).token
        with (
            time_machine.travel(clock.now() + timedelta(hours=73)),
            pytest.raises(UserError, match="このリンクは使えません"),
        ):
            take_up(database, token)

    def test_it_can_be_taken_back(self, database: Database, people: People) -> None:
        made = invited(database, people)
        with database.writing() as session:
            invitations.revoke(session, people.manager, made.invitation.id)
        with pytest.raises(UserError, match="このリンクは使えません"):
            take_up(database, made.token)
        with database.writing() as session, pytest.raises(UserError, match="もう使えなく"):
            invitations.revoke(session, people.manager, made.invitation.id)

    def test_what_is_stored_does_not_open_it(self, database: Database, people: People) -> None:
        made = invited(database, people)
        with pytest.raises(UserError, match="このリンクは使えません"):
            take_up(database, made.invitation.token_digest)
        assert made.token not in str(vars(made.invitation))

    @pytest.mark.parametrize("deed", ["taken_at = NULL", "staff_id = 1", "office_id = office_id"])
    def test_the_database_keeps_a_used_one_used(
        self, database: Database, people: People, deed: str
    ) -> None:
        take_up(database, invited(database, people).token)
        with (
            pytest.raises(sa.exc.IntegrityError, match="taken_again"),
            database.writing() as session,
        ):
            session.execute(sa.text(f"UPDATE invitations SET {deed}"))


class TestRoles:
    def test_a_manager_alone_lets_nobody_in(self, database: Database, people: People) -> None:
        with database.writing() as session:
            office = session.get_one(Office, people.manager.office.id)
            made = invitations.invite(session, people.manager, office, NEW)
        assert take_up(database, made.token).found is None
        assert begin(database, "shinjin", CHOSEN) == Refused(signing_in.WRONG)

    def test_a_manager_who_is_left_alone_makes_no_second_one_up(
        self, database: Database, people: People
    ) -> None:
        wanted, manager = replace(NEW, roles=frozenset({Role.APPROVER})), people.manager
        with database.writing() as session:
            session.get_one(Staff, people.approver.id).active = False
        alone = pytest.raises(UserError, match="認められる職員がほかにいない")
        with alone, database.writing() as session:
            invitations.invite(session, manager, manager.office, wanted)
        with database.writing() as session:  # whoever has the machine sets the office up
            made = invitations.invite(session, None, manager.office, wanted)
            assert made.staff.roles_in(manager.office.id) == {Role.APPROVER}

    @pytest.mark.parametrize("role", ["author", "checker", "approver", "auditor"])
    def test_only_managers_invite(self, database: Database, people: People, role: str) -> None:
        actor: Actor = getattr(people, role)
        with database.writing() as session, pytest.raises(Forbidden):
            invitations.invite(session, actor, actor.office, NEW)

    @pytest.mark.parametrize(
        ("change", "told"),
        [
            ({"login": "新人"}, "半角の英数字"),
            ({"login": ""}, "半角の英数字"),
            ({"login": "kian"}, "すでに使われています"),
            ({"name": "　"}, "氏名"),
            ({"roles": frozenset()}, "役割"),
            ({"address": "jinji@kabushiki.example"}, "登録できません"),
        ],
    )
    def test_what_is_wrong_is_told(
        self, database: Database, people: People, change: dict[str, str], told: str
    ) -> None:
        wanted, manager = replace(NEW, **change), people.manager
        with database.writing() as session, pytest.raises(UserError, match=told):
            invitations.invite(session, manager, manager.office, wanted)


class TestReset:
    def test_it_ends_what_was_open_and_the_old_password(
        self, database: Database, people: People, sign_in: Callable[[str], Pages]
    ) -> None:
        browser = sign_in("author")
        with database.writing() as session:
            staff = session.get_one(Staff, people.author.id)
            made = invitations.reset(session, people.manager, staff)
        assert browser.get("/").h1 == "ホーム"  # until it is taken up
        assert isinstance(take_up(database, made.token).found, SignedIn)
        assert browser.get("/").h1 == "サインイン"
        assert begin(database, "kian", "demo-kian-no-pass") == Refused(signing_in.WRONG)

    def test_a_newer_link_ends_the_older(self, database: Database, people: People) -> None:
        older = invited(database, people)
        with database.writing() as session:
            staff = session.get_one(Staff, older.staff.id)
            invitations.reset(session, people.manager, staff)
        with pytest.raises(UserError, match="このリンクは使えません"):
            take_up(database, older.token)

    def test_nobody_takes_over_a_person_of_another_office(
        self, database: Database, people: People
    ) -> None:
        with database.writing() as session:
            other = offices.add_office(session, "みどり野労働局", "となりの公共職業安定所")
            made = offices.add_staff(session, other, "tonari", "隣野", CHOSEN, [Role.AUTHOR])
            with pytest.raises(NotFound):
                invitations.reset(session, people.manager, made)

    @pytest.mark.parametrize("more", ["another office", "the installation", "a bureau"])
    def test_nor_one_with_rights_beyond_the_office(
        self, database: Database, people: People, more: str
    ) -> None:
        with database.writing() as session:
            staff = session.get_one(Staff, people.author.id)
            if more == "another office":
                other = offices.add_office(session, "みどり野労働局", "となりの公共職業安定所")
                settings.set_up(session, other.id, "roles", ["approver"], str(staff.id))
            elif more == "a bureau":
                bureau = administration.bureau_named(session, "みどり野労働局")
                administration.make_overseer(session, staff, bureau)
            else:
                administration.make_administrator(session, staff)
            with pytest.raises(UserError, match="この所だけではパスワードを決め直せません"):
                invitations.reset(session, people.manager, staff)
            assert invitations.reset(session, None, staff).token  # the administrator may

    def test_nobody_makes_one_for_himself_or_for_who_left(
        self, database: Database, people: People
    ) -> None:
        with database.writing() as session:
            me = session.get_one(Staff, people.manager.id)
            gone = session.get_one(Staff, people.author.id)
            gone.active = False
            for staff in (me, gone):
                with pytest.raises(UserError, match="。"):
                    invitations.reset(session, people.manager, staff)
            assert session.scalars(sa.select(Invitation)).all() == []

    def test_a_new_password_ends_the_links_that_lie_about(
        self, database: Database, people: People
    ) -> None:
        with database.writing() as session:
            staff = session.get_one(Staff, people.author.id)
            made = invitations.reset(session, people.manager, staff)
            token = sessions.open_one(session, staff, NOWHERE)
            one = session.scalars(sa.select(StaffSession)).one()
            password.change(session, one, CHOSEN)
            assert sessions.find(session, token, sessions.Limits()) is not None
        with pytest.raises(UserError, match="このリンクは使えません"):
            take_up(database, made.token)
