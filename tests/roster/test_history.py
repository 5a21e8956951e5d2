"""The history of a roster, what can be taken back, and the roster's own page."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
import sqlalchemy as sa

from eventmail import clock
from eventmail.database import Database
from eventmail.events.models import Event
from eventmail.mailings.models import Snapshot
from eventmail.outbox import sending, service
from eventmail.outbox.models import Attempt
from eventmail.wire import Relay
from tests.conftest import Meeting
from tests.pages import Pages
from tests.roster.importer import A, B, Importer

SignIn = Callable[[str], Pages]


def participants(event: Event, query: str = "") -> str:
    return f"/events/{event.id}/participants{query}"


class TestHistory:
    def test_changes_stand_newest_first_with_who_and_what(
        self, sign_in: SignIn, event: Event, bring: Importer
    ) -> None:
        bring(A, B)
        bring.open((*A[:3], "new address", A[4]))
        bring.correct("2", email="new@kou.example")
        for key in [each.key for each in bring.alarms()]:
            bring.notice("alarm", key)
        bring.confirm()
        text = sign_in("checker").get(f"/events/{event.id}/roster/history").text
        assert text.index("外した 1件") < text.index("加えた 2件")
        for each in ("森下 あかり", "名簿.xlsx", "変更前：new address", "変更後：n…@kou.example"):
            assert each in text
        assert "元に戻す（" not in text, "a checker changes no roster"

    def test_nothing_yet(self, sign_in: SignIn, event: Event) -> None:
        text = sign_in("author").get(f"/events/{event.id}/roster/history").text
        assert "名簿はまだ変わっていません" in text

    def test_only_the_newest_is_taken_back_and_only_on_purpose(
        self, sign_in: SignIn, event: Event, bring: Importer
    ) -> None:
        bring(A)
        first = bring.id
        bring(A, B)
        browser = sign_in("author")
        page = browser.get(f"/events/{event.id}/roster/history")
        assert page.text.count("元に戻す（") == 1
        path = f"/events/{event.id}/roster/{first}/undo"
        assert "新しいものから順に" in browser.get(path, status=409).text
        browser.post(path, {"confirmed": "yes"}, status=409)
        path = f"/events/{event.id}/roster/{bring.id}/undo"
        assert "この変更を元に戻すことを確かめました" in browser.get(path).text
        assert "印を付けてください" in browser.post(path, {}, status=409).text
        page = browser.post(path, {"confirmed": "yes"})
        assert "変更の前の内容に戻しました" in page.text
        assert "元に戻しました（" in page.text
        assert bring.addressees() == [(A[0], A[3])]
        assert "すでに元に戻したか" in browser.post(path, {"confirmed": "yes"}, status=409).text

    def test_what_was_sent_stays(
        self,
        sign_in: SignIn,
        meeting: Meeting,
        approved: Snapshot,
        database: Database,
        relay: Relay,
    ) -> None:
        event = meeting.event
        with database.reading() as session:
            assert service.attempt_since(session, event.id, event.created_at) is None
        sending.run(database, relay, approved.id)
        browser = sign_in("author")
        text = browser.get(f"/events/{event.id}/roster/history").text
        assert "メールを送信したため、元に戻せません" in text
        assert "元に戻す（" not in text
        path = f"/events/{event.id}/roster/1/undo"
        assert "元に戻せません" in browser.get(path, status=409).text
        browser.post(path, {"confirmed": "yes"}, status=409)
        with database.reading() as session:
            newest = session.scalars(sa.select(sa.func.max(Attempt.handed_over_at))).one()
            assert service.attempt_since(session, event.id, newest) == newest
            assert service.attempt_since(session, event.id, event.created_at) is not None
            assert service.attempt_since(session, event.id, newest + timedelta(seconds=1)) is None
            assert service.attempt_since(session, event.id + 1, event.created_at) is None
        assert clock.now() - newest < timedelta(hours=1)


class TestRosterPage:
    def test_everybody_is_listed_with_the_source(self, sign_in: SignIn, meeting: Meeting) -> None:
        page = sign_in("checker").get(participants(meeting.event))
        assert "30社、メールの送信先は30件です。" in page.text
        assert "t…@aozora-seisakusho.example" in page.text
        assert "参加企業一覧.xlsx" in page.text
        assert "個人名" in page.text
        assert "手で1件加える" not in page.text

    @pytest.mark.parametrize(
        ("query", "count"),
        [("乙", 1), ("kou.example", 1), ("甲野", 1), ("総務", 1), ("%", 0), ("例え", 0)],
    )
    def test_the_roster_is_searched(
        self, sign_in: SignIn, event: Event, bring: Importer, query: str, count: int
    ) -> None:
        bring(A, B)
        page = sign_in("author").get(participants(event, f"?q={query}".replace("%", "%25")))
        assert f"当てはまるのは{count}社です" in page.text

    def test_fifty_companies_a_page(self, sign_in: SignIn, event: Event, bring: Importer) -> None:
        bring(*((f"株式会社{n}", "", "", f"a@n{n}.example", "参加") for n in range(60)))
        browser = sign_in("author")
        page = browser.get(participants(event))
        assert page.text.count("@n") == 50
        assert browser.get(participants(event, "?page=2")).text.count("@n") == 10

    def test_fewer_where_each_has_several_contacts(
        self, sign_in: SignIn, event: Event, bring: Importer
    ) -> None:
        rows = (
            (f"株式会社{n}", "", "", f"a{m}@n{n}.example", "参加")
            for n in range(30)
            for m in range(5)
        )
        bring(*rows)
        browser = sign_in("author")
        assert browser.get(participants(event)).text.count("@n") == 75
        assert browser.get(participants(event, "?page=2")).text.count("@n") == 75

    def test_several_contacts_of_a_company_stand_together(
        self, sign_in: SignIn, event: Event, bring: Importer
    ) -> None:
        bring(A, B, (A[0], "", "甲野 次郎", "jiro@kou.example", "参加"))
        text = sign_in("author").get(participants(event)).text
        assert text.index("jiro@kou.example") < text.index(B[3])
        assert "2社、メールの送信先は3件です。" in text

    def test_who_withdrew_is_listed_last(
        self, sign_in: SignIn, event: Event, bring: Importer
    ) -> None:
        bring(A, B)
        bring(B)
        text = sign_in("author").get(participants(event)).text
        assert text.index(B[0]) < text.index(A[0])
        assert "辞退" in text

    def test_an_empty_roster_says_what_to_do(self, sign_in: SignIn, event: Event) -> None:
        assert "名簿を取り込む" in sign_in("author").get(participants(event)).text
        assert "起案者が" in sign_in("checker").get(participants(event)).text
