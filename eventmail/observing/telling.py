"""The mails about troubles, one person each, as every notice to staff."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

from eventmail import clock
from eventmail.alerts.wording import RELAY_DOWN
from eventmail.observing import wording
from eventmail.observing.models import Trouble, TroubleMail
from eventmail.offices.models import Mailbox, Office, Staff
from eventmail.staffmail.sending import GIVE_UP, Letter, Sort

# Of an outage no mail tells before it is over: then it is told that it was, and that it is over.
TOLD_TWICE = frozenset({RELAY_DOWN})


def _says(session: Session, mail_id: int, staff: Staff, url: str) -> Letter | None:
    """From the first mailbox of the office that writes."""
    mail = session.get_one(TroubleMail, mail_id)
    trouble = session.get_one(Trouble, mail.trouble_id)
    if not mail.over and _is_stale(mail, trouble):
        return None
    boxes = sa.select(Mailbox).where(Mailbox.office_id == mail.office_id).order_by(Mailbox.id)
    box = session.scalars(boxes.limit(1)).first()
    if box is None:
        return None
    office = session.get_one(Office, mail.office_id).name if trouble.office_id else ""
    text = wording.body(trouble, office, staff.name, url, over=mail.over)
    return Letter(box, wording.subject(trouble, over=mail.over), text)


def _is_stale(mail: TroubleMail, trouble: Trouble) -> bool:
    """After a lock or a long outage nobody is told that something begins which is long over."""
    is_over = trouble.over_at is not None and trouble.kind not in TOLD_TWICE
    return is_over or clock.now() - mail.made_at > GIVE_UP


MAILS = Sort(TroubleMail, _says, outsiders=True)
