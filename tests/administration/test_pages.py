"""The installation's administrator makes bureaus and offices, and sees nothing that they hold."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
import sqlalchemy as sa
from click.testing import CliRunner
from flask import Flask

from eventmail import cli_people, cli_running, migrate, sample
from eventmail.config import Settings
from eventmail.database import Database
from eventmail.offices.models import Bureau, Office, Staff
from eventmail.sample import People
from tests.conftest import Meeting, Templates, opened
from tests.pages import Pages
from tests.people.test_inviting import PASSWORD

BUREAU, OFFICE = "みどり野労働局", "姫里公共職業安定所"


@pytest.fixture
def administrator(app: Flask, database: Database) -> Pages:
    with database.writing() as session:
        sample.load_outside(session)
    browser = Pages(app)
    browser.sign_in("system", "demo-system-pass")
    return browser


def test_his_first_page_is_the_tree(administrator: Pages, meeting: Meeting) -> None:
    page = administrator.get("/")
    assert page.h1 == "システム管理"
    assert BUREAU in page.text
    assert OFFICE in page.text
    assert "局の担当者：神尾 隆之" in page.text
    assert "5人" in page.text


@pytest.mark.parametrize("path", ["/events/1", "/mailings/1", "/tasks", "/stop", "/wordings"])
def test_no_page_of_an_office_opens_for_him(
    administrator: Pages, meeting: Meeting, path: str
) -> None:
    assert administrator.get(path, status=403).h1 == "受け付けられませんでした"


@pytest.mark.parametrize("role", ["author", "manager", "auditor"])
def test_nobody_else_administers(sign_in: object, role: str) -> None:
    browser: Pages = sign_in(role)  # type: ignore[operator]
    assert "システム管理者の役割" in browser.get("/administration", status=403).text


def test_a_bureau_an_office_and_other_names(administrator: Pages, database: Database) -> None:
    administrator.post("/administration/bureaus/new", {"name": "青葉労働局"})
    with database.reading() as session:
        made = session.scalars(sa.select(Bureau).where(Bureau.name == "青葉労働局")).one()
    page = administrator.post(f"/administration/bureaus/{made.id}/offices/new", {"name": "青葉所"})
    assert "所「青葉所」を登録しました。" in page.text
    with database.reading() as session:
        office = session.scalars(sa.select(Office).where(Office.name == "青葉所")).one()
    assert (office.bureau_id, office.hold_minutes, office.first_copy_minutes) == (made.id, 5, None)
    administrator.post(f"/administration/offices/{office.id}/rename", {"name": "青葉東所"})
    page = administrator.post(f"/administration/bureaus/{made.id}/rename", {"name": "あおば労働局"})
    assert "青葉東所" in page.text
    assert "あおば労働局" in page.text


@pytest.mark.parametrize(
    ("name", "status", "told"),
    [
        ("", 422, "名前を入力してください。"),
        ("長" * 201, 422, "200文字以内"),
        (BUREAU, 409, "すでに登録されています"),
    ],
)
def test_a_name_that_will_not_do_stays_to_be_mended(
    administrator: Pages, name: str, status: int, told: str
) -> None:
    page = administrator.post("/administration/bureaus/new", {"name": name}, status=status)
    assert told in page.text
    values = [
        e.attributes.get("value") for e in page.all("input") if e.attributes["name"] == "name"
    ]
    assert values == [name]


@pytest.mark.parametrize(
    "path", ["bureaus/99/rename", "bureaus/99/offices/new", "offices/99/rename"]
)
def test_what_is_not_there_is_not_found(administrator: Pages, path: str) -> None:
    administrator.get(f"/administration/{path}", status=404)


def test_the_commands_make_both(database: Database, people: People, settings: Settings) -> None:
    runner = CliRunner()
    password = "a long enough password\n" * 2
    for command, arguments, typed in (
        (cli_people.add_administrator, ["kanrisha", "管理 太郎", "--with-password"], password),
        (cli_people.add_overseer, [BUREAU, "tantou", "局野 花子"], password),
        (cli_people.add_overseer, [BUREAU, "kanri"], ""),
    ):
        done = runner.invoke(
            command, arguments, input=typed, obj=lambda: settings, catch_exceptions=False
        )
        assert done.exit_code == 0, done.output
    with database.reading() as session:
        staff = {each.login: each for each in session.scalars(sa.select(Staff))}
    assert staff["kanrisha"].administrator
    assert not staff["kanrisha"].memberships
    assert [len(staff[each].oversight) for each in ("tantou", "kanri", "kian")] == [1, 1, 0]


def test_the_first_administrator_comes_by_a_link_that_opens_once(
    app: Flask, database: Database, settings: Settings
) -> None:
    done = CliRunner().invoke(
        cli_people.add_administrator,
        ["kanrisha", "管理 太郎"],
        obj=lambda: settings,
        catch_exceptions=False,
    )
    assert "「管理 太郎」をシステム管理者にしました。" in done.output
    found = re.search(r"/invitations/\S+", done.output)
    assert found is not None
    chosen = {"password": PASSWORD, "again": PASSWORD}
    assert Pages(app).post(found[0], chosen).h1 == "システム管理"
    Pages(app).get(found[0], status=404)
    again = CliRunner().invoke(
        cli_people.add_administrator, ["kanrisha"], obj=lambda: settings, catch_exceptions=False
    )
    assert "/invitations/" not in again.output, "he has a password of his own"


def test_a_new_installation_is_told_how_to_begin(settings: Settings, templates: Templates) -> None:
    assert not cli_running._is_empty(settings)
    url = templates.empty("sqlite")
    fresh = opened(url)
    migrate.upgrade(fresh)
    fresh.dispose()
    assert cli_running._is_empty(replace(settings, database_url=url))
    assert "add-administrator" in cli_running.FIRST


class TestManyOffices:
    """A nation-wide installation: its tree comes page by page."""

    @pytest.fixture
    def nation(self, administrator: Pages, database: Database) -> Pages:
        with database.writing() as session:
            for name in ("あ局", "い局"):
                bureau = Bureau(name=name)
                session.add(bureau)
                session.flush()
                session.add_all(
                    Office(bureau_id=bureau.id, name=f"{name}の所{n:03}") for n in range(80)
                )
            session.add(Bureau(name="う局"))
        return administrator

    def test_every_office_stands_on_one_page(self, nation: Pages) -> None:
        pages = [nation.get(f"/administration?page={number}").text for number in (1, 2)]
        # Above the tree stands whose setting up is not over yet.
        trees = [page.partition("労働局を登録する")[2] for page in pages]
        for name in ("あ局", "い局"):
            for n in range(80):
                assert [f"{name}の所{n:03}" in tree for tree in trees].count(True) == 1

    def test_a_bureau_on_two_pages_says_on_both_how_many_it_has(self, nation: Pages) -> None:
        for number in (1, 2):
            assert "い局（80所）" in nation.get(f"/administration?page={number}").text

    def test_a_bureau_without_offices_is_there(self, nation: Pages) -> None:
        assert "う局（0所）" in nation.get("/administration?page=2").text

    def test_beyond_the_last_page_is_the_last(self, nation: Pages) -> None:
        assert "2 / 2 ページ" in nation.get("/administration?page=99").text
