"""What the organiser sees of what came back, and 修正して再送."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa

from eventmail.addresses import EmailAddress
from eventmail.bounces import mending, showing
from eventmail.bounces.intake import Intake
from eventmail.bounces.models import Source
from eventmail.database import Database
from eventmail.desk import service as desk
from eventmail.desk.tasks import Kind as Waiting
from eventmail.errors import NotFound, UserError
from eventmail.events.models import Contact
from eventmail.mailings.freezing import audience
from eventmail.mailings.models import Audience, Chosen, Mailing, MailingState, SendMode, Snapshot
from eventmail.outbox import retention
from eventmail.outbox.models import Delivery
from eventmail.outbox.returns import Returns
from eventmail.outbox.views import live
from eventmail.roster.models import RosterImport
from eventmail.roster.models import Source as From
from eventmail.sample import People
from tests.bounces.conftest import came_back
from tests.pages import Page, Pages

SignIn = Callable[[str], Pages]
First = tuple[Delivery, str]
MEND = re.compile(r"/deliveries/(\d+)/mend")
NEW = "saiyo-new@minato-denki.example"


@pytest.fixture
def lost(first: First, returns: Returns, intake: Intake) -> First:
    """The first company's mail came back for good."""
    delivery, address = first
    intake.take(came_back(str(returns.of_delivery(delivery.id)), address), Source.PIPE)
    return first


def links(page: Page) -> list[str]:
    return [each.attributes.get("href") or "" for each in page.all("a")]


def field(page: Page, name: str) -> str:
    (found,) = [each for each in page.all("input") if each.attributes.get("name") == name]
    return found.attributes.get("value") or ""


def progress(sent: Snapshot) -> str:
    return f"/mailings/{sent.mailing_id}/progress"


def test_the_live_page_says_who_has_not_got_it_why_and_whom_to_call(
    database: Database, sent: Snapshot, lost: First, sign_in: SignIn
) -> None:
    page = sign_in("author").get(progress(sent))
    assert "1社に届いていません" in page.text
    assert "存在しないと返ってきました" in page.text
    with database.reading() as session:
        contact = session.get_one(Contact, lost[0].contact_id)
    assert contact.phone in page.text
    assert f"/deliveries/{lost[0].id}/mend" in links(page)


def test_of_what_was_erased_no_number_is_told_though_the_contact_is_still_there(
    database: Database, sent: Snapshot, lost: First, sign_in: SignIn
) -> None:
    with database.writing() as session:
        phone = session.get_one(Contact, lost[0].contact_id).phone
        retention.erase(session, None, session.get_one(Snapshot, sent.id), "保存期間の満了")
    page = sign_in("author").get(progress(sent))
    assert "1社に届いていません" in page.text
    assert phone
    assert phone not in page.text


def test_nothing_came_back_and_nothing_is_said(sent: Snapshot, sign_in: SignIn) -> None:
    assert "届いていません" not in sign_in("author").get(progress(sent)).text


def test_many_come_page_by_page(
    database: Database,
    sent: Snapshot,
    returns: Returns,
    intake: Intake,
    sign_in: SignIn,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(live, "BACK", 2)
    with database.reading() as session:
        own = sa.select(Delivery.id, Contact.address).join(
            Contact, Contact.id == Delivery.contact_id
        )
        mails = session.execute(own.where(Delivery.snapshot_id == sent.id).limit(3)).all()
    for number, address in mails:
        intake.take(came_back(str(returns.of_delivery(number)), address), Source.PIPE)
    browser = sign_in("author")

    def mended(query: str) -> set[int]:
        page = browser.get(progress(sent) + query)
        assert "3社に届いていません" in page.text
        found = [MEND.fullmatch(each) for each in links(page)]
        return {int(each[1]) for each in found if each}

    first, second = mended(""), mended("?back=2")
    assert (len(first), len(second)) == (2, 1)
    assert first | second == {number for number, _ in mails}
    assert mended("?back=99") == second
    assert mended("?back=-1") == mended("?back=x") == first


def test_of_too_many_the_lost_ones_are_shown_and_the_page_says_that_it_is_cut(
    database: Database,
    sent: Snapshot,
    returns: Returns,
    intake: Intake,
    sign_in: SignIn,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(showing, "MOST", 2)
    with database.reading() as session:
        own = sa.select(Delivery.id, Contact.address).join(
            Contact, Contact.id == Delivery.contact_id
        )
        in_order = own.where(Delivery.snapshot_id == sent.id).order_by(Contact.id)
        mails = session.execute(in_order.limit(12)).all()
    for number, address in mails[:11]:
        full = came_back(str(returns.of_delivery(number)), address, "4.2.2", "Mailbox full")
        intake.take(full, Source.PIPE)
    number, address = mails[11]
    intake.take(came_back(str(returns.of_delivery(number)), address), Source.PIPE)
    page = sign_in("author").get(progress(sent))
    assert "1社に届いていません" in page.text
    assert "はじめの2件だけを示しています" in page.text


def test_a_checker_sees_it_and_is_told_who_mends_it(
    sent: Snapshot, lost: First, sign_in: SignIn
) -> None:
    page = sign_in("checker").get(progress(sent))
    assert "1社に届いていません" in page.text
    assert "作成者に伝えてください" in page.text
    assert not any("/mend" in each for each in links(page))


def waiting(database: Database, who: Any) -> list[tuple[Waiting, str]]:
    with database.reading() as session:
        found = desk.waiting(session, who, lambda *_: "")
        counted = desk.count(session, who, lambda *_: "")
    assert counted == sum(each.waits for each in found), "the head of every page says the same"
    return [(each.kind, each.note) for each in found if each.kind is Waiting.BOUNCED]


def test_it_waits_on_the_home_page_until_the_address_is_put_right(
    database: Database, people: People, sent: Snapshot, lost: First
) -> None:
    assert "1社に届いていません" in waiting(database, people.author)[0][1]
    assert len(waiting(database, people.approver)) == 1
    assert waiting(database, people.checker) == []
    with database.writing() as session:
        mending.mend(session, people.author, lost[0].id, EmailAddress.parse(NEW))
    assert waiting(database, people.author) == []


def test_one_click_puts_the_roster_right_and_drafts_it_for_this_contact_alone(
    database: Database, people: People, sent: Snapshot, lost: First, sign_in: SignIn
) -> None:
    browser = sign_in("author")
    page = browser.get(f"/deliveries/{lost[0].id}/mend")
    assert lost[1] in page.text
    page = browser.post(f"/deliveries/{lost[0].id}/mend", {"email": NEW, "email_again": NEW})
    assert "この送信先だけへの下書きを作りました" in page.text
    with database.reading() as session:
        draft = session.scalars(sa.select(Mailing).order_by(Mailing.id.desc())).first()
        assert draft is not None
        assert browser.response.request.path == f"/mailings/{draft.id}/letter"
        assert (draft.state, draft.audience, draft.mode, draft.expected_count) == (
            *(MailingState.DRAFT, Audience.CHOSEN, SendMode.INDIVIDUAL, None),
        )
        assert list(session.scalars(sa.select(Chosen.contact_id))) == [lost[0].contact_id]
        assert [each.address for each in audience(session, draft)] == [NEW]
        contact = session.get_one(Contact, lost[0].contact_id)
        made = session.get_one(RosterImport, contact.import_id)
        assert (contact.address, made.source) == (NEW, From.HAND)
        other = session.get_one(Mailing, sent.mailing_id)
        assert (draft.subject, draft.body) == (other.subject, other.body)


def test_where_the_roster_is_right_already_only_the_draft_is_made(
    database: Database, people: People, sent: Snapshot, lost: First, sign_in: SignIn
) -> None:
    with database.writing() as session:
        mending.mend(session, people.author, lost[0].id, EmailAddress.parse(NEW))
        imports = session.scalar(sa.select(sa.func.count()).select_from(RosterImport))
    browser = sign_in("author")
    assert "アドレスは直してあります" in browser.get(progress(sent)).text
    assert field(browser.get(f"/deliveries/{lost[0].id}/mend"), "email") == NEW
    browser.post(f"/deliveries/{lost[0].id}/mend", {"email": NEW, "email_again": NEW})
    with database.reading() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(RosterImport)) == imports
        assert session.scalar(sa.select(sa.func.count()).select_from(Mailing)) == 3


TYPED = {
    "nothing": ({"email": "", "email_again": ""}, "メールアドレスを入力してください"),
    "two addresses": (
        {"email": "a@x.example, b@x.example", "email_again": "a@x.example"},
        "2つ以上のメールアドレス",
    ),
    "two that differ": ({"email": NEW, "email_again": "x@minato.example"}, "同じではありません"),
    "one that looks mistyped": (
        {"email": "saiyo@gmai.com", "email_again": "saiyo@gmai.com"},
        "このまま使う",
    ),
}


@pytest.mark.parametrize(("typed", "told"), TYPED.values(), ids=TYPED)
def test_what_is_mistyped_is_said_and_kept(
    database: Database, lost: First, sign_in: SignIn, typed: dict[str, str], told: str
) -> None:
    page = sign_in("author").post(f"/deliveries/{lost[0].id}/mend", typed, status=422)
    assert told in page.text
    assert field(page, "email") == typed["email"]
    with database.reading() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Mailing)) == 1


def test_the_same_address_again_makes_no_sense(lost: First, sign_in: SignIn) -> None:
    typed = {"email": lost[1], "email_again": lost[1]}
    page = sign_in("author").post(f"/deliveries/{lost[0].id}/mend", typed, status=409)
    assert "届かなかったアドレスのままです" in page.text


def test_an_address_that_another_company_has_changes_nothing(
    database: Database, people: People, lost: First
) -> None:
    with database.reading() as session:
        other = session.scalars(
            sa.select(Contact.address).where(Contact.id != lost[0].contact_id, Contact.active)
        ).first()
    with pytest.raises(UserError, match="名簿にあります"), database.writing() as session:
        mending.mend(session, people.author, lost[0].id, EmailAddress.parse(str(other)))
    with database.reading() as session:
        assert session.get_one(Contact, lost[0].contact_id).address == lost[1]
        assert session.scalar(sa.select(sa.func.count()).select_from(Mailing)) == 1


def test_a_mail_of_which_nothing_came_back_has_no_such_page(
    database: Database, people: People, sent: Snapshot
) -> None:
    with database.reading() as session:
        delivery = session.scalars(sa.select(Delivery).where(~Delivery.first_copy)).first()
        assert delivery is not None
        with pytest.raises(NotFound):
            mending.failed_of(session, people.author, delivery.id)


def test_of_several_words_the_newest_is_shown_and_they_are_counted(
    database: Database, sent: Snapshot, first: First, returns: Returns, intake: Intake
) -> None:
    box = str(returns.of_delivery(first[0].id))
    for words in ("Over quota", "mailbox full"):
        intake.take(came_back(box, first[1], "5.2.2", words), Source.PIPE)
    with database.reading() as session:
        (found,) = showing.of_snapshot(session, sent)
    assert (found.times, found.is_lost) == (2, False)
