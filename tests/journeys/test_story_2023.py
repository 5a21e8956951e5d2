"""The accident of 31 May 2023, twice: how it cannot be made to happen here, and what followed it.

Thirty companies, fifteen and fifteen in two mails, every address in To, nobody who looked. Each
step of it is first tried as an ordinary mailing. Then the two days after it are walked through with
the clock of those days, from the sent mails to the press release, and every figure is the story's.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from eventmail.config import Settings
from eventmail.database import Database
from eventmail.errors import UserError
from eventmail.events import service as events
from eventmail.events.models import Contact
from eventmail.incidents.calls import mails
from eventmail.incidents.calls import service as calls
from eventmail.incidents.calls.models import Outcome, Purpose
from eventmail.incidents.models import Incident, Place
from eventmail.incidents.papers.service import Made
from eventmail.incidents.record import reporting
from eventmail.incidents.record.deadlines import Applies, Duty
from eventmail.letters import choosing
from eventmail.mailings import service as mailings
from eventmail.mailings.models import Audience, Mailing, SendMode, Snapshot
from eventmail.mailings.service import Blocked, Draft
from eventmail.notices.models import Kind as Notice
from eventmail.offices.models import Role
from eventmail.offices.permissions import Actor
from eventmail.outbox.worker import Outbox
from eventmail.sample import FOLDER, People
from eventmail.wire import Relay
from tests import settling
from tests.conftest import Meeting
from tests.incidents import story
from tests.journeys.two_days import ABSENT, JUNE_1, JUNE_2, MAY_31, REACHED, TwoDays
from tests.mailings import journey
from tests.mailings.test_pages import letter
from tests.notices import bureau
from tests.pages import Page, Pages
from tests.recorder import Recorder

OFFICE = "gakusotsu@himesato-anteisho.example"
LOTS = (range(15), range(15, 30))
# Who tries what on a mailing that nobody has checked, and what he is told.
TRIED = {
    "the author checks his own": ("author", mailings.check, "確認者"),
    "the author approves his own": ("author", mailings.approve, "「確認待ち」のため"),
    "the approver does not wait": ("approver", mailings.approve, "「確認待ち」のため"),
}
PLAIN = "参加企業の皆様\n\n当日の資料をお送りします。\n"


@pytest.fixture
def outbox(settings: Settings, database: Database) -> Iterator[Outbox]:
    found = Outbox(settings, database)
    yield found
    found.huey.storage.close()


def all_contacts(database: Database) -> list[Contact]:
    with database.reading() as session:
        return list(session.scalars(sa.select(Contact).order_by(Contact.id)))


def a_lot(database: Database, people: People, meeting: Meeting, lot: range, **how: object) -> int:
    """One of the two mails of fifteen, chosen by hand as the office chose them."""
    draft = Draft("当日資料の送付", "当日資料について", PLAIN, frozenset(), 1)
    wanted = [each.id for each in all_contacts(database)]
    with database.writing() as session:
        made = mailings.add_mailing(session, people.author, meeting.event, draft)
        made.audience = Audience.CHOSEN
        made.mode = SendMode(str(how.get("mode", SendMode.INDIVIDUAL)))
        ticked = [wanted[each] for each in lot]
        choosing.choose(session, people.author, made, made.version, ticked, ticked)
        return made.id


def sent(database: Database, people: People, outbox: Outbox, mailing_id: int) -> None:
    journey.submit(database, people, mailing_id, answering=True)
    journey.check(database, people, mailing_id)
    journey.approve(database, people, mailing_id)
    work(outbox)


def work(outbox: Outbox) -> None:
    """Everything that a worker would do now."""
    outbox.wake_due()
    while (task := outbox.huey.dequeue()) is not None:
        outbox.huey.execute(task)


def decided(
    database: Database, actor: Actor, snapshot: Snapshot, decide: Callable[..., object]
) -> None:
    with database.writing() as session:
        found = mailings.get_mailing(session, actor, snapshot.mailing_id, lock=True)
        decide(session, actor, found, snapshot.digest)


def visible(content: bytes) -> set[str]:
    """Every address that stands in the head of a mail."""
    head = content.partition(b"\r\n\r\n")[0].decode("ascii")
    return set(re.findall(r"[\w.+-]+@[\w.-]+", re.sub(r"(?im)^message-id:.*$", "", head)))


def fields(page: Page) -> set[str]:
    return {
        each.attributes.get("name") or ""
        for tag in ("input", "textarea", "select")
        for each in page.all(tag)
    }


class TestTheLetter:
    """「宛先に30社のアドレスを入れる」"""

    def test_there_is_no_field_in_which_an_address_could_stand(
        self, sign_in: Callable[[str], Pages], meeting: Meeting, database: Database, people: People
    ) -> None:
        author = sign_in("author")
        path = f"/mailings/{meeting.mailing.id}/letter"
        page = author.get(path)
        assert not fields(page) & {"to", "cc", "bcc", "recipients", "addresses", "reply_to"}
        everybody = ", ".join(each.address for each in all_contacts(database))
        forged = {name: everybody for name in ("to", "cc", "bcc", "recipients", "sender")}
        author.post(path, letter(page, audience="all", **forged))
        with database.reading() as session:
            found = mailings.get_mailing(session, people.author, meeting.mailing.id)
            content = mailings.draft_content(session, found)
        assert len(content.recipients) == 30
        assert everybody not in repr(content)

    def test_the_list_pasted_into_the_letter_keeps_it_from_being_submitted(
        self, database: Database, people: People, meeting: Meeting
    ) -> None:
        with database.writing() as session:
            found = session.get_one(Mailing, meeting.mailing.id)
            found.body += "\n".join(each.address for each in all_contacts(database))
        with pytest.raises(Blocked):
            journey.submit(database, people, meeting.mailing.id, answering=True)

    def test_the_roster_among_the_materials_does_so_too(
        self, database: Database, people: People, meeting: Meeting
    ) -> None:
        name = "参加企業一覧.xlsx"
        with database.writing() as session:
            roster = events.put_material(
                session, people.author, meeting.event, name, (FOLDER / name).read_bytes()
            )
            found = mailings.get_mailing(session, people.author, meeting.mailing.id, lock=True)
            kept = frozenset({*(each.id for each in found.materials), roster.id})
            draft = Draft(found.purpose, found.subject, found.body, kept, found.version)
            mailings.save_draft(session, people.author, found, draft)
        with pytest.raises(Blocked):
            journey.submit(database, people, meeting.mailing.id, answering=True)


class TestTwoLots:
    """「15社ずつ2回に分けて送る」"""

    def test_two_mails_of_fifteen_are_thirty_mails_to_one_company_each(
        self, database: Database, people: People, meeting: Meeting, outbox: Outbox,
        recorder: Recorder,
    ) -> None:  # fmt: skip
        for lot in LOTS:
            sent(database, people, outbox, a_lot(database, people, meeting, lot))
        theirs = [each for each in recorder.received if each.rcpt_to != (OFFICE,)]
        assert len(theirs) == 30
        assert {each.rcpt_to[0] for each in theirs} == {e.address for e in all_contacts(database)}
        for mail in theirs:
            (own,) = mail.rcpt_to
            assert visible(mail.content) == {own, OFFICE}

    def test_not_even_in_blind_batches_does_anybody_see_anybody(
        self, database: Database, people: People, meeting: Meeting, outbox: Outbox,
        recorder: Recorder,
    ) -> None:  # fmt: skip
        with database.writing() as session:
            settling.set_batches(session, people.author.office, allowed=True, size=15)
        for lot in LOTS:
            made = a_lot(database, people, meeting, lot, mode=SendMode.BATCH)
            sent(database, people, outbox, made)
        batches = [each for each in recorder.received if each.rcpt_to != (OFFICE,)]
        assert [len(each.rcpt_to) for each in batches] == [15, 15]
        assert all(visible(each.content) == {OFFICE} for each in batches)


class TestNobodyLooked:
    """「送信前の確認をしていない」"""

    @pytest.mark.parametrize("case", TRIED)
    def test_what_nobody_checked_is_not_sent(
        self, database: Database, people: People, submitted: Snapshot, case: str, outbox: Outbox,
        recorder: Recorder,
    ) -> None:  # fmt: skip
        who, decide, told = TRIED[case]
        with pytest.raises(UserError, match=told):
            decided(database, getattr(people, who), submitted, decide)
        work(outbox)
        assert recorder.received == []


class TestTheTwoDays:
    """What the office did by hand in two days, and what it can say of it afterwards."""

    @pytest.fixture
    def office(
        self, database: Database, people: People, relay: Relay, recorder: Recorder,
        monkeypatch: pytest.MonkeyPatch,
    ) -> TwoDays:  # fmt: skip
        return TwoDays(database, people, relay, recorder, monkeypatch)

    def test_from_the_sent_mails_to_the_press_release(
        self, office: TwoDays, sign_in: Callable[[str], Pages]
    ) -> None:
        office.it_is(MAY_31, 13)
        page = office.open(sign_in("manager"))
        assert "30件" in page.text
        office.name_and_look()
        self.judge_the_exposure(office)
        office.make_roster()
        office.it_is(MAY_31, 16)
        office.call(REACHED, Outcome.REACHED)
        office.call(ABSENT, Outcome.ABSENT)
        assert self.progress(office) == (30, 25, 5)
        assert self.due(office, MAY_31) == 0
        assert self.due(office, JUNE_1) == 5

        office.it_is(MAY_31, 18)
        assert office.mail(Purpose.HANDLING) == addresses_of(ABSENT)
        assert office.mail(Purpose.CORRECTION) == addresses_of(REACHED)

        office.it_is(JUNE_1, 10)
        office.call(ABSENT, Outcome.REACHED)
        assert self.progress(office) == (30, 30, 0)
        assert office.mail(Purpose.CORRECTION) == addresses_of(ABSENT)
        office.write_down()
        office.hold_the_meeting()
        told = bureau.set_up(office.database)
        (caution, *_) = office.hear_from(told, Notice.CAUTION, set(Role))

        office.it_is(JUNE_2, 10)
        (instruction, *_) = office.hear_from(told, Notice.INSTRUCTION, {Role.MANAGER})
        assert (caution, instruction) == (5, 1)
        self.judge_the_deadlines(office)
        self.judge_the_press_release(office.press_release())
        office.see(self.judge_the_waves)

    def judge_the_exposure(self, office: TwoDays) -> None:
        found = office.exposed()
        assert [each.counts for each in found.mails] == [{Place.TO: 15}, {Place.TO: 15}]
        assert (found.total, found.companies) == (30, 30)
        assert (found.persons, found.others, found.unconfirmed) == (7, 23, 0)
        assert {each.companies for each in found.views} == {14}
        assert found.matrix == ((14, 0), (0, 14))

    def judge_the_deadlines(self, office: TwoDays) -> None:
        """Seven are not more than a hundred: no duty to report, and the page says why."""
        found = {e.deadline.duty: e.deadline for e in office.see(reporting.standings)}
        for duty in (Duty.PRELIMINARY, Duty.FINAL, Duty.PERSONS):
            assert found[duty].applies is Applies.NO
            assert "7人" in found[duty].why

    def judge_the_press_release(self, made: Made) -> None:
        assert made.hits == ()
        assert made.paper.head is not None
        assert made.paper.head.date == "令和5年6月2日（金）"
        titles = [each.title for each in made.paper.sections]
        assert titles == [
            *("1　事案の概要", "2　事実経過", "3　発生原因", "4　再発防止策", "お問い合わせ先"),
        ]
        overview, course, causes, measures = (
            "\n".join(line.text for line in each.lines) for each in made.paper.sections[:4]
        )
        assert "30社" in overview
        assert "2通（各15件、計30件）" in overview
        assert "識別できるものは7件、識別できないものは23件" in overview
        assert re.findall(r"(?:令和5年)?[56]月\d+日（[水木]）", course) == [
            *("令和5年5月31日（水）", "令和5年6月1日（木）")
        ]
        assert "30社に電話し、25社に" in course
        assert "5社は不在" in course
        waves = [line for line in course.splitlines() if "正しい方法" in line]
        assert ["25社" in waves[0], "5社" in waves[1]] == [True, True]
        assert causes.count("\n") == 1
        assert "会議" in measures
        whole = "\n".join(made.paper.texts())
        assert not [each for each in story.COMPANIES if each.company in whole]
        assert "@" not in whole

    def judge_the_waves(self, session: Session, incident: Incident) -> None:
        sent = [(each.purpose, each.count) for each in mails.waves(session, incident)]
        assert sent == [
            (Purpose.HANDLING, 5),
            (Purpose.CORRECTION, 25),
            (Purpose.CORRECTION, 5),
        ]

    def progress(self, office: TwoDays) -> tuple[int, int, int]:
        found = office.see(calls.progress)
        return found.total, found.reached, found.absent

    def due(self, office: TwoDays, day: date) -> int:
        return len(office.see(lambda db, found: calls.due(db, found, day)))


def addresses_of(which: slice) -> set[str]:
    return {each.address for each in story.COMPANIES[which]}
