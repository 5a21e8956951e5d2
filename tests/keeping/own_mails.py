"""A row in every table in which the service's own mails wait."""

from __future__ import annotations

from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session

from eventmail import clock
from eventmail.alerts import service as alerts
from eventmail.events.models import Contact
from eventmail.mailings.models import Mailing
from eventmail.notices.models import About, Kind, Notice, NoticeMail, NoticeReminder
from eventmail.observing.models import Trouble, TroubleMail
from eventmail.own_page.models import LinkMail
from eventmail.sample import People
from eventmail.staffmail.models import StaffNotice, fresh
from eventmail.training.models import Reminder
from eventmail.webhooks.calls import add
from eventmail.webhooks.kinds import TEST
from eventmail.webhooks.models import Webhook
from eventmail.webhooks.shapes import TestNews


def link_to(contact: Contact) -> LinkMail:
    """A participant has asked for his link."""
    names = ("office_id", "event_id", "participant_id")
    own = {name: getattr(contact, name) for name in names}
    now = clock.now()
    return LinkMail(**own, contact_id=contact.id, made_at=now, due_at=now, token="t" * 32)


def call_of(session: Session, office_id: int, staff_id: int) -> None:
    """A webhook has something to tell."""
    made = Webhook(
        office_id=office_id,
        made_by=staff_id,
        name="統計",
        url="https://hooks.example/",
        sealed="",
        kinds="sending.finished",
        contacts=False,
        made_at=clock.now(),
        audit_mark=0,
    )
    session.add(made)
    session.flush()
    add(session, made, TEST, TestNews(made.id), clock.now(), None)


def one_of_each(session: Session, people: People) -> None:
    """All are queued and due."""
    mailing = session.scalars(sa.select(Mailing)).one()
    alerts.raise_alert(
        session, mailing.event.reply_to, "relay.blocked", f"mailing:{mailing.id}", "試験です。"
    )
    session.add(link_to(session.scalars(sa.select(Contact).limit(1)).one()))
    office_id, staff_id = people.approver.office.id, people.approver.id
    notice = Notice(
        office_id=office_id,
        batch="b",
        kind=Kind.CAUTION,
        title="注意",
        text="確かめてください。",
        roles=[],
        people=1,
        overseer_id=staff_id,
        sent_at=clock.now(),
    )
    trouble = Trouble(kind="x", subject="x", sentence="x", begun_at=clock.now())
    session.add_all([notice, trouble])
    session.flush()
    call_of(session, office_id, staff_id)
    day = {"day": date(2026, 11, 27)}
    about = {"mailing_id": mailing.id, "occasion": "x", "kind": "approve"}
    session.add_all(
        [
            NoticeMail(**fresh(office_id, staff_id), notice_id=notice.id, about=About.SENT),
            NoticeReminder(**fresh(office_id, staff_id), **day),
            Reminder(**fresh(office_id, staff_id), **day),
            StaffNotice(**fresh(office_id, staff_id), **about),
            TroubleMail(**fresh(office_id, staff_id), trouble_id=trouble.id, over=False),
        ]
    )
