"""The first page: one thing to do next, what waits, what is running, what is near."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
import sqlalchemy as sa

from eventmail import clock, sample
from eventmail.database import Database
from eventmail.events.models import Event
from eventmail.mailings import service as mailings
from eventmail.mailings.models import Mailing, Snapshot
from eventmail.outbox import control
from eventmail.outbox.models import Delivery, DeliveryState
from eventmail.proposals import mailboxes
from eventmail.proposals import service as proposals
from eventmail.sample import People
from tests.conftest import Meeting
from tests.counting import statements_of
from tests.mailings import journey
from tests.pages import Page, Pages
from tests.roster.importer import A, B, Importer, make_event

SignIn = Callable[[str], Pages]
Step = Callable[[Database, People, int], object]
CALM = "いま待っている仕事はありません。"


def primary(page: Page) -> list[str]:
    """The words of the page's primary buttons."""
    return [
        each.text.strip()
        for each in page.elements
        if "button-primary" in (each.attributes.get("class") or "").split()
    ]


def sections(page: Page) -> list[str]:
    """The headings, in order."""
    return [each.text.strip() for each in page.all("h2")]


USUAL = {
    "author": "はじめのイベントを作る",
    "checker": "待っている仕事の一覧を見る",
    "auditor": "監査記録を見る",
    "approver": "試しの一通を送る",
    "manager": "試しの一通を送る",
}


@pytest.mark.parametrize("role", USUAL)
def test_in_a_new_office_nothing_to_do_is_said_calmly_with_the_next_thing(
    sign_in: SignIn, role: str
) -> None:
    page = sign_in(role).get("/")
    assert CALM in page.text
    assert primary(page) == [USUAL[role]]


@pytest.mark.parametrize(
    ("role", "label"),
    [
        ("author", "新しいイベントを作る"),
        ("manager", "職員を見る"),
        ("approver", "代理決裁の指定を見る"),
    ],
)
def test_after_the_first_sending_each_has_the_usual_thing(
    sign_in: SignIn, approved: Snapshot, role: str, label: str
) -> None:
    assert primary(sign_in(role).get("/")) == [label]


def test_the_most_urgent_is_the_one_primary_button_with_its_count(
    sign_in: SignIn, submitted: Snapshot
) -> None:
    page = sign_in("checker").get("/")
    assert primary(page) == ["30件の送信内容を確認する"]
    assert CALM not in page.text


def test_the_approvers_button_says_how_many(sign_in: SignIn, checked: Snapshot) -> None:
    assert primary(sign_in("approver").get("/")) == ["30件の送信を決裁する"]


def test_a_near_event_without_a_mail_is_what_an_author_does_next(
    sign_in: SignIn, database: Database, people: People
) -> None:
    far = make_event(database, people, "遠い面接会")
    near = make_event(database, people, "近い面接会")
    _move(database, far, 30)
    _move(database, near, 5)
    page = sign_in("author").get("/")
    assert primary(page) == ["このイベントの案内を作る"]
    assert "開催まで5日の「近い面接会」には、まだ何も送っていません。" in page.text
    links = [
        e.attributes.get("href") for e in page.all("a") if "button-primary" in str(e.attributes)
    ]
    assert links == [f"/events/{near.id}"]
    assert "開催が近いイベント" in sections(page)
    assert "（1件）" in page.text


def _move(database: Database, event: Event, days: int) -> None:
    with database.writing() as session:
        session.get_one(Event, event.id).held_on = clock.today() + timedelta(days=days)


def test_what_is_running_shows_where_it_stands_and_how_far_it_is(
    sign_in: SignIn, database: Database, people: People, approved: Snapshot
) -> None:
    with database.writing() as session:
        some = sa.select(Delivery.id).where(~Delivery.first_copy).limit(12)
        ids = list(session.scalars(some))
        session.execute(
            sa.update(Delivery).where(Delivery.id.in_(ids)).values(state=DeliveryState.CANCELLED)
        )
    page = sign_in("author").get("/")
    order = [each for each in sections(page) if each != "お知らせ"]
    assert order[:2] == ["次にすること", "送信の途中のメール（1件）"]
    assert "12 / 30 通" in page.text
    (bar,) = page.all("progress")
    assert (bar.attributes["value"], bar.attributes["max"]) == ("12", "30")
    with database.writing() as session:
        control.pause(session, people.approver, session.get_one(Snapshot, approved.id))
    assert "一時停止中" in sign_in("author").get("/").text
    with database.writing() as session:
        control.cancel(session, people.approver, session.get_one(Snapshot, approved.id))
    assert not sign_in("author").get("/").all("progress")


def give_back(database: Database, people: People, mailing_id: int) -> None:
    """The checker sends it back to its author."""
    with database.writing() as session:
        mailing = mailings.get_mailing(session, people.checker, mailing_id, lock=True)
        assert mailing.latest is not None
        digest = mailing.latest.digest
        mailings.give_back(session, people.checker, mailing, digest, "日付が違います。")


STEPS: dict[str, list[Step]] = {
    "to be checked": [journey.submit],
    "sent back": [journey.submit, give_back],
    "to be approved": [journey.submit, journey.check],
    "running": [journey.submit, journey.check, journey.approve],
}


class TestNothingGrowsWithTheRows:
    """As many statements for three as for one."""

    def count(self, browser: Pages) -> int:
        browser.get("/")
        return statements_of(lambda: browser.get("/"))

    def test_events_and_workbooks(
        self, sign_in: SignIn, database: Database, people: People
    ) -> None:
        browser = sign_in("author")
        counts = []
        for number in range(3):
            event = make_event(database, people, f"面接会{number}")
            Importer(database, people, event).open(A, B)
            counts.append(self.count(browser))
        assert counts[1] == counts[2] == counts[0]

    def test_proposals(self, sign_in: SignIn, database: Database, people: People) -> None:
        browser = sign_in("approver")
        counts = []
        for number in range(3):
            place = mailboxes.place_of(people.manager.office.id, f"box{number}@anteisho.example")
            with database.writing() as session:
                proposals.propose(session, people.manager, place, {"name": "所"}, "試し")
            counts.append(self.count(browser))
        assert counts[1] == counts[2] == counts[0]

    @pytest.mark.parametrize("steps", STEPS.values(), ids=STEPS)
    def test_mailings(
        self,
        sign_in: SignIn,
        database: Database,
        people: People,
        meeting: Meeting,
        steps: list[Step],
    ) -> None:
        browsers = [sign_in(role) for role in ("author", "checker", "approver")]
        counts = []
        for number in range(2):
            mailing_id = _another(database, people, meeting) if number else meeting.mailing.id
            for step in steps:
                step(database, people, mailing_id)
            counts.append([self.count(browser) for browser in browsers])
        assert counts[1] == counts[0]


def _another(database: Database, people: People, meeting: Meeting) -> int:
    with database.writing() as session:
        event = session.get_one(Event, meeting.event.id)
        made: Mailing = sample.draft_letter(session, people.author, event)
        return made.id
