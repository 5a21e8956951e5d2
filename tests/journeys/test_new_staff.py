"""Somebody new in an office at work: his invitation, password, second factor, and first work."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pyotp
import pytest
import sqlalchemy as sa
from playwright.sync_api import Browser

from eventmail.accounts.factors.requiring import REQUIRED
from eventmail.database import Database
from eventmail.mailings.models import Snapshot
from eventmail.offices.models import Staff
from eventmail.offices.permissions import Actor
from eventmail.sample import People, story
from tests import settling
from tests.journeys.conftest import SCREENS
from tests.journeys.counting import Crowd
from tests.journeys.people import Person
from tests.recorder import Recorder
from tests.training.asking import CHECKLIST, assign

pytestmark = pytest.mark.journey
PASSWORD = "green umbrella on the pier"
LINK = re.compile(r"/invitations/\S+")
APPROVER = next(each for each in story()["staff"] if each["role"] == "approver")


@pytest.fixture
def commands() -> tuple[str, ...]:
    return ("web",)


@pytest.fixture
def strict(database: Database, people: People) -> None:
    """Checkers need a second factor here."""
    with database.writing() as session:
        settling.settle(session, REQUIRED.at(people.manager.office.id), ["checker"])


@pytest.fixture
def crowd(
    chromium: Browser, address: str, database: Database, request: pytest.FixtureRequest
) -> Iterator[Crowd]:
    folder = request.config.getoption("--pictures")
    screen = SCREENS["sqlite" if database.is_sqlite else "postgresql"]
    made = Crowd(chromium, address, screen, Path(folder) if folder else None)
    yield made
    made.end()


def test_from_the_invitation_to_the_first_work(
    submitted: Snapshot,
    strict: None,
    crowd: Crowd,
    person: Callable[[str], Person],
    database: Database,
    people: People,
    recorder: Recorder,
    capsys: pytest.CaptureFixture[str],
) -> None:
    manager = person("manager")
    manager.see("/people")
    manager.follow("職員を招待する")
    manager.page.get_by_label("氏名").fill("新田 みのり")
    manager.page.get_by_label("ユーザー名").fill("nitta")
    manager.page.get_by_label("メールアドレス").fill("nitta@himesato-anteisho.example")
    manager.page.get_by_label("確認者").check()
    manager.press("招待のリンクを作る")
    manager.reads("リンクをメールで送りました")
    manager.picture("staff-link")
    found = LINK.search(manager.page.locator("main").inner_text())
    assert found is not None
    (mail,) = recorder.received
    assert mail.rcpt_to == ("nitta@himesato-anteisho.example",)

    approver = person("approver")
    approver.follow("変更の内容を確かめる")
    approver.page.get_by_label("あなたのパスワード").fill(APPROVER["password"])
    approver.press(re.compile("認める"))
    approver.reads("変更を認めました")
    with database.reading() as session:
        new = session.scalars(sa.select(Staff).where(Staff.login == "nitta")).one()
    assign(database, people.manager, CHECKLIST, to=Actor(new, people.manager.office))

    nitta = crowd.somebody("nitta")
    nitta.see(found[0])
    nitta.reads("確認者")
    nitta.picture("staff-invitation")
    nitta.fill("新しいパスワード", PASSWORD)
    nitta.fill("新しいパスワード（もう一度）", PASSWORD)
    nitta.press("このパスワードに決めて始める")
    nitta.heading("二段階認証")
    nitta.reads("二段階認証の登録が必要です")
    nitta.press("認証アプリを登録する")
    secret = nitta.page.locator(".secret").inner_text().replace(" ", "")
    nitta.fill("認証アプリの6桁のコード", pyotp.TOTP(secret).now())
    nitta.press("登録する")
    nitta.heading("予備のコード")
    nitta.picture("staff-codes")
    nitta.follow("ホーム")
    nitta.heading("ホーム")
    nitta.reads("自主点検")
    nitta.reads("が確認待ちです")
    nitta.picture("home-new-staff")
    nitta.follow("30件の送信内容を確認する")
    nitta.heading("送信内容の確認")
    with capsys.disabled():
        print(f"\na new member of staff: {crowd.way.told()}")
