"""Files the calls about what people and the service did: from the office's own chain of acts.

Links of a chain become visible in the order of their numbers, because whoever appends holds its
head. So a mark in it misses nothing, and the calls and the mark are one transaction.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from msgspec import Struct
from sqlalchemy.orm import Session

from eventmail.audit.models import AuditEntry, AuditHead, AuditLink
from eventmail.database import Database
from eventmail.mailings.models import Mailing
from eventmail.webhooks import settled
from eventmail.webhooks.calls import add, page_of
from eventmail.webhooks.kinds import OF_DELIVERIES
from eventmail.webhooks.marks import IS_ON
from eventmail.webhooks.models import Webhook
from eventmail.webhooks.shapes import (
    MailingNews,
    MailingReturned,
    OfficeNews,
    ReturnedBy,
    SendingFinished,
    SendingHalted,
    SendingScheduled,
    SendingStopped,
    StoppedBy,
)

AT_ONCE = 500
BOUNCED = "delivery.bounced"


@dataclass(frozen=True, slots=True)
class Act:
    """One entry of the audit as far as it is told: what it was about, and its counts and codes."""

    mailing_id: int
    event_id: int
    office_id: int
    details: dict[str, Any]

    @property
    def about(self) -> tuple[int, int, str]:
        """Which mailing, of which event, and where staff see it."""
        return self.mailing_id, self.event_id, page_of(self.mailing_id)


Maker = Callable[[Act], Struct]


def _mailing(act: Act) -> Struct:
    return MailingNews(*act.about)


def _returned(by: ReturnedBy) -> Maker:
    return lambda act: MailingReturned(*act.about, by=by)


def _stopped(why: StoppedBy) -> Maker:
    return lambda act: SendingStopped(*act.about, reason=why)


def _office(act: Act) -> Struct:
    return OfficeNews(act.office_id)


# What is recorded, to the kind of news and what is told of it.
ACTS: dict[str, tuple[str, Maker]] = {
    "mailing.submitted": ("mailing.submitted", _mailing),
    "mailing.pass_check": ("mailing.checked", _mailing),
    "mailing.approve": ("mailing.approved", _mailing),
    "mailing.return_check": ("mailing.returned", _returned(ReturnedBy.CHECKER)),
    "mailing.return_approval": ("mailing.returned", _returned(ReturnedBy.APPROVER)),
    "mailing.withdrawn": ("mailing.returned", _returned(ReturnedBy.AUTHOR)),
    "mailing.take_up_again": ("mailing.returned", _returned(ReturnedBy.AUTHOR)),
    "mailing.voided": ("mailing.returned", _returned(ReturnedBy.CHANGE)),
    "mailing.reject": ("mailing.rejected", _mailing),
    "dispatch.started": (
        "sending.scheduled",
        lambda act: SendingScheduled(*act.about, mails=act.details["mails"]),
    ),
    "dispatch.released": ("sending.released", _mailing),
    "dispatch.paused": ("sending.paused", _mailing),
    "dispatch.resumed": ("sending.resumed", _mailing),
    "dispatch.cancelled": ("sending.stopped", _stopped(StoppedBy.CANCELLED)),
    "dispatch.expired": ("sending.stopped", _stopped(StoppedBy.EXPIRED)),
    "dispatch.halted": (
        "sending.halted",
        lambda act: SendingHalted(*act.about, rule=act.details["rule"]),
    ),
    "dispatch.finished": (
        "sending.finished",
        lambda act: SendingFinished(*act.about, deliveries=act.details["counts"]),
    ),
    "office.stopped": ("office.stopped", _office),
    "office.resumed": ("office.resumed", _office),
}


def note(database: Database) -> None:
    """File what each webhook has not been told yet."""
    with database.reading() as session:
        behind = list(session.scalars(_behind()))
    for webhook_id in behind:
        while _walk(database, webhook_id):
            pass


def _behind() -> sa.Select[int]:
    head = sa.and_(AuditHead.chain == Webhook.office_id, AuditHead.number > Webhook.audit_mark)
    return sa.select(Webhook.id).join(AuditHead, head).where(IS_ON).order_by(Webhook.id)


def _walk(database: Database, webhook_id: int) -> bool:
    """One portion; whether there may be more."""
    with database.writing() as session:
        query = sa.select(Webhook).where(Webhook.id == webhook_id, IS_ON)
        webhook = session.scalar(query.with_for_update(skip_locked=True))
        if webhook is None:  # switched off, or another worker is at it
            return False
        found = _entries(session, webhook)
        if found:
            _file(session, webhook, [entry for _, entry in found])
            webhook.audit_mark = found[-1][0]
        return len(found) == AT_ONCE


def _entries(session: Session, webhook: Webhook) -> Sequence[tuple[int, AuditEntry]]:
    query = (
        sa.select(AuditLink.number, AuditEntry)
        .join(AuditEntry, AuditEntry.id == AuditLink.entry_id)
        .where(AuditLink.chain == webhook.office_id, AuditLink.number > webhook.audit_mark)
        .order_by(AuditLink.number)
        .limit(AT_ONCE)
    )
    return [(number, entry) for number, entry in session.execute(query)]


def _file(session: Session, webhook: Webhook, entries: Sequence[AuditEntry]) -> None:
    told = [each for each in entries if each.action in ACTS and _kind(each) in webhook.wanted]
    events = _events(session, {_number(each) for each in told})
    for entry in told:
        number = _number(entry)
        act = Act(number, events.get(number, 0), webhook.office_id, entry.details)
        data = ACTS[entry.action][1](act)
        add(session, webhook, _kind(entry), data, entry.at, events.get(number))
    came_back = {int(each.details["delivery"]) for each in entries if each.action == BOUNCED}
    if came_back and webhook.wanted & OF_DELIVERIES:
        settled.file(session, [webhook], settled.bounced(session, came_back))


def _kind(entry: AuditEntry) -> str:
    return ACTS[entry.action][0]


def _number(entry: AuditEntry) -> int:
    """The mailing's; 0 for an act on the office."""
    kind, _, number = entry.subject.partition(":")
    return int(number) if kind == "mailing" else 0


def _events(session: Session, mailings: Iterable[int]) -> dict[int, int]:
    query = sa.select(Mailing.id, Mailing.event_id).where(Mailing.id.in_(mailings))
    return {key: event_id for key, event_id in session.execute(query)}
