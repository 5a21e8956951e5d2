"""A participant at his telephone: from the link in his mail to the answer, without an account."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
import sqlalchemy as sa
from playwright.sync_api import expect

from eventmail.config import Settings
from eventmail.database import Database
from eventmail.doorway import Doorway
from eventmail.events.models import Contact
from eventmail.links import service as links
from eventmail.mailings.models import Snapshot
from tests.journeys.people import Person

pytestmark = pytest.mark.journey
PHONE = {"width": 375, "height": 700}


@pytest.fixture
def commands() -> tuple[str, ...]:
    """No mail leaves here."""
    return ("web",)


@pytest.fixture
def phone(window: Callable[..., Person], database: Database) -> Iterator[Person]:
    """The first company's telephone; it may show that company's address and no other."""

    def hidden() -> list[str]:
        with database.reading() as session:
            _, *others = session.scalars(sa.select(Contact.address).order_by(Contact.id))
        return others

    found = window("participant", hidden, viewport=PHONE, has_touch=True, is_mobile=True)
    assert found.watch is not None
    found.watch.expected.add(404)  # of a link that is no more
    yield found
    assert found.page.context.cookies() == []


@pytest.fixture
def token(database: Database, settings: Settings, approved: Snapshot) -> str:
    with database.writing() as session:
        contact = session.scalars(sa.select(Contact).order_by(Contact.id).limit(1)).one()
        return links.token_for(session, Doorway.of(settings).sealer, contact)


def opened(database: Database) -> int:
    with database.reading() as session:
        return session.scalar(sa.text("SELECT count(*) FROM contact_marks")) or 0


def test_he_reads_confirms_answers_and_takes_the_date_along(
    database: Database, phone: Person, token: str
) -> None:
    page = phone.page
    phone.see(f"/p/{token}")
    expect(page.get_by_text("令和8年12月9日（水）").first).to_be_visible()
    page.wait_for_load_state("networkidle")
    assert opened(database) == 0, "whoever only opens a link has not seen the page"
    phone.look()
    with page.expect_response(re.compile("/seen$")):
        page.mouse.move(100, 300)
    assert opened(database) == 1

    page.get_by_role("button", name="受け取りました").tap()
    expect(page.get_by_role("status")).to_contain_text("受け取りの確認をいただきました")
    phone.look()
    page.get_by_role("button", name="回答を送る").tap()
    expect(page.locator("main")).to_contain_text("回答は保存していません")
    phone.look()
    page.get_by_label("参加する", exact=True).check()
    page.get_by_label("参加する人数").fill("２")
    page.get_by_role("button", name="回答を送る").tap()
    expect(page.get_by_role("status")).to_contain_text("回答をいただきました")
    phone.look()

    with page.expect_download() as taken:
        page.get_by_role("link", name="カレンダーに追加する").tap()
    assert taken.value.suggested_filename == "event.ics"
    page.get_by_role("link", name="English").tap()
    expect(page.get_by_role("button", name="Change the answer")).to_be_visible()
    phone.look()

    page.get_by_role("button", name="Replace the link").tap()
    expect(page.get_by_role("heading", level=1)).to_have_text("The link was replaced")
    phone.see(f"/p/{token}?lang=ja")
    expect(page.get_by_role("heading", level=1)).to_have_text("このリンクは使えません")
    page.get_by_role("link", name="新しいリンクを受け取る").tap()
    page.get_by_label("メールアドレス").fill("nobody@nowhere.example")
    page.get_by_role("button", name="リンクを送ってもらう").tap()
    expect(page.get_by_role("heading", level=1)).to_have_text("受け付けました")
    phone.look()
