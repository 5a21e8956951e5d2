"""Answers given and taken in the sample meeting, as the tests need them."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy.orm import Session

from eventmail.answers import service
from eventmail.answers.models import Answer, Attendance
from eventmail.answers.service import Call, Reply
from eventmail.events.models import Contact


def keys(session: Session, contact_id: int) -> tuple[int, int, int]:
    """Office, company and contact: what a link names."""
    contact = session.get_one(Contact, contact_id)
    return contact.office_id, contact.participant_id, contact.id


def give(
    session: Session,
    contact_id: int,
    attendance: Attendance = Attendance.ATTENDING,
    people: int = 2,
    message: str = "",
    values: Mapping[int, str] | None = None,
    call: Call | None = None,
) -> Answer:
    """An answer to what is asked now."""
    found = service.sheet(session, *keys(session, contact_id))
    reply = Reply(attendance, people, message, found.seen, found.asked, values or {})
    return service.save(session, *keys(session, contact_id), reply, call)
