"""The letter's form: wordings that fill it, the audience, the expected count."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from eventmail.database import Database
from eventmail.mailings.models import Audience, Mailing, MailingState, Snapshot
from eventmail.sample import People
from eventmail.wordings import service as wordings
from eventmail.wordings.builtin import Text
from eventmail.wordings.models import WordingKind
from tests.answers.hands import give
from tests.conftest import Meeting
from tests.mailings import journey
from tests.mailings.journey import reload
from tests.mailings.test_pages import hidden, letter
from tests.pages import Page, Pages

SignIn = Callable[[str], Pages]


@pytest.fixture
def author(sign_in: SignIn) -> Pages:
    return sign_in("author")


def new(meeting: Meeting) -> str:
    return f"/events/{meeting.event.id}/mailings/new"


def path(meeting: Meeting) -> str:
    return f"/mailings/{meeting.mailing.id}/letter"


def body(page: Page) -> str:
    return page.all("textarea")[0].text.lstrip("\r\n")


def fill(page: Page, key: str, act: str = "fill", **changes: object) -> dict[str, object]:
    return letter(page, filled=hidden(page, "filled"), wording=key, act=act, **changes)


class TestWordings:
    def test_an_untouched_letter_takes_another_wording_at_once(
        self, author: Pages, meeting: Meeting
    ) -> None:
        page = author.get(new(meeting))
        page = author.post(new(meeting), fill(page, "apology", purpose="訂正"))
        assert "深くお詫び申し上げます" in body(page)
        assert hidden(page, "purpose") == "訂正"
        page = author.post(new(meeting), fill(page, "change"))
        assert "変更前：●●" in body(page)

    def test_what_a_person_wrote_is_replaced_only_when_he_says_so(
        self, author: Pages, meeting: Meeting
    ) -> None:
        page = author.get(new(meeting))
        page = author.post(new(meeting), fill(page, "apology", body="自分で書いた本文"))
        assert "ひな形「お詫び」に置きかえますか" in page.text
        assert body(page) == "自分で書いた本文"
        assert [each.text for each in page.all("del")]
        kept = author.post(new(meeting), fill(page, "apology", act="keep"))
        assert body(kept) == "自分で書いた本文"
        replaced = author.post(new(meeting), fill(page, "apology", act="fill_now"))
        assert "深くお詫び申し上げます" in body(replaced)

    def test_a_saved_letter_is_always_asked_for(self, author: Pages, meeting: Meeting) -> None:
        page = author.post(path(meeting), fill(author.get(path(meeting)), "change"))
        assert "置きかえますか" in page.text
        assert "受付で{会社名}とお名乗りください" in body(page)

    def test_filling_saves_nothing(
        self, author: Pages, meeting: Meeting, database: Database, people: People
    ) -> None:
        author.post(path(meeting), fill(author.get(path(meeting)), "change", act="fill_now"))
        assert reload(database, people, meeting.mailing.id).version == meeting.mailing.version

    def test_the_offices_own_can_be_chosen_and_no_other_offices(
        self, author: Pages, meeting: Meeting, database: Database, people: People
    ) -> None:
        with database.writing() as session:
            text = Text("お礼", "お礼の件名", "{宛名}\n\nお礼の本文\n")
            own = wordings.add_wording(session, people.author, WordingKind.OWN, text)
        page = author.post(new(meeting), fill(author.get(new(meeting)), str(own.id)))
        assert hidden(page, "subject") == "お礼の件名"
        page = author.post(new(meeting), fill(page, "999"), status=422)
        assert "ひな形を選び直してください。" in page.text
        assert "お礼の本文" in body(page)


class TestAudience:
    def test_the_chosen_ones_are_chosen_on_the_next_page(
        self, author: Pages, meeting: Meeting, database: Database, people: People
    ) -> None:
        page = author.post(path(meeting), letter(author.get(path(meeting)), audience="chosen"))
        assert page.h1 == "送信先を選ぶ"
        stored = reload(database, people, meeting.mailing.id)
        assert stored.audience is Audience.CHOSEN
        page = author.get(f"/mailings/{meeting.mailing.id}")
        assert "送信先の選び方選んだ送信先だけ" in page.text
        assert "この送信先の選び方に当てはまる送信先がありません" in page.text

    def test_the_new_ones_can_be_asked_for_once_a_mail_was_sent(
        self, author: Pages, meeting: Meeting, database: Database, approved: Snapshot
    ) -> None:
        assert "前のメールのあとに加わった" not in author.get(new(meeting)).text
        with database.writing() as session:
            session.get_one(Mailing, approved.mailing_id).state = MailingState.SENT
        page = author.get(new(meeting))
        sent = letter(page, purpose="追加", audience="new", expected_count="1")
        page = author.post(new(meeting), sent, status=422)
        assert "もとになるメールを選んでください。" in page.text
        page = author.post(new(meeting), sent | {"since_id": str(approved.mailing_id)})
        assert f"（番号{approved.mailing_id}）のあとに加わった送信先だけ" in page.text

    def test_those_who_have_not_answered_are_asked_for_like_any_other(
        self, author: Pages, meeting: Meeting, database: Database
    ) -> None:
        with database.writing() as session:
            give(session, 3)
        page = author.get(path(meeting))
        assert "参加と回答した事業所だけ（参加のみ）" in page.text
        asked = letter(page, audience="unanswered", expected_count="29")
        page = author.post(path(meeting), asked)
        assert "送信先の選び方まだ回答していない事業所だけ（未回答）" in page.text
        assert "29件の送信を確認者に提出する" in page.text

    @pytest.mark.parametrize("typed", [{"audience": "new"}, {"audience": "cc"}, {"since_id": "77"}])
    def test_no_other_audience_can_be_sent(
        self, author: Pages, meeting: Meeting, typed: dict[str, str]
    ) -> None:
        author.post(path(meeting), letter(author.get(path(meeting)), **typed), status=422)


class TestExpectedCount:
    @pytest.mark.parametrize(
        ("typed", "count"),
        [("30", 30), ("３０", 30), ("30件", 30), ("1,200社", 1200), (" 30 ", 30), ("", None)],
    )
    def test_it_is_read_as_people_type_it(
        self,
        author: Pages,
        meeting: Meeting,
        database: Database,
        people: People,
        typed: str,
        count: int | None,
    ) -> None:
        author.post(path(meeting), letter(author.get(path(meeting)), expected_count=typed))
        assert reload(database, people, meeting.mailing.id).expected_count == count

    @pytest.mark.parametrize(
        "typed", ["三十", "0", "-3", "1e3", "9999999", "30社くらい", "３０．５"]
    )
    def test_what_is_no_count_is_named_and_kept(
        self, author: Pages, meeting: Meeting, typed: str
    ) -> None:
        page = author.post(
            path(meeting), letter(author.get(path(meeting)), expected_count=typed), status=422
        )
        assert "件数を1から100000までの数字で入力してください。" in page.text
        assert hidden(page, "expected_count") == typed

    def test_without_it_nothing_is_submitted_and_the_page_says_so(
        self, author: Pages, meeting: Meeting, database: Database, people: People
    ) -> None:
        page = author.post(path(meeting), letter(author.get(path(meeting)), expected_count=""))
        assert "送る予定の件数が入力されていません" in page.text
        assert "提出する" not in page.text.replace("提出すると", "")
        author.post(f"/mailings/{meeting.mailing.id}/submit")
        assert reload(database, people, meeting.mailing.id).state is MailingState.DRAFT

    @pytest.mark.parametrize(
        ("role", "page"),
        [("checker", "check"), ("approver", "approve"), ("approver", "drafting-paper")],
    )
    def test_the_reviewers_see_it_and_the_audience_in_words_on_screen_and_paper(
        self,
        sign_in: SignIn,
        meeting: Meeting,
        database: Database,
        people: People,
        submitted: Snapshot,
        role: str,
        page: str,
    ) -> None:
        if page == "approve":
            journey.check(database, people, submitted.mailing_id)
        told = sign_in(role).get(f"/mailings/{meeting.mailing.id}/{page}").text
        assert "選び方参加する事業所の全員" in told.replace(" ", "")
        assert "起案者が見込んだ件数30件" in told.replace(" ", "")
