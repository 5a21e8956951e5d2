"""Who is told, what never changes afterwards, taking back, mending, and 読みました."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from eventmail.administration import service as administration
from eventmail.audit.models import AuditEntry
from eventmail.audit.sentences import known
from eventmail.database import Database
from eventmail.errors import NotFound, UserError
from eventmail.notices import addressing, figures, listing, service
from eventmail.notices.drafting import Draft
from eventmail.notices.figures import State
from eventmail.notices.forms import new_batch
from eventmail.notices.models import Kind, Notice
from eventmail.offices import service as offices
from eventmail.offices.models import Bureau as BureauOfOffices
from eventmail.offices.models import Role, Staff
from eventmail.offices.permissions import Forbidden
from eventmail.proposals.roles import ROLES
from eventmail.sample import People
from tests import settling
from tests.mailings.test_races import at_once
from tests.notices.bureau import (
    PASSWORD,
    Bureau,
    correct,
    count,
    draft,
    of_office,
    read,
    send,
    serve_as,
    set_up,
    states,
    withdraw,
)

once = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
HEADS = [Role.MANAGER]


@pytest.fixture
def bureau(database: Database, people: People) -> Bureau:
    return set_up(database)


ADDRESSED: dict[str, tuple[Draft, list[int]]] = {
    "everybody": (draft(), [2, 5]),
    "the heads": (draft(Kind.INSTRUCTION, roles=HEADS), [1, 1]),
    "two roles": (draft(roles=[Role.AUTHOR, Role.CHECKER]), [1, 2]),
    "a role that one office has not": (draft(roles=[Role.AUDITOR]), [0, 1]),
}


@once
class TestSending:
    @pytest.mark.parametrize(("wanted", "expected"), ADDRESSED.values(), ids=ADDRESSED)
    def test_exactly_those_get_it_who_were_shown(
        self, database: Database, bureau: Bureau, wanted: Draft, expected: list[int]
    ) -> None:
        with database.reading() as session:
            overseer = session.get_one(Staff, bureau.overseer.id)
            to = addressing.prepared(session, overseer, wanted)
        assert [len(them) for _, them in to.people] == expected
        sent = send(database, bureau.overseer, wanted)
        assert [each.people for each in sent] == [each for each in expected if each]
        assert count(database, "notice_recipients") == to.count == sum(expected)

    def test_only_some_offices_get_it(self, database: Database, bureau: Bureau) -> None:
        sent = send(database, bureau.overseer, draft(offices=[bureau.akebono.id]))
        assert [each.office_id for each in sent] == [bureau.akebono.id]

    def test_who_has_left_is_not_asked(
        self, database: Database, bureau: Bureau, people: People
    ) -> None:
        with database.writing() as session:
            session.get_one(Staff, people.checker.id).active = False
        assert of_office(send(database, bureau.overseer, draft()), people.author).people == 4

    def test_who_serves_in_two_offices_gets_it_in_each_and_that_is_shown(
        self, database: Database, bureau: Bureau, people: People
    ) -> None:
        with database.writing() as session:
            place = ROLES.at(bureau.akebono.id, str(people.author.id))
            settling.settle(session, place, [Role.CHECKER.value])
        with database.reading() as session:
            overseer = session.get_one(Staff, bureau.overseer.id)
            to = addressing.prepared(session, overseer, draft())
        assert (to.count, to.twice) == (8, 1)

    def test_another_bureaus_office_is_not_there(self, database: Database, bureau: Bureau) -> None:
        with pytest.raises(NotFound):
            send(database, bureau.overseer, draft(offices=[bureau.far.id]))
        assert count(database, "notices") == 0

    def test_nobody_but_an_overseer_sends(
        self, database: Database, bureau: Bureau, people: People
    ) -> None:
        with pytest.raises(Forbidden):
            send(database, people.manager.staff, draft())

    def test_nobody_to_send_to_is_told(self, database: Database, bureau: Bureau) -> None:
        wanted = draft(roles=[Role.AUDITOR], offices=[bureau.akebono.id])
        with pytest.raises(UserError, match="当てはまる職員がいません"):
            send(database, bureau.overseer, wanted)
        with pytest.raises(UserError, match="送る所"):
            send(database, bureau.overseer, draft(offices=[]))

    def test_who_came_after_the_preview_has_it_looked_at_again(
        self, database: Database, bureau: Bureau
    ) -> None:
        with database.writing() as session:
            overseer = session.get_one(Staff, bureau.overseer.id)
            seen = addressing.stamp(draft(), addressing.prepared(session, overseer, draft()))
            settling.add_staff(session, bureau.akebono, "shin", "新人", PASSWORD, [Role.CHECKER])
            with pytest.raises(UserError, match="送る職員か所が変わりました"):
                service.send(session, overseer, draft(), new_batch(), seen)
        assert count(database, "notices") == 0

    @pytest.mark.parametrize("other", [draft(title="別"), draft(text="別"), draft(days=3)])
    def test_other_words_than_were_seen_are_not_sent(
        self, database: Database, bureau: Bureau, other: Draft
    ) -> None:
        with database.writing() as session:
            overseer = session.get_one(Staff, bureau.overseer.id)
            seen = addressing.stamp(draft(), addressing.prepared(session, overseer, draft()))
            with pytest.raises(UserError, match="まだ送っていません"):
                service.send(session, overseer, other, new_batch(), seen)

    def test_the_button_pressed_twice_sends_once(self, database: Database, bureau: Bureau) -> None:
        batch = new_batch()
        first, again = (send(database, bureau.overseer, draft(), batch) for _ in range(2))
        assert [each.id for each in first] == [each.id for each in again]
        assert count(database, "notices") == 2

    def test_every_act_is_in_the_audit_of_its_office_without_the_words(
        self, database: Database, bureau: Bureau, people: People
    ) -> None:
        sent = send(database, bureau.overseer, draft())
        read(database, people.author, of_office(sent, people.author).id)
        mended = correct(database, bureau.overseer, sent[0], title="正しい題名")
        withdraw(database, bureau.overseer, mended[0].batch)
        with database.reading() as session:
            query = sa.select(AuditEntry).where(AuditEntry.action.startswith("notice."))
            found = list(session.scalars(query.order_by(AuditEntry.id)))
        acts = [(each.action.partition(".")[2], each.office_id) for each in found]
        here, there = people.author.office.id, bureau.akebono.id
        assert acts == [
            *(("sent", there), ("sent", here), ("read", here)),
            *(("corrected", there), ("corrected", here)),
            *(("withdrawn", there), ("withdrawn", here)),
        ]
        assert all(known(each.action) for each in found)
        assert not any(draft().title in str(each.details) for each in found)


@once
class TestReading:
    def test_one_says_it_once_and_for_himself(
        self, database: Database, bureau: Bureau, people: People
    ) -> None:
        own = of_office(send(database, bureau.overseer, draft()), people.author)
        for _ in range(2):
            read(database, people.author, own.id)
        assert count(database, "notice_readings") == 1
        assert states(database, people.author) == [State.READ]
        assert states(database, people.checker) == [State.UNREAD]

    def test_who_was_not_asked_cannot_say_it(
        self, database: Database, bureau: Bureau, people: People
    ) -> None:
        sent = send(database, bureau.overseer, draft(Kind.INSTRUCTION, roles=HEADS))
        for notice in sent:
            with pytest.raises(NotFound):
                read(database, people.author, notice.id)

    def test_an_instruction_is_seen_by_the_head_and_the_auditor_only(
        self, database: Database, bureau: Bureau, people: People
    ) -> None:
        send(database, bureau.overseer, draft(Kind.INSTRUCTION, roles=HEADS))
        seen = {role.value: states(database, getattr(people, role.value)) for role in Role}
        assert seen == {
            "author": [],
            "checker": [],
            "approver": [],
            "manager": [State.UNREAD],
            "auditor": [None],
        }

    def test_who_comes_into_a_role_later_sees_it_and_is_not_asked(
        self, database: Database, bureau: Bureau, people: People
    ) -> None:
        send(database, bureau.overseer, draft(roles=[Role.CHECKER]))
        assert states(database, people.author) == []
        with database.writing() as session:
            serve_as(session, people.author, Role.AUTHOR, Role.CHECKER)
        with database.reading() as session:
            staff = session.get_one(Staff, people.author.id)
            now = offices.actor_of(session, staff)
            (found,) = listing.of_office(session, now)
        assert (found.asked, found.waits) == (None, False)
        assert count(database, "notice_recipients") == 1

    def test_what_is_late_comes_first_and_what_is_read_last(
        self, database: Database, bureau: Bureau, people: People
    ) -> None:
        sent = [
            of_office(send(database, bureau.overseer, draft(days=days)), people.author)
            for days in (5, None, 2, 9)
        ]
        read(database, people.author, sent[3].id)
        with database.reading() as session:
            found = [each.notice.id for each in listing.of_office(session, people.author)]
            waits = [each.id for each in listing.unread(session, people.author)]
        assert found == [sent[2].id, sent[0].id, sent[1].id, sent[3].id]
        assert waits == [sent[0].id, sent[1].id, sent[2].id]


TWICE: dict[str, Callable[[Database, Bureau, Notice], object]] = {
    "withdrawn again": lambda d, b, first: withdraw(d, b.overseer, first.batch),
    "corrected": lambda d, b, first: correct(d, b.overseer, first),
}


@once
class TestMending:
    def test_what_was_withdrawn_stays_to_be_seen_and_waits_for_nobody(
        self, database: Database, bureau: Bureau, people: People
    ) -> None:
        own = of_office(send(database, bureau.overseer, draft()), people.author)
        withdraw(database, bureau.overseer, own.batch, "別の局のもの")
        assert states(database, people.author) == [State.NEEDLESS]
        with pytest.raises(UserError, match="確認は必要なくなりました"):
            read(database, people.author, own.id)
        with database.reading() as session:
            found = listing.of_number(session, people.author, own.id).notice.withdrawal
            assert found is not None
            assert found.reason == "別の局のもの"
            assert listing.unread(session, people.author) == []
            assert figures.unread(session, [own.office_id]) == {}

    def test_a_correction_takes_the_first_ones_place(
        self, database: Database, bureau: Bureau, people: People
    ) -> None:
        first = send(database, bureau.overseer, draft())
        second = correct(database, bureau.overseer, first[0], title="正しい題名")
        assert {each.corrects_id for each in second} == {each.id for each in first}
        with database.reading() as session:
            (waits,) = listing.unread(session, people.author)
        assert waits.title == "正しい題名"
        assert states(database, people.author) == [State.UNREAD, State.NEEDLESS]

    def test_where_nobody_is_left_to_be_corrected_the_mistake_does_not_stand(
        self, database: Database, bureau: Bureau, people: People
    ) -> None:
        first = send(database, bureau.overseer, draft(roles=[Role.AUTHOR]))
        with database.writing() as session:
            serve_as(session, people.author)
        (second,) = correct(database, bureau.overseer, first[0])
        left = of_office(first, people.author)
        assert second.office_id != left.office_id
        with database.reading() as session:
            found = session.get_one(Notice, left.id)
            assert not found.holds
            assert found.withdrawal is not None
            assert "訂正のお知らせ" in found.withdrawal.reason

    def test_a_correction_goes_to_whoever_got_the_first_or_is_in_its_role_now(
        self, database: Database, bureau: Bureau, people: People
    ) -> None:
        first = send(database, bureau.overseer, draft(roles=[Role.CHECKER]))
        with database.writing() as session:
            serve_as(session, people.checker, Role.AUTHOR)
            serve_as(session, people.author, Role.CHECKER)
        (second,) = correct(database, bureau.overseer, first[0])
        with database.reading() as session:
            names = {
                each.name for each in figures.lines(session, session.get_one(Notice, second.id))
            }
        assert names == {people.checker.staff.name, people.author.staff.name}

    @pytest.mark.parametrize("then", TWICE.values(), ids=TWICE)
    @pytest.mark.parametrize("before", TWICE.values(), ids=TWICE)
    def test_what_is_over_is_neither_withdrawn_nor_corrected(
        self,
        database: Database,
        bureau: Bureau,
        before: Callable[[Database, Bureau, Notice], object],
        then: Callable[[Database, Bureau, Notice], object],
    ) -> None:
        (first, _) = send(database, bureau.overseer, draft())
        before(database, bureau, first)
        rows = count(database, "notices"), count(database, "notice_withdrawals")
        with pytest.raises(UserError, match="すでに取り下げたか訂正している"):
            then(database, bureau, first)
        assert rows == (count(database, "notices"), count(database, "notice_withdrawals"))

    @pytest.mark.parametrize(("reason", "told"), [("  ", "理由を入力"), ("a＠b.example", "「@」")])
    def test_a_withdrawal_says_why(
        self, database: Database, bureau: Bureau, reason: str, told: str
    ) -> None:
        (first, _) = send(database, bureau.overseer, draft())
        with pytest.raises(UserError, match=told):
            withdraw(database, bureau.overseer, first.batch, reason)

    def test_another_bureaus_overseer_finds_nothing(
        self, database: Database, bureau: Bureau
    ) -> None:
        (first, _) = send(database, bureau.overseer, draft())
        with database.writing() as session:
            other = session.scalars(sa.select(Staff).where(Staff.login == "toku")).one()
            _oversees_far_away(session, bureau, other)
        for act in (
            lambda: withdraw(database, other, first.batch),
            lambda: correct(database, other, first),
            lambda: send(database, other, draft(text="本文"), first.batch),
        ):
            with pytest.raises(NotFound):
                act()

    def test_who_oversees_a_part_of_the_offices_leaves_it_to_whoever_sent_it(
        self, database: Database, bureau: Bureau
    ) -> None:
        with database.writing() as session:
            part = session.scalars(sa.select(Staff).where(Staff.login == "toku")).one()
            for each in (part, session.get_one(Staff, bureau.overseer.id)):
                _oversees_far_away(session, bureau, each)
        sent = send(database, bureau.overseer, draft())
        assert len(sent) == 3
        with pytest.raises(UserError, match="担当でない局の所にも"):
            withdraw(database, part, sent[0].batch)
        withdraw(database, bureau.overseer, sent[0].batch)


def _oversees_far_away(session: Session, bureau: Bureau, person: Staff) -> None:
    far = session.get_one(BureauOfOffices, bureau.far.bureau_id)
    administration.make_overseer(session, person, far)


def test_two_windows_that_send_at_once_send_once(database: Database, bureau: Bureau) -> None:
    batch = new_batch()
    with database.reading() as session:
        overseer = session.get_one(Staff, bureau.overseer.id)
        seen = addressing.stamp(draft(), addressing.prepared(session, overseer, draft()))

    def press() -> None:
        with database.writing() as session:
            overseer = session.get_one(Staff, bureau.overseer.id)
            service.send(session, overseer, draft(), batch, seen)

    assert at_once(press, press) == []
    assert count(database, "notices") == 2


def _corrected(database: Database, bureau: Bureau, first: Notice) -> None:
    correct(database, bureau.overseer, first)


def test_one_withdraws_while_another_corrects_and_only_one_of_them_does(
    database: Database, bureau: Bureau
) -> None:
    first, _ = send(database, bureau.overseer, draft())
    refused = at_once(
        lambda: withdraw(database, bureau.overseer, first.batch),
        lambda: _corrected(database, bureau, first),
    )
    assert len(refused) == 1
    assert "すでに取り下げたか訂正している" in refused[0]
