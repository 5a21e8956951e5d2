"""What was before and after an act; of free texts only that they changed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from eventmail import clock
from eventmail.audit.models import AuditEntry
from eventmail.database import Database
from eventmail.mailings import service as mailings
from eventmail.mailings.service import Draft
from eventmail.offices import deputies
from eventmail.sample import People
from eventmail.wordings import service as wordings
from eventmail.wordings.builtin import Text
from eventmail.wordings.models import WordingKind
from tests.conftest import Meeting

SECRET = "taro@kaisha.example"
Act = Callable[[Session, People, Meeting], object]


def edit(session: Session, people: People, meeting: Meeting) -> None:
    mailing = mailings.get_mailing(session, people.author, meeting.mailing.id, lock=True)
    materials = frozenset(each.id for each in mailing.materials)
    words = (mailing.purpose, SECRET, f"{SECRET}様")
    count = mailing.expected_count
    draft = Draft(*words, materials, mailing.version, html=True, expected_count=count)
    mailings.save_draft(session, people.author, mailing, draft)


def write(session: Session, people: People, meeting: Meeting) -> None:
    first, second = Text("お礼", "件名", "本文"), Text("お詫び", "件名", f"{SECRET}様")
    made = wordings.add_wording(session, people.author, WordingKind.OWN, first)
    wordings.change_wording(session, people.author, made, second, 1)


def retire(session: Session, people: People, meeting: Meeting) -> None:
    text = Text("お礼", "件名", "本文")
    made = wordings.add_wording(session, people.author, WordingKind.OWN, text)
    wordings.set_retired(session, people.author, made, True)


def revoke(session: Session, people: People, meeting: Meeting) -> None:
    today = clock.today()
    until = today + timedelta(days=3)
    made = deputies.appoint(session, people.approver, people.checker.id, today, until, "出張")
    deputies.revoke(session, people.approver, made.id)


SIDE = ["approver", "begins_at", "deputy", "ends_at", "reason"]
ACTS: dict[str, tuple[Act, list[str], list[str]]] = {
    "mailing.edited": (edit, ["body", "html", "subject"], ["body", "html", "subject"]),
    "wording.written": (write, ["body", "name"], ["body", "name"]),
    "wording.retired": (retire, ["retired"], ["retired"]),
    "deputy.appointed": (revoke, [], SIDE),
    "deputy.revoked": (revoke, SIDE, []),
}


@pytest.mark.parametrize("action", ACTS)
def test_what_changed_is_kept_and_no_address(
    database: Database, people: People, meeting: Meeting, action: str
) -> None:
    act, before, after = ACTS[action]
    with database.writing() as session:
        act(session, people, meeting)
    with database.reading() as session:
        query = sa.select(AuditEntry).where(AuditEntry.action == action)
        entry = session.scalars(query.order_by(AuditEntry.id.desc()).limit(1)).one()
    assert (_names(entry.before), _names(entry.after)) == (before, after)
    assert "@" not in f"{entry.before}{entry.after}{entry.details}"


def _names(side: dict[str, Any] | None) -> list[str]:
    return sorted(side or {})
