"""The pages: setting up, the second step, and nothing else for who must set up first."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask

from eventmail import clock, sample
from eventmail.accounts import throttle
from eventmail.accounts.factors import asking, passkeys, recovery, rules
from eventmail.accounts.factors.means import Means
from eventmail.accounts.factors.models import TotpOffer
from eventmail.accounts.factors.requiring import REQUIRED
from eventmail.config import Settings
from eventmail.database import Database
from eventmail.mailings.models import MailingState, Snapshot
from eventmail.offices.models import Role
from eventmail.offices.setting_models import Proposal
from eventmail.sample import People
from tests import settling
from tests.accounts.factors.authenticator import Authenticator
from tests.accounts.factors.conftest import STEP, code_of
from tests.mailings import walking
from tests.mailings.journey import reload
from tests.pages import Page, Pages

SignIn = Callable[[str], Pages]
GROUPS = re.compile(r"(?:[A-Z2-7]{4} ){7}[A-Z2-7]{4}")
ACCOUNTS = {each["role"]: each for each in sample.story()["staff"]}


def with_app(browser: Pages) -> tuple[str, Page]:
    """Set an app up; its secret as the page shows it, and the page of the codes."""
    browser.get("/account/factors")
    page = browser.post("/account/factors/app/offer")
    found = GROUPS.search(page.text)
    assert found
    secret = found[0].replace(" ", "")
    return secret, browser.post("/account/factors/app", {"code": code_of(secret, -1)})


def options(browser: Pages, path: str) -> dict[str, Any]:
    read: dict[str, Any] = json.loads(browser.post_raw(path, {}).get_data())
    return read


def with_passkey(browser: Pages, settings: Settings) -> Authenticator:
    site = Means.of(settings).site
    assert site is not None
    key = Authenticator(site=site.name, origin=site.origin)
    answer = key.make(options(browser, "/account/factors/passkeys/options"))
    browser.post("/account/factors/passkeys", {"name": "職場のPC", "passkey": answer})
    return key


def password(pages: Pages, role: str = "approver") -> Page:
    return pages.sign_in(ACCOUNTS[role]["login"], ACCOUNTS[role]["password"])


def codes_on(page: Page) -> list[str]:
    return [each.text for each in page.all("code")]


def test_an_app_is_set_up_and_asked_for_from_then_on(sign_in: SignIn, pages: Pages) -> None:
    secret, page = with_app(sign_in("approver"))
    assert page.h1 == "予備のコード"
    assert len(codes_on(page)) == recovery.COUNT
    assert password(pages).h1 == "二段階認証"
    assert pages.get("/").h1 == "サインイン"
    password(pages)
    wrong = pages.post("/sign-in/second", {"code": "000000"}, status=422)
    assert asking.WRONG in wrong.text
    assert pages.post("/sign-in/second", {"code": code_of(secret)}).h1 == "ホーム"


def test_the_way_goes_on_to_the_page_that_was_wanted(sign_in: SignIn, pages: Pages) -> None:
    secret, _ = with_app(sign_in("approver"))
    pages.get("/sign-in")
    account = ACCOUNTS["approver"]
    sent = {"login": account["login"], "password": account["password"]}
    pages.post("/sign-in?next=/deputies", sent)
    pages.post("/sign-in/second", {"code": code_of(secret)})
    assert pages.response.request.path == "/deputies"


def test_a_wrong_first_code_sets_nothing_up(sign_in: SignIn, pages: Pages) -> None:
    browser = sign_in("approver")
    browser.post("/account/factors/app/offer")
    page = browser.post("/account/factors/app", {"code": "000000"}, status=422)
    assert "コードが違います" in page.text
    assert password(pages).h1 == "ホーム"


def test_a_used_code_is_answered_like_a_wrong_one(sign_in: SignIn, pages: Pages) -> None:
    secret, _ = with_app(sign_in("approver"))
    password(pages)
    page = pages.post("/sign-in/second", {"code": code_of(secret, -1)}, status=422)
    assert asking.WRONG in page.text


def test_guessing_codes_is_slowed_down_even_for_the_right_one(
    sign_in: SignIn, pages: Pages
) -> None:
    secret, _ = with_app(sign_in("approver"))
    password(pages)
    with time_machine.travel(clock.now(), tick=False):
        for _ in range(throttle.FREE_FOR_ACCOUNT):
            pages.post("/sign-in/second", {"code": "000000"}, status=422)
        page = pages.post("/sign-in/second", {"code": code_of(secret)}, status=422)
    assert "秒ほど待ってから" in page.text


def test_a_code_of_the_sheet_lets_in_and_tells_how_many_are_left(
    sign_in: SignIn, pages: Pages
) -> None:
    _, sheet = with_app(sign_in("approver"))
    codes = codes_on(sheet)
    password(pages)
    page = pages.post("/sign-in/second", {"code": codes[0].lower()})
    assert page.h1 == "ホーム"
    assert "残りは9個です。" in page.text


def test_the_sheet_is_shown_once_and_given_as_a_file(sign_in: SignIn) -> None:
    browser = sign_in("approver")
    _, sheet = with_app(browser)
    codes = codes_on(sheet)
    file = browser.post_raw("/account/factors/codes/file", {"code": codes})
    assert file.headers["Content-Disposition"].startswith("attachment")
    assert file.headers["Cache-Control"] == "no-store"
    assert all(code in file.get_data(as_text=True) for code in codes)
    overview = browser.get("/account/factors")
    assert not any(code in overview.text for code in codes)
    renewed = codes_on(browser.post("/account/factors/codes"))
    assert not set(renewed) & set(codes)
    browser.post("/account/factors/codes/file", {"code": codes}, status=409)


def test_a_passkey_alone_signs_in(sign_in: SignIn, pages: Pages, settings: Settings) -> None:
    key = with_passkey(sign_in("approver"), settings)
    asked = options(pages, "/sign-in/passkey/options")
    assert asked.get("allowCredentials", []) == []
    assert asked["userVerification"] == "required"
    assert pages.post("/sign-in/passkey", {"passkey": key.use(asked)}).h1 == "ホーム"


def test_a_passkey_is_the_second_step_as_well(
    sign_in: SignIn, pages: Pages, settings: Settings
) -> None:
    key = with_passkey(sign_in("approver"), settings)
    assert "パスキーで確認する" in password(pages).text
    answer = key.use(options(pages, "/sign-in/passkey/options"))
    assert pages.post("/sign-in/second/passkey", {"passkey": answer}).h1 == "ホーム"


def test_an_answer_caught_elsewhere_opens_nothing(
    sign_in: SignIn, pages: Pages, settings: Settings, app: Flask
) -> None:
    key = with_passkey(sign_in("approver"), settings)
    answer = key.use(options(pages, "/sign-in/passkey/options"))
    thief = Pages(app)
    options(thief, "/sign-in/passkey/options")
    page = thief.post("/sign-in/passkey", {"passkey": answer})
    assert (page.h1, passkeys.WRONG in page.text) == ("サインイン", True)
    page = thief.post("/sign-in/passkey", {"passkey": ""})
    assert page.h1 == "サインイン"


def test_the_host_of_a_request_moves_no_site(app: Flask) -> None:
    client, host = app.test_client(), "http://evil.example"
    page = Page(client.get("/sign-in", base_url=host).get_data(as_text=True))
    token = next(e for e in page.all("input") if e.attributes["name"] == "csrf_token")
    sent = {"csrf_token": token.attributes["value"]}
    answer = client.post("/sign-in/passkey/options", base_url=host, data=sent)
    assert json.loads(answer.get_data())["rpId"] == "localhost"


@pytest.fixture
def strict(database: Database, people: People) -> None:
    """The office requires a factor of its approvers."""
    with database.writing() as session:
        settling.settle(session, REQUIRED.at(people.approver.office.id), ["approver"])


@pytest.mark.usefixtures("strict")
def test_who_must_set_one_up_can_do_nothing_else(sign_in: SignIn) -> None:
    browser = sign_in("approver")
    for path in ("/", "/events/new", "/deputies", "/me"):
        page = browser.get(path)
        assert "二段階認証の登録が必要です" in page.text, path
    page = browser.post("/account/factors/codes")
    assert "二段階認証の登録が必要です" in page.text
    _, sheet = with_app(browser)
    assert len(codes_on(sheet)) == recovery.COUNT
    assert browser.get("/").h1 == "ホーム"
    page = browser.post("/account/factors/app/remove", status=409)
    assert "最後の1つは削除できません" in page.text


@pytest.mark.usefixtures("strict")
def test_others_go_on_as_before(sign_in: SignIn) -> None:
    assert sign_in("author").get("/").h1 == "ホーム"


def test_an_account_is_not_changed_on_an_old_sign_in(sign_in: SignIn, database: Database) -> None:
    browser = sign_in("approver")
    with time_machine.travel(clock.now() + STEP * 30):
        assert browser.get("/account/factors").h1 == "ご本人の確認"
        assert browser.post("/account/factors/app/offer").h1 == "ご本人の確認"
    with database.reading() as session:
        assert session.scalars(sa.select(TotpOffer)).all() == []


def test_a_manager_resets_what_a_colleague_lost(
    sign_in: SignIn, pages: Pages, people: People
) -> None:
    with_app(sign_in("approver"))
    manager, path = sign_in("manager"), f"/people/{people.approver.id}/factors/reset"
    assert people.approver.staff.name in manager.get(path).h1
    manager.post(path, {"reason": ""}, status=422)
    manager.post(path, {"reason": "端末をなくしたため"})
    assert "二段階認証の登録が必要です" in password(pages).text


def test_only_a_manager_resets(sign_in: SignIn, people: People) -> None:
    sign_in("approver").get(f"/people/{people.author.id}/factors/reset", status=403)
    sign_in("manager").get("/people/999/factors/reset", status=404)


class TestApproval:
    def test_the_code_is_asked_for_beside_the_password(
        self, sign_in: SignIn, checked: Snapshot, database: Database, people: People
    ) -> None:
        approver, path = sign_in("approver"), f"/mailings/{checked.mailing_id}/approve"
        secret, _ = with_app(approver)
        right = walking.yes(approver.get(path))
        page = approver.post(path, right, status=422)
        assert "コードを入力してください。" in page.text
        approver.post(path, right | {"code": "000000"}, status=422)
        approver.post(path, right | {"code": code_of(secret), "password": "wrong"}, status=422)
        assert reload(database, people, checked.mailing_id).state is MailingState.APPROVING
        approver.post(path, right | {"code": code_of(secret)})
        assert reload(database, people, checked.mailing_id).state is not MailingState.APPROVING

    def test_a_passkey_is_enough(
        self,
        sign_in: SignIn,
        checked: Snapshot,
        database: Database,
        people: People,
        settings: Settings,
    ) -> None:
        approver, path = sign_in("approver"), f"/mailings/{checked.mailing_id}/approve"
        key = with_passkey(approver, settings)
        sent = walking.yes(approver.get(path)) | {"password": ""}
        approver.post(path, sent | {"passkey": "{}"}, status=422)
        answer = key.use(options(approver, "/sign-in/passkey/options"))
        approver.post(path, sent | {"passkey": answer})
        assert reload(database, people, checked.mailing_id).state is not MailingState.APPROVING

    def test_a_passkeys_field_is_no_way_around_for_who_has_none(
        self, sign_in: SignIn, checked: Snapshot
    ) -> None:
        approver, path = sign_in("approver"), f"/mailings/{checked.mailing_id}/approve"
        sent = walking.yes(approver.get(path)) | {"password": "", "passkey": "{}"}
        assert passkeys.WRONG in approver.post(path, sent, status=422).text


class TestRequirement:
    """所の設定: who needs a second factor is proposed by one and confirmed by another."""

    def propose(self, manager: Pages) -> None:
        page = manager.get("/settings/second_factor")
        assert "はじめの設定" in page.text
        sent = {"roles": ["author", "approver"], "reason": "起案者も扱うため"}
        assert "変更を提案しました" in manager.post("/settings/second_factor", sent).text

    def test_it_takes_two(self, sign_in: SignIn, database: Database, people: People) -> None:
        self.propose(sign_in("manager"))
        assert sign_in("author").get("/").h1 == "ホーム"
        approver = sign_in("approver")
        secret, _ = with_app(approver)
        with database.reading() as session:
            made = session.scalars(
                sa.select(Proposal).where(Proposal.kind == "second_factor")
            ).one()
        page = approver.get(f"/proposals/{made.id}")
        assert "「起案者」の職員は、次に画面を開いたとき" in page.text
        sent = {"digest": made.digest, "password": ACCOUNTS["approver"]["password"]}
        path = f"/proposals/{made.id}/confirm"
        # The other person's yes asks for his second factor as well.
        approver.post(path, sent, status=422)
        approver.post(path, sent | {"code": code_of(secret, -1)}, status=422)
        approver.post(path, sent | {"code": code_of(secret)})
        assert "二段階認証の登録が必要です" in sign_in("author").get("/").text
        with database.reading() as session:
            needed = rules.required_in(session, people.author.office.id, frozenset())
        assert needed == {Role.AUTHOR, Role.APPROVER}
