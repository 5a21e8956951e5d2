"""The manager's pages of webhooks, with real calls behind the button."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
import sqlalchemy as sa
from flask import Flask

from eventmail import create_app
from eventmail.audit.models import AuditEntry
from eventmail.config import Settings
from eventmail.database import Database
from eventmail.errors import UserError
from eventmail.offices.permissions import Forbidden
from eventmail.outbox import control
from eventmail.sample import People
from eventmail.sendlock import service as sendlock
from eventmail.sendlock.models import LockKind
from eventmail.webhooks import service, trying
from eventmail.webhooks.models import Webhook
from tests.pages import Pages
from tests.webhooks import receiver as other
from tests.webhooks.hands import Hook
from tests.webhooks.receiver import Receiver

SECRET = re.compile(r"whsec_[A-Za-z0-9+/]{43}=")
SignIn = Callable[[str], Pages]


@pytest.fixture
def settings(settings: Settings, receiver: Receiver) -> Settings:
    """Of the app as well: its administrator has named the receiver."""
    return replace(settings, webhook_hosts=(receiver.origin,))


@pytest.fixture
def app(settings: Settings) -> Iterator[Flask]:
    """An app of its own: the receiver's port is another each time."""
    made = create_app(settings)
    yield made
    made.extensions["eventmail"].outbox.huey.storage.close()
    made.extensions["eventmail"].database.dispose()


def chosen(receiver: Receiver, **more: object) -> dict[str, object]:
    return {"name": "統計システム", "url": receiver.url, "kinds": ["sending.finished"], **more}


def test_from_making_to_the_end(sign_in: SignIn, receiver: Receiver, database: Database) -> None:
    browser = sign_in("manager")
    assert "Webhookはまだありません" in browser.get("/webhooks").text
    made = browser.post("/webhooks/new", chosen(receiver))
    (secret,) = SECRET.findall(made.text)
    page = browser.get("/webhooks/1")
    assert secret not in page.markup
    assert "k3y" not in page.markup
    tried = browser.post("/webhooks/1/test")
    assert "テストの呼び出しは受け取られました" in tried.text
    (told,) = receiver.told
    assert told.news["data"] == {"webhook_id": 1}
    assert "止めました" in browser.post("/webhooks/1/off").text
    assert "再開しました" in browser.post("/webhooks/1/on").text
    assert "チェックを入れてください" in browser.post("/webhooks/1/end", {}, status=422).text
    assert "終わらせました" in browser.post("/webhooks/1/end", {"confirmed": "yes"}).text
    assert "呼び出しを試す" not in browser.get("/webhooks/1").text.split("最近の呼び出し")[0]
    with database.reading() as session:
        acts = sa.select(AuditEntry).where(AuditEntry.subject == "webhook:1")
        entries = session.scalars(acts.order_by(AuditEntry.id)).all()
    assert [each.action for each in entries] == [
        *("webhook.made", "webhook.tested", "webhook.switched_off", "webhook.switched_on"),
        "webhook.ended",
    ]
    told_of = str([each.details for each in entries])
    assert secret not in told_of
    assert "k3y" not in told_of
    assert "webhook" not in browser.get("/audit").text


REFUSED: dict[str, tuple[dict[str, object], str]] = {
    "another host": (
        {"url": "https://internal.example/"},
        "管理者が認めたサーバーに入っていません",
    ),
    "no address": ({"url": "hooks"}, "https:// で始まる"),
    "an address as name": ({"name": "taro@aozora.example"}, "Webhookの名前を入力してください"),
    "not allowed": ({"contacts": "y"}, "認めていません"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_is_said_and_what_was_typed_stays(
    sign_in: SignIn, receiver: Receiver, name: str
) -> None:
    more, sentence = REFUSED[name]
    wanted = chosen(receiver, **more)
    page = sign_in("manager").post("/webhooks/new", wanted, status=409)
    assert sentence in page.text
    values = [each.attributes.get("value") for each in page.all("input")]
    assert {wanted["name"], wanted["url"]} <= set(values)


def test_a_form_with_nothing_in_it_names_every_field(sign_in: SignIn) -> None:
    page = sign_in("manager").post("/webhooks/new", {}, status=422)
    assert page.h1 == "Webhookを作る"
    for each in ("Webhookの名前", "https:// で始まる", "知らせることをひとつ以上"):
        assert each in page.text


def test_a_call_that_is_not_taken_says_why(sign_in: SignIn, receiver: Receiver) -> None:
    browser = sign_in("manager")
    browser.post("/webhooks/new", chosen(receiver))
    receiver.script.append(other.redirects("http://127.0.0.1/"))
    assert "応答 307（転送先へは行きません）" in browser.post("/webhooks/1/test").text
    receiver.script.append(500)
    assert "応答 500" in browser.post("/webhooks/1/test").text
    assert "受け取られなかった" in browser.get("/webhooks/1").text


def test_where_no_server_is_named_the_page_says_whom_to_ask(
    sign_in: SignIn, app: Flask, settings: Settings
) -> None:
    kept = app.extensions["eventmail"]
    app.extensions["eventmail"] = replace(kept, settings=replace(settings, webhook_hosts=()))
    for path in ("/webhooks", "/webhooks/new"):
        page = sign_in("manager").get(path)
        assert "EVENTMAIL_WEBHOOK_HOSTS" in page.text


@pytest.mark.parametrize("role", ["author", "checker", "approver", "auditor"])
def test_nobody_else_comes_in(sign_in: SignIn, role: str) -> None:
    browser = sign_in(role)
    assert "Webhook" not in browser.get("/").text
    browser.get("/webhooks", status=403)


def test_the_settings_page_has_the_setting_of_two_people(sign_in: SignIn) -> None:
    browser = sign_in("manager")
    assert "Webhookで連絡先を渡すこと" in browser.get("/settings").text
    page = browser.post(
        "/settings/webhook_contacts", {"allowed": "yes", "reason": "統計に要るため"}
    )
    assert "変更を提案しました" in page.text


def test_a_test_is_not_made_from_a_copy_nor_while_all_is_stopped_nor_too_often(
    hook: Hook, database: Database, people: People, receiver: Receiver
) -> None:
    def try_it() -> tuple[bool, str]:
        return trying.try_now(database, hook.settings, people.manager, hook.id)

    for _ in range(trying.MOST):
        assert try_it()[0]
    with pytest.raises(UserError, match="10回まで"):
        try_it()
    receiver.told.clear()
    with database.writing() as session:
        control.stop_office(session, people.author)
    with pytest.raises(UserError, match="すべて止めている"):
        try_it()
    with database.writing() as session:
        control.resume_office(session, people.approver)
        sendlock.lock(session, LockKind.RESTORED, "backup.zip")
    with pytest.raises(UserError, match="バックアップ"):
        try_it()
    assert receiver.told == []


def test_only_so_many_and_only_by_a_manager(
    database: Database, people: People, hook: Hook, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = service.Wanted(
        "名前", hook.settings.webhook_hosts[0] + "/", ["mailing.approved"], False
    )
    with pytest.raises(Forbidden), database.writing() as session:
        service.make(session, people.approver, hook.settings, wanted)
    monkeypatch.setattr(service, "MOST", 1)
    with pytest.raises(UserError, match="1件あります"), database.writing() as session:
        service.make(session, people.manager, hook.settings, wanted)
    with database.reading() as session:
        assert session.get_one(Webhook, hook.id).made_by == people.manager.id
