"""An import is one transaction: new, changed, gone; nothing half-applied, nobody deleted."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO

import pytest
import sqlalchemy as sa

from eventmail.database import Database
from eventmail.errors import UserError
from eventmail.events import service as events
from eventmail.events.models import Contact, Event
from eventmail.mailings.models import Snapshot
from eventmail.roster import service
from eventmail.roster.diff import Kind
from eventmail.roster.models import RosterImport
from eventmail.roster.service import Plan
from eventmail.sample import FOLDER, People
from eventmail.spreadsheet.columns import Field
from tests.conftest import Meeting
from tests.mailings.journey import reload
from tests.pages import Pages
from tests.spreadsheet.sheets import xlsx

SignIn = Callable[[str], Pages]
HEADER = ("事業所名", "部署", "担当者名", "メールアドレス", "参加")
A = ("株式会社甲", "総務部", "甲野 一", "a@kou.example", "参加")
B = ("株式会社乙", "", "乙野 二", "b@otsu.example", "参加")
C = ("株式会社丙", "", "", "c@hei.example", "参加")


@pytest.fixture
def event(database: Database, people: People) -> Event:
    """An event without participants."""
    from datetime import date

    from eventmail.events.service import EventFacts
    from eventmail.offices import service as offices

    with database.writing() as session:
        box = offices.mailboxes(session, people.author.office.id)[0]
        facts = EventFacts("面接会", date(2026, 12, 9), "", "会場", box.id, box.id)
        return events.add_event(session, people.author, facts)


class Importer:
    def __init__(self, database: Database, people: People, event: Event) -> None:
        self.database, self.people, self.event = database, people, event

    def __call__(self, *rows: tuple[str, ...], chosen: frozenset[int] = frozenset()) -> Plan:
        with self.database.writing() as session:
            content = xlsx([HEADER, *rows])
            found = service.upload(session, self.people.author, self.event, "名簿.xlsx", content)
        with self.database.writing() as session:
            return service.apply(session, self.people.author, self.event, found.id, chosen)

    def addressees(self) -> list[tuple[str, str]]:
        with self.database.reading() as session:
            found = events.addressees(session, self.event)
            return [(each.participant.company, each.address) for each in found]


@pytest.fixture
def bring(database: Database, people: People, event: Event) -> Importer:
    return Importer(database, people, event)


def kinds(plan: Plan) -> dict[str, int]:
    return {kind.value: len(plan.of_kind(kind)) for kind in Kind if plan.of_kind(kind)}


def test_the_first_import_is_all_new(bring: Importer) -> None:
    assert kinds(bring(A, B, C)) == {"new": 3}
    assert bring.addressees() == [(row[0], row[3]) for row in (A, B, C)]


def test_every_contact_keeps_its_source_row(bring: Importer, database: Database) -> None:
    bring(A, B)
    with database.reading() as session:
        contacts = session.scalars(sa.select(Contact).order_by(Contact.id)).all()
        (done,) = session.scalars(sa.select(RosterImport))
        assert [(c.source_row, c.import_id) for c in contacts] == [(2, done.id), (3, done.id)]
        assert len({c.row_digest for c in contacts}) == 2
        assert len(done.sha256) == 64


def test_the_same_list_again_changes_nothing(bring: Importer) -> None:
    bring(A, B)
    assert kinds(bring(A, B)) == {"same": 2}
    assert len(bring.addressees()) == 2


def test_new_changed_gone(bring: Importer) -> None:
    bring(A, B)
    changed = (*A[:2], "甲野 三", *A[3:])
    assert kinds(bring(changed, C)) == {"new": 1, "changed": 1, "gone": 1}
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
    assert kinds(bring(A, B)) == {"same": 1, "new": 1}
    assert len(bring.addressees()) == 2


def test_a_changed_address_is_loud(bring: Importer) -> None:
    bring(A, B)
    plan = bring((*A[:3], "new@kou.example", A[4]), B)
    (change,) = plan.of_kind(Kind.CHANGED)
    assert change.loud
    assert [(f.field, f.old, f.new) for f in change.fields] == [
        ("email", "a@kou.example", "new@kou.example")
    ]
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
    with pytest.raises(UserError, match="参加と辞退が分かれています（2行目と3行目）"):
        bring(A, colleague, chosen=frozenset({2, 3}))
    assert bring.addressees() == []


def test_a_company_spelt_anew_is_the_same_company(bring: Importer, database: Database) -> None:
    bring(A, B)
    bring(("㈱甲", *A[1:]), B)
    with database.reading() as session:
        assert [p.company for p in events.participants(session, bring.event)] == ["㈱甲", B[0]]


def test_errors_stop_the_whole_import(bring: Importer) -> None:
    bring(A)
    with pytest.raises(UserError, match="誤りのある行が1行"):
        bring(A, B, ("株式会社丙", "", "", "no address", "参加"))
    assert bring.addressees() == [(A[0], A[3])]


def test_a_questionable_row_is_taken_only_when_chosen(bring: Importer) -> None:
    unsure = (*B[:4], "検討中")
    bring(A, unsure)
    assert len(bring.addressees()) == 1
    bring(A, unsure, chosen=frozenset({3}))
    assert len(bring.addressees()) == 2


def test_an_import_is_confirmed_once(bring: Importer, database: Database, people: People) -> None:
    bring(A)
    with database.writing() as session:
        (done,) = session.scalars(sa.select(RosterImport))
        with pytest.raises(UserError, match="すでに取り込んだか"):
            service.apply(session, people.author, bring.event, done.id)


class TestPages:
    def upload(self, browser: Pages, event: Event, content: bytes, status: int = 200) -> str:
        page = browser.post(
            f"/events/{event.id}/roster",
            {"file": (BytesIO(content), "名簿.xlsx")},
            status=status,
        )
        return page.text

    def test_a_file_that_is_no_roster_is_named_and_nothing_is_kept(
        self, sign_in: SignIn, event: Event, database: Database
    ) -> None:
        text = self.upload(sign_in("author"), event, b"%PDF-1.4", 422)
        assert "「名簿.xlsx」を読み取れません。PDFのファイルです。" in text
        with database.reading() as session:
            assert session.scalars(sa.select(RosterImport)).all() == []

    def test_no_file_at_all(self, sign_in: SignIn, event: Event) -> None:
        page = sign_in("author").post(f"/events/{event.id}/roster", {}, status=422)
        assert "名簿のファイルを選んでください。" in page.text

    def test_bad_rows_are_listed_first_and_there_is_no_import_button(
        self, sign_in: SignIn, event: Event
    ) -> None:
        content = (FOLDER / "不備のある名簿.xlsx").read_bytes()
        text = self.upload(sign_in("author"), event, content)
        assert "誤りのある行が5行あるため" in text
        assert "件を取り込む" not in text
        assert text.index("5行目C列") < text.index("good@yoimihon.example")

    def test_a_missing_column_can_be_chosen_on_the_page(
        self, sign_in: SignIn, event: Event, bring: Importer
    ) -> None:
        browser = sign_in("author")
        rows = [("ご参加いただく先", "メール"), ("株式会社甲", "a@kou.example")]
        assert "「事業所名」の列が見つかりません" in self.upload(browser, event, xlsx(rows))
        path = browser.response.request.path
        choice = dict.fromkeys(Field, "") | {"sheet": "名簿", "company": "A", "email": "B"}
        page = browser.post(f"{path}/columns", choice)
        assert "1件を取り込む" in page.text
        browser.post(path)
        assert bring.addressees() == [("株式会社甲", "a@kou.example")]

    @pytest.mark.parametrize(
        "choice",
        [{"sheet": "ない"}, {"sheet": "名簿", "company": "ZZZ"}, {}],
        ids=["no such sheet", "no such column", "nothing"],
    )
    def test_a_forged_choice_is_refused_and_nothing_changes(
        self, sign_in: SignIn, event: Event, choice: dict[str, str]
    ) -> None:
        browser = sign_in("author")
        self.upload(browser, event, xlsx([HEADER, A]))
        path = browser.response.request.path
        page = browser.post(f"{path}/columns", choice, status=409)
        assert "選び直してください" in page.text
        assert "1件を取り込む" in browser.get(path).text

    def test_questions_are_ticked_one_by_one(
        self, sign_in: SignIn, event: Event, bring: Importer
    ) -> None:
        browser = sign_in("author")
        self.upload(browser, event, xlsx([HEADER, A, (*B[:4], "検討中")]))
        browser.post(browser.response.request.path, {"rows": ["3"]})
        assert len(bring.addressees()) == 2

    def test_what_would_change_is_shown_before(
        self, sign_in: SignIn, event: Event, bring: Importer
    ) -> None:
        bring(A, B)
        changed = xlsx([HEADER, (*A[:3], "new@kou.example", A[4])])
        text = self.upload(sign_in("author"), event, changed)
        assert "変更前：a@kou.example" in text
        assert "変更後：new@kou.example" in text
        assert "名簿にないため、辞退として残します" in text

    def test_the_same_file_twice_says_so(self, sign_in: SignIn, event: Event) -> None:
        browser = sign_in("author")
        content = xlsx([HEADER, A])
        self.upload(browser, event, content)
        browser.post(browser.response.request.path)
        assert "このファイルは前にも取り込んでいます" in self.upload(browser, event, content)

    def test_giving_up_leaves_the_roster_as_it_was(
        self, sign_in: SignIn, event: Event, bring: Importer
    ) -> None:
        bring(A)
        browser = sign_in("author")
        self.upload(browser, event, xlsx([HEADER, B]))
        assert "取り込みの途中の名簿があります" in browser.get(f"/events/{event.id}").text
        browser.post(f"/events/{event.id}/roster/discard")
        assert bring.addressees() == [(A[0], A[3])]
        assert "取り込みの途中" not in browser.get(f"/events/{event.id}").text

    def test_an_import_during_the_check_starts_it_again(
        self,
        sign_in: SignIn,
        meeting: Meeting,
        submitted: Snapshot,
        database: Database,
        people: People,
    ) -> None:
        browser = sign_in("author")
        self.upload(browser, meeting.event, xlsx([HEADER, A]))
        page = browser.post(browser.response.request.path)
        assert "作成中に戻りました" in page.text
        assert reload(database, people, meeting.mailing.id).state.value == "draft"

    def test_the_roster_page_lists_everybody(self, sign_in: SignIn, meeting: Meeting) -> None:
        page = sign_in("checker").get(f"/events/{meeting.event.id}/participants")
        assert "30社" in page.text
        assert "taro.yamada@aozora-seisakusho.example" in page.text
