"""A new office from the first sign-in on: what the rows show to be done, and who does what next."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import sqlalchemy as sa

from eventmail.database import Database
from eventmail.errors import UserError
from eventmail.offices import service as offices
from eventmail.offices.models import Office, Role, Staff
from eventmail.offices.permissions import Actor, Forbidden
from eventmail.proposals import mailboxes
from eventmail.proposals import service as proposals
from eventmail.proposals.roles import ROLES
from eventmail.relays.service import Choice
from eventmail.sample import People
from eventmail.setup import facts, guide, service
from eventmail.setup.facts import Step
from tests.conftest import Meeting
from tests.pages import Pages
from tests.recorder import Recorder
from tests.setup.office import (
    BOX,
    COMMON,
    OWN,
    done,
    make_event,
    note_taken,
    path,
    staff_it,
    the_actor,
    the_administrator,
    the_confirm,
)


class TestTheAdministratorsWay:
    """Office, relay, mailbox, people: each page leads to the next; the rows say what is done."""

    def test_his_first_page_names_the_one_thing_to_do(
        self, administrator: Pages, new: Office
    ) -> None:
        page = administrator.get("/")
        assert page.h1 == "システム管理"
        assert "青葉所の準備が途中です（5つのうち1つ済み）" in page.text
        assert path(new, "/relay") in [e.attributes.get("href") for e in page.all("a")]

    def test_from_step_to_step(
        self, administrator: Pages, database: Database, new: Office, recorder: Recorder
    ) -> None:
        assert done(database, new) == {Step.OFFICE}
        page = administrator.post(path(new, "/relay"), COMMON)
        assert page.h1 == "青葉所の準備"
        assert "試しの一通" in page.text or "に送りました" in page.text
        assert done(database, new) == {Step.OFFICE, Step.RELAY}
        page = administrator.post(path(new, "/mailbox"), BOX)
        assert "aoba@himesato-anteisho.example を登録しました" in page.text
        assert done(database, new) == {Step.OFFICE, Step.RELAY, Step.MAILBOX}
        assert "所の管理者を招く（あと2人）" in page.text
        assert [e.attributes.get("href") for e in page.all("a")].count(
            f"/administration/offices/{new.id}/manager"
        )

    def test_an_office_at_work_is_left_to_its_people(
        self, administrator: Pages, database: Database, new: Office, recorder: Recorder
    ) -> None:
        staff_it(database, new, Role.MANAGER)
        assert guide.BY_THEMSELVES in administrator.get(path(new)).text
        for step in ("/relay", "/mailbox"):
            page = administrator.get(path(new, step))
            assert "所の職員が決めます" in page.text
            assert not [e for e in page.all("form") if e.attributes.get("action") is None]
        assert "青葉所" in administrator.post(path(new, "/relay"), COMMON, status=409).text
        administrator.post(path(new, "/mailbox"), BOX, status=409)
        assert done(database, new) == {Step.OFFICE}
        assert recorder.received == []

    def test_two_who_could_decide_are_enough_to_close_it(
        self, administrator: Pages, database: Database, new: Office
    ) -> None:
        """They have not come yet: but from two on nobody decides alone, as the database says."""
        for login in ("ichi", "ni"):
            typed = {"name": "管理", "login": login, "address": ""}
            administrator.post(f"/administration/offices/{new.id}/manager", typed)
        administrator.post(path(new, "/mailbox"), BOX, status=409)
        page = administrator.get(path(new))
        assert "招待中の管理者を見る" in page.text
        who = the_administrator(database)
        with database.writing() as session, pytest.raises(UserError):
            service.add_mailbox(session, who, new.id, "青葉所", BOX["address"])
        with database.writing() as session, pytest.raises(UserError):
            proposals.set_up(session, mailboxes.place_of(new.id, BOX["address"]), {"name": "青葉"})

    @pytest.mark.parametrize("role", ["manager", "author"])
    def test_nobody_else_sets_an_office_up(
        self,
        sign_in: Callable[[str], Pages],
        people: People,
        database: Database,
        new: Office,
        role: str,
    ) -> None:
        sign_in(role).get(path(new), status=403)
        staff = getattr(people, role).staff
        for deed in (
            lambda s: service.add_mailbox(s, staff, new.id, "青葉所", BOX["address"]),
            lambda s: service.choose_relay(s, staff, new.id, Choice("mail.himesato.example")),
            lambda s: service.set_own_address(s, staff, OWN, ()),
            lambda s: service.found_office(s, staff, "青葉労働局", "所"),
            lambda s: service.seen(s, staff, new.id),
        ):
            with database.writing() as session, pytest.raises(Forbidden):
                deed(session)

    @pytest.mark.parametrize(
        ("changed", "status", "says"),
        [
            ({"address": ""}, 422, "アドレスを入力してください。"),
            ({"address": "aoba"}, 409, "登録できません"),
            ({"address": "a@b.example, c@d.example"}, 409, "登録できません"),
            ({"name": ""}, 422, "差出人名"),
        ],
    )
    def test_a_mailbox_that_will_not_do_stays_to_be_mended(
        self, administrator: Pages, database: Database, new: Office,
        changed: dict[str, str], status: int, says: str,
    ) -> None:  # fmt: skip
        page = administrator.post(path(new, "/mailbox"), BOX | changed, status=status)
        assert says in page.text
        kept = {e.attributes.get("name"): e.attributes.get("value") for e in page.all("input")}
        assert {name: kept[name] for name in BOX} == BOX | changed
        assert done(database, new) == {Step.OFFICE}

    def test_an_office_that_is_not_there(self, administrator: Pages) -> None:
        for step in ("", "/relay", "/mailbox"):
            administrator.get(f"/setup/offices/99{step}", status=404)


class TestWhoDoesWhat:
    """In an office the guide names the next thing that this very person can do."""

    def deed(self, database: Database, office: Office, role: Role) -> guide.Deed | None:
        with database.reading() as session:
            query = sa.select(Staff).where(Staff.login == f"aoba-{role}")
            actor = Actor(session.scalars(query).one(), session.get_one(Office, office.id))
            found = guide.of(session, actor)
            return found.deed if found else None

    def test_one_who_decides_alone_is_told_who_can_help(
        self, database: Database, new: Office
    ) -> None:
        staff_it(database, new, Role.MANAGER)
        assert self.deed(database, new, Role.MANAGER) == guide.TRY
        note_taken(database, new)
        assert self.deed(database, new, Role.MANAGER) == guide.ALONE

    def test_the_manager_registers_the_mailbox_and_invites_who_is_missing(
        self, database: Database, new: Office
    ) -> None:
        staff_it(database, new, Role.MANAGER, Role.APPROVER)
        note_taken(database, new)
        assert self.deed(database, new, Role.MANAGER) == guide.ADDRESS
        by = the_actor(database, new, Role.MANAGER)
        with database.writing() as session:
            place = mailboxes.place_of(new.id, BOX["address"])
            made = proposals.propose(session, by, place, {"name": "青葉所"}, "はじめに")
        waits = self.deed(database, new, Role.MANAGER)
        assert waits is not None
        assert waits.label == "起案者・確認者を招く", "what can be done meanwhile"
        the_confirm(database, new, made.id)
        invite = self.deed(database, new, Role.MANAGER)
        assert invite is not None
        assert invite.endpoint == "people.invite_page"
        with database.writing() as session:
            here = session.get_one(Office, new.id)
            for role in (Role.AUTHOR, Role.CHECKER):
                who = offices.add_person(session, here, f"aoba-{role}", f"青葉 {role}", None)
                given = ROLES.at(new.id, str(who.id))
                proposals.propose(session, by, given, [role.value], "はじめに")
        assert self.deed(database, new, Role.MANAGER) == guide.ROLES_WAIT
        with database.reading() as session:
            waiting = [each.id for each in proposals.waiting(session, new.id)]
        for each in waiting:
            the_confirm(database, new, each)
        assert self.deed(database, new, Role.MANAGER) == guide.NOT_COME
        assert self.deed(database, new, Role.AUTHOR) == guide.EVENT
        assert done(database, new) == {Step.OFFICE, Step.RELAY, Step.MAILBOX}

    def test_it_is_over_when_everything_is_there(self, database: Database, new: Office) -> None:
        staff_it(database, new, Role.AUTHOR, Role.CHECKER, Role.MANAGER)
        with database.writing() as session:
            offices.add_mailbox(session, session.get_one(Office, new.id), "青葉所", BOX["address"])
        staff_it(database, new, Role.APPROVER)
        note_taken(database, new)
        assert self.deed(database, new, Role.AUTHOR) == guide.EVENT
        checker = self.deed(database, new, Role.CHECKER)
        assert checker == guide.Deed(guide.OTHERS[Step.EVENT])
        make_event(database, new)
        assert done(database, new) == set(Step)
        assert self.deed(database, new, Role.MANAGER) is None

    def test_whoever_has_nothing_to_do_in_it_is_not_bothered(
        self, database: Database, people: People, meeting: Meeting
    ) -> None:
        """The sample office has an event, and its relay was never tried."""
        with database.reading() as session:
            assert guide.of(session, people.author) is None
            found = guide.of(session, people.manager)
            assert found is not None
            assert found.deed == guide.TRY

    def test_after_the_first_sending_nothing_is_left_of_it(
        self, database: Database, people: People, approved: object
    ) -> None:
        with database.reading() as session:
            assert guide.of(session, people.manager) is None
            assert facts.unfinished(session) == []
