"""What is withdrawn from whom while his training is overdue: in the services and on the pages."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
import sqlalchemy as sa

from eventmail import clock
from eventmail.database import Database
from eventmail.errors import UserError
from eventmail.mailings import service as mailings
from eventmail.mailings.models import MailingState, Snapshot
from eventmail.offices import deputies
from eventmail.offices import service as offices
from eventmail.offices.models import Office, Role, Staff
from eventmail.offices.permissions import Action, Actor, Forbidden
from eventmail.offices.setting_models import Proposal
from eventmail.proposals import service as proposals
from eventmail.sample import People
from eventmail.training import service
from eventmail.training.withdrawing import ALL, OVERDUE, WITHDRAWN, actions
from tests import settling
from tests.mailings import journey
from tests.pages import Pages
from tests.training.asking import (
    CHECKLIST,
    TEST,
    answer,
    assign,
    bad,
    good,
    overdue_since,
    tasks,
    wanted,
)
from tests.web.matrix import MAY
from tests.web.test_matrix import (
    FORBIDDEN,
    NEEDS,
    PASSWORDS,
    REACHED,
    ROLES,
    World,
    probes,
    rules,
    world,
)

__all__ = ["world"]
SignIn = Callable[[str], Pages]
EVERYTHING = ["approve", "author", "check"]
on_sqlite = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


def settle(database: Database, people: People, value: list[str]) -> None:
    """The office decides, by two people, what is withdrawn."""
    with database.writing() as session:
        settling.settle(session, OVERDUE.at(people.author.office.id), value)


def at_work(database: Database, actor: Actor) -> Actor:
    """The person as every page and every sweep finds him now."""
    with database.reading() as session:
        staff = session.get_one(Staff, actor.id)
        return offices.actor_of(session, staff, actor.office.id)


def may(database: Database, actor: Actor) -> set[Action]:
    found = at_work(database, actor)
    return {each for each in Action if found.may(each)}


@pytest.fixture
def late(database: Database, people: People) -> People:
    """The whole office is late with the checklist."""
    assign(database, people.manager, CHECKLIST, days=0)
    overdue_since(database, days=1)
    return people


class TestTheRule:
    def test_nothing_is_withdrawn_until_two_people_decide_so(
        self, database: Database, late: People
    ) -> None:
        assert Action.EDIT_MAILING in may(database, late.author)

    @pytest.mark.parametrize(
        ("role", "value"), [("author", "author"), ("checker", "check"), ("approver", "approve")]
    )
    def test_each_right_is_withdrawn_by_itself(
        self, database: Database, late: People, role: str, value: str
    ) -> None:
        person = getattr(late, role)
        before = may(database, person)
        others = sorted(set(EVERYTHING) - {value})
        settle(database, late, others)
        assert before - may(database, person) <= {Action.ALLOW_ADDRESS}
        settle(database, late, EVERYTHING)
        assert before - may(database, person) == before & ALL
        assert before & WITHDRAWN[value], "there is something to withdraw"

    def test_it_comes_back_the_moment_that_the_task_is_done(
        self, database: Database, late: People
    ) -> None:
        before = may(database, late.checker)
        settle(database, late, EVERYTHING)
        assert Action.CHECK not in may(database, late.checker)
        answer(database, late.checker, good(CHECKLIST))
        assert may(database, late.checker) == before

    def test_to_fail_is_not_to_be_done(self, database: Database, people: People) -> None:
        settle(database, people, EVERYTHING)
        assign(database, people.manager, TEST, to=people.checker, days=0)
        overdue_since(database, days=1)
        answer(database, people.checker, bad(TEST))
        assert Action.CHECK not in may(database, people.checker)

    def test_the_last_day_is_not_over(self, database: Database, people: People) -> None:
        settle(database, people, EVERYTHING)
        assign(database, people.manager, TEST, days=0)
        assert Action.CHECK in may(database, people.checker)

    def test_a_deputy_who_is_late_does_not_approve_either(
        self, database: Database, late: People
    ) -> None:
        with database.writing() as session:
            today = clock.today()
            deputies.appoint(session, late.approver, late.checker.id, today, today, "出張")
        assert Action.APPROVE in may(database, late.checker)
        settle(database, late, ["approve"])
        assert Action.APPROVE not in may(database, late.checker)
        assert Action.CHECK in may(database, late.checker)

    def test_only_in_the_office_that_decided_it(self, database: Database, late: People) -> None:
        settle(database, late, EVERYTHING)
        with database.writing() as session:
            there = offices.add_office(session, "みどり野労働局", "あけぼの公共職業安定所")
            place = str(late.author.id)
            offices.settings.set_up(session, there.id, "roles", ["author"], place)
        elsewhere = Actor(late.author.staff, there)
        assert Action.EDIT_MAILING in may(database, elsewhere)
        assert Action.EDIT_MAILING not in may(database, late.author)

    def test_what_nobody_knows_withdraws_everything(self) -> None:
        assert actions(["author", "something of a later version"]) == ALL

    def test_what_ends_it_and_what_stops_a_sending_is_never_withdrawn(self) -> None:
        never = {
            Action.SEE,
            Action.OWN_ACCOUNT,
            Action.STOP,
            Action.CANCEL,
            Action.MANAGE_TRAINING,
            Action.MANAGE_STAFF,
            Action.PROPOSE_SETTING,
            Action.CONFIRM_SETTING,
        }
        assert not ALL & never


@on_sqlite
class TestNoDeadlock:
    """Everybody is late, and everything is withdrawn: the office still finds its way out."""

    @pytest.fixture
    def stuck(self, database: Database, late: People) -> People:
        settle(database, late, EVERYTHING)
        return late

    def test_everybody_can_answer(self, database: Database, stuck: People) -> None:
        for role in Role:
            person = at_work(database, getattr(stuck, role.value))
            with database.writing() as session:
                task = tasks(database, person)[0]
                assert service.take(session, person, task.id, good(CHECKLIST)).passed

    def test_the_manager_can_assign_and_confirm(self, database: Database, stuck: People) -> None:
        done = answer(database, stuck.author, good(CHECKLIST))
        manager = at_work(database, stuck.manager)
        with database.writing() as session:
            service.assign(session, manager, wanted(TEST))
            assert service.confirm(session, manager, done).confirmation

    def test_two_people_can_take_the_setting_back(self, database: Database, stuck: People) -> None:
        manager, approver = (at_work(database, each) for each in (stuck.manager, stuck.approver))
        with database.writing() as session:
            place = OVERDUE.at(manager.office.id)
            made = proposals.propose(session, manager, place, [], "全員が期限を過ぎたため")
            proposals.confirm(session, approver, made, made.digest)
        assert Action.APPROVE in may(database, stuck.approver)


@on_sqlite
class TestTheServices:
    """No service does it for somebody from whom it is withdrawn."""

    def test_nothing_is_checked(
        self, database: Database, people: People, submitted: Snapshot
    ) -> None:
        held = self.held(database, people, people.checker)
        with database.writing() as session:
            mailing = mailings.get_mailing(session, held, submitted.mailing_id, lock=True)
            with pytest.raises(Forbidden, match="確認はできません"):
                mailings.check(session, held, mailing, submitted.digest)
        assert self.state(database, submitted) is MailingState.CHECKING

    def test_nothing_is_approved(
        self, database: Database, people: People, checked: Snapshot
    ) -> None:
        held = self.held(database, people, people.approver)
        with database.writing() as session:
            mailing = mailings.get_mailing(session, held, checked.mailing_id, lock=True)
            with pytest.raises(Forbidden, match="決裁はできません"):
                mailings.approve(session, held, mailing, checked.digest)
        assert self.state(database, checked) is MailingState.APPROVING
        answer(database, people.approver, good(CHECKLIST))
        journey.approve(database, people, checked.mailing_id)

    def held(self, database: Database, people: People, person: Actor) -> Actor:
        settle(database, people, ["check"] if person is people.checker else ["approve"])
        assign(database, people.manager, CHECKLIST, to=person, days=0)
        overdue_since(database, days=1)
        return at_work(database, person)

    def state(self, database: Database, snapshot: Snapshot) -> MailingState:
        with database.reading() as session:
            return session.get_one(Snapshot, snapshot.id).mailing.state


@on_sqlite
class TestThePages:
    def test_one_sentence_says_why_and_a_link_leads_to_the_task(
        self, database: Database, late: People, sign_in: SignIn
    ) -> None:
        settle(database, late, ["author"])
        browser = sign_in("author")
        page = browser.get("/events/new", status=403)
        due = clock.japanese_date(clock.today() - timedelta(days=1))
        sentence = (
            f"「個人情報とメールの自主点検表」を期限の{due}までに終えていないため、起案はできません。"
            "終えると、すぐにできるようになります。"
        )
        assert sentence in page.text
        (link,) = [
            each
            for each in page.all("a")
            if each.text == "「個人情報とメールの自主点検表」に答える"
        ]
        path = str(link.attributes["href"])
        page = browser.get(path)
        assert page.h1 == "個人情報とメールの自主点検表"
        assert sentence not in page.text, "who is at it need not be told"
        browser.post(path, good(CHECKLIST))
        assert browser.get("/events/new").h1 == "新しいイベント"
        assert sentence not in browser.get("/").text

    def test_who_has_no_such_work_is_not_told(
        self, database: Database, late: People, sign_in: SignIn
    ) -> None:
        settle(database, late, ["author", "approve"])
        assert "いまはできない仕事があります" not in sign_in("checker").get("/").text
        assert "決裁はできません" in sign_in("approver").get("/").text

    def test_two_people_decide_it_on_the_page(
        self, database: Database, people: People, sign_in: SignIn
    ) -> None:
        browser = sign_in("manager")
        assert "なし（期限を過ぎても、できることは変わらない）" in browser.get("/settings").text
        browser.get("/settings/training_overdue")
        given = {"withdrawn": ["check", "author"], "reason": "徹底するため"}
        page = browser.post("/settings/training_overdue", given)
        assert "変更を提案しました" in page.text
        with database.reading() as session:
            number = session.scalar(sa.select(sa.func.max(Proposal.id)))
        page = sign_in("approver").get(f"/proposals/{number}")
        assert "終えるまで起案・確認ができません" in page.text
        assert "期限を過ぎた職員" in page.text

    def test_what_cannot_be_withdrawn_is_refused(self, database: Database, people: People) -> None:
        place = OVERDUE.at(people.manager.office.id)
        with database.writing() as session, pytest.raises(UserError, match="選び直して"):
            proposals.propose(session, people.manager, place, ["stop"], "x")


@pytest.fixture(scope="module")
def late_world(world: World) -> World:
    """The matrix's office, everybody late and everything withdrawn."""
    database: Database = world.app.extensions["eventmail"].database
    with database.reading() as session:
        office = session.get_one(Office, 1)
        people = {
            role: Actor(session.scalars(sa.select(Staff).where(Staff.login == login)).one(), office)
            for role, login in ((each, PASSWORDS[each]["login"]) for each in ROLES)
        }
    settle(database, People(**people), EVERYTHING)
    assign(database, people["manager"], TEST, days=0)
    overdue_since(database, days=1)
    return world


@pytest.mark.parametrize("who", ROLES)
def test_the_matrix_without_what_is_withdrawn(late_world: World, who: str) -> None:
    """Every page that needs it is refused, and no other page is."""
    wrong = []
    with probes(late_world.app):
        for rule in rules(late_world.app):
            action = NEEDS[rule.endpoint]
            expected = REACHED if who in MAY[action].split() and action not in ALL else FORBIDDEN
            for method in sorted((rule.methods or set()) - {"OPTIONS", "HEAD"}):
                found = late_world.clients[who].open(late_world.path(rule), method=method)
                if found.status_code != expected:
                    wrong.append((method, rule.endpoint, found.status_code, expected))
    assert wrong == []
