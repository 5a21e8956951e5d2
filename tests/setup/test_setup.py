"""A new office from the first sign-in on: what the rows show to be done, and who does what next."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
import sqlalchemy as sa
from flask import Flask

from eventmail import clock, sample
from eventmail.audit.models import AuditEntry
from eventmail.database import Database
from eventmail.errors import UserError
from eventmail.events.models import Event
from eventmail.offices import service as offices
from eventmail.offices.models import Mailbox, Office, Role, Staff
from eventmail.offices.permissions import Actor, Forbidden
from eventmail.offices.setting_models import Basis, SettingChange
from eventmail.proposals import mailboxes
from eventmail.proposals import service as proposals
from eventmail.proposals.roles import ROLES
from eventmail.relays import forms as relay_forms
from eventmail.relays import service as relays
from eventmail.relays.service import Choice
from eventmail.sample import People
from eventmail.setup import facts, guide, service, trying
from eventmail.setup.facts import Step
from tests.conftest import Meeting
from tests.pages import Pages
from tests.recorder import Recorder

OWN = "system@himesato-anteisho.example"
BOX = {"address": "aoba@himesato-anteisho.example", "name": "青葉所"}
NUMBERS = {"connections": "4", "per_minute": "", "most_recipients": "100"}
COMMON = {"own": OWN, "host": "", "port": "587", "security": "starttls", "username": "", **NUMBERS}
PASSWORD = "green umbrella on the pier"


@pytest.fixture
def administrator(app: Flask, database: Database) -> Pages:
    with database.writing() as session:
        sample.load_outside(session)
    browser = Pages(app)
    browser.enter("system", "demo-system-pass")
    return browser


@pytest.fixture
def new(database: Database, people: People) -> Office:
    """An office in which nobody serves yet."""
    with database.writing() as session:
        return offices.add_office(session, "みどり野労働局", "青葉所")


def path(office: Office, step: str = "") -> str:
    return f"/setup/offices/{office.id}{step}"


def done(database: Database, office: Office) -> set[Step]:
    with database.reading() as session:
        found = facts.of(session, office.id)
    assert found is not None
    return set(found.done)


def told(database: Database, action: str) -> list[dict[str, object]]:
    with database.reading() as session:
        query = sa.select(AuditEntry).where(AuditEntry.action == action)
        return [each.details for each in session.scalars(query)]


def staff_it(database: Database, office: Office, *roles: Role) -> None:
    """One person for each role, with a password."""
    with database.writing() as session:
        here = session.get_one(Office, office.id)
        for role in sorted(roles, key=lambda each: each in (Role.MANAGER, Role.APPROVER)):
            offices.add_staff(session, here, f"aoba-{role}", f"青葉 {role}", PASSWORD, [role])


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
        who = _administrator(database)
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


def _administrator(database: Database) -> Staff:
    with database.reading() as session:
        return session.scalars(sa.select(Staff).where(Staff.login == "system")).one()


WORDS = {
    "the relay's own words and what to do": (
        ("MAIL", "550 5.7.1 sender address rejected: not owned by user"),
        ("550 5.7.1 sender address rejected", "メールサーバーの担当者に"),
    ),
    "a mailbox that is not there": (
        ("RCPT", "550 5.1.1 user unknown"),
        ("user unknown", "あなたのアドレスに誤りがないか"),
    ),
    "a server that lets nobody in": (("EHLO", "421 4.3.2 not now"), ("接続を断りました",)),
    "one that asks to wait": (
        ("RCPT", "450 4.7.1 greylisted, try later"), ("5分ほど待って",),
    ),
    "one that falls silent": (("DOT", "drop the connection"), ("接続が切れました",)),
}  # fmt: skip


class TestTheTestMail:
    """A real mail, to oneself, through the server that the office is to have."""

    def test_it_goes_to_the_tester_alone_and_is_noted(
        self, administrator: Pages, database: Database, new: Office, recorder: Recorder
    ) -> None:
        administrator.post(path(new, "/relay"), COMMON)
        (mail,) = recorder.received
        assert mail.rcpt_to == (OWN,)
        assert mail.mail_from == OWN, "there is no mailbox yet: from oneself"
        assert len(told(database, trying.SENT)) == len(told(database, trying.TAKEN)) == 1
        assert OWN not in str(told(database, trying.SENT))
        assert _administrator(database).address == OWN

    def test_it_comes_from_the_offices_mailbox_as_soon_as_there_is_one(
        self, administrator: Pages, new: Office, recorder: Recorder
    ) -> None:
        administrator.post(path(new, "/mailbox"), BOX)
        administrator.post(path(new, "/relay"), COMMON)
        (mail,) = recorder.received
        assert (mail.mail_from, mail.rcpt_to) == (BOX["address"], (OWN,))

    def test_an_own_server_is_chosen_by_taking_it(
        self, administrator: Pages, database: Database, new: Office, recorder: Recorder,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:  # fmt: skip
        monkeypatch.setattr(relay_forms, "PORTS", (recorder.port, *relay_forms.PORTS))
        typed = COMMON | {"host": "127.0.0.1", "port": str(recorder.port), "security": "none"}
        administrator.post(path(new, "/relay"), typed)
        assert len(recorder.received) == 1
        with database.reading() as session:
            assert relays.choice_of(session, new.id).host == "127.0.0.1"
            change = session.scalars(
                sa.select(SettingChange).order_by(SettingChange.id.desc())
            ).first()
        assert change is not None
        assert (change.kind, change.basis, change.staff_id) == ("relay", Basis.SETUP, None)
        assert told(database, "relay.chosen") == [{"host": "127.0.0.1"}]
        assert done(database, new) == {Step.OFFICE, Step.RELAY}
        with database.writing() as session:
            service.choose_relay(session, _administrator(database), new.id, Choice("b.example"))
        assert done(database, new) == {Step.OFFICE}, "another server has to show it, too"

    @pytest.mark.parametrize("case", WORDS)
    def test_where_it_fails(
        self, administrator: Pages, database: Database, new: Office, recorder: Recorder, case: str
    ) -> None:
        (verb, answer), says = WORDS[case]
        recorder.script(verb, answer, times=3)
        page = administrator.post(path(new, "/relay"), COMMON, status=409)
        for each in (*says, "まだ何も変更していません"):
            assert each in page.text
        assert done(database, new) == {Step.OFFICE}
        assert len(told(database, trying.FAILED)) == 1
        kept = {e.attributes.get("name"): e.attributes.get("value") for e in page.all("input")}
        assert kept["own"] == OWN

    def test_not_to_a_participant_nor_to_a_mailbox_nor_outside_the_offices_domains(
        self,
        administrator: Pages,
        database: Database,
        meeting: Meeting,
        new: Office,
        recorder: Recorder,
    ) -> None:
        with database.reading() as session:
            box = session.scalars(sa.select(Mailbox)).first()
            assert box is not None
        addresses = {
            "info@aozora.example": "同じドメインではない",
            box.address: "共用のアドレス",
            "nobody": "登録できません",
        }
        for address, says in addresses.items():
            typed = COMMON | {"own": address}
            assert says in administrator.post(path(new, "/relay"), typed, status=409).text
        assert recorder.received == []

    def test_few_in_a_while(self, administrator: Pages, new: Office, recorder: Recorder) -> None:
        for _ in range(5):
            administrator.post(path(new, "/relay"), COMMON)
        page = administrator.post(path(new, "/relay"), COMMON, status=409)
        assert "テストメールが続いたため" in page.text
        assert len(recorder.received) == 5

    def test_not_during_a_stop(self, sign_in: Callable[[str], Pages], recorder: Recorder) -> None:
        manager = sign_in("manager")
        manager.post("/stop", {"confirmed": "yes", "reason": "試し"})
        page = manager.post("/settings/relay/test", {"box": "mailbox-1"}, status=409)
        assert "所の送信をすべて止めているため" in page.text
        assert recorder.received == []

    def test_the_offices_people_try_the_relay_that_holds(
        self,
        sign_in: Callable[[str], Pages],
        database: Database,
        people: People,
        recorder: Recorder,
    ) -> None:
        manager = sign_in("manager")
        assert Step.RELAY not in done(database, people.manager.office)
        page = manager.post("/settings/relay/test", {"box": "mailbox-1"})
        assert page.h1 == "ホーム"
        assert Step.RELAY in done(database, people.manager.office)
        assert len(recorder.received) == 1
        manager.post("/settings/relay/test", {"box": "info@aozora.example"}, status=422)
        assert len(recorder.received) == 1


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
        by = _actor(database, new, Role.MANAGER)
        with database.writing() as session:
            place = mailboxes.place_of(new.id, BOX["address"])
            made = proposals.propose(session, by, place, {"name": "青葉所"}, "はじめに")
        waits = self.deed(database, new, Role.MANAGER)
        assert waits is not None
        assert waits.label == "起案者・確認者を招く", "what can be done meanwhile"
        _confirm(database, new, made.id)
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
            _confirm(database, new, each)
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


def note_taken(database: Database, office: Office) -> None:
    with database.writing() as session:
        staff = session.scalars(sa.select(Staff).order_by(Staff.id)).first()
        assert staff is not None
        trying.settle(session, office.id, staff, taken=True)


def _actor(database: Database, office: Office, role: Role) -> Actor:
    with database.reading() as session:
        staff = session.scalars(sa.select(Staff).where(Staff.login == f"aoba-{role}")).one()
        return Actor(staff, session.get_one(Office, office.id))


def _confirm(database: Database, office: Office, proposal_id: int) -> None:
    other = _actor(database, office, Role.APPROVER)
    with database.writing() as session:
        made = proposals.get(session, other, proposal_id)
        proposals.confirm(session, other, made, made.digest)


def make_event(database: Database, office: Office) -> None:
    author = _actor(database, office, Role.AUTHOR)
    with database.writing() as session:
        box = offices.mailboxes(session, office.id)[0]
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
