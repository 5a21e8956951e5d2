"""The steps of a mailing as the three people take them, through the services."""

from __future__ import annotations

from eventmail import sample
from eventmail.database import Database
from eventmail.mailings import service as mailings
from eventmail.mailings.models import Mailing, Snapshot
from eventmail.outbox import service as outbox
from eventmail.sample import People


def submit(
    database: Database, people: People, mailing_id: int, *, answering: bool = False
) -> Snapshot:
    """The author expects as many as there are, answers what is asked, if so told, and submits."""
    with database.writing() as session:
        mailing = mailings.get_mailing(session, people.author, mailing_id, lock=True)
        mailing.expected_count = len(mailings.draft_content(session, mailing).recipients) or None
        if answering:
            sample.answer_warnings(session, people.author, mailing)
        return mailings.submit(session, people.author, mailing)


def check(database: Database, people: People, mailing_id: int) -> None:
    """The checker does all of his tasks and says yes."""
    with database.writing() as session:
        mailing = mailings.get_mailing(session, people.checker, mailing_id, lock=True)
        sample.look_through(session, people.checker, mailing)


def approve(database: Database, people: People, mailing_id: int) -> None:
    """The approver says yes, and the deliveries are queued."""
    with database.writing() as session:
        mailing = mailings.get_mailing(session, people.approver, mailing_id, lock=True)
        assert mailing.latest is not None
        stored = mailings.approve(session, people.approver, mailing, mailing.latest.digest)
        outbox.start(session, stored)


def take_up(database: Database, people: People, mailing_id: int) -> int:
    """The author makes a halted mailing a draft again."""
    with database.writing() as session:
        mailing = mailings.get_mailing(session, people.author, mailing_id, lock=True)
        return outbox.take_up_again(session, people.author, mailing)


def reload(database: Database, people: People, mailing_id: int) -> Mailing:
    """The mailing as it is stored now."""
    with database.reading() as session:
        mailing = mailings.get_mailing(session, people.author, mailing_id)
        _ = mailing.snapshots, mailing.event
        return mailing
