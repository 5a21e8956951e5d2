"""One contact by hand: each change is an import of its own that can be undone."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import sqlalchemy as sa

from eventmail.addresses import EmailAddress
from eventmail.database import Database
from eventmail.errors import UserError
from eventmail.events import service as events
from eventmail.events.models import Contact, Event, Participant
from eventmail.mailings.models import Snapshot
from eventmail.offices.permissions import Forbidden
from eventmail.roster import hand
from eventmail.roster.hand import Typed
from eventmail.roster.models import RosterImport, Source
from eventmail.sample import People
from tests.conftest import Meeting
from tests.mailings.journey import reload
from tests.pages import Page, Pages
from tests.roster.importer import A, B, Importer

SignIn = Callable[[str], Pages]
NEW = {
    "company": "株式会社丁",
    "status": "attending",
    "name": "丁野 四郎",
    "email": "d@tei.example",
    "email_again": "d@tei.example",
}


class Hand:
    """What the author does by hand, through the service."""

    def __init__(self, database: Database, people: People, event: Event) -> None:
        self.database, self.people, self.event = database, people, event

    def add(self, company: str, email: str, **more: str) -> int:
        with self.database.writing() as session:
            typed = Typed(company, EmailAddress.parse(email), **more)
            event = session.get_one(Event, self.event.id)
            return hand.add(session, self.people.author, event, typed).id

    def change(self, contact_id: int, company: str, email: str, **more: str) -> None:
        with self.database.writing() as session:
            typed = Typed(company, EmailAddress.parse(email), **more)
            event = session.get_one(Event, self.event.id)
            contact = hand.get_contact(session, event, contact_id)
            hand.change(session, self.people.author, event, contact, typed)

    def leave(self, contact_id: int) -> None:
        with self.database.writing() as session:
            event = session.get_one(Event, self.event.id)
            contact = hand.get_contact(session, event, contact_id)
            hand.leave(session, self.people.author, event, contact)

    def come_back(self, contact_id: int) -> None:
        with self.database.writing() as session:
            event = session.get_one(Event, self.event.id)
            contact = hand.get_contact(session, event, contact_id)
            hand.come_back(session, self.people.author, event, contact)

    def everything(self) -> list[tuple[object, ...]]:
        """The whole roster in words, to be compared."""
        query = (
            sa.select(
                Participant.company,
                Participant.status,
                Participant.corporate_number,
                Contact.name,
                Contact.phone,
                Contact.address,
                Contact.active,
            )
            .join(Contact.participant)
            .where(Contact.event_id == self.event.id)
            .order_by(Contact.id)
        )
        with self.database.reading() as session:
            return [tuple(each) for each in session.execute(query)]

    def contact(self, address: str) -> Contact:
        with self.database.reading() as session:
            found = session.scalars(sa.select(Contact).where(Contact.address == address)).one()
            _ = found.participant
            return found


@pytest.fixture
def by_hand(database: Database, people: People, event: Event) -> Hand:
    return Hand(database, people, event)


def test_a_contact_is_added_at_the_end_with_its_source(
    by_hand: Hand, bring: Importer, database: Database
) -> None:
    bring(A, B)
    by_hand.add("株式会社丁", "taro.yamada@tei.example", phone="06-1", notes="車いす")
    found = by_hand.contact("taro.yamada@tei.example")
    assert (found.source_row, found.phone, found.notes) == (4, "06-1", "車いす")
    assert found.names_person
    with database.reading() as session:
        made = session.get_one(RosterImport, found.import_id)
        kept = events.read_blob(session, made.office_id, made.sha256)
        assert session.get_one(Event, by_hand.event.id).roster_version == 2
    assert made.source == Source.HAND
    assert "taro.yamada@tei.example" in kept.decode()
    assert len(bring.addressees()) == 3


@pytest.mark.parametrize("spelt", [A[0], "㈱甲", "（株）甲"])
def test_the_next_contact_of_a_company_joins_it(
    by_hand: Hand, bring: Importer, database: Database, spelt: str
) -> None:
    bring(A)
    by_hand.add(spelt, "jiro@kou.example")
    with database.reading() as session:
        (company,) = events.participants(session, by_hand.event)
    assert company.company == A[0]
    assert len(company.contacts) == 2


def test_an_address_that_somebody_has_is_refused_by_name(by_hand: Hand, bring: Importer) -> None:
    bring(A, B)
    with pytest.raises(UserError, match="すでに「株式会社甲」の担当者として"):
        by_hand.add("株式会社丁", "A@kou.example")
    with pytest.raises(UserError, match="すでに「株式会社甲」の担当者として"):
        by_hand.change(by_hand.contact(B[3]).id, B[0], A[3])
    assert len(by_hand.everything()) == 2


def test_a_company_cannot_become_another_that_is_there(by_hand: Hand, bring: Importer) -> None:
    bring(A, B)
    with pytest.raises(UserError, match="別の事業所として名簿にあります"):
        by_hand.change(by_hand.contact(B[3]).id, "㈱甲", B[3])


def test_a_company_that_withdraws_gets_no_mail_any_more(by_hand: Hand, bring: Importer) -> None:
    bring(A, B)
    by_hand.change(by_hand.contact(A[3]).id, A[0], A[3], status="withdrawn")
    assert bring.addressees() == [(B[0], B[3])]


def test_the_last_contact_that_leaves_takes_the_company_with_it(
    by_hand: Hand, bring: Importer
) -> None:
    bring(A, B)
    number = by_hand.contact(A[3]).id
    by_hand.leave(number)
    assert by_hand.contact(A[3]).participant.status.value == "withdrawn"
    by_hand.come_back(number)
    assert len(bring.addressees()) == 2


def test_who_left_is_neither_changed_nor_taken_out_again(by_hand: Hand, bring: Importer) -> None:
    bring(A)
    number = by_hand.contact(A[3]).id
    with pytest.raises(UserError, match="すでに名簿に戻っています"):
        by_hand.come_back(number)
    by_hand.leave(number)
    with pytest.raises(UserError, match="すでに名簿から外れています"):
        by_hand.leave(number)
    with pytest.raises(UserError, match="すでに名簿から外れています"):
        by_hand.change(number, A[0], A[3])


def test_nobody_comes_back_to_an_address_that_was_given_on(by_hand: Hand, bring: Importer) -> None:
    bring(A)
    number = by_hand.contact(A[3]).id
    by_hand.leave(number)
    by_hand.add(B[0], A[3])
    with pytest.raises(UserError, match="すでに「株式会社乙」の担当者として"):
        by_hand.come_back(number)


DEEDS: dict[str, Callable[[Hand, int], object]] = {
    "a new company": lambda by, _: by.add("株式会社丁", "d@tei.example"),
    "a new contact that changes its company": lambda by, _: by.add(
        A[0], "x@kou.example", status="withdrawn", corporate_number="1234567890123"
    ),
    "another address and name": lambda by, n: by.change(n, A[0], "z@kou.example", name="新"),
    "a company of another name": lambda by, n: by.change(n, "株式会社新", A[3]),
    "a company that withdraws": lambda by, n: by.change(n, A[0], A[3], status="withdrawn"),
    "somebody who leaves": lambda by, n: by.leave(n),
}


@pytest.mark.parametrize("name", DEEDS)
def test_every_change_can_be_undone(by_hand: Hand, bring: Importer, name: str) -> None:
    bring(A, (A[0], "", "甲野 次郎", "jiro@kou.example", "参加"), B)
    before = by_hand.everything()
    DEEDS[name](by_hand, by_hand.contact(A[3]).id)
    assert by_hand.everything() != before
    bring.undo()
    assert by_hand.everything() == before


def test_only_authors_change_a_roster(database: Database, people: People, event: Event) -> None:
    typed = Typed("株式会社丁", EmailAddress.parse("d@tei.example"))
    with database.writing() as session, pytest.raises(Forbidden):
        hand.add(session, people.checker, event, typed)


class TestPages:
    def path(self, event: Event, rest: str = "new") -> str:
        return f"/events/{event.id}/participants/{rest}"

    def test_a_contact_is_added_on_the_page(
        self, sign_in: SignIn, event: Event, bring: Importer
    ) -> None:
        browser = sign_in("author")
        assert "手で1件加える" in browser.get(f"/events/{event.id}").text
        browser.get(self.path(event))
        page = browser.post(self.path(event), NEW)
        assert "「株式会社丁」の担当者を名簿に加えました。" in page.text
        assert "手入力" in page.text
        assert bring.addressees() == [("株式会社丁", "d@tei.example")]

    @pytest.mark.parametrize(
        ("wrong", "sentence"),
        [
            ({"company": " "}, "事業所名を入力してください。"),
            ({"email": ""}, "メールアドレスを入力してください。"),
            ({"email": "a@b.example, c@d.example"}, "2つ以上のメールアドレス"),
            ({"email_again": "d@tei2.example"}, "2回の入力が同じではありません"),
            ({"email_again": ""}, "2回の入力が同じではありません"),
            ({"corporate_number": "123"}, "半角の数字13けた"),
            ({"status": "perhaps"}, "参加・辞退"),
            ({"notes": "あ" * 1001}, "1000文字まで"),
        ],
    )
    def test_what_is_wrong_is_named_and_the_rest_stays(
        self,
        sign_in: SignIn,
        event: Event,
        bring: Importer,
        wrong: dict[str, str],
        sentence: str,
    ) -> None:
        page = sign_in("author").post(self.path(event), NEW | wrong, status=422)
        assert sentence in page.text
        assert "丁野 四郎" in {e.attributes.get("value") for e in page.all("input")}
        assert bring.addressees() == []

    def test_an_address_that_looks_mistyped_is_asked_about(
        self, sign_in: SignIn, event: Event, bring: Importer
    ) -> None:
        browser = sign_in("author")
        odd = NEW | {"email": "tei@gmai.com", "email_again": "tei@gmai.com"}
        page = browser.post(self.path(event), odd, status=422)
        assert "tei@gmail.com" in page.text
        assert "このまま使う" in page.text
        browser.post(self.path(event), odd | {"use_anyway": "y"})
        assert bring.addressees() == [("株式会社丁", "tei@gmai.com")]

    def test_an_address_that_is_taken_names_its_company(
        self, sign_in: SignIn, event: Event, bring: Importer
    ) -> None:
        bring(A)
        taken = NEW | {"email": A[3], "email_again": A[3]}
        page = sign_in("author").post(self.path(event), taken, status=409)
        assert "すでに「株式会社甲」の担当者として" in page.text

    def test_another_contact_of_a_company(
        self, sign_in: SignIn, event: Event, bring: Importer, by_hand: Hand
    ) -> None:
        bring(A)
        browser = sign_in("author")
        number = by_hand.contact(A[3]).participant_id
        page = browser.get(self.path(event, f"new?participant={number}"))
        assert page.h1 == "担当者を追加する"
        assert A[0] in {e.attributes.get("value") for e in page.all("input")}
        browser.post(self.path(event, f"new?participant={number}"), NEW | {"company": A[0]})
        assert len(bring.addressees()) == 2

    def test_a_contact_is_changed_taken_out_and_brought_back(
        self, sign_in: SignIn, event: Event, bring: Importer, by_hand: Hand
    ) -> None:
        bring(A, B)
        browser = sign_in("author")
        path = self.path(event, str(by_hand.contact(A[3]).id))
        page = browser.get(path)
        assert A[3] in {e.attributes.get("value") for e in page.all("input")}
        own = NEW | {"company": A[0], "email": A[3], "email_again": A[3], "names_person": "y"}
        page = browser.post(path, own | {"phone": "06-1234"})
        assert "06-1234" in page.text
        assert "個人名" in page.text
        assert "名簿から外しました" in browser.post(f"{path}/remove").text
        assert bring.addressees() == [(B[0], B[3])]
        assert "いま名簿から外れています" in browser.get(path).text
        browser.post(f"{path}/restore")
        assert len(bring.addressees()) == 2

    def test_a_change_during_the_check_starts_it_again(
        self,
        sign_in: SignIn,
        meeting: Meeting,
        submitted: Snapshot,
        database: Database,
        people: People,
    ) -> None:
        page = sign_in("author").post(self.path(meeting.event), NEW)
        assert "作成中に戻りました" in page.text
        assert reload(database, people, meeting.mailing.id).state.value == "draft"

    def test_only_an_author_may(self, sign_in: SignIn, meeting: Meeting) -> None:
        browser = sign_in("checker")
        browser.get(self.path(meeting.event), status=403)
        browser.post(self.path(meeting.event, "1/remove"), status=403)
        assert "担当者を追加" not in self.roster(browser, meeting).text

    def test_nobody_who_is_not_there(self, sign_in: SignIn, event: Event) -> None:
        browser = sign_in("author")
        browser.get(self.path(event, "999"), status=404)
        browser.get(self.path(event, "new?participant=999"), status=404)

    def roster(self, browser: Pages, meeting: Meeting) -> Page:
        return browser.get(f"/events/{meeting.event.id}/participants")
