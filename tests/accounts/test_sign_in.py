"""Signing in: real passwords, one answer for unknown and wrong, and nothing without it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask
from sqlalchemy.orm import Session

from eventmail import clock, passwords
from eventmail.accounts import signing_in, throttle
from eventmail.accounts.origin import Device, Origin, digest_of
from eventmail.accounts.signing_in import Refused, SignedIn
from eventmail.database import Database
from eventmail.errors import UserError
from eventmail.offices import service
from eventmail.offices.models import Membership, Office, Role, Staff
from eventmail.offices.permissions import ALLOWED, Action, Actor, Forbidden, Standing
from eventmail.passwords import Attempt
from eventmail.sample import People
from tests.pages import Pages

PASSWORD = "demo-kian-no-pass"
ELSEWHERE = Origin("192.0.2.7", "a stranger's browser")


def test_the_right_password_opens_the_first_page(pages: Pages) -> None:
    assert pages.sign_in("kian", PASSWORD).h1 == "ホーム"


@pytest.mark.parametrize(
    ("login", "password"),
    [("kian", "wrong password"), ("nobody", PASSWORD), ("kian", PASSWORD + " ")],
)
def test_unknown_and_wrong_are_answered_alike(pages: Pages, login: str, password: str) -> None:
    assert signing_in.WRONG in pages.sign_in(login, password).text


def test_what_was_typed_stays_but_never_the_password(pages: Pages) -> None:
    page = pages.sign_in("kian", "wrong password")
    values = {e.attributes.get("name"): e.attributes.get("value") for e in page.all("input")}
    assert values["login"] == "kian"
    assert not values["password"]


def test_an_empty_form_names_both_fields(pages: Pages) -> None:
    page = pages.post("/sign-in", {"login": "", "password": ""}, status=422)
    assert "ユーザー名を入力してください。" in page.text
    assert "パスワードを入力してください。" in page.text


def begin(database: Database, login: str, password: str, origin: Origin = ELSEWHERE) -> object:
    with database.writing() as session:
        return signing_in.begin(session, login, Attempt(password), origin)


def test_guessing_is_slowed_down_even_for_the_right_password(database: Database) -> None:
    now = clock.now()
    with time_machine.travel(now, tick=False):
        for _ in range(throttle.FREE_FOR_ACCOUNT):
            assert begin(database, "kian", "guess") == Refused(signing_in.WRONG)
        told = begin(database, "kian", PASSWORD)
    assert isinstance(told, Refused)
    assert "1秒ほど待ってから" in told.sentence
    with time_machine.travel(now + timedelta(seconds=1), tick=False):
        assert isinstance(begin(database, "kian", PASSWORD), SignedIn)


def test_guesses_that_were_compared_at_once_are_counted_one_by_one(database: Database) -> None:
    with time_machine.travel(clock.now(), tick=False):
        with database.reading() as session:
            right = signing_in.typed(session, "kian", PASSWORD, ELSEWHERE)
        for _ in range(throttle.FREE_FOR_ACCOUNT):
            begin(database, "kian", "guess")
        with database.writing() as session:
            assert isinstance(signing_in.begin(session, "kian", right, ELSEWHERE), Refused)


def test_no_password_is_compared_while_others_wait_for_the_database(
    pages: Pages, monkeypatch: pytest.MonkeyPatch
) -> None:
    held, compared = [False], []
    writing, verifies = Database.writing, passwords.verifies

    @contextmanager
    def watched(database: Database) -> Iterator[Session]:
        with writing(database) as session:
            held[0] = True
            try:
                yield session
            finally:
                held[0] = False

    def noted(password_hash: str | None, password: str) -> bool:
        compared.append(held[0])
        return verifies(password_hash, password)

    monkeypatch.setattr(Database, "writing", watched)
    monkeypatch.setattr(passwords, "verifies", noted)
    for login, password in (("kian", "wrong"), ("nobody", "wrong"), ("kian", PASSWORD)):
        pages.sign_in(login, password)
    pages.post("/account/confirm", {"password": "wrong"}, status=422)
    pages.post("/account/confirm", {"password": PASSWORD})
    assert compared == [False] * 5


def test_strangers_who_guess_do_not_lock_out_the_device_that_is_known(database: Database) -> None:
    known = replace(ELSEWHERE, device=Device("d1", frozenset({digest_of("kian")})))
    with time_machine.travel(clock.now(), tick=False):
        for _ in range(throttle.FREE_FOR_ACCOUNT):
            begin(database, "kian", "guess")
        assert isinstance(begin(database, "kian", PASSWORD, known), SignedIn)
        assert isinstance(begin(database, "kian", PASSWORD), Refused)
        for _ in range(throttle.FREE_FOR_ACCOUNT):
            begin(database, "kian", "guess", known)
        assert isinstance(begin(database, "kian", PASSWORD, known), Refused)


def test_a_browser_that_signed_in_is_known_afterwards(pages: Pages, database: Database) -> None:
    pages.sign_in("kian", PASSWORD)
    pages.post("/sign-out")
    with time_machine.travel(clock.now(), tick=False):
        for _ in range(throttle.FREE_FOR_ACCOUNT):
            begin(database, "kian", "guess")
        assert pages.sign_in("kian", PASSWORD).h1 == "ホーム"


def test_who_left_cannot_sign_in_and_an_open_session_ends(
    database: Database, sign_in: Callable[[str], Pages]
) -> None:
    browser = sign_in("author")
    with database.writing() as session:
        session.scalars(sa.select(Staff).where(Staff.login == "kian")).one().active = False
    assert browser.get("/").h1 == "サインイン"
    assert begin(database, "kian", PASSWORD) == Refused(signing_in.WRONG)


def test_signing_out_ends_the_session(sign_in: Callable[[str], Pages]) -> None:
    browser = sign_in("author")
    assert browser.post("/sign-out").h1 == "サインイン"
    assert browser.get("/").h1 == "サインイン"


@pytest.mark.parametrize("path", ["/", "/events/new", "/events/1", "/mailings/1", "/deliveries/1"])
def test_nothing_is_shown_without_signing_in(pages: Pages, path: str) -> None:
    assert pages.get(path).h1 == "サインイン"


@pytest.mark.parametrize(
    ("target", "lands"),
    [
        ("/events/new", "/events/new"),
        ("https://evil.example/", "/"),
        ("//evil.example/", "/"),
        ("/\\evil.example", "/"),
        ("javascript:alert(1)", "/"),
        ("//[", "/"),
        ("", "/"),
    ],
)
def test_the_page_that_was_wanted_is_one_of_ours(pages: Pages, target: str, lands: str) -> None:
    pages.get("/sign-in")
    pages.post(f"/sign-in?next={target}", {"login": "kian", "password": PASSWORD})
    assert pages.response.request.path == lands


def test_a_form_without_its_token_does_nothing(sign_in: Callable[[str], Pages]) -> None:
    browser = sign_in("author")
    browser.post("/sign-out", csrf=False, status=400)
    assert browser.get("/").h1 == "ホーム"


def test_a_short_password_is_refused(database: Database, people: People) -> None:
    with database.writing() as session:
        office = session.get_one(Office, people.author.office.id)
        with pytest.raises(UserError, match="15文字以上"):
            service.add_staff(session, office, "new", "新人", "short", [Role.AUTHOR])


@pytest.mark.parametrize(
    "act",
    [
        lambda s, o: service.add_office(s, "みどり野労働局", o.name),
        lambda s, o: service.office_named(s, "どこにもない所"),
        lambda s, o: service.add_mailbox(s, o, "差出人", "not an address"),
        lambda s, o: service.add_staff(s, o, "kian", "同じ", "long enough password", [Role.AUTHOR]),
    ],
    ids=["office twice", "no such office", "bad address", "login twice"],
)
def test_setting_up_refuses_in_one_sentence(
    database: Database, people: People, act: Callable[..., object]
) -> None:
    with database.writing() as session, pytest.raises(UserError) as raised:
        act(session, session.get_one(Office, people.author.office.id))
    assert raised.value.message.endswith("。")


@pytest.mark.parametrize("action", list(ALLOWED))
@pytest.mark.parametrize("role", list(Role))
def test_the_table_of_roles_and_actions(role: Role, action: Action) -> None:
    actor = Actor(Staff(memberships=[Membership(office_id=1, role=role)]), Office(id=1))
    if ALLOWED[action] & {role, Standing.ANYONE, Standing.SIGNED_IN}:
        actor.require(action)
    else:
        with pytest.raises(Forbidden):
            actor.require(action)


def test_every_action_has_its_row() -> None:
    assert set(Action) == set(ALLOWED)


def test_an_app_with_an_unmarked_view_does_not_start(fresh_app: Flask) -> None:
    from eventmail import web

    fresh_app.view_functions["forgotten"] = lambda: "open to all"
    with pytest.raises(RuntimeError, match="forgotten"):
        web.require_permissions(fresh_app)
