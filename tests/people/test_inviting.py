"""A manager invites; another person confirms the roles; the one invited sets his own password."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from flask import Flask

from eventmail.accounts import invitations
from eventmail.database import Database
from eventmail.offices.models import Role
from eventmail.proposals import service as proposals
from eventmail.sample import People
from tests.pages import Pages

SignIn = Callable[[str], Pages]
PASSWORD = "green umbrella on the pier"
TYPED = {"name": "山本 はるか", "login": "yamamoto", "address": "", "roles": ["author"]}


def path_in(text: str) -> str:
    found = re.search(r"https?://[^/]+(/invitations?/[A-Za-z0-9_-]+)", text)
    assert found is not None, text
    return found[1]


def test_from_the_invitation_to_the_first_page(
    sign_in: SignIn, app: Flask, database: Database, people: People
) -> None:
    manager = sign_in("manager")
    page = manager.post("/people/new", TYPED)
    assert "この画面に一度だけ表示されます" in page.text
    path = path_in(page.text)
    assert "まだ使われていないリンク（1件）" in manager.get("/people").text
    with database.writing() as session:
        (waits,) = proposals.waiting(session, people.approver.office.id)
        proposals.confirm(session, people.approver, waits, waits.digest)
    invited = Pages(app)
    assert "山本 はるか" in invited.get(path).text
    page = invited.post(path, {"password": PASSWORD, "again": PASSWORD})
    assert page.h1 == "ホーム", page.text
    assert "起案者" in page.text
    assert "まだ使われていないリンク" not in manager.get("/people").text


WRONG: dict[str, tuple[dict[str, object], int, str]] = {
    "no name": ({"name": " "}, 422, "氏名を入力してください。"),
    "no role": ({"roles": []}, 422, "役割をひとつ以上選んでください。"),
    "a role that is none": ({"roles": ["king"]}, 422, "役割"),
    "a login in other letters": ({"login": "山本"}, 409, invitations.NO_LOGIN),
    "a login that is taken": ({"login": "kian"}, 409, "すでに使われています"),
    "an address elsewhere": ({"address": "haruka@elsewhere.example"}, 409, "アドレス"),
}


@pytest.mark.parametrize("what", WRONG)
def test_what_is_wrong_is_said_and_nobody_is_there(
    sign_in: SignIn, database: Database, people: People, what: str
) -> None:
    changed, status, says = WRONG[what]
    page = sign_in("manager").post("/people/new", {**TYPED, **changed}, status=status)
    assert says in page.text
    with database.reading() as session:
        assert invitations.open_invitations(session, people.manager.office.id) == []


def test_a_link_is_taken_back(
    sign_in: SignIn, app: Flask, database: Database, people: People
) -> None:
    manager = sign_in("manager")
    path = path_in(manager.post("/people/new", TYPED).text)
    with database.reading() as session:
        (made,) = invitations.open_invitations(session, people.manager.office.id)
    page = manager.post(f"/people/links/{made.id}/revoke")
    assert "「山本 はるか」さんのリンクを取り消しました。" in page.text
    Pages(app).get(path, status=404)


def test_a_forgotten_password_is_set_anew_by_its_person(
    sign_in: SignIn, app: Flask, people: People
) -> None:
    manager = sign_in("manager")
    path = path_in(manager.post(f"/people/{people.author.id}/link").text)
    author = Pages(app)
    author.post(path, {"password": PASSWORD, "again": PASSWORD})
    again = Pages(app)
    again.sign_in("kian", PASSWORD)
    assert again.get("/").h1 == "ホーム"


def test_nobody_makes_a_link_to_himself(sign_in: SignIn, people: People) -> None:
    page = sign_in("manager").post(f"/people/{people.manager.id}/link")
    assert invitations.ONESELF in page.text


def test_the_roles_wait_for_another_person(
    sign_in: SignIn, database: Database, people: People
) -> None:
    sign_in("manager").post("/people/new", {**TYPED, "roles": [each.value for each in Role]})
    with database.reading() as session:
        (waits,) = proposals.waiting(session, people.approver.office.id)
        assert waits.proposer_id == people.manager.id
