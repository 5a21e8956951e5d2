"""A webhook in a real browser: made, tried, told of a real act, refused, switched off, ended."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from eventmail.config import Settings
from eventmail.database import Database
from eventmail.mailings.models import Snapshot
from eventmail.observing import troubles
from eventmail.outbox import control
from eventmail.sample import People
from eventmail.webhooks import sending
from tests.journeys.people import Person
from tests.webhooks.receiver import Receiver

pytestmark = pytest.mark.journey


@pytest.fixture
def commands() -> tuple[str, ...]:
    return ("web",)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as found:
        yield found


@pytest.fixture
def settings(settings: Settings, receiver: Receiver) -> Settings:
    return replace(settings, webhook_hosts=(receiver.origin,))


def test_a_webhook_from_its_making_to_its_end(
    approved: Snapshot,
    person: Callable[[str], Person],
    receiver: Receiver,
    settings: Settings,
    database: Database,
    people: People,
) -> None:
    manager = person("manager")
    manager.follow("Webhook")
    manager.heading("Webhook")
    manager.reads("Webhookはまだありません")
    manager.picture("webhooks-empty")
    manager.follow("Webhookを作る")
    manager.heading("Webhookを作る")
    manager.press("Webhookを作る")
    manager.reads("知らせることをひとつ以上選んでください。")
    manager.picture("webhook-form-errors")
    manager.fill("Webhookの名前", "統計システム")
    manager.fill("呼び出すアドレス", receiver.url)
    for each in ("送信を一時停止した", "送信を再開した", "メール1通ごとの結果が決まった"):
        manager.tick(re.compile(f"^{each}"))
    manager.picture("webhook-form")
    manager.press("Webhookを作る")
    manager.heading("新しいWebhook")
    manager.reads("whsec_")
    manager.picture("webhook-made")
    manager.follow("写したので、呼び出しを試す")
    manager.press("呼び出しを試す")
    manager.reads("テストの呼び出しは受け取られました。応答 204。")

    with database.writing() as session:
        snapshot = session.get_one(Snapshot, approved.id)
        control.pause(session, people.author, snapshot)
    receiver.script.append(500)
    sending.visit(database, settings)
    manager.see("/webhooks/1")
    manager.reads("呼び出し直す")
    manager.picture("webhook")

    with database.writing() as session:
        control.go_on(session, people.approver, session.get_one(Snapshot, approved.id))
    receiver.script.append(410)
    sending.visit(database, settings)
    troubles.note(database, settings)
    manager.see("/")
    manager.reads("Webhookが止まりました")
    manager.picture("webhook-stopped")
    manager.follow("Webhookを見る")
    manager.reads("相手に断られて止まりました")
    manager.press("再開する")
    manager.reads("これから起きたことを知らせます。")
    manager.see("/webhooks")
    manager.picture("webhooks")
    manager.follow("統計システム")
    manager.tick("このWebhookを終わらせてよいことを確かめました。")
    manager.press("Webhookを終わらせる")
    manager.reads("終わらせました")
    assert len(receiver.told) == 3
