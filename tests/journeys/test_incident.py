"""The two days of an incident in a real browser, by the clock of those days.

The web server runs within this process, so that its clock is the story's: Wednesday, 31 May 2023,
and the day after it. Most calls are written down through the services; each kind of call and every
page is met in the browser, on a wide screen and on a telephone.
"""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import ViewportSize

from eventmail import clock
from eventmail.database import Database
from eventmail.incidents.calls.models import Outcome, Purpose
from eventmail.sample import People
from eventmail.wire import Relay
from tests.incidents import story
from tests.journeys.conftest import Enter
from tests.journeys.people import Person
from tests.journeys.two_days import JUNE_1, JUNE_2, MAY_31, TwoDays
from tests.recorder import Recorder

pytestmark = pytest.mark.journey
SCREENS: dict[str, ViewportSize] = {
    "wide": {"width": 1280, "height": 900},
    "telephone": {"width": 375, "height": 760},
}


@pytest.fixture
def commands() -> tuple[str, ...]:
    """The story sends by itself what it sends."""
    return ("web",)


@pytest.fixture(params=SCREENS)
def screen(request: pytest.FixtureRequest) -> ViewportSize:
    """Both over SQLite: it is the clock that counts here."""
    return SCREENS[request.param]


@pytest.fixture
def office(
    database: Database, people: People, relay: Relay, recorder: Recorder,
    monkeypatch: pytest.MonkeyPatch,
) -> TwoDays:  # fmt: skip
    return TwoDays(database, people, relay, recorder, monkeypatch)


def open_it(manager: Person) -> int:
    """From the home page, with the two mails from the sent items."""
    manager.follow("漏えいかもしれないとき")
    manager.picture("incident-index")
    manager.follow("漏えいかもしれないことを登録する")
    manager.page.get_by_label("何が起きたか").fill(story.OPENING.title)
    manager.page.get_by_label("気づいた日時").fill("2023-05-31T11:30")
    manager.page.get_by_label("気づいたきっかけ").fill(story.OPENING.noticed_how)
    files = [
        {"name": f"{number}.eml", "mimeType": "message/rfc822", "buffer": raw}
        for number, raw in enumerate(story.emls(), 1)
    ]
    manager.page.get_by_label("送信済みのメールのファイル").set_input_files(files)  # type: ignore[arg-type]
    manager.picture("incident-new")
    manager.press("登録して、次にすることへ進む")
    manager.heading(story.OPENING.title)
    manager.reads("電話番号がない対応先が30件あります")
    manager.picture("incident-opened")
    return int(manager.page.url.rsplit("/", 1)[-1])


def name_the_companies(manager: Person) -> None:
    manager.follow("名前と電話番号を入れる")
    listed = "\n".join(f"{e.company}、{e.address}、{e.phone}" for e in story.COMPANIES)
    manager.page.get_by_label("事業所名・アドレス・電話番号").fill(listed)
    manager.press("名前と電話番号を登録する")
    manager.reads("対応先（30件）")
    manager.picture("incident-parties")


def look_at_the_addresses(author: Person, office: TwoDays) -> None:
    author.see(f"/incidents/{office.id}/exposure")
    author.reads("（7件／23件）")
    author.picture("incident-exposure")
    author.press(re.compile("30件.*保存"))
    author.reads("30件の答えを記録しました。")
    author.see(f"/incidents/{office.id}")
    author.reads("すべて人が確かめました")


def call_the_first(manager: Person, office: TwoDays) -> None:
    """One is reached, one is absent, the others are called by colleagues."""
    manager.see(f"/incidents/{office.id}/calls")
    manager.picture("incident-calls")
    manager.follow(story.COMPANIES[0].company)
    manager.reads("話すことと、記録")
    for box in manager.page.locator("ol.talk input[type=checkbox]:not([name=unread])").all():
        box.check()
    manager.picture("incident-call")
    manager.press("つながった：この内容で記録する")
    manager.reads("30社のうち1社に")
    row = manager.page.get_by_role("row").filter(has_text=story.COMPANIES[29].company)
    row.get_by_role("button", name=re.compile("不在")).click()
    manager.reads("不在")
    office.call(slice(1, 25), Outcome.REACHED)
    office.call(slice(25, 29), Outcome.ABSENT)
    manager.see(f"/incidents/{office.id}/calls")
    manager.reads("30社のうち25社に")
    manager.reads("きょうかける先（0社）")
    manager.picture("incident-calls-25")


def call_the_rest(manager: Person, office: TwoDays) -> None:
    manager.follow("漏えいかもしれないとき")
    manager.follow(story.OPENING.title)
    manager.follow("電話・メール")
    manager.reads("きょうかける先（5社）")
    office.call(slice(25, 30), Outcome.REACHED)
    manager.see(f"/incidents/{office.id}/calls")
    manager.reads("30社のうち30社に")
    manager.follow("概要")
    manager.reads("次にすること：「所内の報告」の期限を過ぎています")


def write_down(manager: Person, office: TwoDays) -> None:
    """Causes, measures, the three questions, the notes for the papers."""
    manager.see(f"/incidents/{office.id}/measures")
    for _ in range(2):
        manager.page.get_by_role("button", name=re.compile("^原因に加える")).first.click()
    manager.reads("原因（2件）")
    manager.page.get_by_role("link", name=re.compile("^担当と期限を決めて加える")).first.click()
    manager.page.get_by_label(re.compile("^期限")).fill("2023-06-01")
    manager.page.get_by_label(re.compile("^担当の職員")).select_option(index=1)
    manager.picture("incident-measure")
    manager.press("再発防止策に加える")
    manager.reads("再発防止策（1件のうち0件を実施済み）")
    manager.picture("incident-measures")
    manager.see(f"/incidents/{office.id}/deadlines")
    manager.picture("incident-deadlines")
    manager.follow("3つの質問に答える")
    for each in manager.every(manager.page.get_by_label("いいえ"), 3):
        each.check()
    manager.picture("incident-assessment")
    manager.press("判断を保存する")
    manager.reads("7人")
    manager.see(f"/incidents/{office.id}/chronology")
    manager.reads("30社に電話し、25社に")
    manager.reads("5社は不在")
    manager.picture("incident-chronology")


def take_the_paper(manager: Person, office: TwoDays) -> None:
    manager.see(f"/incidents/{office.id}/papers")
    manager.picture("incident-papers")
    manager.follow("記載事項を書く")
    manager.page.get_by_label("お問い合わせ先").fill("みどり野労働局 職業安定課\n電話 00-0000-0000")
    manager.picture("incident-notes")
    manager.press("記載事項を保存する")
    manager.see(f"/incidents/{office.id}/papers/press")
    manager.reads("識別できるものは7件、識別できないものは23件")
    manager.picture("incident-press")


def end_it(manager: Person, office: TwoDays) -> None:
    manager.see(f"/incidents/{office.id}")
    manager.picture("incident-overview")
    manager.page.get_by_label("理由や確かめたこと").fill("30社すべてに連絡した。")
    manager.press("対応を終える")
    manager.reads("この事案は対応を終えています")


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_the_manager_walks_through_the_two_days(office: TwoDays, person: Enter) -> None:
    office.it_is(MAY_31, 13)
    manager = person("manager")
    office.id = open_it(manager)
    name_the_companies(manager)
    look_at_the_addresses(person("author"), office)
    office.make_roster()
    office.it_is(MAY_31, 16)
    call_the_first(person("manager"), office)
    assert len(office.mail(Purpose.HANDLING)) == 5
    assert len(office.mail(Purpose.CORRECTION)) == 25
    office.it_is(JUNE_1, 10)
    manager = person("manager")
    call_the_rest(manager, office)
    assert len(office.mail(Purpose.CORRECTION)) == 5
    office.it_is(JUNE_2, 10)
    manager = person("manager")
    write_down(manager, office)
    take_the_paper(manager, office)
    end_it(manager, office)
    assert clock.today() == JUNE_2
