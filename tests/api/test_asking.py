"""Who is let in, and who is not: tokens, scopes, walls between offices, and how often."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa
import time_machine

from eventmail import clock
from eventmail.api import tokens
from eventmail.api.models import ApiToken, Scope
from eventmail.api.operations import OPERATIONS
from eventmail.api.views import calling
from eventmail.errors import UserError
from eventmail.offices.models import Role, Staff
from eventmail.offices.permissions import Action, Actor, Forbidden
from eventmail.web.cookie import SESSION
from eventmail.web.rates import Budget
from eventmail.web.throttle import Throttle
from tests.api.conftest import Asked
from tests.api.programs import EVERYTHING, Program, acting, made


def path_of(asked: Asked, name: str) -> str:
    """Where an operation is, with the ids of the office's own objects."""
    ids = {"event_id": asked.event_id, "mailing_id": asked.mailing_id, "import_id": 1}
    return OPERATIONS[name].path.format(**ids)


def ask(asked: Asked, program: Program, name: str) -> tuple[int, str]:
    each = OPERATIONS[name]
    body = {"json": {"purpose": "x", "subject": "x", "body": "x"}} if each.body else {}
    if each.takes and not each.body:
        body = {"data": {}, "content_type": each.takes}
    answer = program.ask(each.method, path_of(asked, name), **body)
    return answer.status_code, (answer.json or {}).get("code", "")


@pytest.mark.parametrize("name", OPERATIONS)
def test_nothing_is_answered_without_a_token(asked: Asked, name: str) -> None:
    assert ask(asked, Program(asked.app), name) == (401, "no_token")
    assert ask(asked, Program(asked.app, "em_" + "x" * 43), name) == (401, "unknown_token")


@pytest.mark.parametrize("name", OPERATIONS)
def test_another_offices_object_is_not_there(asked: Asked, name: str) -> None:
    if name == "list_events":
        assert asked.stranger.get("/events").json["items"] == []
    else:
        assert ask(asked, asked.stranger, name) == (404, "not_found")


@pytest.mark.parametrize("name", OPERATIONS)
def test_each_operation_takes_its_scope(asked: Asked, name: str) -> None:
    others = EVERYTHING - {OPERATIONS[name].scope}
    with asked.database.writing() as session:
        program = Program(asked.app, made(session, asked.manager, others)[1])
    assert ask(asked, program, name) == (403, "missing_scope")


def test_a_signed_in_browser_is_nobody_here_and_gets_no_cookie(asked: Asked) -> None:
    client = asked.app.test_client()
    with client.session_transaction() as cookie:
        cookie[SESSION] = "x"
    answer = client.get("/api/v1/events")
    assert answer.status_code == 401
    assert "Set-Cookie" not in answer.headers
    assert "Cookie" not in answer.headers.get("Vary", "")
    assert answer.headers["WWW-Authenticate"].startswith("Bearer ")


ENDS = {"expired": "token_expired", "revoked": "token_revoked", "gone": "token_gone"}


@pytest.mark.parametrize("how", ENDS)
def test_a_token_that_is_over_opens_nothing(asked: Asked, how: str) -> None:
    with asked.database.writing() as session:
        token, secret = made(session, asked.manager)
        if how == "revoked":
            tokens.revoke(session, asked.manager, token.id)
    days = 91 if how == "expired" else 0
    with _inactive(asked, how == "gone"), time_machine.travel(clock.now() + timedelta(days=days)):
        answer = Program(asked.app, secret).get("/events")
    assert (answer.status_code, answer.json["code"]) == (401, ENDS[how])


@contextmanager
def _inactive(asked: Asked, wanted: bool) -> Iterator[None]:
    def put(active: bool) -> None:
        with asked.database.writing() as session:
            session.get_one(Staff, asked.manager.id).active = active

    put(not wanted)
    yield
    put(True)


def test_of_a_token_only_a_digest_is_kept_and_its_use_is_noted(asked: Asked) -> None:
    with asked.database.writing() as session:
        token, secret = made(session, asked.manager)
    assert len(secret) == 46
    assert Program(asked.app, secret).get("/events").status_code == 200
    with asked.database.reading() as session:
        row = session.execute(sa.text("SELECT * FROM api_tokens WHERE id = :id"), {"id": token.id})
        assert secret not in str(row.one())
        assert session.get_one(ApiToken, token.id).used_at is not None


BEYOND = {
    "a manager alone writes nothing": (frozenset({Scope.DRAFT}), False),
    "and hands no workbook in": (frozenset({Scope.IMPORT}), False),
    "nor reads whole addresses": (frozenset({Scope.READ}), True),
}


@pytest.mark.parametrize("name", BEYOND)
def test_nobody_lends_a_token_more_than_he_may_himself(asked: Asked, name: str) -> None:
    scopes, contacts = BEYOND[name]
    alone = _manager_alone(asked)
    with asked.database.writing() as session, pytest.raises(UserError, match="役割"):
        made(session, alone, scopes, contacts=contacts)


def _manager_alone(asked: Asked) -> Actor:
    with asked.database.reading() as session:
        found = session.scalars(sa.select(Staff).where(Staff.login != "tonari")).all()
        alone = [each for each in found if {m.role for m in each.memberships} == {Role.MANAGER}]
        return acting(session, alone[0].id, asked.manager.office.id)


def test_a_token_acts_by_nothing_but_its_scopes(asked: Asked) -> None:
    """Whatever a service is asked on its behalf, and whatever roles its maker has."""
    with asked.database.writing() as session:
        token, _ = made(session, asked.manager, contacts=True)
        actor = tokens.actor_of(session, token)
    assert not isinstance(actor, tokens.Over)
    assert {each for each in Action if actor.may(each)} == {
        *(Action.SEE, Action.SEE_ADDRESSES, Action.IMPORT_ROSTER, Action.EDIT_MAILING)
    }
    stands_in = replace(actor, lent=frozenset({Action.APPROVE}))
    assert not stands_in.may(Action.APPROVE)
    with pytest.raises(Forbidden, match="職員が画面で"):
        actor.require_person()


def test_too_many_requests_wait_and_a_wrong_token_sooner(
    asked: Asked, monkeypatch: pytest.MonkeyPatch
) -> None:
    budgets = {calling.TOKEN: Budget(2, 0.1), calling.FAILED: Budget(1, 0.1)}
    monkeypatch.setitem(asked.app.extensions, calling.EXTENSION, Throttle(budgets, lambda: 0.0))
    wrong = Program(asked.app, "em_" + "x" * 43)
    assert [wrong.get("/events").status_code for _ in range(2)] == [401, 429]
    answers = [asked.whole.get("/events") for _ in range(3)]
    assert [each.status_code for each in answers] == [200, 200, 429]
    assert answers[2].headers["Retry-After"] == "10"


OUTSIDE = {"GET /nothing": 404, "DELETE /events": 405}


@pytest.mark.parametrize("what", OUTSIDE)
def test_what_there_is_not_is_a_problem_too(asked: Asked, what: str) -> None:
    method, path = what.split()
    answer = asked.whole.ask(method, path)
    assert (answer.status_code, answer.mimetype) == (OUTSIDE[what], "application/problem+json")
    assert OUTSIDE[what] == 404 or "GET" in answer.headers["Allow"]
