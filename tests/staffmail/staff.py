"""What the tests of the notices share: who is told what, and a return."""

from __future__ import annotations

import sqlalchemy as sa

from eventmail.database import Database
from eventmail.mailings import service as mailings
from eventmail.mailings.models import Snapshot
from eventmail.sample import People
from eventmail.staffmail.models import NoticeState, StaffNotice
from eventmail.wire import parse_mail
from tests.recorder import Recorder

OWN = "himesato-anteisho.example"
URL = "https://mail.himesato.example"
ROLES = ("author", "checker", "approver")
S = NoticeState


def told(recorder: Recorder) -> dict[str, list[str]]:
    """The subjects of the notices, by the one person each went to."""
    found: dict[str, list[str]] = {}
    for mail in recorder.received:
        parsed = parse_mail(mail.content)
        (to,) = mail.rcpt_to
        if parsed.has("Auto-Submitted") and to.partition("@")[0] in ROLES:
            found.setdefault(to.partition("@")[0], []).append(parsed.value("Subject"))
    return found


def notices(database: Database) -> list[StaffNotice]:
    with database.reading() as session:
        return list(session.scalars(sa.select(StaffNotice).order_by(StaffNotice.id)))


def give_back(database: Database, people: People, snapshot: Snapshot, reason: str) -> None:
    with database.writing() as session:
        mailing = mailings.get_mailing(session, people.approver, snapshot.mailing_id, lock=True)
        mailings.give_back(session, people.approver, mailing, snapshot.digest, reason)
