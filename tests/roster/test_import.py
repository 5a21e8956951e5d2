"""An import is one transaction: new, changed, gone; nothing half-applied, nobody deleted."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from eventmail.database import Database
from eventmail.errors import UserError
from eventmail.events import service as events
from eventmail.events.models import Contact
from eventmail.roster.models import Answer, RosterImport, RosterRow
from tests.roster.importer import HEADER, A, B, C, Importer


def test_the_first_import_is_all_new(bring: Importer) -> None:
    assert bring(A, B, C).kinds == {"new": 3}
    assert bring.addressees() == [(row[0], row[3]) for row in (A, B, C)]


def test_every_contact_keeps_its_source_row(bring: Importer, database: Database) -> None:
    done = bring(A, B)
    with database.reading() as session:
        contacts = session.scalars(sa.select(Contact).order_by(Contact.id)).all()
        assert [(c.source_row, c.import_id) for c in contacts] == [(2, done.id), (3, done.id)]
        assert len({c.row_digest for c in contacts}) == 2
        assert len(session.get_one(RosterImport, done.id).sha256) == 64


def test_the_rows_go_when_the_import_is_done(bring: Importer, database: Database) -> None:
    bring(A, B)
    with database.reading() as session:
        assert session.scalars(sa.select(RosterRow)).all() == []


def test_the_same_list_again_changes_nothing(bring: Importer) -> None:
    bring(A, B)
    assert bring(A, B).kinds == {"same": 2}
    assert len(bring.addressees()) == 2


def test_new_changed_gone(bring: Importer) -> None:
    bring(A, B)
    changed = (*A[:2], "甲野 三", *A[3:])
    assert bring(changed, C).kinds == {"new": 1, "changed": 1, "gone": 1}
    assert bring.addressees() == [("株式会社甲", "a@kou.example"), ("株式会社丙", "c@hei.example")]


def test_who_is_gone_stays_as_withdrawn_and_may_come_back(
    bring: Importer, database: Database
) -> None:
    bring(A, B)
    bring(A)
    with database.reading() as session:
        shown = events.participants(session, bring.event)
        assert {p.company: p.status.value for p in shown} == {
            "株式会社甲": "attending",
            "株式会社乙": "withdrawn",
        }
    assert bring(A, B).kinds == {"same": 1, "new": 1}
    assert len(bring.addressees()) == 2


def test_a_changed_address_is_loud(bring: Importer) -> None:
    bring(A, B)
    (first, _) = bring.open((*A[:3], "new@kou.example", A[4]), B).rows()
    assert (first.change, first.loud) == ("changed", True)
    assert first.differences == [["email", "a@kou.example", "new@kou.example"]]
    bring.confirm()
    assert ("株式会社甲", "new@kou.example") in bring.addressees()


def test_an_address_that_moved_to_another_company_leaves_the_first(bring: Importer) -> None:
    bring(A, B)
    bring(("株式会社丁", "", "", A[3], "参加"), B)
    assert sorted(bring.addressees()) == sorted([("株式会社丁", A[3]), (B[0], B[3])])


def test_two_companies_that_swapped_their_addresses(bring: Importer) -> None:
    bring(A, B)
    bring((*A[:3], B[3], A[4]), (*B[:3], A[3], B[4]))
    assert sorted(bring.addressees()) == sorted([(A[0], B[3]), (B[0], A[3])])


def test_two_contacts_of_one_company_that_swapped_their_addresses(bring: Importer) -> None:
    first = ("株式会社甲", "", "甲野 一", "one@kou.example", "参加")
    second = ("株式会社甲", "", "甲野 二", "two@kou.example", "参加")
    bring(first, second)
    bring((*first[:3], second[3], "参加"), (*second[:3], first[3], "参加"))
    assert len(bring.addressees()) == 2


def test_several_contacts_of_one_company_are_one_participant(
    bring: Importer, database: Database
) -> None:
    bring(A, (A[0], "人事部", "甲野 次郎", "jiro@kou.example", "参加"))
    with database.reading() as session:
        assert len(events.participants(session, bring.event)) == 1
    assert len(bring.addressees()) == 2


def test_a_withdrawn_row_gets_no_mail(bring: Importer) -> None:
    bring(A, (*B[:4], "辞退"))
    assert bring.addressees() == [(A[0], A[3])]


def test_a_company_neither_takes_part_nor_not(bring: Importer) -> None:
    colleague = (A[0], "", "甲野 次郎", "jiro@kou.example", "辞退")
    bring.open(A, colleague)
    for key in ("2", "3"):
        bring.answer(key, Answer.TAKE)
    with pytest.raises(UserError, match="参加と辞退が分かれています（2行目と3行目）"):
        bring.confirm()
    assert bring.addressees() == []


def test_a_company_spelt_anew_is_the_same_company(bring: Importer, database: Database) -> None:
    bring(A, B)
    bring(("㈱甲", *A[1:]), B)
    with database.reading() as session:
        assert [p.company for p in events.participants(session, bring.event)] == ["㈱甲", B[0]]


def test_the_other_columns_come_too(bring: Importer, database: Database) -> None:
    header = (*HEADER, "電話番号", "法人番号", "備考")
    row = (*A, "0123-11-2001", "7000012050002", "車で来場")
    bring.open(row, header=header)
    bring.confirm()
    with database.reading() as session:
        (contact,) = session.scalars(sa.select(Contact))
        assert (contact.phone, contact.notes) == ("0123-11-2001", "車で来場")
        assert contact.participant.corporate_number == "7000012050002"


class TestAnswers:
    NO_ADDRESS = ("株式会社丙", "", "", "no address", "参加")
    UNSURE = (*B[:4], "検討中")

    def test_an_error_stops_the_whole_import(self, bring: Importer) -> None:
        bring(A)
        with pytest.raises(UserError, match="まだ答えのない行が1行"):
            bring(A, B, self.NO_ADDRESS)
        assert bring.addressees() == [(A[0], A[3])]

    def test_an_error_can_be_left_out_but_never_taken(self, bring: Importer) -> None:
        bring.open(A, self.NO_ADDRESS)
        with pytest.raises(UserError, match="このままでは取り込めません"):
            bring.answer("3", Answer.TAKE)
        bring.answer("3", Answer.LEAVE)
        bring.confirm()
        assert bring.addressees() == [(A[0], A[3])]

    def test_an_error_can_be_mended_on_the_spot(self, bring: Importer, database: Database) -> None:
        bring.open(A, self.NO_ADDRESS)
        bring.correct("3", email="c@hei.example")
        assert bring.kinds == {"new": 2}
        bring.confirm()
        assert bring.addressees()[1] == ("株式会社丙", "c@hei.example")
        (note,) = bring.current().notes
        assert (note["row"], note["old"], note["new"]) == ("3", "no address", "c@hei.example")

    def test_a_question_is_taken_only_when_a_person_says_so(self, bring: Importer) -> None:
        bring.open(A, self.UNSURE)
        with pytest.raises(UserError, match="まだ答えのない行が1行"):
            bring.confirm()
        bring.answer("3", Answer.TAKE)
        bring.confirm()
        assert len(bring.addressees()) == 2

    def test_all_rows_with_one_reason_are_answered_at_once(self, bring: Importer) -> None:
        unsure = [(f"株式会社{n}", "", "", f"a@n{n}.example", "検討中") for n in range(5)]
        bring.open(A, *unsure)
        assert bring.answer_all("unknown_status", Answer.LEAVE) == 5
        bring.confirm()
        assert bring.addressees() == [(A[0], A[3])]

    def test_an_answer_does_not_outlive_what_it_was_given_to(self, bring: Importer) -> None:
        bring.open(A, self.UNSURE)
        bring.answer("3", Answer.TAKE)
        bring.correct("2", contact="甲野 花子")
        assert [row.answer for row in bring.rows()] == ["", "take"]
        bring.correct("3", company="株式会社丁")
        assert [row.answer for row in bring.rows()] == ["", ""]

    def test_one_address_in_two_taken_rows_is_refused(self, bring: Importer) -> None:
        bring.open(A, (*A[:2], "甲野 二", *A[3:]))
        for key in ("2", "3"):
            if bring.row(key).verdict == "question":
                bring.answer(key, Answer.TAKE)
        with pytest.raises(UserError, match="同じメールアドレス"):
            bring.confirm()


class TestConfirming:
    def test_once(self, bring: Importer) -> None:
        bring(A)
        with pytest.raises(UserError, match="すでに取り込んだか"):
            bring.confirm()

    def test_only_what_was_shown(self, bring: Importer) -> None:
        bring.open(A)
        with pytest.raises(UserError, match="内容が変わりました"):
            bring.confirm(stamp=bring.current().stamp - 1)

    def test_not_against_a_roster_that_moved_meanwhile(
        self, bring: Importer, database: Database
    ) -> None:
        bring.open(A)
        with database.writing() as session:
            bring.reload(session).roster_version += 1
        bring.confirm()
        assert "内容が変わりました" in bring.current().message
        assert bring.addressees() == []
        bring.confirm()
        assert len(bring.addressees()) == 1

    def test_a_new_upload_takes_the_place_of_one_that_waits(self, bring: Importer) -> None:
        first = bring.open(A).current().id
        bring.open(B)
        with pytest.raises(UserError, match="すでに取り込んだか"):
            bring.confirm(import_id=first)
        bring.confirm()
        assert bring.addressees() == [(B[0], B[3])]

    def test_giving_up_leaves_the_roster_and_no_row(
        self, bring: Importer, database: Database
    ) -> None:
        bring(A)
        bring.open(B)
        bring.discard()
        assert bring.addressees() == [(A[0], A[3])]
        with database.reading() as session:
            assert session.scalars(sa.select(RosterRow)).all() == []


def test_many_rows_go_in_portions(bring: Importer, monkeypatch: pytest.MonkeyPatch) -> None:
    from eventmail.roster import importing, jobs, undoing

    for room in (importing, jobs, undoing):
        monkeypatch.setattr(room, "PORTION", 3)
    many = [(f"株式会社{n // 2}", "", f"担当{n}", f"a{n}@n{n}.example", "参加") for n in range(11)]
    bring(*many)
    assert [address for _, address in bring.addressees()] == [row[3] for row in many]
    bring(*many[:4])
    assert len(bring.addressees()) == 4
    bring.undo()
    assert len(bring.addressees()) == 11
    bring.undo()
    assert bring.addressees() == []


@pytest.mark.parametrize(
    ("address", "named"), [(A[3], True), ("soumu@kou.example", False)], ids=["the same", "another"]
)
def test_the_offices_word_on_an_address_outlives_the_next_list(
    address: str, named: bool, bring: Importer, database: Database
) -> None:
    bring(A)
    with database.writing() as session:
        session.scalars(sa.select(Contact)).one().names_person = True
    bring((*A[:3], address, A[4]))
    with database.reading() as session:
        found = session.scalars(sa.select(Contact).where(Contact.active)).one()
        assert (found.address, found.names_person) == (address, named)
