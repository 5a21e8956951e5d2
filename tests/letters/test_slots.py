"""Autosave: what is typed is kept for its writer alone, and never written over unseen."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
import sqlalchemy as sa
import time_machine

from eventmail import clock
from eventmail.database import Database
from eventmail.errors import UserError
from eventmail.events.models import Event
from eventmail.letters import presence, slots
from eventmail.letters.models import Slot
from eventmail.mailings.models import Mailing, Snapshot
from eventmail.offices.models import Office, Role
from eventmail.sample import People
from tests import settling
from tests.conftest import Meeting
from tests.mailings.journey import reload
from tests.mailings.test_pages import hidden, letter
from tests.pages import Page, Pages

SignIn = Callable[[str], Pages]
OTHER = "a second author's password"


@pytest.fixture
def author(sign_in: SignIn) -> Pages:
    return sign_in("author")


@pytest.fixture
def colleague(app: object, database: Database, people: People) -> Pages:
    """A second author of the same office."""
    with database.writing() as session:
        office = session.scalars(sa.select(Office)).one()
        settling.add_staff(session, office, "kian2", "西田 航", OTHER, [Role.AUTHOR])
    browser = Pages(app)  # type: ignore[arg-type]
    browser.sign_in("kian2", OTHER)
    return browser


def path(meeting: Meeting, act: str = "") -> str:
    return f"/mailings/{meeting.mailing.id}/letter{act}"


def keep(
    browser: Pages, where: str, page: Page, stamp: str = "", **typed: object
) -> dict[str, str]:
    """What the letter's script does a few seconds after a key was pressed."""
    response = browser.post_raw(f"{where}/autosave", letter(page, slot=stamp, **typed))
    found: dict[str, str] = response.get_json() | {"status": str(response.status_code)}
    return found


class TestKeeping:
    def test_what_is_typed_is_offered_again_and_put_back(
        self, author: Pages, meeting: Meeting
    ) -> None:
        kept = keep(author, path(meeting), author.get(path(meeting)), body="途中まで書いた本文")
        assert "下書きを自動保存しました" in kept["sentence"]
        page = author.get(path(meeting))
        assert "保存されていない下書きがあります" in page.text
        assert "途中まで書いた本文" not in page.text
        page = author.get(path(meeting, "?restore=1"))
        assert page.all("textarea")[0].text.strip() == "途中まで書いた本文"
        assert "まだ保存していません" in page.text

    def test_it_is_no_version_for_anybody(
        self, author: Pages, colleague: Pages, meeting: Meeting, database: Database, people: People
    ) -> None:
        keep(author, path(meeting), author.get(path(meeting)), body="自分だけの下書き")
        stored = reload(database, people, meeting.mailing.id)
        assert (stored.version, stored.body) == (meeting.mailing.version, meeting.mailing.body)
        for where in (path(meeting), path(meeting, "?restore=1"), f"/mailings/{stored.id}"):
            page = colleague.get(where)
            assert "自分だけの下書き" not in page.text
            assert "保存されていない下書き" not in page.text

    def test_a_new_letter_is_kept_as_well(self, author: Pages, meeting: Meeting) -> None:
        where = f"/events/{meeting.event.id}/mailings/new"
        keep(author, where, author.get(where), purpose="お礼", subject="お礼の件名")
        page = author.get(f"{where}?restore=1")
        assert letter(page)["subject"] == "お礼の件名"
        author.post(where, letter(page))
        assert "保存されていない下書き" not in author.get(where).text

    def test_saving_ends_it(self, author: Pages, meeting: Meeting, database: Database) -> None:
        page = author.get(path(meeting))
        keep(author, path(meeting), page, body="書き終えた本文")
        author.post(path(meeting), letter(page, body="書き終えた本文"))
        with database.reading() as session:
            assert session.scalars(sa.select(Slot)).all() == []

    def test_throwing_it_away_ends_it(self, author: Pages, meeting: Meeting) -> None:
        keep(author, path(meeting), author.get(path(meeting)), body="いらない本文")
        page = author.post(path(meeting, "/discard"))
        assert "保存していない下書きを捨てました。" in page.text
        assert "保存されていない下書きがあります" not in page.text

    def test_what_says_the_same_as_the_mailing_is_not_offered(
        self, author: Pages, meeting: Meeting
    ) -> None:
        page = author.get(path(meeting))
        keep(author, path(meeting), page)
        assert "保存されていない下書き" not in author.get(path(meeting)).text

    def test_even_nonsense_is_kept_as_it_was_typed(self, author: Pages, meeting: Meeting) -> None:
        typed = {"expected_count": "三十くらい", "send_on": "来週", "subject": "あ" * 600}
        keep(author, path(meeting), author.get(path(meeting)), **typed)
        page = author.get(path(meeting, "?restore=1"))
        shown = {
            each.attributes.get("name"): each.attributes.get("value") for each in page.all("input")
        }
        assert {name: shown[name] for name in typed} == typed


class TestSafety:
    def test_a_page_that_has_not_seen_the_slot_does_not_write_over_it(
        self, author: Pages, meeting: Meeting, database: Database
    ) -> None:
        page = author.get(path(meeting))
        first = keep(author, path(meeting), page, body="一つ目の画面")
        second = keep(author, path(meeting), page, body="二つ目の画面")
        assert second["status"] == "409"
        assert "復元するか捨てるか" in second["sentence"]
        again = keep(author, path(meeting), page, first["slot"], body="一つ目の画面の続き")
        assert again["status"] == "200"
        with database.reading() as session:
            assert session.scalars(sa.select(Slot)).one().typed["body"] == ["一つ目の画面の続き"]

    def test_a_late_one_does_not_come_back_after_saving(
        self, author: Pages, meeting: Meeting, database: Database
    ) -> None:
        page = author.get(path(meeting))
        kept = keep(author, path(meeting), page, body="本文その一")
        author.post(path(meeting), letter(page, body="本文その二"))
        late = keep(author, path(meeting), page, kept["slot"], body="本文その一")
        assert late["status"] == "409"

    def test_what_was_typed_before_somebody_saved_is_seen_beside_it_and_saved_knowingly(
        self, author: Pages, colleague: Pages, meeting: Meeting, database: Database, people: People
    ) -> None:
        keep(author, path(meeting), author.get(path(meeting)), body="はじめの行\n自分の行")
        colleague.post(
            path(meeting), letter(colleague.get(path(meeting)), body="はじめの行\n同僚の行")
        )
        assert "そのあとに、この案件が保存されています" in author.get(path(meeting)).text
        page = author.get(path(meeting, "?restore=1"))
        assert "保存されている内容と、あなたの内容の違い" in page.text
        assert [each.text for each in page.all("del")] != []
        newest = hidden(page, "newest")
        page = author.post(path(meeting), letter(page, newest=newest), status=409)  # no tick
        assert reload(database, people, meeting.mailing.id).body == "はじめの行\n同僚の行"
        author.post(path(meeting), letter(page, replace="y", newest=newest))
        assert reload(database, people, meeting.mailing.id).body == "はじめの行\n自分の行"

    def test_whoever_looked_at_an_older_difference_looks_again(
        self, author: Pages, colleague: Pages, meeting: Meeting, database: Database, people: People
    ) -> None:
        mine = letter(author.get(path(meeting)), body="自分の行")
        colleague.post(path(meeting), letter(colleague.get(path(meeting)), body="同僚の行"))
        author.post(path(meeting), mine, status=409)
        colleague.post(path(meeting), letter(colleague.get(path(meeting)), body="ABCDEF"))
        seen = str(meeting.mailing.version + 1)
        page = author.post(path(meeting), mine | {"replace": "y", "newest": seen}, status=409)
        assert "ABCDEF" in page.text
        assert reload(database, people, meeting.mailing.id).body == "ABCDEF"

    def test_not_for_a_mailing_that_is_on_its_way(
        self, author: Pages, meeting: Meeting, approved: Snapshot
    ) -> None:
        page = author.get(path(meeting))
        assert page.h1 != "本文を編集する"
        response = author.post_raw(path(meeting, "/autosave"), {"body": "x", "version": "1"})
        assert response.status_code == 409

    @pytest.mark.parametrize("role", ["checker", "approver"])
    def test_only_for_those_who_write(self, sign_in: SignIn, meeting: Meeting, role: str) -> None:
        for act in ("/autosave", "/discard", "/presence"):
            assert sign_in(role).post_raw(path(meeting, act), {}).status_code == 403

    def test_what_nobody_came_back_for_in_a_month_is_forgotten(
        self, database: Database, people: People, meeting: Meeting
    ) -> None:
        with database.writing() as session:
            event = session.get_one(Event, meeting.event.id)
            mailing = session.get_one(Mailing, meeting.mailing.id)
            slots.keep(session, people.author, event, mailing, {"body": ["古い"]}, 1, "")
        with time_machine.travel(clock.now() + timedelta(days=31)), database.writing() as session:
            event = session.get_one(Event, meeting.event.id)
            slots.keep(session, people.author, event, None, {"body": ["新しい"]}, 1, "")
        with database.reading() as session:
            assert [each.typed["body"] for each in session.scalars(sa.select(Slot))] == [["新しい"]]

    def test_a_person_has_one_slot_for_each_letter(
        self, database: Database, people: People, meeting: Meeting
    ) -> None:
        with database.writing() as session:
            event = session.get_one(Event, meeting.event.id)
            for mailing in (None, session.get_one(Mailing, meeting.mailing.id)):
                slots.keep(session, people.author, event, mailing, {}, 1, "")
                with pytest.raises(UserError, match="ほかにもあります"):
                    slots.keep(session, people.author, event, mailing, {}, 1, "")
            assert len(session.scalars(sa.select(Slot)).all()) == 2


class TestPresence:
    @pytest.fixture(autouse=True)
    def now(self) -> Iterator[time_machine.Traveller]:
        with time_machine.travel("2026-11-26T09:05:00+09:00", tick=False) as traveller:
            yield traveller

    def test_somebody_else_is_named_with_the_time(
        self, author: Pages, colleague: Pages, meeting: Meeting
    ) -> None:
        assert author.post_raw(path(meeting, "/presence"), {}).get_json()["others"] == []
        told = colleague.post_raw(path(meeting, "/presence"), {}).get_json()["others"]
        assert told == ["森下 あかりさんが9:05からこの案件の本文を開いています。"]
        assert "森下 あかりさんが9:05から" in colleague.get(path(meeting)).text
        assert "西田 航さんが" in author.get(path(meeting)).text

    def test_it_is_over_two_minutes_after_the_last_sign(
        self, author: Pages, colleague: Pages, meeting: Meeting, now: time_machine.Traveller
    ) -> None:
        author.post_raw(path(meeting, "/presence"), {})
        now.shift(timedelta(seconds=100))
        author.post_raw(path(meeting, "/presence"), {})
        now.shift(timedelta(seconds=119))
        assert "9:05から" in colleague.get(path(meeting)).text
        now.shift(timedelta(seconds=2))
        assert "開いています" not in colleague.get(path(meeting)).text
        author.post_raw(path(meeting, "/presence"), {})
        assert "9:08から" in colleague.get(path(meeting)).text

    def test_closing_the_page_or_saving_ends_it(
        self, author: Pages, colleague: Pages, meeting: Meeting
    ) -> None:
        author.post_raw(path(meeting, "/presence"), {})
        author.post_raw(path(meeting, "/presence"), {"left": "1"})
        assert "開いています" not in colleague.get(path(meeting)).text
        author.post_raw(path(meeting, "/presence"), {})
        author.post(path(meeting), letter(author.get(path(meeting))))
        assert "開いています" not in colleague.get(path(meeting)).text

    def test_nobody_is_locked_out(self, author: Pages, colleague: Pages, meeting: Meeting) -> None:
        author.post_raw(path(meeting, "/presence"), {})
        colleague.post(path(meeting), letter(colleague.get(path(meeting)), body="同僚の本文"))
        told = author.post_raw(path(meeting, "/presence"), {}).get_json()
        assert told["version"] == meeting.mailing.version + 1

    def test_closed_in_another_tab_in_the_same_moment_it_is_closed(
        self, author: Pages, meeting: Meeting, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """What the one request has put there, the other takes away before it is looked at."""
        monkeypatch.setattr(presence, "insert_new", lambda *_: None)
        assert author.post_raw(path(meeting, "/presence"), {}).status_code == 200
