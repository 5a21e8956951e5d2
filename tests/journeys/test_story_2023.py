"""The accident of 31 May 2023: tried as an ordinary mailing, where it cannot be made to happen.

Thirty companies, fifteen and fifteen in two mails, every address in To, nobody who looked. Each
step of it is tried here as the office took it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
import sqlalchemy as sa

from eventmail.config import Settings
from eventmail.database import Database
from eventmail.errors import UserError
from eventmail.events import service as events
from eventmail.events.models import Contact
from eventmail.letters import choosing
from eventmail.mailings import service as mailings
from eventmail.mailings.models import Audience, Mailing, SendMode, Snapshot
from eventmail.mailings.service import Blocked, Draft
from eventmail.offices.permissions import Actor
from eventmail.outbox.worker import Outbox
from eventmail.sample import FOLDER, People
from tests import settling
from tests.conftest import Meeting
from tests.mailings import journey
from tests.mailings.test_pages import letter
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
