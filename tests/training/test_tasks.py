"""Who assigns what to whom, how it is answered, and that nothing of it is ever changed."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from eventmail import sample
from eventmail.audit.models import AuditEntry
from eventmail.database import Database
from eventmail.errors import NotFound, UserError
from eventmail.offices import places
from eventmail.offices import service as offices
from eventmail.offices.models import Office, Role, Staff
from eventmail.offices.permissions import Actor, Forbidden, Standing
from eventmail.sample import People
from eventmail.training import figures, papers, service
from eventmail.training.figures import Count, Fate
from eventmail.training.models import Assignment, Purpose
from eventmail.training.service import Wanted
from tests.training.asking import (
    CHECKLIST,
    TEST,
    answer,
    assign,
    bad,
    count,
    good,
    overdue_since,
    tasks,
    wanted,
)

OTHER = "あけぼの公共職業安定所"
PASSWORD = "green umbrella on the pier"


@pytest.fixture
def overseer(database: Database, people: People) -> Staff:
    """The bureau's, beside whose office there are one more and one of another bureau."""
    with database.writing() as session:
        there = offices.add_office(session, "みどり野労働局", OTHER)
        offices.add_staff(session, there, "tonari", "隣野 一郎", PASSWORD, [Role.AUTHOR])
        far = offices.add_office(session, "遠くの労働局", "遠くの所")
        offices.add_staff(session, far, "tooku", "遠井 次郎", PASSWORD, [Role.AUTHOR])
        return sample.load_outside(session)[Standing.OVERSEER]


def by_name(database: Database) -> dict[str, Count]:
    with database.reading() as session:
        names = {each.id: each.name for each in session.scalars(sa.select(Office))}
        return {names[each]: c for each, c in figures.by_office(session, names).items()}


WRONG = {
    "no paper": (lambda: wanted(), None, "どちらかは選んで"),
    "nobody": (lambda: wanted(TEST), [], "ひとり以上"),
    "yesterday": (lambda: wanted(TEST, days=-1), None, "きょうから1年以内"),
    "in two years": (lambda: wanted(TEST, days=730), None, "きょうから1年以内"),
}


class TestAssigning:
    def test_to_everybody_in_the_office(self, database: Database, people: People) -> None:
        assign(database, people.manager, CHECKLIST, TEST)
        for role in Role:
            found = tasks(database, getattr(people, role.value))
            assert {each.assignment.sort for each in found} == {CHECKLIST, TEST}, role

    def test_to_somebody(self, database: Database, people: People) -> None:
        assign(database, people.manager, TEST, to=people.checker)
        assert len(tasks(database, people.checker)) == 1
        assert tasks(database, people.author) == []

    def test_it_says_exactly_what_is_asked(self, database: Database, people: People) -> None:
        assign(database, people.manager, TEST, to=people.checker)
        (task,) = tasks(database, people.checker)
        asked = papers.paper(TEST)
        assert (task.assignment.edition, task.assignment.digest) == (asked.edition, asked.digest)

    @pytest.mark.parametrize("role", [each for each in Role if each is not Role.MANAGER])
    def test_only_the_manager_does(self, database: Database, people: People, role: Role) -> None:
        with pytest.raises(Forbidden):
            assign(database, getattr(people, role.value), TEST)

    def test_not_to_somebody_of_another_office(
        self, database: Database, people: People, overseer: Staff
    ) -> None:
        with database.reading() as session:
            stranger = session.scalars(sa.select(Staff).where(Staff.login == "tonari")).one()
        with database.writing() as session, pytest.raises(UserError, match="この所の職員でない"):
            service.assign(session, people.manager, wanted(TEST), [stranger.id])
        assert count(database, "training_assignments") == 0

    @pytest.mark.parametrize(("made", "ids", "told"), WRONG.values(), ids=WRONG)
    def test_what_makes_no_sense_is_refused(
        self,
        database: Database,
        people: People,
        made: Callable[[], Wanted],
        ids: list[int] | None,
        told: str,
    ) -> None:
        with database.writing() as session, pytest.raises(UserError, match=told):
            service.assign(session, people.manager, made(), ids)


class TestTheBureau:
    def test_assigns_to_all_offices_of_its_own(
        self, database: Database, people: People, overseer: Staff
    ) -> None:
        with database.writing() as session:
            told = service.order(session, overseer, wanted(TEST, purpose=Purpose.URGENT))
        here = people.author.office.name
        assert told == 6
        assert by_name(database) == {here: Count(5), OTHER: Count(1)}
        (task,) = tasks(database, people.author)
        assert task.assignment.purpose is Purpose.URGENT

    def test_assigns_to_chosen_ones(
        self, database: Database, people: People, overseer: Staff
    ) -> None:
        with database.writing() as session:
            service.order(session, overseer, wanted(CHECKLIST), [people.author.office.id])
        assert set(by_name(database)) == {people.author.office.name}

    def test_not_to_another_bureaus(self, database: Database, overseer: Staff) -> None:
        with database.reading() as session:
            far = session.scalars(sa.select(Office).where(Office.name == "遠くの所")).one()
        with database.writing() as session, pytest.raises(NotFound):
            service.order(session, overseer, wanted(TEST), [far.id])

    def test_nobody_else_does(self, database: Database, people: People, overseer: Staff) -> None:
        with database.writing() as session, pytest.raises(Forbidden, match="局の担当者"):
            service.order(session, people.manager.staff, wanted(TEST))

    def test_sees_figures_of_all_at_once(
        self, database: Database, people: People, overseer: Staff
    ) -> None:
        with database.writing() as session:
            service.order(session, overseer, wanted(TEST))
        assign(database, people.manager, CHECKLIST)  # the office's own does not count there
        answer(database, people.author, good(TEST), tasks(database, people.author)[1].id)
        with database.reading() as session:
            ids = [each.id for each in places.overseen(session, overseer)]
            ((made, found),) = figures.of_bureau(session, ids).orders
        assert (len(made), found) == (2, Count(6, 1, 0))


class TestAnswering:
    @pytest.fixture
    def asked(self, database: Database, people: People) -> People:
        assign(database, people.manager, TEST, to=people.author)
        return people

    def test_who_fails_tries_again_and_all_of_it_is_kept(
        self, database: Database, asked: People
    ) -> None:
        answer(database, asked.author, bad(TEST))
        answer(database, asked.author, good(TEST))
        (task,) = tasks(database, asked.author)
        found = [(each.number, each.score, each.passed) for each in task.results]
        assert found == [(1, 0, False), (2, 10, True)]
        assert task.results[0].answers == bad(TEST)
        assert {each.digest for each in task.results} == {task.assignment.digest}

    def test_who_has_passed_is_done(self, database: Database, asked: People) -> None:
        answer(database, asked.author, good(TEST))
        with pytest.raises(UserError, match="確認テストはもう終わっています"):
            answer(database, asked.author, bad(TEST))

    def test_half_a_paper_is_not_taken(self, database: Database, asked: People) -> None:
        with pytest.raises(UserError, match="答えていない問いが9問"):
            answer(database, asked.author, {"bcc": "0"})
        assert count(database, "training_results") == 0

    def test_nobody_answers_for_another(self, database: Database, asked: People) -> None:
        (task,) = tasks(database, asked.author)
        for other in (asked.checker, asked.manager):
            with pytest.raises(NotFound):
                answer(database, other, good(TEST), task.id)

    def test_what_is_not_what_was_assigned_is_not_answered(
        self, database: Database, asked: People, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Somebody changed the file of an edition in use."""
        changed = papers.Paper(
            **{
                **{name: getattr(papers.paper(TEST), name) for name in papers.Paper.__slots__},
                "digest": "0" * 64,
            }
        )
        monkeypatch.setattr(service, "paper", lambda *_: changed)
        with pytest.raises(UserError, match="問いの内容が変わっている"):
            answer(database, asked.author, good(TEST))

    def test_a_checklist_can_be_mended_until_the_manager_has_seen_it(
        self, database: Database, people: People
    ) -> None:
        assign(database, people.manager, CHECKLIST, to=people.author)
        answer(database, people.author, bad(CHECKLIST))
        newer = answer(database, people.author, good(CHECKLIST))
        with database.writing() as session:
            service.confirm(session, people.manager, newer)
        with pytest.raises(UserError, match="自主点検表はもう終わっています"):
            answer(database, people.author, bad(CHECKLIST))


class TestConfirming:
    @pytest.fixture
    def done(self, database: Database, people: People) -> int:
        """The author's result."""
        assign(database, people.manager, TEST, to=people.author)
        return answer(database, people.author, good(TEST))

    def fate(self, database: Database) -> Fate:
        with database.reading() as session:
            (line,) = figures.lines(session, session.scalars(sa.select(Assignment)).one())
            return line.fate

    def test_the_manager_has_seen_it_once(
        self, database: Database, people: People, done: int
    ) -> None:
        assert self.fate(database) is Fate.DONE
        for _ in range(2):
            with database.writing() as session:
                service.confirm(session, people.manager, done)
        assert self.fate(database) is Fate.CONFIRMED
        with database.reading() as session:
            acts = sa.select(sa.func.count()).where(AuditEntry.action == "training.confirmed")
            assert session.scalar(acts) == 1

    def test_what_waits_for_the_manager_and_for_nobody_else(
        self, database: Database, people: People, done: int
    ) -> None:
        with database.reading() as session:
            ((made, number),) = figures.unconfirmed(session, people.manager)
            assert (made.sort, number) == (TEST, 1)
            assert figures.unconfirmed(session, people.approver) == []

    @pytest.mark.parametrize("role", ["author", "checker", "approver", "auditor"])
    def test_nobody_else_confirms(
        self, database: Database, people: People, done: int, role: str
    ) -> None:
        with database.writing() as session, pytest.raises(Forbidden):
            service.confirm(session, getattr(people, role), done)

    def test_what_failed_is_not_confirmed(self, database: Database, people: People) -> None:
        assign(database, people.manager, TEST, to=people.author)
        failed = answer(database, people.author, bad(TEST))
        with database.writing() as session, pytest.raises(UserError, match="合格していない"):
            service.confirm(session, people.manager, failed)

    def test_what_was_answered_anew_is_not_confirmed_as_it_was(
        self, database: Database, people: People
    ) -> None:
        assign(database, people.manager, CHECKLIST, to=people.author)
        first = answer(database, people.author, good(CHECKLIST))
        answer(database, people.author, bad(CHECKLIST))
        with database.writing() as session, pytest.raises(UserError, match="新しい結果を見て"):
            service.confirm(session, people.manager, first)

    def test_nobody_confirms_his_own(self, database: Database, people: People) -> None:
        assign(database, people.manager, TEST, to=people.manager)
        own = answer(database, people.manager, good(TEST))
        with (
            database.writing() as session,
            pytest.raises(UserError, match="自分では確認できません"),
        ):
            service.confirm(session, people.manager, own)

    def test_another_offices_result_is_not_there(
        self, database: Database, people: People, done: int
    ) -> None:
        with database.writing() as session:
            there = offices.add_office(session, "みどり野労働局", OTHER)
            boss = offices.add_staff(session, there, "cho", "隣野 花", PASSWORD, [Role.MANAGER])
        with database.writing() as session, pytest.raises(NotFound):
            service.confirm(session, Actor(boss, there), done)


class TestFigures:
    def test_by_office_and_in_the_managers_list(self, database: Database, people: People) -> None:
        assign(database, people.manager, TEST, days=0)
        answer(database, people.author, good(TEST))
        answer(database, people.checker, bad(TEST))
        here = people.author.office.name
        assert by_name(database) == {here: Count(5, 1, 0)}, "its last day is a day to do it"
        overdue_since(database, days=1)
        assert by_name(database) == {here: Count(5, 1, 4)}
        with database.reading() as session:
            found = figures.lines(session, session.scalars(sa.select(Assignment)).one())
            assert figures.overdue(session, [people.author.office.id]) == {
                people.author.office.id: 4
            }
        assert [each.fate for each in found] == [Fate.OVERDUE] * 4 + [Fate.DONE]
        assert found[-1].name == people.author.staff.name

    def test_a_leaver_is_not_late(self, database: Database, people: People) -> None:
        assign(database, people.manager, TEST, to=people.author, days=0)
        overdue_since(database, days=1)
        with database.writing() as session:
            session.get_one(Staff, people.author.id).active = False
        assert by_name(database) == {}
        with database.reading() as session:
            (line,) = figures.lines(session, session.scalars(sa.select(Assignment)).one())
        assert line.fate is Fate.GONE

    def test_what_was_done_long_ago_is_not_counted_but_what_is_open_is(
        self, database: Database, people: People
    ) -> None:
        assign(database, people.manager, TEST, days=0)
        answer(database, people.author, good(TEST))
        overdue_since(database, days=400)
        assert by_name(database) == {people.author.office.name: Count(4, 0, 4)}


KEPT = {
    "an assignment's day": (
        "UPDATE training_assignments SET due_on = '2030-01-01'",
        "training_assignments update",
    ),
    "an assignment": ("DELETE FROM training_assignments", "training_assignments delete"),
    "who is asked": ("DELETE FROM training_tasks", "training_tasks delete"),
    "an answer": (
        "UPDATE training_results SET passed = (1=1)",
        "training_results update",
    ),
    "all answers": ("DELETE FROM training_results", "training_results delete"),
    "an answer to something else": (
        "INSERT INTO training_results "
        "(office_id, task_id, number, digest, answers, score, total, passed, at) "
        "VALUES ({office}, {task}, 2, 'x', '{{}}', 1, 1, (1=1), '2026-01-01')",
        "training_results otherwise",
    ),
    "one's own result confirmed": (
        "INSERT INTO training_confirmations (result_id, office_id, staff_id, at) "
        "VALUES ({own}, {office}, {manager}, '2026-01-01')",
        "training_confirmations own",
    ),
}


class TestTheDatabase:
    """Even a statement by hand changes nothing that was assigned, answered or confirmed."""

    @pytest.fixture
    def ids(self, database: Database, people: People) -> dict[str, object]:
        assign(database, people.manager, TEST, to=people.author)
        result = answer(database, people.author, bad(TEST))
        assign(database, people.manager, TEST, to=people.manager)
        own = answer(database, people.manager, good(TEST))
        with database.writing() as session:
            found = service.result(session, people.manager, result)
            return {
                "office": found.office_id,
                "task": found.task_id,
                "own": own,
                "manager": people.manager.id,
                "digest": found.digest,
            }

    @pytest.mark.parametrize(("statement", "guard"), KEPT.values(), ids=KEPT)
    def test_refuses(
        self, database: Database, ids: dict[str, object], statement: str, guard: str
    ) -> None:
        with pytest.raises(DBAPIError, match=f"guard {guard}"), database.writing() as session:
            session.execute(sa.text(statement.format(**ids)))

    def test_a_second_answer_of_one_number(
        self, database: Database, ids: dict[str, object]
    ) -> None:
        again = (
            "INSERT INTO training_results "
            "(office_id, task_id, number, digest, answers, score, total, passed, at) "
            "VALUES ({office}, {task}, 1, '{digest}', '{{}}', 1, 1, (1=1), '2026-01-01')"
        )
        with pytest.raises(DBAPIError, match="replaced"), database.writing() as session:
            session.execute(sa.text(again.format(**ids)))
