"""The mails about troubles, one person each, as every notice to staff."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

from eventmail.observing import wording
from eventmail.observing.models import Trouble, TroubleMail
from eventmail.offices.models import Mailbox, Office, Staff
from eventmail.staffmail.sending import Letter, Sort


def _says(session: Session, mail_id: int, staff: Staff, url: str) -> Letter | None:
    """From the first mailbox of the office that writes."""
    mail = session.get_one(TroubleMail, mail_id)
    trouble = session.get_one(Trouble, mail.trouble_id)
    boxes = sa.select(Mailbox).where(Mailbox.office_id == mail.office_id).order_by(Mailbox.id)
    box = session.scalars(boxes.limit(1)).first()
    if box is None:
        return None
    office = session.get_one(Office, mail.office_id).name if trouble.office_id else ""
    text = wording.body(trouble, office, staff.name, url, over=mail.over)
    return Letter(box, wording.subject(trouble, over=mail.over), text)


MAILS = Sort(TroubleMail, _says, outsiders=True)
