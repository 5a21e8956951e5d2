"""From an empty database to a first event with its roster, led by the pages: production's rules.

The administrator opens the link of the console; two managers, an author and a checker follow.
"""

from __future__ import annotations

import re
import secrets
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pyotp
import pytest
from playwright.sync_api import Browser

from eventmail import processes
from eventmail.config import Mode, Settings, to_environment
from eventmail.database import Database
from eventmail.sample import FOLDER
from eventmail.wire import Relay
from tests.conftest import Templates, opened
from tests.journeys.conftest import SCREENS
from tests.journeys.counting import Crowd, Walker
from tests.recorder import Recorder

pytestmark = pytest.mark.journey

OFFICE, EVENT = "青葉公共職業安定所", "企業と学校との雇用情報交換会"
DOMAIN = "aoba-anteisho.example"
PASSWORD = "green umbrella on the pier"
OPEN = "このパスワードに決めて始める"
LINK = re.compile(r"https?://\S+/invitations/\S+")


@pytest.fixture
def database(request: pytest.FixtureRequest, templates: Templates) -> Iterator[Database]:
    """A database in which there is nothing at all."""
    found = opened(templates.empty(request.param))
    yield found
    found.dispose()
    templates.drop(found)


@pytest.fixture
def settings(database: Database, tmp_path: Path, relay: Relay) -> Settings:
    """Production: managers and approvers set up a second factor before anything else."""
    live = Settings(
        mode=Mode.PRODUCTION,
        secret_key=secrets.token_urlsafe(48),
        allow_plain_http=True,  # the browser comes by the loopback
        data_dir=tmp_path,
        database_url=database.url.render_as_string(hide_password=False),
        mail_server=relay.host,
        mail_port=relay.port,
        mail_timeout=5.0,
        mail_lanes=1,
    )
    command(live, "migrate")
    return live


def command(settings: Settings, *words: str) -> str:
    """What a command prints at the console."""
    done = subprocess.run(
        [sys.executable, str(processes.ENTRY), *words],
        env=to_environment(settings) | {"PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture
def crowd(
    chromium: Browser, address: str, database: Database, request: pytest.FixtureRequest
) -> Iterator[Crowd]:
    folder = request.config.getoption("--pictures")
    screen = SCREENS["sqlite" if database.is_sqlite else "postgresql"]
    made = Crowd(chromium, address, screen, Path(folder) if folder else None)
    yield made
    made.end()


def open_link(person: Walker, link: str, picture: str = "") -> None:
    """Come by a link, and choose a password."""
    person.see(link[link.index("/invitations/") :])
    if picture:
        person.picture(picture)
    person.fill("新しいパスワード", PASSWORD)
    person.fill("新しいパスワード（もう一度）", PASSWORD)
    person.press(OPEN)


def enrol(person: Walker) -> list[str]:
    """The second factor, before anything else; the codes for the day without a telephone."""
    person.heading("二段階認証")
    person.press("認証アプリを登録する")
    person.heading("認証アプリの登録")
    secret = person.page.locator(".secret").inner_text().replace(" ", "")
    person.fill("認証アプリの6桁のコード", pyotp.TOTP(secret).now())
    person.press("登録する")
    person.heading("予備のコード")
    codes: list[str] = person.page.locator(".codes code").all_inner_texts()
    person.follow(re.compile("保管しました"))
    return codes


def link_shown(person: Walker) -> str:
    """The link that the page shows once."""
    person.heading(re.compile("リンク$"))
    found = LINK.search(person.page.locator("main").inner_text())
    assert found is not None
    return found[0]


def found_office(administrator: Walker) -> None:
    """Office, relay with a real mail, mailbox: each page's button leads to the next."""
    administrator.heading("はじめの設定")
    administrator.picture("setup-first")
    administrator.fill("労働局の名前", "青葉労働局")
    administrator.fill("所の名前", OFFICE)
    administrator.press("この所をつくる")
    administrator.heading(f"{OFFICE}の準備")
    administrator.picture("setup-office")
    administrator.follow("送信サーバーを確かめる")
    administrator.fill("あなたのメールアドレス", f"jimu@{DOMAIN}")
    administrator.picture("setup-relay")
    administrator.press("つないで、試しの一通を送る")
    administrator.reads(f"jimu@{DOMAIN}>に送りました")
    administrator.follow("差出人のアドレスを登録する")
    administrator.picture("setup-mailbox")
    administrator.fill("アドレス", f"gakusotsu@{DOMAIN}")
    administrator.fill("差出人名", f"{OFFICE} 学卒部門")
    administrator.press("このアドレスを登録する")
    administrator.reads("登録しました")


def invite_manager(administrator: Walker, login: str, name: str, *, approves: bool = False) -> str:
    administrator.follow(re.compile("所の管理者を招く"))
    administrator.heading(f"{OFFICE}の管理者を招待する")
    administrator.fill("氏名", name)
    administrator.fill("ユーザー名", login)
    administrator.fill("メールアドレス", f"{login}@{DOMAIN}")
    if approves:
        administrator.tick("決裁者を兼ねる")
        administrator.picture("setup-manager")
    administrator.press("招待のリンクを作る")
    return link_shown(administrator)


def invite(manager: Walker, login: str, name: str, role: str) -> str:
    manager.follow(re.compile("を招く$"))
    manager.heading("職員を招待する")
    manager.fill("氏名", name)
    manager.fill("ユーザー名", login)
    manager.fill("メールアドレス", f"{login}@{DOMAIN}")
    manager.tick(role)
    manager.press("招待のリンクを作る")
    return link_shown(manager)


def confirm(approver: Walker, code: str) -> None:
    approver.see("/")
    approver.follow("変更の内容を確かめる")
    approver.fill("あなたのパスワード", PASSWORD)
    approver.fill("認証アプリのコードか予備のコード", code)
    approver.press(re.compile("認める"))
    approver.reads("変更を認めました")


def first_event(author: Walker) -> None:
    author.heading("ホーム")
    author.picture("home-first-author")
    author.follow("はじめのイベントを作る")
    author.fill("イベント名", EVENT)
    author.fill("開催日", "2026-12-09")
    author.fill("時間", "13:30〜16:00")
    author.fill("会場", "青葉市民センター")
    for label in ("差出人", "返信先"):
        author.page.get_by_label(label).select_option(index=0)
    author.press("イベントを作る")
    author.heading(EVENT)
    author.picture("event-first")
    author.follow("名簿を取り込む")
    author.put("名簿のファイル", FOLDER / "参加企業一覧.xlsx")
    author.press("名簿を読み取る")
    author.heading("読み取った名簿の確認")
    author.press("30件を取り込む")
    author.reads("参加者名簿を取り込みました（30件）。")


def test_an_empty_database_becomes_an_office_with_its_first_event(
    crowd: Crowd, settings: Settings, recorder: Recorder, capsys: pytest.CaptureFixture[str]
) -> None:
    printed = LINK.search(command(settings, "add-administrator", "jimu", "事務 まもる"))
    assert printed is not None, "the console prints a link that opens once"
    administrator = crowd.somebody("administrator")
    open_link(administrator, printed[0], "setup-invitation")
    enrol(administrator)
    found_office(administrator)
    first = invite_manager(administrator, "kanri", "管理 一郎")
    administrator.see("/")
    administrator.reads("5つのうち3つ済み")
    administrator.picture("administration-half")
    invite_manager(administrator, "shocho", "所長 花子", approves=True)
    assert [mail.rcpt_to for mail in recorder.received] == [
        (f"{who}@{DOMAIN}",) for who in ("jimu", "kanri", "shocho")
    ]

    manager = crowd.somebody("manager")
    open_link(manager, first)
    enrol(manager)
    manager.heading("ホーム")
    manager.picture("home-first-manager")
    manager.follow("まだ来ていない職員を見る")
    manager.picture("people-first")
    manager.press(re.compile("招待のリンクを作り直す"))
    second = link_shown(manager)

    head = crowd.somebody("head")
    open_link(head, second)
    codes = enrol(head)
    manager.see("/")
    of_author = invite(manager, "kian", "起案 太郎", "起案者")
    manager.see("/")
    of_checker = invite(manager, "kakunin", "確認 次郎", "確認者")
    for code in codes[:2]:
        confirm(head, code)
    manager.see("/")
    manager.reads("まだサインインしていない人がいます")

    checker, author = crowd.somebody("checker"), crowd.somebody("author")
    open_link(checker, of_checker)
    checker.heading("ホーム")
    checker.reads("起案者がイベントを作ると")
    checker.picture("home-first-checker")
    open_link(author, of_author)
    first_event(author)
    manager.see("/")
    manager.heading("ホーム")
    assert "はじめの設定" not in manager.page.locator("main").inner_text()
    manager.picture("home-set-up")
    administrator.see("/")
    administrator.heading("システム管理")
    assert "準備が途中" not in administrator.page.locator("main").inner_text()
    with capsys.disabled():
        print(f"\nfirst installation: {crowd.way.told()}")
