"""The mails: each person gets one of his own about a notice, and is reminded of what is unread."""

from __future__ import annotations

from datetime import datetime, time, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from eventmail import clock
from eventmail.clock import TOKYO
from eventmail.database import Database, insert_new
from eventmail.notices import wording
from eventmail.notices.figures import holds, is_read
from eventmail.notices.models import About, Notice, NoticeMail, NoticeRecipient, NoticeReminder
from eventmail.offices import service as offices
from eventmail.offices.models import Bureau, Office, Staff
from eventmail.staffmail import daily
from eventmail.staffmail.models import NoticeState, fresh
from eventmail.staffmail.sending import Letter, Sort

BEFORE = timedelta(days=2)
MAY_HAVE_COME = (NoticeState.CLAIMED, NoticeState.ACCEPTED, NoticeState.UNCERTAIN)


def queue(session: Session, notice: Notice, about: About) -> None:
    """A mail to each of those asked whom one can reach, whether it is sent now or withdrawn."""
    query = (
        sa.select(NoticeRecipient.staff_id)
        .join(Staff, Staff.id == NoticeRecipient.staff_id)
        .where(NoticeRecipient.notice_id == notice.id, *daily.reached(NoticeRecipient))
        .order_by(NoticeRecipient.staff_id)
    )
    for staff_id in session.scalars(query).all():
        values = fresh(notice.office_id, staff_id) | {"notice_id": notice.id, "about": about}
        insert_new(session, NoticeMail, values)


def note(database: Database) -> None:
    """Queue today's reminders of what is unread and nearly due, or late."""
    daily.note(database, NoticeReminder, _nearly_due(), BEFORE)


def _nearly_due() -> daily.Open:
    """Whoever was told by mail today is reminded tomorrow at the earliest."""
    midnight = datetime.combine(clock.today(), time.min, TOKYO)
    return (
        sa.select(
            NoticeRecipient.office_id, NoticeRecipient.staff_id, Notice.due_on, Notice.sent_at
        )
        .join(Notice, Notice.id == NoticeRecipient.notice_id)
        .join(Staff, Staff.id == NoticeRecipient.staff_id)
        .where(Notice.due_on <= clock.today() + BEFORE, Notice.sent_at < midnight)
        .where(~is_read(), holds(), *daily.reached(NoticeRecipient))
    )


def _of_one(session: Session, mail_id: int, staff: Staff, url: str) -> Letter | None:
    mail = session.get_one(NoticeMail, mail_id)
    notice = session.get_one(Notice, mail.notice_id)
    if mail.about is About.WITHDRAWN:
        return _withdrawn(session, notice, staff, url)
    if not notice.holds or not _unread(session, staff.id, notice.office_id, notice.id):
        return None
    bureau = bureau_of(session, notice.office_id)
    text = wording.sent(notice, bureau, notice.office.name, staff.name, url)
    return _letter(session, notice.office_id, wording.subject(notice), text)


def _withdrawn(session: Session, notice: Notice, staff: Staff, url: str) -> Letter | None:
    """Told only to those whom the first mail may have reached."""
    first = sa.select(NoticeMail.id).where(
        NoticeMail.notice_id == notice.id,
        NoticeMail.staff_id == staff.id,
        NoticeMail.about == About.SENT,
        NoticeMail.state.in_(MAY_HAVE_COME),
    )
    if session.scalar(first) is None:
        return None
    bureau = bureau_of(session, notice.office_id)
    text = wording.withdrawn(notice, bureau, notice.office.name, staff.name, url)
    return _letter(session, notice.office_id, wording.subject(notice, withdrawn=True), text)


def _reminding(session: Session, mail_id: int, staff: Staff, url: str) -> Letter | None:
    """Everything that is unread when the mail is made; None if by then nothing is."""
    office_id = session.get_one(NoticeReminder, mail_id).office_id
    left = _unread(session, staff.id, office_id)
    if not left:
        return None
    office = session.get_one(Office, office_id)
    text = wording.reminding(office.name, staff.name, left, clock.today(), url)
    return _letter(session, office_id, wording.reminding_subject(len(left)), text)


def _unread(
    session: Session, staff_id: int, office_id: int, notice_id: int | None = None
) -> list[Notice]:
    query = (
        sa.select(Notice)
        .join(NoticeRecipient, NoticeRecipient.notice_id == Notice.id)
        .where(NoticeRecipient.staff_id == staff_id, NoticeRecipient.office_id == office_id)
        .where(~is_read(), holds())
        .order_by(Notice.due_on.is_(None), Notice.due_on, Notice.id)
    )
    if notice_id is not None:
        query = query.where(Notice.id == notice_id)
    return list(session.scalars(query))


def bureau_of(session: Session, office_id: int) -> str:
    """The name of an office's bureau."""
    query = sa.select(Bureau.name).join(Office, Office.bureau_id == Bureau.id)
    return session.scalars(query.where(Office.id == office_id)).one()


def _letter(session: Session, office_id: int, subject: str, text: str) -> Letter | None:
    boxes = offices.mailboxes(session, office_id)
    return Letter(boxes[0], subject, text) if boxes else None


MAILS = Sort(NoticeMail, _of_one)
REMINDERS = Sort(NoticeReminder, _reminding)
