"""One person on request: found exactly, handed over alone, erased everywhere, asked about again."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from openpyxl import load_workbook

from eventmail import sample
from eventmail.audit.models import AuditEntry
from eventmail.database import Database
from eventmail.errors import UserError
from eventmail.events.models import Contact
from eventmail.mailings.models import Snapshot
from eventmail.offices.permissions import Forbidden
from eventmail.outbox import decisions, sending
from eventmail.outbox.models import Delivery, Dispatch
from eventmail.privacy import erasing, handing, people
from eventmail.privacy.people import Person
from eventmail.sample import People
from eventmail.sealing import Sealer
from eventmail.wire import Relay
from tests.mailings.walking import PASSWORDS
from tests.pages import Pages
from tests.privacy import traces

SEALER = Sealer((b"k" * 32,))
SignIn = Callable[[str], Pages]


@pytest.fixture
def sent(database: Database, approved: Snapshot, relay: Relay) -> Contact:
    """One of the thirty who got a mail."""
    sending.run(database, relay, approved.id)
    with database.reading() as session:
        query = sa.select(Contact).where(Contact.name != "", Contact.phone != "")
        found = session.scalars(query.order_by(Contact.id)).all()[3]
        _ = found.participant
        return found


def find(database: Database, people_: People, asked: str) -> Person:
    with database.reading() as session:
        return people.find(session, people_.manager, asked)


def erase(database: Database, people_: People, asked: str) -> int:
    with database.writing() as session:
        found = people.find(session, people_.manager, asked)
        return erasing.erase(session, people_.manager, SEALER, found, "本人の請求")


def test_an_address_and_a_name_are_found_whole_and_in_any_width(
    database: Database, people: People, sent: Contact
) -> None:
    wide = sent.name.replace(" ", "　")
    for asked in (sent.address, f" {sent.address.upper()} ", sent.name, wide):
        found = find(database, people, asked)
        assert found.ids == {sent.id}, asked
        assert [each.address for each in found.mails] == [sent.address]
    for asked in (sent.address[1:], sent.name[:2], "nobody@nowhere.example"):
        assert find(database, people, asked).entries == ()


def test_the_workbook_holds_this_person_and_nobody_else(
    database: Database, people: People, sent: Contact
) -> None:
    book = load_workbook(io.BytesIO(handing.workbook(find(database, people, sent.address))))
    cells = "\n".join(
        str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row
    )
    assert sent.address in cells
    assert sent.phone in cells
    assert [sheet.title for sheet in book] == ["名簿", "送ったメール", "指摘と回答", "参加の回答"]
    own = (sent.address, sent.name, sent.phone, sent.participant.company)
    others = traces.words(database) - set(own)
    assert [word for word in others if word in cells] == []


def test_the_person_goes_everywhere_and_the_others_stay(
    database: Database, people: People, sent: Contact
) -> None:
    own = frozenset((sent.address, sent.name, sent.phone))
    assert traces.in_rows(database, own)
    others = traces.words(database) - own
    assert erase(database, people, sent.address) == 1
    assert traces.in_rows(database, own) == []
    found = traces.in_rows(database, others)
    assert {each.rpartition(": ")[2] for each in found} >= others - {sent.participant.company}
    with database.reading() as session:
        assert session.scalars(sa.select(sa.func.count(Delivery.id))).one() == 31
        entry = session.scalars(
            sa.select(AuditEntry).where(AuditEntry.action == "person.erased")
        ).one()
        assert entry.details["address"] == SEALER.digest(sent.address_key, erasing.PURPOSE)
        snapshot = session.scalars(sa.select(Snapshot)).one()
        dispatch = session.get_one(Dispatch, snapshot.id)
        with pytest.raises(UserError, match="この版の一部を消去"):
            decisions.require_may_go(session, snapshot, snapshot.mailing, dispatch)
    assert find(database, people, sent.address).entries == ()
    with pytest.raises(UserError, match="もうありません"):
        erase(database, people, sent.address)


def test_not_while_a_mail_is_under_way_and_only_by_the_manager(
    database: Database, people: People, submitted: Snapshot
) -> None:
    asked = submitted.recipients[0].address
    with pytest.raises(UserError, match="途中のメール案件"):
        erase(database, people, asked)
    with database.writing() as session, pytest.raises(Forbidden):
        erasing.erase(session, people.author, SEALER, find(database, people, asked), "x")


def test_the_page_asks_for_a_reason_and_the_password_and_a_new_roster_is_warned_of(
    database: Database, people: People, sent: Contact, sign_in: SignIn
) -> None:
    browser = sign_in("manager")
    browser.get("/privacy/person")
    assert "見つかりませんでした" in browser.post("/privacy/person", {"asked": "だれか"}).text
    page = browser.post("/privacy/person", {"asked": sent.address})
    assert sent.phone in page.text
    asked = {"asked": sent.address, "reason": "本人の請求"}
    browser.post("/privacy/person/erase", asked, status=422)
    browser.post("/privacy/person/erase", asked | {"password": "wrong"}, status=422)
    assert browser.post_raw("/privacy/person.xlsx", asked).status_code == 200
    page = browser.post("/privacy/person/erase", asked | {"password": PASSWORDS["manager"]})
    assert "消去しました" in page.text
    author = sign_in("author")
    for path in ("/events/1", "/events/1/participants", "/events/1/roster/history"):
        assert sent.address not in author.get(path).text
    author.get("/mailings/1")
    author.get("/mailings/1/progress")
    content = (sample.FOLDER / sample.story()["workbook"]).read_bytes()
    page = author.post("/events/1/roster", {"file": (io.BytesIO(content), "名簿.xlsx")})
    assert "消去の請求があった方のアドレスが1件あります" in page.text
    with database.reading() as session:
        actions = set(session.scalars(sa.select(AuditEntry.action)))
        assert {"person.looked_up", "person.handed_over", "person.erased"} <= actions
    audits = [each for each in traces.in_rows(database, [sent.address]) if "audit" in each]
    assert audits == []


@pytest.mark.parametrize(("role", "status"), [("author", 403), ("auditor", 200)])
def test_who_may_look_and_who_may_ask(
    meeting: object, sign_in: SignIn, role: str, status: int
) -> None:
    browser = sign_in(role)
    browser.get("/privacy/person", status=status)
    browser.post("/privacy/person", {"asked": "だれか"}, status=403)
