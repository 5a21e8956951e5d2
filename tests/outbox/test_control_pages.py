"""The buttons of a sending: who has them, what they do, and what a late click is told."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
import sqlalchemy as sa
import time_machine

from eventmail import clock
from eventmail.config import Settings
from eventmail.database import Database
from eventmail.mailings.models import MailingState, Snapshot
from eventmail.offices.models import Office
from eventmail.outbox import limits
from eventmail.outbox.models import Delivery, DeliveryState, Dispatch
from eventmail.outbox.standing import Hold, standing
from eventmail.outbox.worker import Outbox
from eventmail.sample import People
from tests import settling
from tests.conftest import Meeting
from tests.mailings.journey import approve, reload
from tests.pages import Page, Pages
from tests.recorder import Recorder

SignIn = Callable[[str], Pages]


@pytest.fixture
def outbox(settings: Settings, database: Database) -> Iterator[Outbox]:
    found = Outbox(settings, database)
    yield found
    found.huey.storage.close()


def approve_with(
    database: Database, people: People, checked: Snapshot, *, hold: int = 0, copy: int | None = 0
) -> Snapshot:
    with database.writing() as session:
        office = session.scalars(sa.select(Office)).one()
        settling.set_sending(session, office, hold, copy)
    approve(database, people, checked.mailing_id)
    return checked


def path(snapshot: Snapshot, act: str = "progress") -> str:
    return f"/mailings/{snapshot.mailing_id}/{act}?revision={snapshot.revision}"


def hold_of(database: Database, snapshot: Snapshot) -> Hold:
    with database.reading() as session:
        return standing(session, snapshot.id).hold


def buttons(page: Page) -> list[str]:
    linked = [e for e in page.all("a") if "button" in (e.attributes.get("class") or "")]
    return [each.text.strip() for each in (*page.all("button"), *linked)]


class TestHold:
    """Between approval and start."""

    def test_the_page_says_until_when_and_why(
        self, sign_in: SignIn, database: Database, people: People, checked: Snapshot, outbox: Outbox
    ) -> None:
        now = clock.now().replace(second=0, microsecond=0)
        with time_machine.travel(now, tick=False):
            snapshot = approve_with(database, people, checked, hold=5)
            outbox.send_due(snapshot.id)
            with time_machine.travel(now + timedelta(seconds=48), tick=False):
                page = sign_in("approver").get(path(snapshot))
        at = clock.in_tokyo(now + timedelta(minutes=5))
        assert "まだ送信していません" in page.text
        assert "決裁から5分間は送信を始めません。" in page.text
        assert f"{at.hour}:{at.minute:02}に始まります。" in page.text
        assert "あと4分12秒" in page.text
        assert "別々のメールで送ります" in page.text

    def test_the_approver_may_start_now_and_the_author_is_told_whom_to_ask(
        self, sign_in: SignIn, database: Database, people: People, checked: Snapshot, outbox: Outbox
    ) -> None:
        snapshot = approve_with(database, people, checked, hold=5)
        page = sign_in("author").get(path(snapshot))
        assert "いますぐ始める" not in buttons(page)
        assert "決裁者に頼んでください" in page.text
        sign_in("author").post(path(snapshot, "start-now"), status=403)
        browser = sign_in("approver")
        assert "いますぐ始める" in buttons(browser.get(path(snapshot)))
        browser.post(path(snapshot, "start-now"))
        outbox.send_due(snapshot.id)
        assert "30件すべてを送信しました" in browser.get(path(snapshot)).text


class TestFirstCopy:
    """The office looks at its own copy before the rest follows."""

    def test_by_hand(
        self,
        sign_in: SignIn,
        database: Database,
        people: People,
        checked: Snapshot,
        outbox: Outbox,
        recorder: Recorder,
    ) -> None:
        snapshot = approve_with(database, people, checked, copy=None)
        browser = sign_in("checker")
        assert "送信控えを送っています" in browser.get(path(snapshot)).text
        early = browser.post(path(snapshot, "release"), status=409)
        assert "まだ所のアドレスに届いていません" in early.text
        outbox.send_due(snapshot.id)
        assert len(recorder.received) == 1
        page = browser.get(path(snapshot))
        assert "送信控えを確かめてください" in page.text
        assert "届いた控えを開いて、宛先・件名・添付を確かめてください。" in page.text
        assert "控えを確かめました。30件に送信する" in buttons(page)
        browser.post(path(snapshot, "release"))
        outbox.send_due(snapshot.id)
        assert len(recorder.received) == 31

    def test_by_itself_after_a_while_the_page_names_the_time(
        self, sign_in: SignIn, database: Database, people: People, checked: Snapshot, outbox: Outbox
    ) -> None:
        snapshot = approve_with(database, people, checked, copy=10)
        outbox.send_due(snapshot.id)
        page = sign_in("author").get(path(snapshot))
        assert "に残りの送信を始めます。" in page.text
        assert [e for e in page.elements if e.attributes.get("role") == "timer"]


class TestPauseAndCancel:
    """One sending waits, or ends."""

    def test_everybody_may_pause_and_the_approver_lets_it_go_on(
        self, sign_in: SignIn, database: Database, approved: Snapshot
    ) -> None:
        checker, approver = sign_in("checker"), sign_in("approver")
        page = checker.post(path(approved, "pause"))
        assert "送信を一時停止しています" in page.text
        assert "0件を送信したところで止まっています" in page.text
        assert "続きを送信する" not in buttons(page)
        checker.post(path(approved, "resume"), status=403)
        assert "続きを送信する" in buttons(approver.get(path(approved)))
        assert "一時停止を終わりました。" in approver.post(path(approved, "resume")).text
        assert hold_of(database, approved) is Hold.FIRST_COPY

    def test_cancelling_says_first_how_many_have_gone_and_how_many_will_not(
        self,
        sign_in: SignIn,
        database: Database,
        people: People,
        approved: Snapshot,
    ) -> None:
        with database.writing() as session:
            some = sa.select(Delivery.id).where(~Delivery.first_copy).limit(12)
            session.execute(
                sa.update(Delivery)
                .where(Delivery.id.in_(some))
                .values(state=DeliveryState.ACCEPTED)
            )
        browser = sign_in("author")
        page = browser.get(path(approved, "cancel"))
        assert "残り18件の送信を取りやめる（12件は送信済み）" in buttons(page)
        assert hold_of(database, approved) is Hold.FIRST_COPY, "looking changes nothing"
        page = browser.post(path(approved, "cancel"))
        assert "送信を取りやめました" in page.text
        assert "12件は送信済み、18件は送っていません。" in page.text
        assert reload(database, people, approved.mailing_id).state is MailingState.HALTED
        late = browser.post(path(approved, "cancel"), status=409)
        assert "もう終わっているか、止まっています" in late.text
        assert "送信の結果" in browser.get(path(approved, "cancel")).h1

    @pytest.mark.parametrize("act", ["start-now", "release", "pause", "resume", "cancel"])
    def test_a_click_that_comes_too_late_is_told_so(
        self, sign_in: SignIn, approved: Snapshot, outbox: Outbox, act: str
    ) -> None:
        outbox.send_due(approved.id)
        page = sign_in("approver").post(path(approved, act), status=409)
        assert "もう終わっているか、止まっています" in page.text
        assert page.h1 == "送信の結果"

    @pytest.mark.parametrize("act", ["start-now", "release", "pause", "resume", "connect-again"])
    def test_no_link_does_what_a_button_does(
        self, sign_in: SignIn, approved: Snapshot, act: str
    ) -> None:
        sign_in("approver").get(path(approved, act), status=405)


class TestStop:
    """STOP for the whole office."""

    @pytest.mark.parametrize("role", ["author", "checker", "approver"])
    def test_it_is_one_click_away_from_every_page_for_everybody(
        self, sign_in: SignIn, meeting: Meeting, role: str
    ) -> None:
        browser = sign_in(role)
        for place in ("/", f"/events/{meeting.event.id}", f"/mailings/{meeting.mailing.id}"):
            assert "所の送信をすべて止める" in buttons(browser.get(place))
        assert "いますぐ止める" in buttons(browser.get("/stop"))
        assert "所の送信をすべて止めています" in browser.post("/stop").text

    def test_every_page_says_who_stopped_it_when_and_why(
        self, sign_in: SignIn, people: People, approved: Snapshot
    ) -> None:
        page = sign_in("checker").post("/stop", {"reason": "添付がちがう"})
        for place in ("/", "/stop", path(approved), "/nowhere"):
            page = sign_in("author").get(place, status=404 if place == "/nowhere" else 200)
            assert f"{people.checker.staff.name}さんが止めました。" in page.text
            assert "理由：添付がちがう" in page.text
            assert "所の送信をすべて止める" not in buttons(page)
            assert "送信を再開する" not in buttons(page)
        page = sign_in("author").get(path(approved))
        assert "この送信は、0件を送信したところで止まっています。" in page.text

    def test_only_the_approver_lets_the_office_go_on(
        self, sign_in: SignIn, database: Database, approved: Snapshot
    ) -> None:
        sign_in("author").post("/stop")
        sign_in("author").post("/stop/resume", status=403)
        browser = sign_in("approver")
        assert "送信を再開する" in buttons(browser.get("/"))
        assert "送信を再開しました。" in browser.post("/stop/resume").text
        assert hold_of(database, approved) is Hold.FIRST_COPY

    def test_a_reason_of_any_length_stops_as_well(
        self, sign_in: SignIn, database: Database, approved: Snapshot
    ) -> None:
        sign_in("author").post("/stop", {"reason": "あ" * 5000})
        assert hold_of(database, approved) is Hold.STOPPED

    def test_nobody_stops_anything_without_signing_in(
        self, pages: Pages, database: Database, approved: Snapshot
    ) -> None:
        assert pages.post("/stop").h1 == "サインイン"
        assert hold_of(database, approved) is Hold.FIRST_COPY


def test_a_relay_that_refused_our_credentials_is_tried_again_by_the_approver(
    sign_in: SignIn, database: Database, approved: Snapshot, outbox: Outbox
) -> None:
    with database.writing() as session:
        limits.block(session, outbox.policy, "サインインできません。")
    page = sign_in("author").get(path(approved))
    assert "送信サーバーに接続していません" in page.text
    assert "サインインできません。" in page.text
    sign_in("author").post(path(approved, "connect-again"), status=403)
    browser = sign_in("approver")
    assert "もう一度接続する" in buttons(browser.get(path(approved)))
    browser.post(path(approved, "connect-again"))
    with database.reading() as session:
        assert limits.blocked(session, outbox.policy.place) == ""


def test_the_page_is_loaded_anew_when_its_buttons_change(
    sign_in: SignIn, database: Database, approved: Snapshot
) -> None:
    browser = sign_in("author")
    (live,) = [
        e for e in browser.get(path(approved)).all("div") if "data-poll-page" in e.attributes
    ]
    before = browser.raw(path(approved, "progress.json"))
    browser.post(path(approved, "pause"))
    after = browser.raw(path(approved, "progress.json"))
    assert before.json is not None
    assert after.json is not None
    assert live.attributes["data-poll-page"] == before.json["page"] != after.json["page"]
    assert after.json["announce"] == "送信を一時停止しています"
    with database.reading() as session:
        assert session.get_one(Dispatch, approved.id).paused_at is not None


def stopped(sign_in: SignIn, snapshot: Snapshot) -> None:
    sign_in("checker").post("/stop")


def paused(sign_in: SignIn, snapshot: Snapshot) -> None:
    sign_in("checker").post(path(snapshot, "pause"))


WORDS: dict[str, Callable[[SignIn, Snapshot], None]] = {
    "所の送信を停止中": stopped,
    "一時停止中": paused,
    "控えを送信中": lambda _sign_in, _snapshot: None,
}


@pytest.mark.parametrize("word", WORDS)
def test_lists_say_what_keeps_a_sending(
    sign_in: SignIn, meeting: Meeting, approved: Snapshot, word: str
) -> None:
    WORDS[word](sign_in, approved)
    browser = sign_in("author")
    for place in ("/", f"/events/{meeting.event.id}", f"/mailings/{meeting.mailing.id}"):
        assert word in browser.get(place).text


def test_lists_say_from_when_a_sending_waits_and_that_a_copy_waits_to_be_seen(
    sign_in: SignIn, database: Database, people: People, checked: Snapshot, outbox: Outbox
) -> None:
    snapshot = approve_with(database, people, checked, hold=5, copy=None)
    browser = sign_in("approver")
    assert "送信待ち（" in browser.get("/").text
    browser.post(path(snapshot, "start-now"))
    outbox.send_due(snapshot.id)
    assert "控えの確認待ち" in browser.get("/").text
