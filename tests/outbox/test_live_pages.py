"""The live page: numbers without reload, the list, each mail as it was sent, and what to do."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
import sqlalchemy as sa
import time_machine

from eventmail import clock
from eventmail.database import Database
from eventmail.events.models import Contact
from eventmail.mailings.models import MailingState, Snapshot
from eventmail.outbox import estimate, ledger, listing, service
from eventmail.outbox.models import DeliveryState, Dispatch
from eventmail.outbox.worker import Outbox
from eventmail.privacy.masking import masked
from eventmail.sample import People
from tests.conftest import Meeting
from tests.mailings.journey import reload
from tests.outbox import hands
from tests.pages import Pages
from tests.recorder import PASS, Recorder

SignIn = Callable[[str], Pages]
A_MINUTE = timedelta(minutes=1)
UNKNOWN = "550 5.1.1 no such user"


def path(snapshot: Snapshot, more: str = "") -> str:
    return f"/mailings/{snapshot.mailing_id}/progress{more}"


def lines(database: Database, snapshot: Snapshot) -> list[listing.Line]:
    with database.reading() as session:
        return list(listing.every(session, snapshot))


def uncertain(database: Database, snapshot: Snapshot) -> int:
    """A worker hands one mail over and is never heard of again."""
    with database.writing() as session:
        (lost,) = hands.claim(session, snapshot.id, "lost", 1)
        hands.hand_over(session, lost, "lost")
    with time_machine.travel(clock.now() + 60 * A_MINUTE), database.writing() as session:
        ledger.reclaim_lapsed(session)
    return lost


def test_before_the_sending_there_is_no_such_page(sign_in: SignIn, meeting: Meeting) -> None:
    sign_in("author").get(f"/mailings/{meeting.mailing.id}/progress", status=404)


def test_live_numbers_change_with_an_etag_and_show_no_address(
    sign_in: SignIn, snapshot: Snapshot, outbox: Outbox
) -> None:
    browser = sign_in("approver")
    first = browser.raw(path(snapshot, ".json"))
    assert first.json is not None
    fields = first.json["fields"]
    assert {name: fields[name] for name in ("total", "accepted", "waiting", "needs")} == {
        "total": 30,
        "accepted": 0,
        "waiting": 30,
        "needs": 0,
    }
    assert "@" not in first.get_data(as_text=True)
    unchanged = browser.raw(
        path(snapshot, ".json"), headers={"If-None-Match": first.headers["ETag"]}
    )
    assert unchanged.status_code == 304
    outbox.send_due(snapshot.id)
    after = browser.raw(path(snapshot, ".json"), headers={"If-None-Match": first.headers["ETag"]})
    assert after.json is not None
    assert after.json["finished"] is True
    assert after.json["fields"]["accepted"] == 30
    assert after.json["parts"]["ok"] == {"x": 0.0, "width": 1000.0}


def test_the_json_carries_only_the_rows_that_the_page_shows(
    sign_in: SignIn, snapshot: Snapshot, database: Database
) -> None:
    browser = sign_in("author")
    page = browser.get(path(snapshot))
    (live,) = [each for each in page.all("div") if "data-poll-url" in each.attributes]
    answer = browser.raw(live.attributes["data-poll-url"] or "")
    assert answer.json is not None
    shown = {
        each.attributes["data-row"] for each in page.all("tr") if "data-row" in each.attributes
    }
    assert set(answer.json["rows"]) == shown
    assert len(shown) == 30
    few = browser.raw(path(snapshot, ".json?rows=3.4.x.99999.1"))
    assert few.json is not None
    assert set(few.json["rows"]) == {"3", "4"}, "the office's copy has no row"


def test_the_result_says_what_happened_and_what_to_do(
    sign_in: SignIn, snapshot: Snapshot, outbox: Outbox, recorder: Recorder
) -> None:
    recorder.script("RCPT", PASS)
    recorder.script("RCPT", UNKNOWN)
    outbox.send_due(snapshot.id)
    page = sign_in("author").get(path(snapshot))
    assert page.h1 == "送信の結果"
    assert "30件のうち29件を送信しました" in page.text
    assert "受け取り拒否が1件あります" in page.text
    assert "このアドレスは存在しないと返ってきました。" in page.text
    assert UNKNOWN in page.text
    assert "別々のメールで送りました" in page.text


def test_what_needs_a_person_comes_first_and_the_rest_in_the_order_of_the_roster(
    sign_in: SignIn, snapshot: Snapshot, outbox: Outbox, recorder: Recorder, database: Database
) -> None:
    lost = uncertain(database, snapshot)
    recorder.script("RCPT", PASS, times=5)
    recorder.script("RCPT", UNKNOWN)
    outbox.send_due(snapshot.id)
    page = sign_in("author").get(path(snapshot))
    rows = [each.attributes["data-row"] for each in page.all("tr") if "data-row" in each.attributes]
    everybody = [str(each.delivery_id) for each in lines(database, snapshot)]
    assert rows[0] == str(lost)
    assert rows[2:] == everybody
    assert "確かめてほしい送信先（2件）" in page.text
    boxes = [
        e.attributes["value"] for e in page.all("input") if e.attributes.get("name") == "delivery"
    ]
    assert boxes == rows[:2]


def test_a_checker_sees_it_all_and_has_nothing_to_decide(
    sign_in: SignIn, snapshot: Snapshot, outbox: Outbox, database: Database
) -> None:
    lost = uncertain(database, snapshot)
    outbox.send_due(snapshot.id)
    browser = sign_in("checker")
    page = browser.get(path(snapshot))
    assert not [e for e in page.all("input") if e.attributes.get("name") == "delivery"]
    browser.get(f"/deliveries/{lost}/decision", status=403)


@pytest.mark.parametrize(("query", "found"), [
    ("?state=refused", 1), ("?state=accepted", 29), ("?state=queued", 0), ("?state=nonsense", 31),
    ("?page=999", 31), ("?page=-1", 31),
])  # fmt: skip
def test_the_list_is_filtered_by_state(
    sign_in: SignIn,
    snapshot: Snapshot,
    outbox: Outbox,
    recorder: Recorder,
    query: str,
    found: int,
) -> None:
    recorder.script("RCPT", PASS)
    recorder.script("RCPT", UNKNOWN)
    outbox.send_due(snapshot.id)
    page = sign_in("author").get(path(snapshot, query))
    assert len([each for each in page.all("tr") if "data-row" in each.attributes]) == found


def test_the_list_is_searched_by_company_person_and_address(
    sign_in: SignIn, snapshot: Snapshot, database: Database
) -> None:
    someone = lines(database, snapshot)[7]
    browser = sign_in("author")
    for text in (someone.company, someone.name, someone.address.upper()):
        page = browser.get(path(snapshot, f"?q={text}"))
        assert f"「{text}」に当てはまるのは1件です。" in page.text
        typed = "@" in text  # what somebody typed himself is shown as it is
        assert (someone.address if typed else masked(someone.address)) in page.text
    assert "当てはまる送信先はありません" in browser.get(path(snapshot, "?q=%25")).text


def test_each_mail_is_shown_and_saved_as_it_was_sent(
    sign_in: SignIn, snapshot: Snapshot, outbox: Outbox, recorder: Recorder, database: Database
) -> None:
    outbox.send_due(snapshot.id)
    browser = sign_in("checker")
    sent = {mail.rcpt_to[0]: mail.content for mail in recorder.received}
    line = lines(database, snapshot)[4]
    assert masked(line.address) in browser.get(f"/deliveries/{line.delivery_id}").text
    response = browser.raw(f"/deliveries/{line.delivery_id}.eml")
    assert response.data == sent[line.address]
    assert response.headers["Content-Disposition"].startswith("attachment")


def test_a_mail_that_has_not_left_has_no_page_yet(sign_in: SignIn, snapshot: Snapshot) -> None:
    page = sign_in("author").get("/deliveries/2", status=409)
    assert "まだ送信していません" in page.text


def test_a_halted_mailing_says_why_and_how_to_go_on(
    sign_in: SignIn,
    snapshot: Snapshot,
    outbox: Outbox,
    recorder: Recorder,
    database: Database,
    people: People,
) -> None:
    recorder.script("RCPT", "550 no such mailbox")
    outbox.send_due(snapshot.id)
    assert reload(database, people, snapshot.mailing_id).state is MailingState.HALTED
    assert "が止まりました" in sign_in("author").get("/").text
    page = sign_in("author").get(path(snapshot))
    assert "送信が止まりました" in page.text
    assert "0件は送信済み、30件は送っていません。" in page.text
    assert "送信見合わせ" in page.text
    assert "別々のメールで送りました" not in page.text, "nothing was sent"
    page = sign_in("author").get(f"/mailings/{snapshot.mailing_id}")
    assert "作成に戻して、残り30件を送る準備をする" in page.text


class TestEstimate:
    """あと約3分（10:25ごろ）: only from what was really seen."""

    def settled(self, database: Database, snapshot: Snapshot, count: int, seconds: int) -> None:
        """``count`` mails, handed over and settled within these seconds from now."""
        begun = clock.now()
        with database.writing() as session:
            ids = hands.claim(session, snapshot.id, "w", count)
            attempts = [hands.hand_over(session, each, "w") for each in ids]
        with (
            time_machine.travel(begun + timedelta(seconds=seconds), tick=False),
            database.writing() as session,
        ):
            for attempt in attempts:
                hands.settle(session, attempt, DeliveryState.ACCEPTED, 250)

    def ends(self, database: Database, snapshot: Snapshot) -> str:
        with database.reading() as session:
            ends = estimate.ends_at(session, snapshot.id, service.progress(session, snapshot))
            return estimate.spoken(ends) if ends else ""

    def test_it_follows_the_last_mails(self, database: Database, snapshot: Snapshot) -> None:
        now = (clock.now() + timedelta(days=1)).replace(hour=1, minute=0, second=0, microsecond=0)
        with time_machine.travel(now, tick=False):
            assert self.ends(database, snapshot) == ""
            self.settled(database, snapshot, 10, 60)
        with time_machine.travel(now + A_MINUTE, tick=False):
            assert self.ends(database, snapshot) == "あと約2分（10:03ごろ）"
        with time_machine.travel(now + 10 * A_MINUTE, tick=False):
            assert self.ends(database, snapshot) == "", "what was long ago says nothing"

    def test_two_mails_say_nothing(self, database: Database, snapshot: Snapshot) -> None:
        self.settled(database, snapshot, 2, 60)
        assert self.ends(database, snapshot) == ""

    @pytest.mark.parametrize(("seconds", "words"), [
        (20, "あと1分以内"), (90, "あと約2分（10:01ごろ）"), (5400, "あと約1時間30分（11:30ごろ）"),
        (7200, "あと約2時間（12:00ごろ）"), (16 * 3600, "あと約16時間（12月2日2:00ごろ）"),
    ])  # fmt: skip
    def test_in_round_words(self, seconds: int, words: str) -> None:
        with time_machine.travel("2026-12-01T10:00:00+09:00", tick=False):
            assert estimate.spoken(clock.now() + timedelta(seconds=seconds)) == words

    def test_when_only_later_tries_are_left_the_page_names_the_next(
        self, sign_in: SignIn, snapshot: Snapshot, outbox: Outbox, recorder: Recorder
    ) -> None:
        recorder.script("RCPT", PASS)
        recorder.script("RCPT", "451 4.7.1 greylisted")
        outbox.send_due(snapshot.id)
        page = sign_in("author").get(path(snapshot))
        assert "再送を待っています" in page.text
        assert re.search(r"次の再送は\d+:\d\dごろです", page.text)


class TestDecisions:
    """The page for one mail whose fate is open."""

    def test_it_shows_whom_to_call_and_changes_nothing_by_itself(
        self, sign_in: SignIn, snapshot: Snapshot, database: Database
    ) -> None:
        lost = uncertain(database, snapshot)
        with database.writing() as session:
            session.execute(sa.update(Contact).values(phone="079-000-0000"))
        page = sign_in("author").get(f"/deliveries/{lost}/decision")
        line = next(each for each in lines(database, snapshot) if each.delivery_id == lost)
        assert line.company in page.h1
        assert "079-000-0000" in page.text
        assert "届いたかどうかわかりません" in page.text
        answers = [
            e.attributes["value"]
            for e in page.all("button")
            if e.attributes.get("name") == "verdict"
        ]
        assert answers == ["arrived", "send_again", "not_arrived"]
        assert line.state is DeliveryState.UNCERTAIN

    def test_each_answer_is_recorded_with_its_note(
        self, sign_in: SignIn, snapshot: Snapshot, database: Database
    ) -> None:
        lost = uncertain(database, snapshot)
        browser = sign_in("author")
        sent = {"verdict": "arrived", "note": "山田様に電話で確認"}
        page = browser.post(f"/deliveries/{lost}/decision", sent)
        assert "届いていたことを記録しました。" in page.text
        page = browser.get(f"/deliveries/{lost}/decision")
        assert "「届いていた」と記録しました。：山田様に電話で確認" in page.text
        assert not [e for e in page.all("button") if e.attributes.get("name") == "verdict"]
        late = sign_in("approver").post(f"/deliveries/{lost}/decision", sent, status=409)
        assert "もう決まっています" in late.text

    def test_no_answer_or_a_wrong_one_loses_nothing_that_was_typed(
        self, sign_in: SignIn, snapshot: Snapshot, database: Database
    ) -> None:
        lost = uncertain(database, snapshot)
        for verdict in ("", "maybe"):
            sent = {"verdict": verdict, "note": "電話中"}
            page = sign_in("author").post(f"/deliveries/{lost}/decision", sent, status=422)
            assert "どれかのボタンを押してください。" in page.text
            assert "電話中" in page.text

    def test_chosen_rows_go_again(
        self,
        sign_in: SignIn,
        snapshot: Snapshot,
        outbox: Outbox,
        recorder: Recorder,
        database: Database,
    ) -> None:
        recorder.script("RCPT", PASS)
        recorder.script("RCPT", UNKNOWN, times=2)
        outbox.send_due(snapshot.id)
        refused = [e for e in lines(database, snapshot) if e.state is DeliveryState.REFUSED]
        browser, place = sign_in("author"), f"/mailings/{snapshot.mailing_id}/send-again"
        assert "印を付けてください" in browser.post(place, status=409).text
        sent = {"delivery": [str(each.delivery_id) for each in refused]}
        assert "2件をもう一度送ります。" in browser.post(place, sent).text
        assert "もう結果が決まっています" in browser.post(place, sent, status=409).text
        outbox.send_due(snapshot.id)
        assert "30件すべてを送信しました" in browser.get(path(snapshot)).text
        with database.reading() as session:
            assert session.get_one(Dispatch, snapshot.id).round == 2

    def test_in_a_halted_mailing_the_way_is_the_next_snapshot(
        self, sign_in: SignIn, snapshot: Snapshot, database: Database
    ) -> None:
        lost = uncertain(database, snapshot)
        with database.writing() as session:
            service.halt(session, snapshot, "test", "止めました。")
            service.finish_if_done(session, snapshot)
        page = sign_in("author").get(f"/deliveries/{lost}/decision")
        assert "届いていません（次の版で送る）" in page.text
        assert "もう一度送る" not in [e.text.strip() for e in page.all("button")]
