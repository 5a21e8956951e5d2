"""The pages: one's own papers, the manager's lists, the bureau's figures, task and count."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import timedelta

import openpyxl
import pytest
import sqlalchemy as sa
from flask import Flask

from eventmail import clock, sample
from eventmail.audit.models import AuditEntry
from eventmail.database import Database
from eventmail.offices.models import Staff
from eventmail.sample import People
from eventmail.training import service
from eventmail.training.models import Purpose
from tests.pages import Page, Pages
from tests.training.asking import (
    CHECKLIST,
    TEST,
    answer,
    assign,
    bad,
    count,
    good,
    overdue_since,
    tasks,
    wanted,
)

SignIn = Callable[[str], Pages]
pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


def posted(days: int = 7, **given: object) -> dict[str, object]:
    """The form to assign, filled in."""
    due = clock.today() + timedelta(days=days)
    filled = {"sorts": ["checklist", "test"], "purpose": "urgent", "due_on": due, "whom": "all"}
    return {**filled, "due_on": due.isoformat(), **given}


def buttons(page: Page) -> list[str]:
    """What the page's links and buttons say."""
    return [each.text.strip() for each in page.elements if each.tag in ("a", "button")]


def test_the_home_page_says_what_is_open_and_until_when(
    database: Database, people: People, sign_in: SignIn
) -> None:
    browser = sign_in("author")
    assign(database, people.manager, CHECKLIST, to=people.author)
    page = browser.get("/")
    assert "「個人情報とメールの自主点検表」が1件あります" in page.text
    due = clock.japanese_date(clock.today() + timedelta(days=7))
    assert f"期限 {due}" in page.text
    assert "緊急" not in page.text
    overdue_since(database, days=1)
    assert "「個人情報とメールの自主点検表」の期限を過ぎています" in browser.get("/").text
    answer(database, people.author, good(CHECKLIST))
    assert "いま待っている仕事はありません" in browser.get("/").text


def test_what_is_urgent_is_said_to_be(database: Database, people: People, sign_in: SignIn) -> None:
    with database.writing() as session:
        service.assign(session, people.manager, wanted(TEST, purpose=Purpose.URGENT))
    assert "緊急の割り当てです。" in sign_in("author").get("/").text


class TestOwn:
    def test_a_checklist_is_filled_in_and_says_what_to_do(
        self, database: Database, people: People, sign_in: SignIn
    ) -> None:
        assign(database, people.manager, CHECKLIST, to=people.author)
        (task,) = tasks(database, people.author)
        browser = sign_in("author")
        browser.get(f"/training/tasks/{task.id}")
        answers = good(CHECKLIST) | {"second_person": "no", "taking_out": "na"}
        page = browser.post(f"/training/tasks/{task.id}", answers)
        assert page.h1 == "個人情報とメールの自主点検表の結果"
        assert "直すことが1件あります" in page.text
        assert "ひとりで送るのをやめ、確かめる人を上司と決めてください。" in page.text
        again = browser.get(f"/training/tasks/{task.id}")
        marked = [e for e in again.all("input") if "checked" in e.attributes]
        assert ("second_person", "no") in {
            (each.attributes["name"], each.attributes["value"]) for each in marked
        }, "what was answered is there to be mended"

    def test_a_test_explains_itself_afterwards_and_is_taken_again(
        self, database: Database, people: People, sign_in: SignIn
    ) -> None:
        assign(database, people.manager, TEST, to=people.author)
        (task,) = tasks(database, people.author)
        browser, path = sign_in("author"), f"/training/tasks/{task.id}"
        assert "受け取った全員に見えます" not in browser.get(path).text
        page = browser.post(path, bad(TEST))
        assert "10問のうち0問が正解でした。合格は9問以上です。" in page.text
        assert "受け取った全員に見えます" in page.text
        assert "もう一度受ける" in buttons(page)
        page = browser.post(path, good(TEST))
        assert "合格しました（10問のうち10問が正解）" in page.text
        assert "もう一度受ける" not in buttons(page)
        assert browser.get(path).h1 == page.h1, "what is over shows what came of it"

    def test_what_was_chosen_is_still_there_when_one_answer_is_missing(
        self, database: Database, people: People, sign_in: SignIn
    ) -> None:
        assign(database, people.manager, TEST, to=people.author)
        (task,) = tasks(database, people.author)
        browser = sign_in("author")
        given = good(TEST)
        given.pop("recall")
        page = browser.post(f"/training/tasks/{task.id}", given, status=422)
        assert "答えを選んでください。" in page.text
        assert sum("checked" in each.attributes for each in page.all("input")) == 9
        assert count(database, "training_results") == 0

    @pytest.mark.parametrize("value", ["9", "", "yes", "x" * 5000])
    def test_a_choice_that_is_not_there_is_refused(
        self, database: Database, people: People, sign_in: SignIn, value: str
    ) -> None:
        assign(database, people.manager, TEST, to=people.author)
        (task,) = tasks(database, people.author)
        answers = good(TEST) | {"bcc": value}
        sign_in("author").post(f"/training/tasks/{task.id}", answers, status=422)

    def test_another_persons_paper_is_not_there(
        self, database: Database, people: People, sign_in: SignIn
    ) -> None:
        assign(database, people.manager, TEST, to=people.author)
        (task,) = tasks(database, people.author)
        browser = sign_in("checker")
        for path in (f"/training/tasks/{task.id}", f"/training/tasks/{task.id}/result"):
            browser.get(path, status=404)
        browser.post(f"/training/tasks/{task.id}", good(TEST), status=404)


WRONG = {
    "nothing": ({"sorts": []}, 422, "どちらかは選んでください"),
    "a paper that is not there": ({"sorts": ["exam"]}, 422, "割り当てるもの"),
    "nobody": ({"whom": "chosen"}, 422, "ひとり以上選んで"),
    "somebody who is not here": ({"whom": "chosen", "chosen": ["9999"]}, 422, "選ぶ職員："),
    "no number": ({"whom": "chosen", "chosen": ["x"]}, 422, "選ぶ職員："),
    "no day": ({"due_on": ""}, 422, "期限の日を入力してください"),
    "no such day": ({"due_on": "2026-02-30"}, 422, "期限"),
    "a day gone by": ({"due_on": "2020-01-01"}, 409, "きょうから1年以内"),
    "no purpose": ({"purpose": "fun"}, 422, "目的"),
}


class TestTheManager:
    def test_assigns_to_all_and_sees_who_is_done(
        self, database: Database, people: People, sign_in: SignIn
    ) -> None:
        browser = sign_in("manager")
        browser.get("/training/manage")
        page = browser.post("/training/manage", posted(0))
        assert "5人に割り当てました。" in page.text
        paths = [e.attributes["href"] for e in page.all("a")]
        (path,) = [each for each in paths if each and each.endswith("/assignments/2")]
        first = tasks(database, people.author)
        answer(database, people.author, good(TEST), first[0].id)
        page = browser.get(path)
        shown = [each.text for each in page.all("dd")][-4:]
        assert shown == ["5件", "1件", "4件", "0件"]
        assert "結果を見て確認する" in buttons(page)

    def test_assigns_to_those_who_are_ticked(
        self, database: Database, people: People, sign_in: SignIn
    ) -> None:
        browser = sign_in("manager")
        browser.get("/training/manage")
        page = browser.post("/training/manage", posted(whom="chosen", chosen=[people.checker.id]))
        assert "1人に割り当てました。" in page.text
        assert tasks(database, people.author) == []

    @pytest.mark.parametrize(("given", "status", "told"), WRONG.values(), ids=WRONG)
    def test_what_is_wrong_is_told_and_nothing_is_lost(
        self,
        database: Database,
        sign_in: SignIn,
        given: dict[str, object],
        status: int,
        told: str,
    ) -> None:
        browser = sign_in("manager")
        browser.get("/training/manage")
        page = browser.post("/training/manage", posted() | given, status=status)
        assert told in page.text
        assert count(database, "training_assignments") == 0

    def test_sees_the_answers_and_confirms_them(
        self, database: Database, people: People, sign_in: SignIn
    ) -> None:
        assign(database, people.manager, CHECKLIST, to=people.author)
        done = answer(database, people.author, good(CHECKLIST) | {"locked": "no"})
        browser, path = sign_in("manager"), f"/training/results/{done}"
        page = browser.get(path)
        assert "「いいえ」が1問" in page.text
        page = browser.post(path)
        assert f"{people.author.staff.name}さんの結果を確認しました。" in page.text
        assert "確認済み" in page.text
        assert "確認しました" in browser.get(path).text
        own = sign_in("author").get(f"/training/tasks/{tasks(database, people.author)[0].id}")
        assert "に確認済み" in own.text

    def test_finds_the_results_of_others_among_his_tasks_until_they_are_confirmed(
        self, database: Database, people: People, sign_in: SignIn
    ) -> None:
        assign(database, people.manager, TEST)
        done = [
            answer(database, each, good(TEST))
            for each in (people.author, people.checker, people.manager)
        ]
        answer(database, people.approver, bad(TEST))
        browser = sign_in("manager")
        page = browser.get("/tasks")
        assert "2人の結果が、所の管理者の確認を待っています。" in page.text
        (link,) = [e for e in page.all("a") if e.text == "結果を見て確認する"]
        assert browser.get(str(link.attributes["href"])).h1 == "To・Cc・Bccの確認テストの状況"
        for each in done[:2]:
            browser.post(f"/training/results/{each}")
        assert "いま待っている仕事はありません" in browser.get("/tasks").text
        assert "結果が届いています" not in sign_in("approver").get("/tasks").text

    def test_is_told_why_something_cannot_be_confirmed(
        self, database: Database, people: People, sign_in: SignIn
    ) -> None:
        assign(database, people.manager, TEST, to=people.manager)
        done = answer(database, people.manager, good(TEST))
        browser = sign_in("manager")
        page = browser.get(f"/training/results/{done}")
        assert "自分では確認できません" in page.text
        page = browser.post(f"/training/results/{done}")
        assert page.text.count("自分では確認できません") == 2
        assert count(database, "training_confirmations") == 0

    def test_takes_the_list_away_and_that_is_recorded(
        self, database: Database, people: People, sign_in: SignIn
    ) -> None:
        with database.writing() as session:
            session.get_one(Staff, people.author.id).name = "=HYPERLINK(1)"
        assign(database, people.manager, TEST)
        answer(database, people.author, bad(TEST))
        response = sign_in("manager").post_raw("/training/assignments/1.xlsx", {})
        sheet = openpyxl.load_workbook(io.BytesIO(response.data)).active
        rows = [[cell.value for cell in row] for row in sheet.rows]
        (author,) = [row for row in rows if row[0] == "=HYPERLINK(1)"]
        assert author[5:10] == ["もう一度受けます", author[6], "1", "0", "10"]
        assert len(rows) == 6
        assert {cell.data_type for row in sheet.rows for cell in row} <= {"s", "n", "inlineStr"}
        with database.reading() as session:
            acts = session.scalars(sa.select(AuditEntry.action)).all()
        assert "training.exported" in acts


class TestTheBureau:
    @pytest.fixture
    def overseer(self, app: Flask, database: Database, people: People) -> Pages:
        with database.writing() as session:
            sample.load_outside(session)
        account = {each["standing"]: each for each in sample.story()["outside"]}["overseer"]
        browser = Pages(app)
        browser.sign_in(account["login"], account["password"])
        return browser

    def test_assigns_and_sees_figures_and_no_names(
        self, database: Database, people: People, overseer: Pages
    ) -> None:
        overseer.get("/overview/training")
        page = overseer.post("/overview/training", posted(0))
        assert "あわせて5人に割り当てました。" in page.text
        answer(database, people.author, good(TEST), tasks(database, people.author)[0].id)
        page = overseer.get("/overview/training")
        assert f"{people.author.office.name} 10 1 9 0" in page.text
        for role in ("author", "checker", "approver", "manager", "auditor"):
            assert getattr(people, role).staff.name not in page.text

    def test_the_overview_counts_what_is_late_by_office(
        self, database: Database, people: People, overseer: Pages
    ) -> None:
        assign(database, people.manager, CHECKLIST, days=0)
        answer(database, people.author, good(CHECKLIST))
        overdue_since(database, days=1)
        page = overseer.get("/overview")
        late = [
            e.text.strip()
            for e in page.all("td")
            if e.attributes.get("data-label") == "期限を過ぎた自主点検"
        ]
        assert late == ["4", "4"], "compared with the other offices, and in the table"

    def test_an_office_that_is_not_its_own_cannot_be_ticked(self, overseer: Pages) -> None:
        overseer.get("/overview/training")
        page = overseer.post(
            "/overview/training", posted(whom="chosen", chosen=["999"]), status=422
        )
        assert "選ぶ所：" in page.text
