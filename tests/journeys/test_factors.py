"""Second factors in a real browser: a passkey of Chromium's own, an app's code, a sheet's code."""

from __future__ import annotations

from collections.abc import Iterator

import pyotp
import pytest
from playwright.sync_api import Page

from eventmail import clock, sample
from eventmail.config import Settings
from tests.journeys.conftest import Enter, as_processes
from tests.journeys.people import Person

pytestmark = pytest.mark.journey
AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture
def address(settings: Settings) -> Iterator[str]:
    """A process of its own, which knows its port: a passkey is bound to it."""
    with as_processes(settings, ("web",)) as found:
        yield found


@pytest.fixture
def at_localhost(address: str, person: Enter) -> Person:
    """The approver; passkeys have a site's name, which a number is not."""
    found: Person = person("approver")
    found.address = address.replace("127.0.0.1", "localhost")
    _sign_in(found)
    found.heading("ホーム")
    return found


def test_an_approver_sets_up_and_comes_in_by_each_way(at_localhost: Person) -> None:
    approver = at_localhost
    key = _device(approver.page)
    approver.see("/account/factors")
    approver.picture("factors-none")
    approver.page.get_by_label("パスキーの名前").fill("職場のパソコン")
    approver.press("パスキーを登録する")
    approver.heading("予備のコード")
    codes = approver.page.locator(".codes code").all_inner_texts()
    assert len(codes) == 10
    approver.picture("factors-codes")
    with approver.page.expect_download() as download:
        approver.press("ファイルに保存する")
    assert all(code in download.value.path().read_text("utf-8-sig") for code in codes)

    _sign_out(approver)
    approver.picture("factors-sign-in")
    approver.press("パスキーを使ってサインイン")
    approver.heading("ホーム")

    approver.see("/account/factors")
    approver.press("認証アプリを登録する")
    approver.heading("認証アプリの登録")
    approver.picture("factors-app")
    secret = approver.page.locator(".secret").inner_text().replace(" ", "")
    approver.page.get_by_label("認証アプリの6桁のコード").fill("000000")
    approver.press("登録する")
    approver.reads("コードが違います")
    approver.page.get_by_label("認証アプリの6桁のコード").fill(pyotp.TOTP(secret).now())
    approver.press("登録する")
    approver.reads("認証アプリを登録しました。")
    approver.picture("factors-all")

    _sign_out(approver)
    _sign_in(approver)
    approver.heading("二段階認証")
    approver.picture("factors-second")
    approver.press("パスキーで確認する")
    approver.heading("ホーム")

    _sign_out(approver)
    _sign_in(approver)
    approver.page.get_by_label("コード", exact=True).fill(codes[0])
    approver.page.get_by_role("button", name="確認する", exact=True).click()
    approver.reads("残りは9個です。")

    # A person who cancels at the device is told so, and can go on.
    _sign_out(approver)
    _verified(approver.page, key, False)
    approver.press("パスキーを使ってサインイン")
    approver.reads("パスキーの操作が取り消されたか、時間切れになりました。")
    _sign_in(approver)
    later = clock.now().timestamp() + 30  # the present code confirmed the app
    approver.page.get_by_label("コード", exact=True).fill(pyotp.TOTP(secret).at(int(later)))
    approver.page.get_by_role("button", name="確認する", exact=True).click()
    approver.heading("ホーム")


def _device(page: Page) -> tuple[object, str]:
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    made = session.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})
    return session, made["authenticatorId"]


def _verified(page: Page, key: tuple[object, str], verified: bool) -> None:
    session, authenticator = key
    session.send(  # type: ignore[attr-defined]
        "WebAuthn.setUserVerified",
        {"authenticatorId": authenticator, "isUserVerified": verified},
    )


def _sign_out(person: Person) -> None:
    person.press("サインアウト")
    person.heading("サインイン")


def _sign_in(person: Person) -> None:
    account = next(each for each in sample.story()["staff"] if each["role"] == "approver")
    person.see("/sign-in")
    person.page.get_by_label("ユーザー名").fill(account["login"])
    person.page.get_by_label("パスワード").fill(account["password"])
    person.press("サインインする")
