"""代理決裁: appointed, dated, revocable, and held to the same rules."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
import sqlalchemy as sa
import time_machine

from eventmail import clock
from eventmail.database import Database
from eventmail.errors import NotFound, UserError
from eventmail.events import service as events
from eventmail.events.models import Event
from eventmail.mailings import service as mailings
from eventmail.mailings.models import MailingState, Review, Snapshot, Step
from eventmail.offices import deputies
from eventmail.offices import service as offices
from eventmail.offices.models import Role
from eventmail.offices.permissions import Actor, Forbidden
from eventmail.outbox import control
from eventmail.sample import People
from tests import settling
from tests.mailings import journey, walking
from tests.mailings.deputies import PASSWORD, appoint, at_work, decide, staff
from tests.mailings.journey import reload
from tests.pages import Pages

SignIn = Callable[[str], Pages]

WRONG: dict[str, tuple[Callable[[People], int], int, int, str, str]] = {
    "oneself": (lambda p: p.approver.id, 0, 1, "出張", "自分を代理にすることはできません"),
    "a stranger": (lambda p: 999, 0, 1, "出張", "この所の職員から選んでください"),
    "no reason": (lambda p: p.checker.id, 0, 1, " ", "代理を置く理由"),
    "days in the wrong order": (lambda p: p.checker.id, 3, 1, "出張", "終わりの日は"),
    "days that are over": (lambda p: p.checker.id, -5, -1, "出張", "終わりの日は"),
    "for ever": (lambda p: p.checker.id, 0, 500, "出張", "92日以内"),
}


class TestDeputy:
    @pytest.fixture
    def second(self, database: Database, people: People) -> Actor:
        """Somebody of the office who has no hand in the mailing and may not approve by himself."""
        return staff(database, people, "hosa", Role.CHECKER)

    def test_he_approves_and_the_record_says_in_whose_place(
        self,
        pages: Pages,
        sign_in: SignIn,
        database: Database,
        people: People,
        checked: Snapshot,
        second: Actor,
    ) -> None:
        path = f"/mailings/{checked.mailing_id}"
        pages.sign_in("hosa", PASSWORD)
        pages.get(f"{path}/approve", status=403)
        appoint(database, people.approver, second)
        assert "決裁する" in pages.get("/").text
        page = pages.get(f"{path}/approve")
        assert "大河内 由紀子さんの代理として決裁します" in page.text
        assert "出張のため" in page.text
        pages.post(f"{path}/approve", walking.yes(page, password=PASSWORD))
        assert reload(database, people, checked.mailing_id).state is MailingState.SENDING
        with database.reading() as session:
            review = session.scalars(sa.select(Review).where(Review.step == Step.APPROVE)).one()
        assert (review.staff_id, review.deputy_id) == (second.id, 1)
        assert "職員 hosaさんが大河内 由紀子さんの代理で決裁しました" in pages.get(path).text

    def test_approving_is_all_that_is_lent(
        self, database: Database, people: People, second: Actor
    ) -> None:
        appoint(database, people.approver, second)
        lent = at_work(database, second)
        with database.writing() as session, pytest.raises(Forbidden):
            control.resume_office(session, lent)
        today = clock.today()
        with database.writing() as session, pytest.raises(Forbidden):
            deputies.appoint(session, lent, people.author.id, today, today, "また代理")

    def test_he_is_held_to_the_same_rules(
        self, database: Database, people: People, checked: Snapshot
    ) -> None:
        for who, sentence in (
            (people.author, "作成に関わった人は"),
            (people.checker, "確認した人が決裁する"),
        ):
            appoint(database, people.approver, who)
            with pytest.raises(UserError, match=sentence):
                decide(database, at_work(database, who), checked)
        assert reload(database, people, checked.mailing_id).state is MailingState.APPROVING

    def test_nobody_has_his_own_mailing_approved_by_a_deputy_of_his(
        self, database: Database, people: People, checked: Snapshot, second: Actor
    ) -> None:
        both = staff(database, people, "kachou", Role.AUTHOR, Role.APPROVER)
        with database.writing() as session:
            event = session.get_one(Event, checked.event_id)
            events.put_material(session, both, event, "別の資料.txt", b"x")
            mailing = mailings.get_mailing(session, both, checked.mailing_id, lock=True)
            mailings.withdraw(session, people.author, mailing)
        snapshot = journey.submit(database, people, checked.mailing_id)
        journey.check(database, people, checked.mailing_id)
        appoint(database, both, second)
        with pytest.raises(UserError, match="代理を頼んだ決裁者がこの案件の作成か確認に関わって"):
            decide(database, at_work(database, second), snapshot)

    def test_before_after_and_when_it_was_taken_back_he_is_nobody(
        self, database: Database, people: People, checked: Snapshot, second: Actor
    ) -> None:
        made = appoint(database, people.approver, second, days=2)
        lent = at_work(database, second)
        with time_machine.travel(clock.now() + timedelta(days=3), tick=False):
            with pytest.raises(UserError, match="代理の期間が終わったか、取り消された"):
                decide(database, lent, checked)
            with pytest.raises(Forbidden):
                decide(database, at_work(database, second), checked)
        with database.writing() as session:
            deputies.revoke(session, people.approver, made.id)
        with pytest.raises(UserError, match="代理の期間が終わったか、取り消された"):
            decide(database, lent, checked)
        with database.writing() as session, pytest.raises(UserError, match="もう終わって"):
            deputies.revoke(session, people.approver, made.id)

    RAW = (
        ("{second}", "NULL", "no_role"),
        ("{second}", "99", "(no_role|false_deputy)"),
        ("{approver}", "{made}", "false_deputy"),
    )

    @pytest.mark.parametrize(("who", "by", "refusal"), RAW)
    def test_no_statement_makes_a_deputy_of_anybody(
        self,
        database: Database,
        people: People,
        checked: Snapshot,
        second: Actor,
        who: str,
        by: str,
        refusal: str,
    ) -> None:
        made = appoint(database, people.approver, second)
        names = {"second": second.id, "approver": people.approver.id, "made": made.id}
        statement = (
            "INSERT INTO reviews (snapshot_id, digest, step, decision, staff_id, reason, "
            f"deputy_id, at) SELECT id, digest, 'approve', 'passed', {who}, '', {by}, :now "
            "FROM snapshots"
        ).format(**names)
        bound = sa.text(statement).bindparams(
            sa.bindparam("now", clock.now(), sa.DateTime(timezone=True))
        )
        with (
            pytest.raises(sa.exc.IntegrityError, match=f"guard reviews {refusal}"),
            database.writing() as session,
        ):
            session.execute(bound)

    @pytest.mark.parametrize("case", WRONG)
    def test_an_appointment_names_a_colleague_days_and_a_reason(
        self, database: Database, people: People, case: str
    ) -> None:
        who, first, last, reason, sentence = WRONG[case]
        begins, ends = (clock.today() + timedelta(days=each) for each in (first, last))
        with database.writing() as session, pytest.raises(UserError, match=sentence):
            deputies.appoint(session, people.approver, who(people), begins, ends, reason)

    def test_the_page_appoints_shows_and_takes_back(
        self, sign_in: SignIn, people: People, second: Actor
    ) -> None:
        approver = sign_in("approver")
        today = clock.today().isoformat()
        typed = {"deputy": second.id, "first": today, "last": today, "reason": "休暇のため"}
        page = approver.post("/deputies", typed | {"last": ""}, status=422)
        assert "日付を入力してください。" in page.text
        assert "休暇のため" in approver.response.get_data(as_text=True)
        page = approver.post("/deputies", typed)
        assert "職員 hosa" in page.text
        assert "代理中" in page.text
        other = sign_in("checker")
        assert "休暇のため" in other.get("/deputies").text
        other.post("/deputies/1/revoke", status=403)
        assert "取り消し" in approver.post("/deputies/1/revoke").text
        approver.post("/deputies/1/revoke", status=409)
        approver.post("/deputies/99/revoke", status=404)

    def test_another_office_appoints_and_takes_back_nothing_here(
        self, database: Database, people: People, second: Actor
    ) -> None:
        made = appoint(database, people.approver, second)
        with database.writing() as session:
            office = offices.add_office(session, "みどり野労働局", "となりの所")
            other = settling.add_staff(session, office, "tonari", "隣野", PASSWORD, [Role.APPROVER])
            stranger = Actor(other, office)
            with pytest.raises(NotFound):
                deputies.revoke(session, stranger, made.id)
            day = date(2030, 1, 1)
            with pytest.raises(UserError, match="この所の職員から"):
                deputies.appoint(session, stranger, second.id, day, day, "x")
