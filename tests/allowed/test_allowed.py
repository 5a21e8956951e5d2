"""The office's list of addresses that its letters may name."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import sqlalchemy as sa

from eventmail.allowed import service as allowed
from eventmail.audit.models import AuditEntry
from eventmail.audit.service import address_digest
from eventmail.database import Database
from eventmail.errors import NotFound, UserError
from eventmail.events.models import Contact
from eventmail.mailings import service as mailings
from eventmail.mailings.models import Mailing
from eventmail.offices.permissions import Forbidden
from eventmail.sample import People
from tests.conftest import Meeting
from tests.pages import Pages

RIGHT = {
    "an address": ("Kaijo@Kaikan.example", "kaijo@kaikan.example"),
    "full width": ("ｋａｉｊｏ＠ｋａｉｋａｎ．example", "kaijo@kaikan.example"),
    "a domain": ("kaikan.example", "kaikan.example"),
    "a domain with its sign": ("@Kaikan.example", "kaikan.example"),
}
WRONG = {
    "nothing": (" @ ", "入力してください"),
    "two addresses": ("a@b.example, c@d.example", "1つだけにしてください"),
    "no domain": ("kaikan", "正しくありません"),
    "a provider's domain": ("gmail.com", "だれでも使えるドメイン"),
}


@pytest.mark.parametrize("name", RIGHT)
def test_what_is_put_on_the_list(name: str, database: Database, people: People) -> None:
    typed, value = RIGHT[name]
    with database.writing() as session:
        allowed.allow(session, people.author, typed)
        allowed.allow(session, people.approver, typed)  # pressed twice
    with database.reading() as session:
        assert allowed.values(session, people.author.office.id) == {value}
        (entry,) = session.scalars(sa.select(AuditEntry).filter_by(action="address.allowed"))
        recorded = address_digest(session, value) if "@" in value else value
        assert (entry.staff_id, entry.after) == (people.author.id, {"value": recorded})
        assert "@" not in str(entry.after), "no address in the clear"


@pytest.mark.parametrize("name", WRONG)
def test_what_is_refused(name: str, database: Database, people: People) -> None:
    typed, sentence = WRONG[name]
    with database.writing() as session, pytest.raises(UserError, match=sentence):
        allowed.allow(session, people.author, typed)


def test_neither_a_participants_address_nor_its_domain(
    database: Database, people: People, meeting: Meeting
) -> None:
    with database.writing() as session:
        address = session.scalars(sa.select(Contact.address)).first() or ""
        with pytest.raises(UserError, match="参加事業所のメールアドレス"):
            allowed.allow(session, people.author, address.upper())
        with pytest.raises(UserError, match="参加事業所が使っているドメイン"):
            allowed.allow(session, people.author, address.partition("@")[2])
        allowed.allow(session, people.author, "x" + address.partition("@")[2])


def test_checkers_may_not(database: Database, people: People) -> None:
    with database.writing() as session:
        entry = allowed.allow(session, people.author, "kaikan.example")
        with pytest.raises(Forbidden):
            allowed.allow(session, people.checker, "b.example")
        with pytest.raises(Forbidden):
            allowed.disallow(session, people.checker, entry.id)


def test_taking_off_is_recorded(database: Database, people: People) -> None:
    with database.writing() as session:
        entry = allowed.allow(session, people.author, "kaikan.example")
        assert allowed.disallow(session, people.approver, entry.id) == "kaikan.example"
        with pytest.raises(NotFound):
            allowed.disallow(session, people.approver, entry.id)
    with database.reading() as session:
        assert allowed.values(session, people.author.office.id) == frozenset()
        (entry_,) = session.scalars(sa.select(AuditEntry).filter_by(action="address.disallowed"))
        assert entry_.staff_id == people.approver.id


@pytest.mark.parametrize("value", ["a b.example", "a@b@c.example", "a.example,b.example", "x"])
def test_the_table_itself_holds_one_value(value: str, database: Database, people: People) -> None:
    row = {"value": value, "office": people.author.office.id, "staff": people.author.id}
    insert = sa.text(
        "INSERT INTO office_allowed_addresses (office_id, value, added_by, added_at) "
        "VALUES (:office, :value, :staff, '2026-11-26')"
    )
    with pytest.raises(sa.exc.IntegrityError), database.writing() as session:
        session.execute(insert, row)


def test_one_click_beside_the_finding_and_it_is_gone(
    sign_in: Callable[[str], Pages], database: Database, meeting: Meeting
) -> None:
    with database.writing() as session:
        session.get_one(Mailing, meeting.mailing.id).body += "\n会場 kaijo@kaikan.example\n"
    browser = sign_in("author")
    path = f"/mailings/{meeting.mailing.id}"
    page = browser.get(path)
    assert "この所のものでないメールアドレスがあります" in page.text
    (mark,) = page.all("mark")
    assert mark.text == "［指摘の場所］kaijo@kaikan.example"
    sent = {"value": "kaijo@kaikan.example", "mailing_id": str(meeting.mailing.id)}
    page = browser.post("/allowed-addresses", sent)
    assert "この所のものでないメールアドレスがあります" not in page.text
    assert page.h1 in browser.get(path).text
    assert "kaijo@kaikan.example" in browser.get("/allowed-addresses").text
    with database.reading() as session:
        mailing = session.get_one(Mailing, meeting.mailing.id)
        found = mailings.find(session, mailings.current_content(session, mailing))
        assert "foreign_address" not in {each.code for each in found}


def test_what_was_typed_wrong_stays_in_its_field(sign_in: Callable[[str], Pages]) -> None:
    page = sign_in("author").post("/allowed-addresses", {"value": "a@b@c"}, status=409)
    (field,) = [each for each in page.all("input") if each.attributes.get("name") == "value"]
    assert field.attributes["value"] == "a@b@c"
    assert "「a@b@c」は登録できません" in page.text
    sign_in("author").post("/allowed-addresses", {"value": "", "mailing_id": "x"}, status=422)


def test_an_entry_is_taken_off_on_the_page(
    sign_in: Callable[[str], Pages], database: Database, people: People
) -> None:
    with database.writing() as session:
        entry = allowed.allow(session, people.author, "kaikan.example")
    browser = sign_in("approver")
    page = browser.post(f"/allowed-addresses/{entry.id}/remove", {})
    assert "登録を取り消しました" in page.text
    assert "まだ登録がありません" in page.text
    assert "登録する" not in [
        each.text for each in sign_in("checker").get("/allowed-addresses").all("button")
    ]
