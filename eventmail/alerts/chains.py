"""Every night the audit's chains are verified; an office learns at once if its own is broken."""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from eventmail import clock
from eventmail.alerts import service
from eventmail.alerts.models import Alert
from eventmail.alerts.wording import AUDIT
from eventmail.audit import verifying
from eventmail.audit.models import INSTALLATION, AuditCheck
from eventmail.audit.verifying import Report
from eventmail.database import Database
from eventmail.language import said
from eventmail.offices.models import Mailbox

EVERY = timedelta(hours=20)
BROKEN = said(
    "監査記録の鎖が切れています（{number}番）。記録が書き換えられたおそれがあります。"
    "監査記録の画面を開き、サーバーの管理者に知らせてください。"
)
NOT_IN_IT = said(
    "監査記録の鎖が切れています（鎖に入っていない記録があります）。"
    "記録が書き換えられたおそれがあります。"
    "監査記録の画面を開き、サーバーの管理者に知らせてください。"
)


def verify_due(database: Database) -> list[Report]:
    """Verify each chain that nobody has verified since yesterday, and keep the results."""
    with database.reading() as session:
        verifying.begin(session)
        reports = [
            verifying.verify(session, chain)
            for chain in verifying.chains(session)
            if _is_due(session, chain)
        ]
    for report in reports:
        with database.writing() as session:
            verifying.note(session, report)
            if report.fault is not None:
                _tell(session, report, report.fault.number)
    return reports


def _is_due(session: Session, chain: int) -> bool:
    last: AuditCheck | None = verifying.last_check(session, chain)
    return last is None or last.at < clock.now() - EVERY


def _tell(session: Session, report: Report, number: int) -> None:
    """Once, as long as nobody has seen to it. The installation's chain is every office's."""
    sentence = BROKEN.format(number=number) if number else NOT_IN_IT
    subject = f"audit:{report.chain}"
    for mailbox in _mailboxes(session, report.chain):
        told = sa.select(Alert.id).where(
            Alert.office_id == mailbox.office_id,
            Alert.subject == subject,
            Alert.seen_at.is_(None),
        )
        if session.scalars(told).first() is None:
            service.raise_alert(session, mailbox, AUDIT, subject, sentence)


def _mailboxes(session: Session, chain: int) -> list[Mailbox]:
    first = sa.select(sa.func.min(Mailbox.id)).group_by(Mailbox.office_id)
    query = sa.select(Mailbox).where(Mailbox.id.in_(first))
    if chain != INSTALLATION:
        query = query.where(Mailbox.office_id == chain)
    return list(session.scalars(query.order_by(Mailbox.id)))
