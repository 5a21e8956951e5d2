"""The manager's page of tokens: made within his own rights, shown once, revoked, recorded."""

from __future__ import annotations

import re
from collections.abc import Callable

import sqlalchemy as sa

from eventmail.api.models import ApiToken
from eventmail.audit.models import AuditEntry
from eventmail.database import Database
from eventmail.offices import service as offices
from eventmail.offices.models import Role, Staff
from eventmail.people import service as people_service
from eventmail.sample import People
from tests.api.programs import EVERYTHING, Program, acting, made, manager_too
from tests.pages import Pages

CHOSEN = {"name": "統計システム", "scopes": ["read"], "days": "90"}
SECRET = re.compile(r"em_[A-Za-z0-9_-]{43}")


def test_a_token_is_shown_once_and_opens_the_api_until_it_is_revoked(
    sign_in: Callable[[str], Pages], database: Database
) -> None:
    browser = sign_in("manager")
    assert "APIトークンはまだありません" in browser.get("/api-tokens").text
    shown = SECRET.findall(browser.post("/api-tokens/new", CHOSEN).text)
    assert len(shown) == 1
    program = Program(browser._app, shown[0])
    assert program.get("/events").status_code == 200
    page = browser.get("/api-tokens")
    assert "統計システム" in page.text
    assert shown[0] not in page.markup
    with database.reading() as session:
        token = session.scalars(sa.select(ApiToken)).one()
    assert "取り消しました" in browser.post(f"/api-tokens/{token.id}/revoke").text
    assert program.get("/events").json["code"] == "token_revoked"
    with database.reading() as session:
        query = sa.select(AuditEntry.action).where(AuditEntry.subject == f"api_token:{token.id}")
        acts = session.scalars(query.order_by(AuditEntry.id)).all()
    assert acts == ["api.token_made", "api.token_revoked"]


def test_what_he_may_not_do_himself_is_refused_with_what_he_chose_still_there(
    sign_in: Callable[[str], Pages],
) -> None:
    browser = sign_in("manager")
    page = browser.post("/api-tokens/new", CHOSEN | {"scopes": ["read", "draft"]}, status=409)
    assert "あなたの役割ではできないことは、トークンにもさせられません" in page.text
    ticked = [e for e in page.all("input") if "checked" in e.attributes]
    assert {e.attributes["value"] for e in ticked} == {"read", "draft", "90"}
    assert browser.post("/api-tokens/new", {}, status=422).h1 == "トークンを作る"


def test_a_leavers_tokens_end_and_stay_ended_when_he_comes_back(
    database: Database, people: People
) -> None:
    with database.writing() as session:
        both = manager_too(session, people)
        token, _ = made(session, both, EVERYTHING)
    with database.writing() as session:
        manager = acting(session, people.manager.id, people.manager.office.id)
        gone = session.get_one(Staff, both.id)
        stamp = people_service.in_hand(session, manager, gone).stamp
        people_service.deactivate(session, manager, both.id, None, stamp)
    with database.writing() as session:
        people_service.reactivate(session, people.manager, both.id)
    with database.reading() as session:
        ended = session.get_one(ApiToken, token.id)
        assert (ended.revoked_at is not None, ended.revoked_by) == (True, people.manager.id)
        assert Role.AUTHOR in offices.actor_of(session, session.get_one(Staff, both.id)).roles
